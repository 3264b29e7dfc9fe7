"""Repeated instructions: which segment says nothing that another one does not say too."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

WORD = re.compile(r"\{[^{}]*\}|[^\W_]+(?:['\u2019][^\W_]+)*|[%$€£]")
LEAD_IN = re.compile(
    r"[\W_]*(?:(?:very\s+)?important(?:ly)?|remember|reminder|note|nb|again|i repeat|critical|warning|finally|also"
    r"|please|and)"
    r"\b(?:[\W_]+that\b)?",
    re.IGNORECASE,
)
MOST_HOLDERS = 200
"""What so many texts have in common is the wording of a list: no more of them are found by it."""
MOST_COMPARED = 100
"""Texts that one is compared with, those first that it has most in common with: there may be thousands."""
SHINGLE = 3
SIMILAR = 0.8
"""Share of the shorter text's three-word runs that a near repeat finds in the longer one."""
NEAR_WORDS = 6
"""Below this many words only exact repeats count: short texts share their runs by chance."""
FUNCTION_WORDS = frozenset(
    {"a", "an", "the", "and", "or", "to", "of", "in", "on", "at", "for", "by", "with", "from", "as", "is", "are",
     "be", "been", "it", "its", "this", "that", "these", "those", "you", "your", "we", "our", "i", "please",
     "must", "should", "shall", "will", "can", "always", "also", "just", "so", "then", "when", "if", "any", "all",
     "each", "own", "very", "really", "make", "sure", "do", "only", "here", "there", "such", "they", "their",
     "which", "who"}
)  # fmt: skip
"""Words a repeat may leave out or add. Not among them: negations, quantities, limits, which change what is said."""
TURNING_WORDS = frozenset(
    {"not", "no", "never", "none", "nor", "neither", "without", "except", "unless", "but", "only", "don't",
     "doesn't", "cannot", "can't", "won't", "shouldn't", "mustn't", "instead", "rather", "avoid", "least", "most",
     "more", "less", "than", "before", "after"}
)  # fmt: skip
"""Words that can turn the meaning of a sentence: a near repeat has the same ones."""
CONDITIONS = frozenset({"if", "when", "whenever"})
"""Words that say when something holds: what always holds is not said by a sentence about one case."""


class Likeness(StrEnum):
    """How much alike two texts are. EXACT: up to case, punctuation and bullets. RESTATED: in other words."""

    EXACT = "exact"
    NEAR = "near"
    RESTATED = "restated"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The text at index `redundant` repeats the one at `kept`."""

    redundant: int
    kept: int
    likeness: Likeness


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without "Remember:" and the like in front; a hole is the one word `{name}`."""
    lead_in = LEAD_IN.match(text)
    return tuple(word.lower().replace("\u2019", "'") for word in WORD.findall(text, lead_in.end() if lead_in else 0))


def repeats(texts: Sequence[tuple[str, ...]]) -> Iterator[Repeat]:
    """For each text (as `words`) that repeats another, the pair; a text is redundant once.

    Of two alike the later one is redundant; where one says more than the other, the one that says less is.
    """
    first: dict[tuple[str, ...], int] = {}
    by_shingle: dict[tuple[str, ...], list[int]] = defaultdict(list)
    gone: set[int] = set()
    for index, text in enumerate(texts):
        if text in first:
            yield Repeat(index, first[text], Likeness.EXACT)
            continue
        first[text] = index
        shingles = _shingles(text)
        shared = Counter(other for shingle in shingles for other in by_shingle[shingle])
        for shingle in shingles:
            if len(by_shingle[shingle]) < MOST_HOLDERS:
                by_shingle[shingle].append(index)
        for other, _ in shared.most_common(MOST_COMPARED):
            pair = _near(texts[other], text)
            if other not in gone and pair:
                redundant, kept = (other, index) if pair == "first" else (index, other)
                gone.add(redundant)
                yield Repeat(redundant, kept, Likeness.NEAR)
                break


def _shingles(text: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)}


def _near(first: tuple[str, ...], second: tuple[str, ...]) -> str | None:
    """Which of two different texts the other one covers: "first", "second" or None."""
    short, long = (first, second) if len(first) < len(second) else (second, first)
    refined = long[: len(short)] == short  # "Do this." and "Do this, except on Sundays."
    if len(short) < NEAR_WORDS or not (refined or TURNING_WORDS & {*short} == TURNING_WORDS & {*long}):
        return None
    if not refined and not CONDITIONS.isdisjoint(long) and CONDITIONS.isdisjoint(short):
        return None
    missing = {*short} - {*long}
    shingles = _shingles(short)
    if missing - FUNCTION_WORDS or len(shingles & _shingles(long)) < SIMILAR * len(shingles):
        return None
    return "first" if short is first else "second"
