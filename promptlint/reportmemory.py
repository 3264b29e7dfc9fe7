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
from promptlint.keys import add_by_path, are_as_kept, states_of, surroundings
from promptlint.packages import package_parts
from promptlint.packing import pack, unpack_if_sound
from promptlint.project import Problem
from promptlint.promptfiles import TextFiles
from promptlint.session import Session
from promptlint.source import SourceError, read_bytes


class Report(msgspec.Struct, frozen=True):
    """A report as it was printed. `texts` are the text files that it came from: a digest of each and its settings."""

    text: str
    problems: tuple[Problem, ...]
    failing: bool
    texts: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class ReportMemory:
    """The report of one run: `key` stands for everything it depends on besides the text files that code loads."""

    cache: Cache
    key: bytes
    session: Session
    texts: TextFiles

    def recall(self) -> Report | None:
        """The report, None where there is none or a text file changed."""
        report = unpack_if_sound(self.cache.held([self.key]).get(self.key), Report)
        return report if report and are_as_kept(report.texts, self.texts, self._settings) else None

    def keep(self, text: str, problems: Iterable[Problem], *, failing: bool, asked: Mapping[str, bytes | None]) -> None:
        """Remember a report; `asked` are the text files that were asked for, with what was read."""
        packed = pack(Report(text, tuple(problems), failing, states_of(asked, self._settings)))
        if packed is not None:
            self.cache.keep({self.key: packed})

    def _settings(self, path: str) -> tuple[object, ...]:
        return (self.session.settings(path),)


def report_memory(cache: Cache, found: Discovery, session: Session, about: Iterable[object]) -> ReportMemory:
    """The memory of a run over the files found, with the rules of promptlint alone; `about` is what else the report
    depends on. Raises SettingsError."""
    key = surroundings(found, session, *about, found.problems, found.texts, found.project_roots, sorted(found.quiet))
    for path in found.files:
        content = _content(path)
        key.add(path, package_parts(path), content is None)
        key.add_bytes(content or b"")
    add_by_path(key, found.files, lambda path: (session.settings(path),))
    texts = TextFiles(session.resolver.cwd, found.roots, found.texts)
    return ReportMemory(cache, key.digest(), session, texts)


def _content(path: str) -> bytes | None:
    """The bytes of a file, None where there is none that can be read."""
    try:
        return read_bytes(path) if os.path.isfile(path) else None
    except SourceError:
        return None
