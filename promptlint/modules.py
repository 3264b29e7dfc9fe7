"""The facts of many files. Of most of those that the cache holds nothing but the outline is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from promptlint.facts import ModuleFacts, Outline
from promptlint.packing import Damaged, unpack_facts


@dataclass(frozen=True, slots=True)
class Stored:
    """The facts of a file as the cache holds them, and their outline. `again` makes them anew from the file."""

    outline: Outline
    packed: bytes
    again: Callable[[], ModuleFacts]

    def facts(self) -> ModuleFacts:
        """The facts themselves."""
        try:
            return unpack_facts(self.packed)
        except Damaged:
            return self.again()


class Modules(Mapping[str, ModuleFacts]):
    """Facts by path, which are unpacked when somebody asks for them."""

    def __init__(self, held: Mapping[str, ModuleFacts | Stored]) -> None:
        self._held = dict(held)

    def __getitem__(self, path: str) -> ModuleFacts:
        held = self._held[path]
        if isinstance(held, Stored):
            held = self._held[path] = held.facts()
        return held

    def __contains__(self, path: object) -> bool:
        return path in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def changed(self, changes: Mapping[str, ModuleFacts | None]) -> Modules:
        """These with some replaced or added, None: taken away."""
        held = {**self._held, **changes}
        return Modules({path: facts for path, facts in held.items() if facts is not None})

    @property
    def outlines(self) -> dict[str, Outline]:
        """The outlines of all files, by path."""
        return {path: held.outline if isinstance(held, Stored) else held for path, held in self._held.items()}
