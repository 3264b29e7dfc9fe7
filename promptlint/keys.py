"""Keys of what is kept between runs: digests of all that it depends on."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from promptlint.discover import Discovery
from promptlint.measure import current_day
from promptlint.session import Session
from promptlint.settings import SettingsError

DEPENDENCIES = ("promptlint", "genai-prices", "tiktoken", "ctok", "libcst")
"""Packages whose version can change a report."""


def surroundings(found: Discovery, session: Session, *about: object) -> Key:
    """A key for what is said of files that were found, so far for all that this depends on besides those files."""
    key = Key()
    key.add_bytes(_code())
    key.add(current_day(), session.resolver.cwd, found.roots, *about)
    return key


def state_of_text(session: Session, path: str, content: bytes | None) -> bytes:
    """A digest of a text file (None: not there), of the settings that hold for it, as a folder of its own may have
    some, and of whether anything is to be said of it."""
    key = Key()
    try:
        key.add(path in session.quiet, session.settings(path))
    except SettingsError as error:
        key.add(str(error))
    key.add_bytes(content or b"not there")
    return key.digest()


class Key:
    """A digest that grows: what is kept is found again by all that it depends on."""

    def __init__(self, start: bytes = b"") -> None:
        self._digest = hashlib.blake2b(start, digest_size=20)

    def add(self, *parts: object) -> None:
        """Objects that are told apart by how they are shown."""
        self._digest.update("\0".join(map(repr, parts)).encode("utf-8", "surrogatepass") + b"\0")

    def add_bytes(self, content: bytes) -> None:
        """Bytes of any length."""
        self._digest.update(hashlib.blake2b(content, digest_size=20).digest())

    def add_settings(self, session: Session, paths: Iterable[str]) -> None:
        """The settings in force for each path. Raises SettingsError."""
        numbers: dict[int, int] = {}  # One Settings object serves a whole folder.
        for path in paths:
            settings = session.settings(path)
            if id(settings) not in numbers:
                self.add(settings)
            self.add(numbers.setdefault(id(settings), len(numbers)))

    def digest(self) -> bytes:
        return self._digest.digest()


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
