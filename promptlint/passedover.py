"""What is mentioned in the files that did not pass the gate: they hold no prompt, but may use what others define."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from promptlint.source import SourceError

_WORD = re.compile(rb"[^\W\d]\w*")


@dataclass(frozen=True)
class PassedOver:
    """The files at `paths`, not read before somebody asks. `read` gives the bytes of one or raises SourceError."""

    paths: frozenset[str] = frozenset()
    read: Callable[[str], bytes] = field(default=str.encode, compare=False)

    def mention(self, name: str) -> bool:
        """Whether one of them holds a name."""
        return name.encode() in self._words

    def mentioned(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that they hold."""
        return frozenset(filter(self.mention, names))

    @cached_property
    def _words(self) -> frozenset[bytes]:
        words: set[bytes] = set()
        for path in self.paths:
            try:
                words.update(_WORD.findall(self.read(path)))
            except SourceError:  # it was there a moment ago
                continue
        return frozenset(words)


NOTHING = PassedOver()
"""Every file passed the gate."""
