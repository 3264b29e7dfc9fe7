"""Finding things again after a change: calls and prompts that moved, were edited, or lie in a renamed file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

ALIKE = 0.5
"""The share of words in common from which a text in another place counts as the same one, edited."""
TELLING = 5
"""Words from which a text says by itself that two things are the same."""
MOST = 40_000
"""Pairs that are compared word by word: 200 things of one kind that are gone, and 200 new ones."""

T = TypeVar("T")


@dataclass(frozen=True)
class Traits(Generic[T]):
    """By what a thing is found again: its present `file`, who holds it (`owner`), its `kind`, and its `text`."""

    value: T
    file: str
    owner: str | None
    kind: str
    text: str
    words: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", Counter(self.text.split()))


Key = Callable[[Traits[T]], Hashable | None]


def _in_place(one: Traits[T]) -> Hashable | None:
    return one.file, one.owner, one.text


def _same_text(one: Traits[T]) -> Hashable | None:
    return (one.kind, one.text) if one.words.total() >= TELLING else None


def _same_owner(one: Traits[T]) -> Hashable | None:
    return (one.file, one.owner, one.kind) if one.owner else None


def _owner_with_another_kind(one: Traits[T]) -> Hashable | None:
    return (one.file, one.owner) if one.owner else None


def _owner_elsewhere(one: Traits[T]) -> Hashable | None:
    return (one.owner, one.kind) if one.owner else None


def _same_file(one: Traits[T]) -> Hashable | None:
    return one.file, one.kind


def _anywhere(one: Traits[T]) -> Hashable | None:
    return one.kind if one.words.total() >= TELLING else None


def matched(before: Sequence[Traits[T]], after: Sequence[Traits[T]]) -> list[tuple[T | None, T | None]]:
    """Each thing before with the one that it became, None for none, and each that came new, in order of `after`.

    What is surest is matched first: the same text in the same place, the same text elsewhere, the same owner with the
    nearest text, and at last the nearest text anywhere.
    """
    became: dict[int, int] = {}
    steps: tuple[tuple[Key[T], float], ...] = (
        (_in_place, 0),
        (_same_text, 0),
        (_same_owner, 0),
        (_owner_with_another_kind, 0),
        (_owner_elsewhere, ALIKE),
        (_same_file, ALIKE),
        (_anywhere, ALIKE),
    )
    for key, least in steps:
        taken = set(became.values())
        old = _grouped(before, key, became.keys())
        new = _grouped(after, key, taken)
        for group in old.keys() & new.keys():
            became.update(_nearest(before, old[group], after, new[group], least))
    origin = {later: earlier for earlier, later in became.items()}
    gone: list[tuple[T | None, T | None]] = [
        (one.value, None) for index, one in enumerate(before) if index not in became
    ]
    return gone + [
        (before[origin[index]].value if index in origin else None, one.value) for index, one in enumerate(after)
    ]


def _grouped(things: Sequence[Traits[T]], key: Key[T], done: Container[int]) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index, one in enumerate(things):
        if index not in done and (group := key(one)) is not None:
            groups[group].append(index)
    return groups


def _nearest(
    before: Sequence[Traits[T]], old: list[int], after: Sequence[Traits[T]], new: list[int], least: float
) -> Iterator[tuple[int, int]]:
    """Pairs of indices, those with the most words in common first; of equal ones in source order."""
    if len(old) * len(new) > MOST:
        # Of things that are the same anyway any two will do.
        yield from zip(old, new, strict=False) if least == 0 else ()
        return
    shares = sorted(
        (-share, abs(place - other), place, other)
        for place, one in enumerate(old)
        for other, two in enumerate(new)
        if (share := _share(before[one].words, after[two].words)) >= least
    )
    used: tuple[set[int], set[int]] = set(), set()
    for _, _, place, other in shares:
        if place not in used[0] and other not in used[1]:
            used[0].add(place)
            used[1].add(other)
            yield old[place], new[other]


def _share(one: Counter[str], other: Counter[str]) -> float:
    """The share of the words of two texts that both have, 1 for two empty ones."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0
