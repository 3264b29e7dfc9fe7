"""What of a text no rewriting of prose may touch: quotations, inline code, tags, placeholders, addresses."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from promptlint.wording.segments import Segment, segments
from promptlint.wording.text import PLACEHOLDER, lines

PLACEHOLDERS = re.compile(
    r"\$?\{\{[^{}]*\}\}|\{%(?:(?!\{%).)*?%\}|\$?\{[A-Za-z_][^{}\n]*\}|\$[A-Za-z_]\w*|%(?:\(\w+\))?[sdrf]\b|</?[A-Za-z][^<>\n]*>"
)
"""What a program or a reader fills in or goes by: `{{x}}`, `{x}`, `${x}`, `%s`, `<x>`."""
SPANS = re.compile(
    rf"""(?<!`)`+[^`]+`+
      |"(?:[^"\n]|\n(?![ \t]*\n))*"|\u201c[^\u201c\u201d]*\u201d|\u00ab[^\u00ab\u00bb]*\u00bb
      |(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w))+'(?!\w)|\u2018[^\u2018\u2019\n]*\u2019(?!\w)
      |\[[^\[\]\n]*\]|https?://\S+|{PLACEHOLDERS.pattern}|{PLACEHOLDER.pattern}""",
    re.VERBOSE,
)
NEGATION = re.compile(r"\b(?:not|never|nor?|none|neither|without|cannot|\w+n['\u2019]t)\b", re.IGNORECASE)

NEGATED = re.compile(rf"({NEGATION.pattern})\W+(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Protected:
    """The protected ranges of one text, in order."""

    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> Protected:
        return cls(tuple(match.span() for match in SPANS.finditer(text)))

    def touches(self, start: int, end: int) -> bool:
        """Whether the range shares a character with protected text, or lies within it."""
        return any(a < end and start < b for a, b in self.spans)


def loses(before: str, after: str) -> bool:
    """Whether `after` lacks a placeholder or code of `before`, or something that `before` forbids or denies."""
    if Counter(PLACEHOLDERS.findall(before)) != Counter(PLACEHOLDERS.findall(after)):
        return True
    return _code(before) != _code(after) or not _negated(before) <= _negated(after)


def _negated(text: str) -> set[tuple[str, str]]:
    """Each negation with the word behind it. Said twice counts once."""
    return {(match[1].lower(), match[2].lower()) for match in NEGATED.finditer(text)}


def _code(text: str) -> list[list[str]]:
    """The fenced blocks without their indentation; those that are JSON, whose layout means nothing, left out."""
    blocks = [list(group) for fenced, group in groupby(lines(text), key=lambda line: line.fenced) if fenced]
    code = [[line.text.strip() for line in block] for block in blocks]
    return [block for block in code if not _is_json("\n".join(block[1:-1]))]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def in_prose(masked: str, ranges: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in whose place a sentence would be an instruction, and not part of code or an example.

    `masked` is the text with its holes masked (`Template.masked`).
    """
    characters = list(masked)
    for start, end in ranges:
        lone = ["\n" if character == "\n" else "x" for character in masked[start:end]]
        characters[start:end] = [*lone[:-1], "."]
    found = segments("".join(characters)) if ranges else ()
    starts = [segment.start for segment in found]
    return [(start, end) for start, end in ranges if _any_in(found, starts, start, end)]


def _any_in(found: Sequence[Segment], starts: Sequence[int], start: int, end: int) -> bool:
    """Whether one of the segments, which are in order, shares characters with a range."""
    at = bisect_left(starts, end) - 1
    return at >= 0 and found[at].end > start
