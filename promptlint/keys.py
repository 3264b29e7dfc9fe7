"""Keys of what is kept between runs: digests of all that it depends on."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from promptlint.settings import SettingsError

# A scan needs no more of this than the key of a file.
if TYPE_CHECKING:
    from promptlint.discover import Discovery
    from promptlint.promptfiles import Asked, TextFiles
    from promptlint.session import Session

About: TypeAlias = Callable[[str], tuple[object, ...]]
"""What holds for a path: settings, rules. Raises SettingsError."""

DEPENDENCIES = ("promptlint", "genai-prices", "tiktoken", "ctok", "libcst")
"""Packages whose version can change a report."""


class Key:
    """A digest that grows with what it is to stand for."""

    def __init__(self, start: bytes = b"") -> None:
        self._digest = hashlib.blake2b(start, digest_size=20)

    def add(self, *parts: object) -> None:
        """Objects that are told apart by how they are shown."""
        self._digest.update("\0".join(map(repr, parts)).encode("utf-8", "surrogatepass") + b"\0")

    def add_bytes(self, content: bytes) -> None:
        """Bytes of any length."""
        self._digest.update(digest_of(content))

    def digest(self) -> bytes:
        """20 bytes for all that was added."""
        return self._digest.digest()


def digest_of(content: bytes) -> bytes:
    """20 bytes for any number of them."""
    return hashlib.blake2b(content, digest_size=20).digest()


def facts_key(path: str, content: bytes, parts: int) -> bytes:
    """What the facts of a file are known by; `parts` of its path are its module name."""
    key = Key(code_digest())
    key.add(path, parts, *_interpreter(), _version("libcst"))
    key.add_bytes(content)
    return key.digest()


def surroundings(found: Discovery, session: Session, *about: object) -> Key:
    """A key for what is said of files that were found, so far for all that this depends on besides those files."""
    from promptlint.measure import current_day

    key = Key(_everything())
    key.add(*_interpreter(), current_day(), session.resolver.cwd, found.roots, *about)
    return key


def add_by_path(key: Key, paths: Iterable[str], about: About) -> None:
    """Add what holds for each path. Many paths have the same objects, which are added once. Raises SettingsError."""
    numbers: dict[tuple[int, ...], int] = {}
    held: list[object] = []  # so that no id comes back
    for path in paths:
        objects = about(path)
        ids = tuple(map(id, objects))
        if ids not in numbers:
            held.append(objects)
            key.add(*objects)
        key.add(numbers.setdefault(ids, len(numbers)))


def states_of(asked: Mapping[str, Asked], about: About) -> dict[str, bytes]:
    """Digests by path of what became of text files that were asked for, and of what holds for them."""
    return {path: _state_of(path, content, about) for path, content in asked.items()}


def _state_of(path: str, content: Asked, about: About) -> bytes:
    key = Key()
    try:
        key.add(*about(path))
    except SettingsError as error:
        key.add(str(error))
    if isinstance(content, bytes):
        key.add_bytes(content)
    else:
        key.add(content)
    return key.digest()


def are_as_kept(states: Mapping[str, bytes], texts: TextFiles, about: About) -> bool:
    """Whether text files are as they were when they had these states. They are read for that."""
    for path in states:
        texts.read(path)
    asked = texts.asked
    return states_of({path: asked[path] for path in states}, about) == states


def _interpreter() -> tuple[str, int]:
    """What decides which files can be parsed: Python, and how many digits it reads as a number."""
    return sys.version, sys.get_int_max_str_digits()


@cache
def code_digest() -> bytes:
    """A digest of the code that reads files: what another state of it has learned does not count."""
    folder = Path(__file__).parent
    return _digest_of_all(sorted((*folder.glob("*.py"), *folder.glob("scan/*.py"))))


@cache
def _everything() -> bytes:
    """A digest of promptlint itself with its rules and data, and the versions of what it stands on."""
    rules = find_spec("promptlint_rules")
    folders = (Path(__file__).parent, *map(Path, (rules and rules.submodule_search_locations) or ()))
    key = Key(
        _digest_of_all(path for folder in folders for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.yaml"))))
    )
    key.add(*map(_version, DEPENDENCIES))
    return key.digest()


def _digest_of_all(paths: Iterable[Path]) -> bytes:
    digest = hashlib.blake2b(digest_size=20)
    for path in paths:
        digest.update(path.read_bytes())
    return digest.digest()


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
