"""Sentences that lean on their neighbour, or announce it. The table is `promptlint/data/leaning.yaml`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from importlib import resources
from operator import attrgetter

import msgspec

from promptlint.wording.segments import Segment

BETWEEN = re.compile(r"[\s\-*+•‣▪◦\u2013\d.)(]*")
"""What stands between two sentences that are read together: blanks and the bullet or number of a list item."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table; its file says what each list is."""

    leaning: tuple[str, ...]
    announcing: tuple[str, ...]


@cache
def _table() -> Table:
    text = (resources.files("promptlint") / "data" / "leaning.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=Table)


@cache
def _leaning() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(_table().leaning)})", re.IGNORECASE)


@cache
def _announcing() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(_table().announcing)})\W*", re.IGNORECASE)


def with_announcement(text: str, gone: Sequence[Segment], found: Sequence[Segment]) -> list[Segment]:
    """The segments to delete, those of `found` in front of them that only announce them included."""
    asked = first = _number(gone[0], found)
    while first and _announces(text, found[first - 1], found[first]):
        first -= 1
    return [*found[first:asked], *gone]


def is_leant_on(text: str, gone: Sequence[Segment], found: Sequence[Segment]) -> bool:
    """Whether the segment of `found` behind those that are deleted says something else without them."""
    behind = _number(gone[-1], found) + 1
    if behind == len(found) or not BETWEEN.fullmatch(text, gone[-1].end, found[behind].start):
        return False
    return _leaning().match(text, found[behind].start) is not None


def _number(segment: Segment, found: Sequence[Segment]) -> int:
    """Which of the segments found, which are in order, a segment is."""
    return bisect_left(found, segment.start, key=attrgetter("start"))


def _announces(text: str, segment: Segment, following: Segment) -> bool:
    together = BETWEEN.fullmatch(text, segment.end, following.start)
    return bool(together and _announcing().fullmatch(text, segment.start, segment.end))
