"""The instructions of what is sent together, each with its place, and those that say the same twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptlint.project import Place
from promptlint.template import Template
from promptlint.wording.repeats import Likeness, Repeat, repeats, words
from promptlint.wording.restating import restatements
from promptlint.wording.segments import Segment, segments
from promptlint.wording.skeletons import are_one_layout
from promptlint.wording.together import overlap

LABEL = re.compile(r"\s*\S+\s+[`*_\"']*[\w.-]+(?: [\w.-]+){0,2}[`*_\"']*:")
"""A list item that begins with a name and a colon."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One instruction, the text it is in and its place in the source."""

    template: Template
    segment: Segment
    text: str
    place: Place

    @property
    def words(self) -> tuple[str, ...]:
        return words(self.text)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A statement that says no more than another one; `forward` says that it is the later of the two."""

    redundant: Statement
    kept: Statement
    likeness: Likeness
    forward: bool

    @property
    def later(self) -> Statement:
        return self.redundant if self.forward else self.kept

    @property
    def earlier(self) -> Statement:
        return self.kept if self.forward else self.redundant


def statements(template: Template) -> Iterator[Statement]:
    """The instructions of a text in order."""
    for segment in segments(template.masked):
        place = template.source_range(segment.start, segment.end)
        # What ends in a colon names what comes behind it.
        if place and template.text[segment.end - 1] != ":":
            yield Statement(template, segment, template.text[segment.start : segment.end], Place(*place))


def runs(found: Sequence[Statement], min_words: int) -> Iterator[list[Repeated]]:
    """The repeats; those that follow each other in both places go together.

    Statements of less than `min_words` words count only where they restate another one.
    Left out: the same piece of source sent twice (a constant used in two places), where nothing can be cut; near
    repeats of what begins with a small letter: such a piece of a sentence means what the rest of it says; what is
    said of one field in one list item and of another in the next; and what stands in several blocks of one layout.
    """
    run: list[Repeated] = []
    last = (-2, -2)
    for repeat in sorted(_repeats(found, min_words), key=lambda repeat: repeat.redundant):
        redundant, kept = found[repeat.redundant], found[repeat.kept]
        if overlap(redundant.place, kept.place) or (_is_labelled(redundant) and _is_labelled(kept)):
            continue
        if repeat.likeness is not Likeness.EXACT and redundant.text[0].islower():
            continue
        if redundant.template is kept.template and are_one_layout(
            redundant.template.text, redundant.segment.start, kept.segment.start
        ):
            continue
        here = (redundant.template, redundant.place.path, kept.place.path)
        there = run and (run[-1].redundant.template, run[-1].redundant.place.path, run[-1].kept.place.path)
        if run and ((repeat.redundant - 1, repeat.kept - 1) != last or here != there):
            yield run
            run = []
        run.append(Repeated(redundant, kept, repeat.likeness, forward=repeat.redundant > repeat.kept))
        last = (repeat.redundant, repeat.kept)
    if run:
        yield run


def _repeats(found: Sequence[Statement], min_words: int) -> Iterator[Repeat]:
    """Repeats in the same words, then in others, by index in `found`; a statement is redundant once."""
    long = [index for index, statement in enumerate(found) if len(statement.words) >= min_words]
    gone: set[int] = set()
    for repeat in repeats([found[index].words for index in long]):
        here, there = long[repeat.redundant], long[repeat.kept]
        yield Repeat(here, there, repeat.likeness)
        gone.add(here)
        # A short sentence behind it may mean something only there: "They are already imported."
        while _is_short_repeat(found, here := here + 1, there := there + 1, min_words) and here not in gone:
            yield Repeat(here, there, Likeness.EXACT)
            gone.add(here)
    left = [index for index in range(len(found)) if index not in gone]
    for repeat in restatements([found[index].text for index in left]):
        yield Repeat(left[repeat.redundant], left[repeat.kept], repeat.likeness)


def _is_short_repeat(found: Sequence[Statement], here: int, there: int, min_words: int) -> bool:
    """Whether two short statements say the same, each behind another one of its list item or paragraph."""
    if not (0 < here < len(found) and 0 < there < len(found)) or len(found[here].words) >= min_words:
        return False
    are_beside = all(found[at].segment.block == found[at - 1].segment.block for at in (here, there))
    return are_beside and bool(found[here].words) and found[here].words == found[there].words


def _is_labelled(statement: Statement) -> bool:
    """Whether a sentence is one of several in a list item that begins with the name of what it is about."""
    segment = statement.segment
    item = statement.template.text[segment.block.start : segment.block.end]
    return bool(segment.block.marker) and segment.siblings > 1 and LABEL.match(item) is not None
