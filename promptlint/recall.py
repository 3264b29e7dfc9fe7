"""What `check` reported, kept for as long as nothing changes that the report depends on.

A hook mostly runs over files that nobody touched. Then reading them is all that is left to do.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import msgspec

from promptlint.cache import Cache
from promptlint.discover import Discovery
from promptlint.measure import current_day
from promptlint.packages import package_parts
from promptlint.project import Problem
from promptlint.session import Session
from promptlint.settings import SettingsError
from promptlint.source import SourceError, read_bytes

DEPENDENCIES = ("promptlint", "genai-prices", "tiktoken", "ctok", "libcst")
"""Packages whose version can change a report."""


class Report(msgspec.Struct, frozen=True):
    """A report as it was printed. `texts` are the text files that it came from: a digest of each and its settings."""

    text: str
    problems: tuple[Problem, ...]
    failing: bool
    texts: dict[str, bytes]


_DECODER = msgspec.msgpack.Decoder(Report)


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
            report = _DECODER.decode(held) if held else None
        except msgspec.DecodeError:
            return None
        if report is None:
            return None
        is_same = all(self._state(path, _digest_of(path)) == digest for path, digest in report.texts.items())
        return report if is_same else None

    def keep(self, text: str, problems: Iterable[Problem], *, failing: bool, texts: Mapping[str, bytes | None]) -> None:
        """Remember a report; `texts` are the text files that were asked for, with what was read."""
        digests = {
            path: self._state(path, None if content is None else _digest(content)) for path, content in texts.items()
        }
        try:
            self.cache.keep({self.key: msgspec.msgpack.encode(Report(text, tuple(problems), failing, digests))})
        except UnicodeEncodeError:
            return  # it shows text that is no Unicode

    def _state(self, path: str, content: bytes | None) -> bytes:
        """A digest of a text file and of the settings that hold for it: a folder of its own may have some."""
        try:
            settings = repr(self.session.settings(path))
        except SettingsError as error:
            settings = str(error)
        return _digest(b"\0".join((content or b"not there", settings.encode("utf-8", "surrogatepass"))))


def memory_of(cache: Cache, found: Discovery, session: Session, about: Iterable[object]) -> Memory:
    """The memory of a run over the files found, with the rules of promptlint alone; `about` is what else the report
    depends on. Raises SettingsError."""
    digest = hashlib.blake2b(_code(), digest_size=20)

    def add(*parts: object) -> None:
        digest.update("\0".join(map(repr, parts)).encode("utf-8", "surrogatepass") + b"\0")

    add(current_day(), session.resolver.cwd, *about)
    add(found.problems, found.texts, found.roots, sorted(found.quiet))
    settings = {}
    for path in found.files:
        add(path, package_parts(path))
        digest.update(_digest_of(path) or b"unreadable")
        own = session.settings(path)
        settings[id(own)] = own
    add(*settings.values())
    return Memory(cache, digest.digest(), session)


@cache
def _code() -> bytes:
    """A digest of promptlint itself with its rules and data, and the versions of what it stands on."""
    digest = hashlib.blake2b(digest_size=20)
    rules = find_spec("promptlint_rules")
    for folder in (Path(__file__).parent, *map(Path, (rules and rules.submodule_search_locations) or ())):
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.yaml"))):
            digest.update(path.read_bytes())
    for name in DEPENDENCIES:
        try:
            digest.update(version(name).encode())
        except PackageNotFoundError:
            digest.update(b"-")
    digest.update(sys.version.encode())
    return digest.digest()


def _digest_of(path: str) -> bytes | None:
    """The digest of a file, None where there is none that can be read."""
    try:
        return _digest(read_bytes(path)) if os.path.isfile(path) else None
    except SourceError:
        return None


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=20).digest()
