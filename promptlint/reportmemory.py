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
    `digests` for the content of each program."""

    cache: Cache
    key: bytes
    digests: Mapping[str, bytes]
    session: Session
    texts: TextFiles

    def recall(self) -> Report | None:
        """The report, None where there is none or a text file changed."""
        report = unpack_if_sound(self.cache.held([self.key]).get(self.key), Report)
        return report if report and are_as_kept(report.texts, self.texts, self._settings) else None

    def keep(
        self,
        text: str,
        problems: Iterable[Problem],
        *,
        failing: bool,
        asked: Mapping[str, Asked],
        data: Mapping[str, bytes],
    ) -> None:
        """Remember a report, unless somebody changed a program after the key was made; `data` are those that were read,
        `asked` the text files that were asked for."""
        if any(digest_of(data[path]) != digest for path, digest in self.digests.items() if path in data):
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
    digests = {path: _digest(path) for path in found.files}
    for path, digest in digests.items():
        key.add(path, package_parts(path), digest)
    add_by_path(key, found.files, lambda path: (session.settings(path),))
    texts = TextFiles(session.resolver.cwd, found.roots, found.texts)
    return ReportMemory(cache, key.digest(), digests, session, texts)


def _digest(path: str) -> bytes:
    """The digest of a file, nothing for one that cannot be read."""
    try:
        return digest_of(read_bytes(path)) if os.path.isfile(path) else b""
    except SourceError:
        return b""
