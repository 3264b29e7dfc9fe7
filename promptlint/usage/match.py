"""From measured requests to the call sites that made them: by the place in the code, else by model and text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from promptlint.cost.calls import function_of
from promptlint.cost.requests import Requests
from promptlint.measure.models import parse
from promptlint.project import CallSite, Project
from promptlint.usage.fields import sent_text
from promptlint.usage.record import Record, Totals

LEAST_TEXT = 20
"""Characters of a literal stretch from which it tells one prompt from another."""
DAY = 86_400.0
MONTH = 30 * DAY
"""Seconds of a month in the reckoning."""


@dataclass
class Usage:
    """Usage by call site, and what belongs to none, by reason and model. `span` is the time that it covers."""

    matched: dict[str, Totals] = field(default_factory=dict)
    unmatched: dict[tuple[str, str | None], Totals] = field(default_factory=dict)
    total: Totals = field(default_factory=Totals)
    span: tuple[float, float] | None = None

    def add(self, record: Record, call: str | None, reason: str) -> None:
        """Add a record, to a call or to those that were not matched for a reason."""
        self.total.add(record)
        if call is not None:
            self.matched.setdefault(call, Totals()).add(record)
        else:
            self.unmatched.setdefault((reason, record.model), Totals()).add(record)
        if record.times:
            start, end = self.span or record.times
            self.span = min(start, record.times[0]), max(end, record.times[1])

    @property
    def months(self) -> float:
        """How many months of 30 days it covers, at least a day; one where it has no times."""
        return max(self.span[1] - self.span[0], DAY) / MONTH if self.span else 1.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """The calls that a record may be of. `is_sure` says that it is enough to be the only one; `reason` is told where
    there are several, or none."""

    calls: tuple[CallSite, ...]
    is_sure: bool
    reason: str


class Matcher:
    """Finds the call site of a record among the counted requests of a project."""

    def __init__(self, project: Project, requests: Requests) -> None:
        self._project = project
        self._requests = requests
        self._known: dict[tuple[object, ...], Candidates] = {}

    def find(self, record: Record) -> tuple[str | None, str]:
        """The id of the call, or None and why not."""
        key = (record.path, record.line, record.function, record.model)
        if key not in self._known:
            self._known[key] = self._candidates(record)
        found = self._known[key]
        if found.is_sure and len(found.calls) == 1:
            return found.calls[0].id, ""
        if not record.sent or not found.calls:
            return None, found.reason
        best = self._by_text(found.calls, sent_text(record.sent))
        if len(best) == 1:
            return best[0].id, ""
        return None, "several call sites have its text" if best else "no call site has its text"

    def _candidates(self, record: Record) -> Candidates:
        placed = self._placed(record)
        if placed:
            same = tuple(call for call in placed if _uses(call, record.model))
            return Candidates(same or placed, True, "several call sites are at its place")
        if record.model is None:
            return Candidates((), False, "it names neither a place in the code nor a model")
        using = tuple(call for call in self._requests.counted if _uses(call, record.model))
        if using:
            return Candidates(using, True, "several call sites use its model")
        # A call whose model is not known may use this one.
        unknown = tuple(call for call in self._requests.counted if call.model is None)
        return Candidates(unknown, False, "no call site names its model")

    def _placed(self, record: Record) -> tuple[CallSite, ...]:
        """The counted calls at the place in the code that a record names."""
        path = self._path(record.path) if record.path else None
        here = [call for call in self._project.calls if call.place.path == path]
        if record.line is not None:
            on_line = [call for call in here if self._spans(call, record.line)]
            if on_line:
                return self._counted(on_line)
        if record.function is not None:
            return self._counted(self._in_function(here, record.function))
        return ()

    def _in_function(self, calls: Sequence[CallSite], function: str) -> list[CallSite]:
        """The calls that stand in a function, which may be named with its module, or else without its class."""
        named = [(name, call) for call in calls if (name := function_of(call, self._project))]
        whole = [name for name, _ in named if f".{function}".endswith(f".{name}")]
        if whole:
            longest = max(whole, key=len)
            return [call for name, call in named if name == longest]
        return [call for name, call in named if name.endswith(f".{function}")]

    def _counted(self, calls: Iterable[CallSite]) -> tuple[CallSite, ...]:
        """The calls, or those that are counted in their place."""
        found = {one.id: one for call in calls for one in self._requests.behind(call.id)}
        return tuple(found.values())

    def _spans(self, call: CallSite, line: int) -> bool:
        first, _ = self._project.position(call.place.path, call.place.start)
        last, _ = self._project.position(call.place.path, call.place.end)
        return first <= line <= last

    def _path(self, path: str) -> str | None:
        """The file of the project that a path of another machine means: the one whose end agrees the longest."""
        parts = PurePosixPath(path.replace("\\", "/")).parts
        lengths = {known: _common_end(parts, PurePosixPath(known).parts) for known in self._paths}
        most = max(lengths.values(), default=0)
        best = [known for known, length in lengths.items() if length == most]
        return best[0] if most and len(best) == 1 else None

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(call.place.path for call in self._project.calls)

    def _by_text(self, calls: Sequence[CallSite], text: str) -> tuple[CallSite, ...]:
        """Of some calls those of whose fixed text most is in what was sent, if all of it is."""
        sizes: dict[int, list[CallSite]] = defaultdict(list)
        for call in calls:
            stretches = self._stretches[call.id]
            if stretches and all(stretch in text for stretch in stretches):
                sizes[sum(map(len, stretches))].append(call)
        return tuple(sizes[max(sizes)]) if sizes else ()

    @cached_property
    def _stretches(self) -> Mapping[str, tuple[str, ...]]:
        """The fixed text of each call that is long enough to know it by."""
        return {
            call.id: tuple(
                stretch.strip()
                for message in call.messages
                for stretch in message.template.stretches
                if len(stretch.strip()) >= LEAST_TEXT
            )
            for call in self._requests.counted
        }


def _uses(call: CallSite, model: str | None) -> bool:
    """Whether the code can give a call this model."""
    names = {literal.id for literal in call.models} | {call.model}
    return model is not None and any(name and _same(name, model) for name in names)


def _same(one: str, other: str) -> bool:
    """Whether two ids name a model alike, but for its date and whoever serves it."""
    return parse(one).undated == parse(other).undated


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts two paths have in common at their ends."""
    count = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count
