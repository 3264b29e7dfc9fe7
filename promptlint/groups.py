"""What belongs together, at first or second hand."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

_T = TypeVar("_T", bound=Hashable)


class Groups(Generic[_T]):
    """Groups of things, of which each is alone until it is joined with others."""

    def __init__(self) -> None:
        self._above: dict[_T, _T] = {}

    def join(self, things: Iterable[_T]) -> None:
        """Say that things belong together."""
        stand = list(dict.fromkeys(map(self.of, things)))
        self._above.update(dict.fromkeys(stand[1:], stand[0]))

    def of(self, thing: _T) -> _T:
        """The thing that stands for the group of another: the same for all of a group."""
        passed: list[_T] = []
        while (above := self._above.get(thing, thing)) != thing:
            passed.append(thing)
            thing = above
        self._above.update(dict.fromkeys(passed, thing))
        return thing
