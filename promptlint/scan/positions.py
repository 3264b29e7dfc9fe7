"""From the positions of `ast` (1-based lines, UTF-8 byte columns) to code point offsets."""

from __future__ import annotations

import ast
import re

_NEWLINE = re.compile(r"\r\n|\r|\n")


def line_starts(text: str) -> tuple[int, ...]:
    """The offset at which each line begins. Lines end as Python's tokenizer ends them, not as `str.splitlines` does."""
    return (0, *(match.end() for match in _NEWLINE.finditer(text)))


class Positions:
    """Offsets of the nodes of one parsed text.

    `shift` is added to every offset: a field of an f-string is parsed on its own and lies somewhere in the file.
    """

    def __init__(self, text: str, shift: int = 0) -> None:
        self._text = text
        self._shift = shift
        self._starts = line_starts(text)
        self._is_ascii = text.isascii()

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and UTF-8 byte column."""
        start = self._starts[line - 1]
        if self._is_ascii:
            return start + column + self._shift
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        text = self._text[start:end]
        if not text.isascii():
            column = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass"))
        return start + column + self._shift

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword | ast.ExceptHandler) -> tuple[int, int]:
        """Start and end offsets of a node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        if self._is_ascii:
            # Most files are, and this is asked for every node of them.
            starts, shift = self._starts, self._shift
            start = starts[node.lineno - 1] + node.col_offset
            return start + shift, starts[node.end_lineno - 1] + node.end_col_offset + shift
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)
