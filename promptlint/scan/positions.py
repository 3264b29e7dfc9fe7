"""From the positions of `ast` (1-based lines, UTF-8 byte columns) to code point offsets."""

from __future__ import annotations

import ast
import re
from itertools import accumulate

_NEWLINE = re.compile(r"\r\n|\r|\n")
_known: list[tuple[int, ...]] = [()]
"""One item: the longest row of numbers so far."""


def numbers(end: int) -> tuple[int, ...]:
    """The numbers from 0 to `end` at least, each at its place: the facts of all files share these as their offsets,
    of which they hold millions."""
    known = _known[0]
    if len(known) <= end:  # replaced and not added to: another thread may use it
        known = _known[0] = (*known, *range(len(known), end + 1))
    return known


def line_starts(text: str) -> tuple[int, ...]:
    """The offset at which each line begins. Lines end as Python's tokenizer ends them, not as `str.splitlines` does."""
    if "\r" in text:
        return (0, *(match.end() for match in _NEWLINE.finditer(text)))
    *lines, _ = text.split("\n")
    starts = accumulate((len(line) + 1 for line in lines), initial=0)
    return tuple(map(numbers(len(text)).__getitem__, starts))


class Positions:
    """Offsets of the nodes of one parsed text.

    `shift` is added to every offset: a field of an f-string is parsed on its own and lies somewhere in the file.
    """

    def __init__(self, text: str, shift: int = 0) -> None:
        self.starts = line_starts(text)
        """The offset at which each line begins, not shifted."""
        self._starts = tuple(start + shift for start in self.starts) if shift else self.starts
        self._numbers = numbers(shift + len(text))
        self._wide = {} if text.isascii() else _wide_lines(text, self.starts)

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and UTF-8 byte column."""
        if line in self._wide:
            column = len(self._wide[line][:column].decode("utf-8", "surrogatepass"))
        return self._numbers[self._starts[line - 1] + column]

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword | ast.ExceptHandler) -> tuple[int, int]:
        """Start and end offsets of a node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        starts, shared, wide, line, end_line = self._starts, self._numbers, self._wide, node.lineno, node.end_lineno
        if wide and (line in wide or end_line in wide):
            return self.offset(line, node.col_offset), self.offset(end_line, node.end_col_offset)
        # Most lines are ASCII, and this is asked for every node.
        return shared[starts[line - 1] + node.col_offset], shared[starts[end_line - 1] + node.end_col_offset]


def _wide_lines(text: str, starts: tuple[int, ...]) -> dict[int, bytes]:
    """The lines of which columns count other than code points, by 1-based number, in UTF-8."""
    ends = (*starts[1:], len(text))
    lines = ((number, text[start:end]) for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1))
    return {number: line.encode("utf-8", "surrogatepass") for number, line in lines if not line.isascii()}
