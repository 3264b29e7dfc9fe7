"""What a change does to each LLM call: its text, model, cap, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from promptlint.cost.calls import function_of
from promptlint.cost.requests import requests
from promptlint.cost.traffic import traffic_of
from promptlint.diffs.matching import Traits, matched
from promptlint.measure import Price
from promptlint.project import CallSite, CapState
from promptlint.saving import provider_of
from promptlint.session import Session
from promptlint.template import Hole, Piece, Template
from promptlint.tree import Tree

HOLE = "{}"
"""How a value that is filled in is written where texts are compared: its name says nothing about the prompt."""


@dataclass(frozen=True, slots=True)
class CallSide:
    """A call before or after the change.

    `row` is its line, in a notebook with the cell; `function` the name of the function around it, without its module.
    `input_tokens` counts its literal text, for its model; `input_usd` is their price and `output_usd` that of as many
    output tokens as its cap allows, both in USD per 1,000 calls, None where the price or the cap is not known.
    `monthly_calls` is what the setting `traffic` says. The call in a wrapper is no request where others stand for it.
    """

    call: CallSite
    file: str
    row: str
    function: str | None
    input_tokens: int
    tokenizer: str
    exact: bool
    price: Price | None
    input_usd: float | None
    output_usd: float | None
    monthly_calls: float | None
    is_request: bool
    assumed: str | None = None
    """The model that the settings say to assume, where the call names none."""

    @property
    def model(self) -> str:
        """The model for people."""
        return self.call.model or (f"{self.assumed} (`default-model`)" if self.assumed else "model not known")

    @property
    def cap(self) -> str:
        """The output cap for people."""
        cap = self.call.cap
        return {CapState.ABSENT: "none", CapState.DYNAMIC: "set at run time"}.get(cap.state, f"{cap.tokens or 0:,}")

    @property
    def values(self) -> int:
        """How many values are filled in."""
        return sum(isinstance(part, Hole) for message in self.call.messages for part in message.template.parts)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Role and text of each message, with `HOLE` for what is filled in."""
        return tuple((message.role.value, comparable(message.template)) for message in self.call.messages)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about a call that is no longer the same, for people."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CallChange:
    """A call that was added (`before` is None), removed (`after` is None) or changed.

    `inherited` are the calls of a wrapper that change only because the call in the wrapper does.
    """

    before: CallSide | None
    after: CallSide | None
    changes: tuple[Change, ...] = ()
    inherited: tuple[CallChange, ...] = ()

    @property
    def kind(self) -> str:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def side(self) -> CallSide:
        """The call as it is now, or was last."""
        side = self.after or self.before
        assert side is not None
        return side

    @property
    def input_tokens(self) -> int:
        """Input tokens more per call."""
        return (self.after.input_tokens if self.after else 0) - (self.before.input_tokens if self.before else 0)

    @property
    def input_usd(self) -> float | None:
        """USD more per 1,000 calls for input, None where a price is not known."""
        return _more(self, lambda side: side.input_usd)

    @property
    def output_usd(self) -> float | None:
        """USD more per 1,000 calls where each answer is as long as the cap allows, None where that is not known."""
        return _more(self, lambda side: side.output_usd)

    @property
    def monthly_usd(self) -> float | None:
        """USD more a month for input, None where the traffic or a price is not known."""
        calls, more = self.side.monthly_calls, self.input_usd
        return None if calls is None or more is None else more * calls / 1000

    @property
    def requests(self) -> tuple[CallChange, ...]:
        """The changes of the requests themselves: of the calls of a wrapper those that follow, where there are some."""
        return tuple(one for one in self.inherited if one.side.is_request) or (self,)


def call_sides(tree: Tree, session: Session) -> list[CallSide]:
    """The calls of a tree in files that are reported on. Raises SettingsError for traffic that is not valid."""
    counted = {call.id for call in requests(tree.project, session.quiet).counted}
    live = (call for call in tree.project.calls if call.place.path not in session.quiet)
    return [_side(call, tree, session, is_request=call.id in counted) for call in live]


def call_changes(before: list[CallSide], after: list[CallSide], present: Callable[[str], str]) -> list[CallChange]:
    """What happened to the calls, in order of their present place; `present` gives the present path of a file."""
    pairs = matched([_traits(side, present) for side in before], [_traits(side, str) for side in after])
    changes = [CallChange(old, new, tuple(_changes(old, new))) for old, new in pairs]
    different = [one for one in changes if one.kind != "changed" or one.changes]
    return sorted(_folded(different), key=lambda one: _order(one, present))


