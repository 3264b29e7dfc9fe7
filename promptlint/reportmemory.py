"""What `check` reported, kept for as long as nothing changes that the report depends on.

A hook mostly runs over files that nobody touched. Then reading them is all that is left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from promptlint.cache import Cache
from promptlint.discover import Discovery
from promptlint.keys import add_by_path, are_as_kept, digest_of, states_of, surroundings
from promptlint.packages import package_parts
from promptlint.packing import pack, unpack_if_sound
from promptlint.project import Problem
from promptlint.promptfiles import Asked, TextFiles
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
    """The report of one run: `key` stands for everything it depends on besides the text files that code loads, and
    `states` for each program."""

    cache: Cache
    key: bytes
    states: Mapping[str, bytes]
    session: Session
    texts: TextFiles
    _changed: set[str] = field(default_factory=set, init=False, compare=False)
    """The programs that somebody changed after the key was made: noted where they are read, which is long before it is
    known what to keep."""

    def recall(self) -> Report | None:
        """The report, None where there is none or a text file changed."""
        report = unpack_if_sound(self.cache.held([self.key]).get(self.key), Report)
        return report if report and are_as_kept(report.texts, self.texts, self._settings) else None

    def read(self, path: str) -> bytes:
        """The bytes of a program, which the report then comes from. Raises SourceError."""
        content = _read(path)
        if _state_of(content) != self.states.get(path):
            self._changed.add(path)
        if isinstance(content, SourceError):
            raise content
        return content

    def keep(self, text: str, problems: Iterable[Problem], *, failing: bool, asked: Mapping[str, Asked]) -> None:
        """Remember a report, unless a program was not what the key has; `asked` are the text files asked for."""
        if self._changed:
            return
        packed = pack(Report(text, tuple(problems), failing, states_of(asked, self._settings)))
        if packed is not None:
            self.cache.keep({self.key: packed})

    def _settings(self, path: str) -> tuple[object, ...]:
        return (self.session.settings(path),)


def report_memory(cache: Cache, found: Discovery, session: Session, about: Iterable[object]) -> ReportMemory:
    """The memory of a run over the files found, with the rules of promptlint alone; `about` is what else the report
    depends on. Raises SettingsError."""
    key = surroundings(found, session, *about, found.problems, found.texts, found.project_roots, sorted(found.quiet))
    states = {path: _state_of(_read(path)) for path in found.files}
    for path, state in states.items():
        key.add(path, package_parts(path), state)
    add_by_path(key, found.files, lambda path: (session.settings(path),))
    texts = TextFiles(session.resolver.cwd, found.roots, found.texts)
    return ReportMemory(cache, key.digest(), states, session, texts)


def _read(path: str) -> bytes | SourceError:
    try:
        return read_bytes(path)
    except SourceError as error:
        return error


def _state_of(content: bytes | SourceError) -> bytes:
    """A digest of a file, or why it cannot be read."""
    return str(content).encode() if isinstance(content, SourceError) else digest_of(content)
