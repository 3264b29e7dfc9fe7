"""Applying fixes: passes of non-overlapping edits over sources in memory, until nothing more can be fixed.

What is rewritten must parse if it did before, and must be the same outside the edited ranges. A fix that fails
this is dropped and reported; a file whose fixes do not come to an end is left as it was.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from promptlint.finding import Applicability, Finding
from promptlint.groups import Groups
from promptlint.project import Problem, problem_at
from promptlint.promptfiles import flaw_of
from promptlint.run import Analysis
from promptlint.source import Source, SourceError, decode, encode
from promptlint.template import Edit
from promptlint.write import Replacement, WriteError, replace_files

MAX_PASSES = 10


@dataclass(frozen=True)
class Fixed:
    """The outcome of a fix run.

    `before` and `after` are the analyses of the old and the new sources, `applied` the findings whose fixes are in
    `after`, as they stood when they were fixed. `problems` are fixes that were dropped and files that were not written.
    """

    before: Analysis
    after: Analysis
    applied: tuple[Finding, ...]
    problems: tuple[Problem, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths of files whose text is new, sorted."""
        return tuple(
            sorted(path for path, source in self.before.sources.items() if self.after.sources[path].text != source.text)
        )


def fix_files(
    analysis: Analysis, reanalyse: Callable[[Mapping[str, Source]], Analysis], allowed: Collection[Applicability]
) -> Fixed:
    """Apply the fixes of allowed applicability, in memory.

    `reanalyse` gives the analysis of the original tree with some sources replaced.
    """
    current, applied, problems = analysis, list[Finding](), dict[tuple[str, str], Problem]()
    changed: dict[str, Source] = {}
    for _ in range(MAX_PASSES):
        step = _one_pass(current, allowed)
        problems |= step.problems
        if not step.applied:
            return Fixed(analysis, current, tuple(applied), tuple(problems.values()))
        applied += step.applied
        changed |= step.sources
        current = reanalyse(changed)
    fixed = Fixed(analysis, current, tuple(applied), tuple(problems.values()))
    restless = _one_pass(current, allowed).applied
    message = f"not fixed: its fixes do not come to an end after {MAX_PASSES} passes ({{}}); please report this"
    unfinished = {
        edit.path: Problem(edit.path, 1, message.format(", ".join(sorted({other.rule for other in restless}))))
        for finding in restless
        for edit in _edits(finding)
    }
    return _without(fixed, unfinished.values(), reanalyse) if unfinished else fixed


def write_fixed(fixed: Fixed, reanalyse: Callable[[Mapping[str, Source]], Analysis]) -> Fixed:
    """Write the changed files; those changed by one fix together are written together or not at all.

    The result leaves out what could not be written, with a problem for each.
    """
    failed: list[Problem] = []
    for group in _groups(fixed):
        try:
            replace_files(
                {
                    path: Replacement(
                        fixed.before.tree.data[path],
                        encode(fixed.before.sources[path], fixed.after.sources[path].text),
                    )
                    for path in group
                }
            )
        except WriteError as error:
            failed.append(Problem(error.path, 1, error.message))
    return _without(fixed, failed, reanalyse) if failed else fixed


@dataclass(frozen=True, slots=True)
class _Pass:
    applied: tuple[Finding, ...]
    sources: Mapping[str, Source]
    problems: Mapping[tuple[str, str], Problem]


def _one_pass(analysis: Analysis, allowed: Collection[Applicability]) -> _Pass:
    """Apply, in source order, all fixes that do not overlap an earlier one. Overlapping ones wait for the next pass."""
    chosen: list[Finding] = []
    taken: defaultdict[str, list[Edit]] = defaultdict(list)  # in order and apart from each other
    problems: dict[tuple[str, str], Problem] = {}

    def drop(finding: Finding, why: str) -> None:
        place = finding.place
        message = f"fix of {finding.rule} dropped: {why}; please report this"
        problems[place.path, finding.rule] = problem_at(analysis.tree.modules[place.path], place.start, message)

    for finding in analysis.findings:
        if finding.fix is None or finding.fix.applicability not in allowed:
            continue
        edits = _edits(finding)
        if not is_sound(edits, analysis.sources):
            drop(finding, "its edits overlap each other or lie outside the source")
        elif all(edit in _beside(edit, taken[edit.path]) for edit in edits):
            chosen.append(finding)  # another finding brings the very same edits
        elif not any(_collide(edit, other) for edit in edits for other in _beside(edit, taken[edit.path])):
            chosen.append(finding)
            for edit in edits:
                insort(taken[edit.path], edit, key=_range)
    kept, sources = _without_damage(chosen, analysis.sources, drop)
    return _Pass(tuple(kept), sources, problems)


