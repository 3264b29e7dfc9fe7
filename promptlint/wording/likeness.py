"""Long texts that are nearly the same: the share of their word runs that they have in common."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SHINGLE = 5
"""Words of a run: five in a row are rarely the same by chance."""


MOST_COMPARED = 100
"""Earlier texts that one is compared with: of thousands that are alike, the first say enough."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The texts at two indices, `later` behind `earlier`, are alike: `share` (0 to 1] of all their runs is in both."""

    later: int
    earlier: int
    share: float


def likenesses(texts: Sequence[tuple[str, ...]], least: float) -> Iterator[Likeness]:
    """The pairs of texts (as words) that are alike, by the later one, then the earlier; `least` is the share it takes.

    Texts of fewer than `SHINGLE` words are like no other. Only pairs that share one of their rarest runs are compared:
    of two sets with a share of `least` in common, one of the rarest `1 - least` of either is in both.
    """
    shingled = [{text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)} for text in texts]
    frequency = Counter(shingle for shingles in shingled for shingle in shingles)
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, shingles in enumerate(shingled):
        rarest = sorted(shingles, key=lambda shingle: (frequency[shingle], shingle))
        prefix = rarest[: len(rarest) - math.ceil(least * len(rarest)) + 1]
        for other in sorted({other for shingle in prefix for other in holders[shingle]})[:MOST_COMPARED]:
            share = len(shingles & shingled[other]) / len(shingles | shingled[other])
            if share >= least:
                yield Likeness(index, other, share)
        for shingle in prefix:
            holders[shingle].append(index)
