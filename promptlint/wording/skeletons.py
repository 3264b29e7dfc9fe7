"""Blocks of one layout: few-shot examples, or the descriptions of several functions, that say the same each time."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
SEPARATOR = re.compile(r"\s*[-=*#_~]{3,}\s*|\s*")
"""A line that ends a block: a rule, or nothing."""
LEAST_LINES = 3
LEAST_FILLED = 2
"""Lines that differ from those of the other block: what is filled into the layout."""
MOST_LINES = 2
"""How many times as many lines as the other a block may have."""
ALIKE = 1 / 3
"""Share of the words of the shorter of two lines that both have in the same order, and at least `LEAST_WORDS`."""
LEAST_WORDS = 2


def are_one_layout(text: str, one: int, other: int) -> bool:
    """Whether the lines around two offsets of a text are two blocks of one layout, filled with other values."""
    lines = _lines(text)
    (start, end), (other_start, other_end) = (lines.block(text.count("\n", 0, at)) for at in (one, other))
    if start == other_start:
        return False
    short, long = sorted((lines.stripped[start:end], lines.stripped[other_start:other_end]), key=len)
    if len(short) < LEAST_LINES or len(long) > MOST_LINES * len(short):
        return False
    filled, left = 0, iter(long)
    for line in short:
        counterpart = next((one for one in left if _are_alike(line, one)), None)
        if counterpart is None:
            return False
        filled += line != counterpart
    return filled >= LEAST_FILLED


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a text without the blanks around them, and the numbers of those that separate blocks."""

    stripped: tuple[str, ...]
    separators: tuple[int, ...]

    def block(self, number: int) -> tuple[int, int]:
        """The lines around one up to a separator on both sides: the number of the first, and of the one behind them."""
        before, behind = bisect_left(self.separators, number), bisect_right(self.separators, number)
        first = self.separators[before - 1] + 1 if before else 0
        return first, self.separators[behind] if behind < len(self.separators) else len(self.stripped)


@lru_cache(maxsize=4)  # many places of one text are asked about
def _lines(text: str) -> _Lines:
    lines = text.split("\n")
    separators = (number for number, line in enumerate(lines) if SEPARATOR.fullmatch(line))
    return _Lines(tuple(line.strip() for line in lines), tuple(separators))


def _are_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    words, others = WORD.findall(one.lower()), WORD.findall(other.lower())
    shared = sum(match.size for match in SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks())
    return shared >= max(LEAST_WORDS, ALIKE * min(len(words), len(others)))
