"""Blocks of one layout: few-shot examples, or the descriptions of several functions, that say the same each time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

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
    first, second = _block(text, one), _block(text, other)
    short, long = sorted((first[1], second[1]), key=len)
    if first[0] == second[0] or len(short) < LEAST_LINES or len(long) > MOST_LINES * len(short):
        return False
    filled, left = 0, iter(long)
    for line in short:
        counterpart = next((one for one in left if _are_alike(line, one)), None)
        if counterpart is None:
            return False
        filled += line != counterpart
    return filled >= LEAST_FILLED


def _block(text: str, at: int) -> tuple[int, Sequence[str]]:
    """The lines around an offset up to a separator on both sides, and the number of the first."""
    lines = text.split("\n")
    number = text.count("\n", 0, at)
    first = last = number
    while first and not SEPARATOR.fullmatch(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and not SEPARATOR.fullmatch(lines[last + 1]):
        last += 1
    return first, [line.strip() for line in lines[first : last + 1]]


def _are_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    words, others = WORD.findall(one.lower()), WORD.findall(other.lower())
    shared = sum(match.size for match in SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks())
    return shared >= max(LEAST_WORDS, ALIKE * min(len(words), len(others)))
