"""Which lines of two texts differ, in a time that does not grow with their square.

Lines that stand once in both texts are matched first (patience diff), then what lies between them in the same way.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

MOST_ROUNDS = 20
"""How often what lies between matched lines is looked at again."""
SMALL = 10_000
"""Pairs of lines that are compared each with each where no line stands once in both."""


class _Window(NamedTuple):
    """A stretch of each text, and how often it was divided."""

    low: int
    high: int
    begin: int
    end: int
    rounds: int


def differences(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[range, range]]:
    """The stretches of lines, by number, that differ, in order; what lies between them is the same, line by line."""
    matched = [(-1, -1), *sorted(_matched(old, new)), (len(old), len(new))]
    for (before, at), (behind, then) in pairwise(matched):
        if behind - before > 1 or then - at > 1:
            yield range(before + 1, behind), range(at + 1, then)


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    waiting = [_Window(0, len(old), 0, len(new), 0)]
    while waiting:
        low, high, begin, end, rounds = waiting.pop()
        while low < high and begin < end and old[low] == new[begin]:
            yield low, begin
            low, begin = low + 1, begin + 1
        while low < high and begin < end and old[high - 1] == new[end - 1]:
            high, end = high - 1, end - 1
            yield high, end
        window = _Window(low, high, begin, end, rounds)
        anchors = _anchors(old, new, window) if rounds < MOST_ROUNDS else []
        if anchors:
            yield from anchors
            for (before, at), (behind, then) in pairwise([(low - 1, begin - 1), *anchors, (high, end)]):
                waiting.append(_Window(before + 1, behind, at + 1, then, rounds + 1))
        else:
            yield from _aligned(old, new, window)


def _anchors(old: Sequence[str], new: Sequence[str], window: _Window) -> list[tuple[int, int]]:
    """Lines that stand once in both, as many as are in the same order."""
    here, there = _once(old, window.low, window.high), _once(new, window.begin, window.end)
    return _rising([(at, there[line]) for line, at in here.items() if line in there])


def _once(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    """The lines that stand once in a stretch, with their numbers, in order."""
    found: dict[str, int | None] = {}
    for at in range(start, end):
        found[lines[at]] = None if lines[at] in found else at
    return {line: at for line, at in found.items() if at is not None}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs, which rise by the first, that rises by the second as well."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for number, (_, at) in enumerate(pairs):
        length = bisect_left(tails, at)
        before.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [at]
        ends[length : length + 1] = [number]
    found: list[tuple[int, int]] = []
    last = ends[-1] if ends else None
    while last is not None:
        found.append(pairs[last])
        last = before[last]
    return found[::-1]


def _aligned(old: Sequence[str], new: Sequence[str], window: _Window) -> Iterator[tuple[int, int]]:
    """Lines that are the same where none stands once in both: a few are compared each with each; of many the first of
    one kind is the first of the other text, the second its second."""
    low, high, begin, end, _ = window
    if (high - low) * (end - begin) <= SMALL:
        matcher = SequenceMatcher(None, old[low:high], new[begin:end], autojunk=False)
        for at, then, size in matcher.get_matching_blocks():
            yield from ((low + at + more, begin + then + more) for more in range(size))
    else:
        here, there = _numbered(old, low, high), _numbered(new, begin, end)
        yield from _rising([(at, there[line]) for line, at in here.items() if line in there])


def _numbered(lines: Sequence[str], start: int, end: int) -> dict[tuple[str, int], int]:
    """The numbers of the lines of a stretch by what they hold and how often that stood there before, in order."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], int] = {}
    for at in range(start, end):
        found[lines[at], seen[lines[at]]] = at
        seen[lines[at]] += 1
    return found