def _without_damage(
    chosen: Sequence[Finding], sources: Mapping[str, Source], drop: Callable[[Finding, str], None]
) -> tuple[list[Finding], dict[str, Source]]:
    """The findings whose fixes do no damage together, and what they change; what does is given to `drop`, with the
    reason.

    Halves are tried, and halves of those: each try parses whole files.
    """
    kept: list[Finding] = []
    changed: dict[str, Source] = {}
    waiting = [chosen] if chosen else []
    while waiting:
        part = waiting.pop()
        attempt = _rewritten([*kept, *part], sources)
        damage = next(filter(None, (_damage(sources[path], new.text) for path, new in attempt.items())), None)
        if damage is None:
            kept, changed = [*kept, *part], attempt
        elif len(part) == 1:
            drop(part[0], damage)
        else:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
    return kept, changed


def _edits(finding: Finding) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix else ()


def is_sound(edits: Sequence[Edit], sources: Mapping[str, Source]) -> bool:
    """Whether edits lie within the sources and apart from each other."""
    if not edits or any(
        edit.path not in sources or not 0 <= edit.start <= edit.end <= len(sources[edit.path].text) for edit in edits
    ):
        return False
    return not any(_collide(*two) for two in pairwise(sorted(edits, key=lambda edit: (edit.path, *_range(edit)))))


def _range(edit: Edit) -> tuple[int, int]:
    return edit.start, edit.end


def _beside(edit: Edit, taken: Sequence[Edit]) -> Sequence[Edit]:
    """Those of the edits of a file, which are in order and apart from each other, with which an edit may collide."""
    at = bisect_left(taken, _range(edit), key=_range)
    return taken[max(at - 1, 0) : at + 1]


def _collide(edit: Edit, other: Edit) -> bool:
    """Whether two edits cannot both be applied: they share a character, or begin at the same place."""
    if edit.path != other.path:
        return False
    return edit.start == other.start or (edit.start < other.end and other.start < edit.end)


def _rewritten(findings: Iterable[Finding], sources: Mapping[str, Source]) -> dict[str, Source]:
    """The sources that the fixes change, with line breaks of the edits in the style of each file."""
    by_path: dict[str, set[Edit]] = {}
    for finding in findings:
        for edit in _edits(finding):
            by_path.setdefault(edit.path, set()).add(edit)
    result: dict[str, Source] = {}
    for path, edits in by_path.items():
        old = sources[path].text
        newline = _newline(old)
        ordered = sorted(
            (replace(edit, text=edit.text.replace("\r\n", "\n").replace("\n", newline)) for edit in edits),
            key=_range,
        )
        new = apply_edits(old, ordered)
        assert unchanged_outside(old, new, ordered), f"edits changed {path} outside their ranges"
        result[path] = replace(sources[path], text=new)
    return result


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """`text` with edits applied; they are sorted and do not overlap."""
    pieces: list[str] = []
    at = 0
    for edit in edits:
        pieces += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*pieces, text[at:]))


def unchanged_outside(old: str, new: str, edits: Sequence[Edit]) -> bool:
    """Whether `new` differs from `old` in the (sorted) edited ranges only."""
    old_at = new_at = 0
    for edit in edits:
        kept = edit.start - old_at
        if old[old_at : edit.start] != new[new_at : new_at + kept]:
            return False
        old_at, new_at = edit.end, new_at + kept + len(edit.text)
    return old[old_at:] == new[new_at:]


def _damage(source: Source, text: str) -> str | None:
    """Why the new text must not replace the old one."""
    try:
        data = encode(source, text)
        # The encoding of a notebook is known, and its cells need not join to the same text.
        if source.is_python and not source.notebook and decode(data, source.path).text != text:
            return "the result would be read in another encoding"
    except SourceError as error:
        return error.message
    return "the result would not parse" if _parses(source) and not _parses(replace(source, text=text)) else None


def _parses(source: Source) -> bool:
    if not source.is_python:
        return flaw_of(source.path, source.text) is None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as invalid escape sequences, which are the author's
            ast.parse(source.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _newline(text: str) -> str:
    """The line break that most lines of the text end with."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf > text.count("\n") - crlf else "\n"


def _groups(fixed: Fixed) -> list[list[str]]:
    """The changed files, those touched by one fix (directly or through others) together."""
    groups = Groups[str]()
    for finding in fixed.applied:
        groups.join(edit.path for edit in _edits(finding))
    together: defaultdict[str, list[str]] = defaultdict(list)
    for path in fixed.changed:
        together[groups.of(path)].append(path)
    return list(together.values())


def _without(fixed: Fixed, problems: Iterable[Problem], reanalyse: Callable[[Mapping[str, Source]], Analysis]) -> Fixed:
    """The outcome with the files of the problems, and those fixed together with them, as they were."""
    problems = tuple(problems)
    failed = {problem.path for problem in problems}
    groups = _groups(fixed)
    dropped = {path for group in groups if failed & set(group) for path in group} | failed
    after = reanalyse({path: fixed.after.sources[path] for path in fixed.changed if path not in dropped})
    applied = tuple(finding for finding in fixed.applied if dropped.isdisjoint(edit.path for edit in _edits(finding)))
    return Fixed(fixed.before, after, applied, (*fixed.problems, *problems))
