"""What of a prompt is only layout: source indentation, trailing blanks, runs of spaces, surplus blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from promptlint.project import Project
from promptlint.template import Piece, Template
from promptlint.wording.text import Line, lines

RUN = re.compile(r"(?<=\S) {2,}(?=\S)")
TRAILING = re.compile(r"[ \t]+$")
NOT_PROSE = re.compile(r"[|`{}\[\]<>=\\\t~]|//|--|__")
"""A line with any of these may be a table, code or data, whose columns mean something."""
BEFORE = re.compile(r"[^\W_][,;.!?)]?$")
AFTER_MARKER = re.compile(r"[ \t]*(?:[-*+•#>]+|\(?\w{1,3}[.)])")
CODE_OPENER = re.compile(
    r"(?:async )?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*:\s*(?:\#.*)?"
    r"|\s*[\w-]+:\s*[|>][+-]?\s*"
)
"""A first line of Python, or of a block of YAML: what is below it is indented for it."""
OPENER = re.compile(r".*[:{\[(]\s*|\s*(?:[-*+•#]|\d+[.)]).*")
"""A first line that lines below it may belong to: a heading, a list item, the key of a mapping."""


class Kind(StrEnum):
    """What is removed; in this order each is dropped again if it saves nothing."""

    BLANK_LINES = "surplus blank lines"
    SPACES = "runs of spaces"
    TRAILING = "trailing blanks"
    INDENTATION = "source indentation"


@dataclass(frozen=True, slots=True)
class Cut:
    """A range of the text that is only layout."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Layout:
    """A prompt's text as lines, and where the source breaks it.

    `starts` holds the offsets at which a new source line begins behind a line break of the text, `joints` those at
    which a backslash at the end of a source line joins two of them. `opening` is the source column (from 0) of a text
    that begins on a later line than its opening quotes: behind such a backslash, or because it is stripped.
    """

    lines: tuple[Line, ...]
    starts: frozenset[int]
    joints: frozenset[int]
    opening: int | None

    @classmethod
    def of(cls, template: Template, project: Project) -> Layout:
        starts: set[int] = set()
        joints: set[int] = set()
        opening: int | None = None
        source_end: tuple[int, int] | None = None  # token and source line where the piece before ended
        for at, end, part in template.spans():
            if not isinstance(part, Piece):
                source_end = None
                continue
            first, column = project.position(part.path, part.start)
            last, _ = project.position(part.path, part.end)
            if source_end and source_end[0] == part.token.start and source_end[1] < first:
                joints.add(at)
            if at == 0 and project.position(part.path, part.token.start)[0] < first:
                opening = column - 1
            if part.is_verbatim:
                starts.update(at + match.end() for match in re.finditer("\n", part.text))
            elif part.text.endswith("\n") and first < last:
                starts.add(end)
            source_end = part.token.start, last
        return cls(lines(template.masked), frozenset(starts), frozenset(joints), opening)

    def margin(self, indentation: int) -> int:
        """How many blanks the source indentation takes from the front of each line.

        `indentation` is that of the statement. A text that begins on the line of its quotes says nothing about how deep
        its other lines are meant to be; there the column of the closing quotes decides, else that of the statement.
        """
        first, *rest = self.lines
        body = [line for line in rest if not line.is_blank]
        if not body or any(line.start not in self.starts for line in body):
            return 0  # an indentation behind "\n" was typed on purpose
        common = _common(body)
        if first.is_blank:
            return common
        if self.opening is not None:
            return _common([first, *body]) if first.indent else min(common, self.opening)
        if CODE_OPENER.fullmatch(first.text):
            return 0
        if closing := len(rest[-1].text) if rest[-1].is_blank else 0:
            return min(common, closing)
        deeper = common > indentation > 0 and not OPENER.fullmatch(first.text)
        return common if deeper or common == indentation else 0

    def cuts(self, kinds: frozenset[Kind], margin: int) -> Iterator[Cut]:
        """What goes, in order, without overlaps."""
        last = len(self.lines) - 1
        for index, line in enumerate(self.lines):
            if line.is_blank:
                yield from self._blank_line(index, kinds, margin)
                continue
            if margin and Kind.INDENTATION in kinds and (index or self._first_is_indented):
                yield Cut(line.start, line.start + margin, Kind.INDENTATION)
            if line.fenced:
                continue
            if Kind.SPACES in kinds:
                yield from (Cut(start, end, Kind.SPACES) for start, end in self._runs(index))
            blanks = TRAILING.search(line.text) if Kind.TRAILING in kinds and index < last else None
            # Two blanks in front of a line of text are a line break in Markdown.
            if blanks and (blanks[0] != "  " or self.lines[index + 1].is_blank):
                yield Cut(line.start + blanks.start(), line.end, Kind.TRAILING)

    @property
    def _first_is_indented(self) -> bool:
        return self.opening is not None and bool(self.lines[0].indent)

    def _blank_line(self, index: int, kinds: frozenset[Kind], margin: int) -> Iterator[Cut]:
        line, is_last = self.lines[index], index == len(self.lines) - 1
        surplus = index > 1 and not is_last and not line.fenced and self.lines[index - 1].is_blank
        if surplus and Kind.BLANK_LINES in kinds:
            yield Cut(line.start, line.end + 1, Kind.BLANK_LINES)
        elif line.text and margin and Kind.INDENTATION in kinds:
            yield Cut(line.start, line.end, Kind.INDENTATION)
        elif line.text and not is_last and not line.fenced and Kind.TRAILING in kinds:
            yield Cut(line.start, line.end, Kind.TRAILING)

    def _runs(self, index: int) -> Iterator[tuple[int, int]]:
        """Runs of spaces inside a line, without the one space that stays."""
        line = self.lines[index]
        runs = list(RUN.finditer(line.text))
        neighbours = [other.text for other in self.lines[max(0, index - 1) : index + 2] if other is not line]
        columns = {match.end() for text in neighbours for match in RUN.finditer(text)}
        if NOT_PROSE.search(line.text):
            return
        regular = len(runs) == 1 or all(line.text[run.start() - 1] in ".!?" for run in runs)
        for run in runs:
            before, after = line.text[: run.start()], line.text[run.end() :]
            joined = any(line.start + run.start() <= joint <= line.start + run.end() for joint in self.joints)
            typed = regular and len(run[0]) <= 3 and run.end() not in columns and not AFTER_MARKER.fullmatch(before)
            between_words = BEFORE.search(before) and after[0].isalnum() and before.count('"') % 2 == 0
            if between_words and (joined or typed):
                yield line.start + run.start() + 1, line.start + run.end()


def _common(lines: list[Line]) -> int:
    """The length of the indentation that all lines begin with."""
    indents = [line.indent for line in lines]
    return sum(1 for _ in takewhile(lambda characters: len(set(characters)) == 1, zip(*indents, strict=False)))
