"""All that one prompt says again in a request: what it costs, and the edits that take it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from promptlint.finding import Saving
from promptlint.measure import Meter
from promptlint.project import Project, Prompt
from promptlint.saving import input_saving
from promptlint.template import Edit, Template
from promptlint.wording.cutting import Cut, cuts
from promptlint.wording.emphasis import is_emphasis
from promptlint.wording.leaning import is_leant_on, with_announcement
from promptlint.wording.segments import Segment, segments
from promptlint.wording.statements import Repeated
from promptlint.wording.text import PLACEHOLDER
from promptlint.wording.tidy import tidied
from promptlint.wording.together import Together


@dataclass(frozen=True, slots=True)
class Copies:
    """What one prompt (`owner`) says again of another one (`other`) or of itself.

    `runs` are in the order in which the later copies stand; `saving` is that of taking all copies out that say less.
    """

    runs: tuple[Sequence[Repeated], ...]
    owner: Prompt | None
    other: Prompt | None
    saving: Saving


def copies(runs: Iterable[Sequence[Repeated]], together: Together, meter: Meter) -> Iterator[Copies]:
    """The repeats of each prompt of a request, in the order in which they are first met."""
    by_prompt: dict[tuple[int, int], list[Sequence[Repeated]]] = defaultdict(list)
    for run in runs:
        by_prompt[id(run[0].later.template), id(run[0].earlier.template)].append(run)
    for found in by_prompt.values():
        found.sort(key=lambda run: run[0].later.segment.start)
        owner, other = (together.owner(one.place) for one in (found[0][0].later, found[0][0].earlier))
        yield Copies(tuple(found), owner, other, _saving(found, together, meter))


def is_emphasised(run: Sequence[Repeated]) -> bool:
    """Whether one of the repeats looks like emphasis."""
    return any(is_emphasis(repeat.redundant.template.text, repeat.redundant.segment) for repeat in run)


def taken_out(found: Copies, project: Project) -> tuple[Edit, ...]:
    """The edits that delete the copies.

    Left where they are: emphasis; copies that would leave a gap, hold a placeholder or have a neighbour that leans on
    them; and those that another call sends, which does not send what they repeat.
    """
    if found.owner is None or found.other is None:
        return ()
    calls = {True: {*found.owner.calls}, False: {*found.other.calls}}
    edits: list[Edit] = []
    for template, runs in _by_template(found.runs):
        free = [run for run in runs if calls[run[0].forward] <= calls[not run[0].forward]]
        loose = [run for run in free if _is_loose(template, run) and _edits(template, [run])]
        edits += tidied(_edits(template, loose), template, project) if loose else ()
    return tuple(edits)


def _saving(runs: Sequence[Sequence[Repeated]], together: Together, meter: Meter) -> Saving:
    saved = 0
    for template, found in _by_template(runs):
        rest = template.after([(cut.start, cut.end, "") for cut in _cuts(template, found)])
        before, after = (meter.count_template(one, together.basis.model) for one in (template, rest))
        saved += before.tokens - after.tokens
    return input_saving(saved, before, together.basis, meter)


def _by_template(runs: Iterable[Sequence[Repeated]]) -> list[tuple[Template, list[Sequence[Repeated]]]]:
    """The runs by the text that their copies would be taken out of."""
    found: dict[int, list[Sequence[Repeated]]] = defaultdict(list)
    for run in runs:
        found[id(run[0].redundant.template)].append(run)
    return [(group[0][0].redundant.template, group) for group in found.values()]


def _said(run: Sequence[Repeated]) -> list[Segment]:
    return [repeat.redundant.segment for repeat in run]


def _is_loose(template: Template, run: Sequence[Repeated]) -> bool:
    return not (is_emphasised(run) or is_leant_on(template.text, _said(run), segments(template.masked)))


def _cuts(template: Template, runs: Iterable[Sequence[Repeated]]) -> list[Cut]:
    text, sentences = template.text, segments(template.masked)
    gone = {segment for run in runs for segment in with_announcement(text, _said(run), sentences)}
    return list(cuts(text, sorted(gone, key=lambda segment: segment.start)))


def _edits(template: Template, runs: Iterable[Sequence[Repeated]]) -> list[Edit]:
    """The edits that take runs out; none where one of them has to stay."""
    edits: list[Edit] = []
    for cut in _cuts(template, runs):
        lossy = cut.leaves_gap or PLACEHOLDER.search(template.text, cut.start, cut.end)
        change = None if lossy else template.replace(cut.start, cut.end)
        if change is None:
            return []
        edits += change
    return edits