def comparable(template: Template) -> str:
    """The text of a template, with `HOLE` for every value that is filled in."""
    return "".join(part.text if isinstance(part, Piece) else HOLE for part in template.parts)


def _side(call: CallSite, tree: Tree, session: Session, *, is_request: bool) -> CallSide:
    path = call.place.path
    meter = session.meter(path)
    provider = provider_of(call)
    counts = [meter.count_template(message.template, call.model) for message in call.messages]
    tokens = sum(count.tokens for count in counts)
    tokenizer, exact = meter.tokenizer(call.model)
    price = meter.price(call.model, provider)
    most = call.cap.tokens
    function = function_of(call, tree.project)
    return CallSide(
        call=call,
        file=path,
        row=tree.project.locate(path, call.place.start).row,
        function=function,
        input_tokens=tokens,
        tokenizer=tokenizer,
        exact=exact and all(count.exact for count in counts),
        price=price,
        input_usd=tokens * price.input / 1000 if price else None,
        output_usd=most * price.output / 1000 if price and most is not None else None,
        monthly_calls=traffic_of(session.settings(path)).of(path, function).calls,
        is_request=is_request,
        assumed=None if call.model else meter.default_model,
    )


def _traits(side: CallSide, present: Callable[[str], str]) -> Traits[CallSide]:
    file = present(side.file)
    text = "\n".join(f"{role}: {text}" for role, text in side.texts)
    return Traits(side, file, side.function, _api(side), text)


def _api(side: CallSide) -> str:
    """What is called: the API, or the function of the project that leads to it, without its module."""
    return side.call.wrapper.rpartition(".")[2] if side.call.wrapper else side.call.api


def _changes(old: CallSide | None, new: CallSide | None) -> Iterator[Change]:
    """What is different about a call that was there and still is."""
    if old is None or new is None:
        return
    if old.texts != new.texts:
        yield Change("prompt", f"{old.input_tokens:,} tokens", f"{new.input_tokens:,} tokens")
    for what, look in _FEATURES.items():
        before, after = look(old), look(new)
        if before != after:
            yield Change(what, before, after)


_FEATURES: Mapping[str, Callable[[CallSide], str]] = {
    "values filled in": lambda side: str(side.values),
    "API": lambda side: side.call.api,
    "model": lambda side: side.call.model or "not known",
    "output cap": lambda side: side.cap,
    "loop": lambda side: side.call.loop.value,
    "cache markers": lambda side: str(side.call.cache_markers),
}
"""What else of a call is compared, and how it is shown."""


def _folded(changes: list[CallChange]) -> Iterator[CallChange]:
    """The changes, with those of a wrapper's callers that only follow its own call put under it.

    The call in a wrapper is no request of its own where others go through it: it is told only for what they inherit.
    """
    inside: dict[str, CallChange] = {}
    for change in changes:
        if change.kind == "changed" and change.after and change.after.call.callers:
            inside |= dict.fromkeys(change.after.call.callers, change)
    followers: dict[int, list[CallChange]] = {}
    told: list[CallChange] = []
    for change in changes:
        source = inside.get(change.after.call.id) if change.after else None
        if source and _deed(change) == _deed(source):
            followers.setdefault(id(source), []).append(change)
        else:
            told.append(change)
    for change in told:
        inherited = tuple(followers.get(id(change), ()))
        if inherited or change.side.is_request:
            yield CallChange(change.before, change.after, change.changes, inherited)


def _deed(change: CallChange) -> object:
    """What was done, whatever it was done to: two calls with the same deed changed for the same reason."""
    if change.before is None or change.after is None:
        return None
    pieces = [
        Counter(
            part.text for message in side.call.messages for part in message.template.parts if isinstance(part, Piece)
        )
        for side in (change.before, change.after)
    ]
    others = tuple(one for one in change.changes if one.what != "prompt")
    return pieces[0] - pieces[1], pieces[1] - pieces[0], others


def _more(change: CallChange, look: Callable[[CallSide], float | None]) -> float | None:
    before = look(change.before) if change.before else 0.0
    after = look(change.after) if change.after else 0.0
    return None if before is None or after is None else after - before


def _order(change: CallChange, present: Callable[[str], str]) -> tuple[str, int]:
    side = change.side
    return (side.file if change.after else present(side.file)), side.call.place.start
