"""What is mentioned in the files that did not pass the gate: they hold no prompt, but may use what others define."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from promptlint.source import SourceError

_WORD = re.compile(rb"[^\W\d]\w*")


@dataclass(frozen=True)
class PassedOver:
    """The files at `paths`, not read before somebody asks. `read` gives the bytes of one or raises SourceError.

    `asked` are the names that somebody asked about.
    """

    paths: frozenset[str] = frozenset()
    read: Callable[[str], bytes] = field(default=str.encode, compare=False)
    asked: set[str] = field(default_factory=set, compare=False)
    _words: list[frozenset[bytes]] = field(default_factory=list, compare=False)
    """All words of the files, once they were read."""

    def afresh(self) -> PassedOver:
        """The same files, read once for both, of which nobody has asked anything."""
        return replace(self, asked=set())

    def mention(self, name: str) -> bool:
        """Whether one of them holds a name."""
        self.asked.add(name)
        if not self._words:
            self._words.append(frozenset(self._read()))
        return name.encode() in self._words[0]

    def _read(self) -> Iterator[bytes]:
        for path in self.paths:
            try:
                yield from _WORD.findall(self.read(path))
            except SourceError:  # it was there a moment ago
                continue
