"""JSON values in a text, and which of their blanks are only layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.template import HOLE

MAX_NESTING = 60
MAX_UNCLOSED = 50
"""Brackets that nothing closes. Each costs a look at all the text behind it, and a text with so many holds no JSON."""
_BLANKS = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_SCALAR = re.compile(rf"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b|{HOLE}+")
_OPENER = re.compile(r"[{\[]")
_BRACKET = re.compile(r'(?<!\\)"(?:[^"\\\n]|\\.)*"|[{}\[\]]')
_CLOSING = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Payload:
    """A JSON object or array at `start`..`end` of a text that runs over several lines.

    `blanks` are the ranges between its tokens that hold only blanks and line breaks, `around_items` those of them that
    stand between its brackets, its items and their commas, `strings` the ranges of its strings with their quotes. A
    hole may stand for a value.
    """

    start: int
    end: int
    blanks: tuple[tuple[int, int], ...]
    around_items: frozenset[tuple[int, int]]
    strings: tuple[tuple[int, int], ...]
    breaks: int
    """How many of the blanks hold a line break: about half in what `json.dumps(value, indent=4)` writes."""

    def layout(self, text: str, max_line: int) -> Iterator[tuple[int, int]]:
        """The ranges of `text` to take out for the compact form: all blanks, but of a value of more than `max_line`
        characters a line break around each of its items."""
        is_long = self.end - self.start - sum(end - start for start, end in self.blanks) > max_line
        for start, end in self.blanks:
            kept = text.find("\n", start, end) if is_long and (start, end) in self.around_items else -1
            ranges = [(start, end)] if kept < 0 else [(start, kept), (kept + 1, end)]
            yield from ((first, last) for first, last in ranges if first < last)


class _Invalid(Exception):
    """What stands here is no JSON value."""


def payloads(masked: str) -> Iterator[Payload]:
    """The JSON values of a text that are laid out on several lines, in order, the outermost of each.

    `masked` is the text with its holes masked (`Template.masked`).
    """
    at = unclosed = 0
    while unclosed < MAX_UNCLOSED and (opener := _OPENER.search(masked, at)):
        reader = _Reader(masked)
        try:
            at = reader.value(opener.start(), 0)
        except _Invalid:
            closed = _behind(masked, opener.start())
            unclosed += closed is None
            at = closed or opener.end()
            continue
        if "\n" in masked[opener.start() : at] and reader.blanks:
            breaks = sum("\n" in masked[start:end] for start, end in reader.blanks)
            yield Payload(
                opener.start(), at, tuple(reader.blanks), frozenset(reader.around_items), tuple(reader.strings), breaks
            )


class _Reader:
    """Reads one value and notes where its blanks and strings stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.blanks: list[tuple[int, int]] = []
        self.around_items: list[tuple[int, int]] = []
        self.strings: list[tuple[int, int]] = []

    def value(self, at: int, depth: int) -> int:
        """The end of the value that begins at `at`. Raises _Invalid."""
        if depth > MAX_NESTING:
            raise _Invalid
        if self._text[at : at + 1] in _CLOSING:
            return self._collection(at, depth)
        if self._text[at : at + 1] == '"':
            return self._string(at)
        scalar = _SCALAR.match(self._text, at)
        if scalar is None:
            raise _Invalid
        return scalar.end()

    def _collection(self, at: int, depth: int) -> int:
        opening = self._text[at]
        closing = _CLOSING[opening]
        at = self._skip(at + 1, depth)
        if self._text[at : at + 1] == closing:
            return at + 1
        while True:
            if opening == "{":
                at = self._skip(self._string(at))
                at = self._skip(self._expect(":", at))
            at = self._skip(self.value(at, depth + 1), depth)
            if self._text[at : at + 1] == closing:
                return at + 1
            at = self._skip(self._expect(",", at), depth)

    def _string(self, at: int) -> int:
        string = _STRING.match(self._text, at)
        if string is None:
            raise _Invalid
        self.strings.append(string.span())
        return string.end()

    def _expect(self, sign: str, at: int) -> int:
        if self._text[at : at + 1] != sign:
            raise _Invalid
        return at + 1

    def _skip(self, at: int, depth: int | None = None) -> int:
        """The end of the blanks at `at`; `depth` is that of the value around whose items they stand."""
        blanks = _BLANKS.match(self._text, at)
        assert blanks is not None
        if blanks[0]:
            self.blanks.append(blanks.span())
            if depth == 0:
                self.around_items.append(blanks.span())
        return blanks.end()


def _behind(text: str, at: int) -> int | None:
    """Where what begins with the bracket at `at` ends: behind the bracket that closes it, None where nothing does."""
    depth = 0
    for bracket in _BRACKET.finditer(text, at):
        depth += (bracket[0] in _CLOSING) - (bracket[0] in _CLOSING.values())
        if depth == 0 and bracket[0] in _CLOSING.values():
            return bracket.end()
    return None
