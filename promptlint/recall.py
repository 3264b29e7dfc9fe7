"""What `check` reported, kept for as long as nothing changes that the report depends on.

A hook mostly runs over files that nobody touched. Then reading them is all that is left to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from promptlint.cache import Cache
from promptlint.discover import Discovery
from promptlint.keys import state_of_text, surroundings
from promptlint.packages import package_parts
from promptlint.packing import Damaged, pack, unpack
from promptlint.project import Problem
from promptlint.session import Session
from promptlint.source import SourceError, read_bytes


class Report(msgspec.Struct, frozen=True):
    """A report as it was printed. `texts` are the text files that it came from: a digest of each and its settings."""

    text: str
    problems: tuple[Problem, ...]
    failing: bool
    texts: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Memory:
    """The report of one run: `key` stands for everything it depends on besides text files."""

    cache: Cache
    key: bytes
    session: Session

    def recall(self) -> Report | None:
        """The report, None where there is none or a text file changed."""
        held = self.cache.held([self.key]).get(self.key)
        try:
            report = unpack(held, Report) if held else None
        except Damaged:
            return None
        if report is None:
            return None
        is_same = all(
            state_of_text(self.session, path, _content(path)) == state for path, state in report.texts.items()
        )
        return report if is_same else None

    def keep(self, text: str, problems: Iterable[Problem], *, failing: bool, texts: Mapping[str, bytes | None]) -> None:
        """Remember a report; `texts` are the text files that were asked for, with what was read."""
        digests = {path: state_of_text(self.session, path, content) for path, content in texts.items()}
        if packed := pack(Report(text, tuple(problems), failing, digests)):
            self.cache.keep({self.key: packed})


def memory_of(cache: Cache, found: Discovery, session: Session, about: Iterable[object]) -> Memory:
    """The memory of a run over the files found, with the rules of promptlint alone; `about` is what else the report
    depends on. Raises SettingsError."""
    key = surroundings(found, session, *about, found.problems, found.texts, found.projects, sorted(found.quiet))
    for path in found.files:
        content = _content(path)
        key.add(path, package_parts(path), content is None)
        key.add_bytes(content or b"")
    key.add_settings(session, found.files)
    return Memory(cache, key.digest(), session)


def _content(path: str) -> bytes | None:
    """The bytes of a file, None where there is none that can be read."""
    try:
        return read_bytes(path) if os.path.isfile(path) else None
    except SourceError:
        return None
