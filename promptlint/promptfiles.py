"""Prompt files: text that code loads, that configuration names, or that lies where prompts are kept."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from promptlint.folders import LEADS_OUT, leads_out, real_paths
from promptlint.patterns import below
from promptlint.project import Problem
from promptlint.source import Source, SourceError, decode_plain, read_bytes
from promptlint.yaml_loading import YamlError, load

if TYPE_CHECKING:
    from promptlint.facts import ModuleFacts

MAX_SIZE = 1_000_000
"""Bytes. No model takes a prompt of this length."""
TOO_LARGE = f"not read as a prompt: larger than {MAX_SIZE:,} bytes"

SUFFIXES = (".txt", ".md", ".j2", ".jinja", ".jinja2", ".prompt", ".yaml", ".yml", ".json")

_PROMISING = re.compile(r"prompt(?!lint)|instruction|persona|template|system_?message", re.IGNORECASE)
"""`promptlint.yaml` is a configuration."""


Asked: TypeAlias = bytes | Problem | None
"""What became of a text file that was asked for: the bytes read from disk, why they could not be read, or nothing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A text file that was found; `declared` says that the user named it, himself or by a setting."""

    path: str
    declared: bool
    within: str
    """The path below the folder that was searched: what lies above that says nothing about the file."""


def is_text_file(path: str) -> bool:
    return path.endswith(SUFFIXES)


def may_hold_prompts(within: str) -> bool:
    """Whether the path of a file below the folder that is searched says that prompts may be kept there."""
    return within.endswith(SUFFIXES) and _PROMISING.search(within) is not None


def flaw_of(path: str, text: str) -> str | None:
    """Why the text of a YAML or JSON file cannot be loaded, or should not be; None for every other text."""
    if path.endswith(".json"):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return "not valid JSON"
    elif path.endswith((".yaml", ".yml")):
        try:
            load(text)
        except YamlError as error:
            return f"not valid YAML ({error.message})"
    return None


def load_from_disk(path: str) -> bytes | None:
    """The content of the file at an absolute path, None where there is none. Raises SourceError."""
    if not os.path.isfile(path):
        return None
    if os.path.getsize(path) > MAX_SIZE:
        raise SourceError(path, 1, TOO_LARGE)
    return read_bytes(path)


class TextFiles:
    """Text files, read when linking asks for them.

    Only files are read that lie below the `roots` (absolute folders, or files), wherever links lead, and those in
    `given`, which wins over them; one that is None there is not there. `load` gives the content of a file by its
    absolute path.
    """

    def __init__(
        self,
        cwd: str = "",
        roots: Sequence[str] = (),
        listed: Iterable[Listed] = (),
        given: Mapping[str, Source | None] | None = None,
        load: Callable[[str], bytes | None] = load_from_disk,
    ) -> None:
        self.listed = tuple(listed)
        self._declared = frozenset(one.path for one in self.listed if one.declared)
        self._cwd = cwd
        self._roots = tuple(roots)
        self._load = load
        self._given = dict(given or {})
        self._sources = dict(self._given)
        self._data: dict[str, bytes] = {}
        self._problems: dict[str, Problem] = {}

    def read(self, path: str) -> Source | None:
        """The text of a file, by its path as shown; None where there is none, or none that can be read.

        That is a problem where the file was meant to hold a prompt: by the settings, or by its name. Code loads other
        data too, in any encoding and of any size.
        """
        if path not in self._sources:
            try:
                self._sources[path] = self._loaded(path)
            except SourceError as error:
                self._sources[path] = None
                if path in self._declared or may_hold_prompts("/".join(path.split("/")[-3:])):
                    self._problems[path] = Problem(path, error.line, error.message)
        return self._sources[path]

    @cached_property
    def _real_roots(self) -> frozenset[str]:
        return real_paths(self._roots)

    def _loaded(self, path: str) -> Source | None:
        full = os.path.normpath(os.path.join(self._cwd, path))
        inside = any(full == root or below(full, root) is not None for root in self._roots)
        data = self._load(full) if inside and (is_text_file(path) or path in self._declared) else None
        if data is None:
            return None
        if self.is_portable and leads_out(full, self._real_roots):
            raise SourceError(path, 1, LEADS_OUT)
        source = decode_plain(data, path)
        if path in self._declared and (flaw := flaw_of(path, source.text)):
            raise SourceError(path, 1, f"{flaw}: its texts are not known")
        self._data[path] = data
        return source

    @property
    def sources(self) -> dict[str, Source]:
        """The files read so far."""
        return {path: source for path, source in self._sources.items() if source is not None}

    @property
    def data(self) -> dict[str, bytes]:
        """The bytes of the files read from disk so far."""
        return dict(self._data)

    @property
    def asked(self) -> dict[str, Asked]:
        """Every file that was asked for, with what became of it."""
        return {path: self._data.get(path, self._problems.get(path)) for path in self._sources}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Files that were meant to hold prompts and could not be read."""
        return tuple(self._problems.values())

    def knows(self, path: str) -> bool:
        """Whether a file was read as text."""
        return self._sources.get(path) is not None

    @property
    def is_portable(self) -> bool:
        """Whether another process reads the same: from disk, not out of a commit."""
        return self._load is load_from_disk

    def only(self, listed: Iterable[Listed]) -> TextFiles:
        """The same files, of which only some are listed, and none is read."""
        files = TextFiles(self._cwd, self._roots, listed, self._given, self._load)
        files._declared = self._declared
        return files

    def take_over(self, other: TextFiles) -> None:
        """Know what was read by others of the same files."""
        self._sources.update(other._sources)
        self._data.update(other._data)
        self._problems.update(other._problems)

    def leave_out(self, path: str) -> None:
        """Take a file for one that is not there."""
        self._sources[path] = None
        self.listed = tuple(one for one in self.listed if one.path != path)

    def updated(self, sources: Mapping[str, Source | None]) -> TextFiles:
        """The same files with some of them replaced in memory, None: taken away."""
        return TextFiles(self._cwd, self._roots, self.listed, {**self.sources, **sources}, self._load)


def text_facts(source: Source) -> ModuleFacts:
    """The facts of a text file: it has lines, and nothing else."""
    from promptlint.facts import ModuleFacts, Scope
    from promptlint.scan.positions import line_starts

    return ModuleFacts(
        path=source.path,
        module="",
        package_parts=1,
        is_package=False,
        line_starts=line_starts(source.text),
        scopes=(Scope("module", "", "", -1, 0, len(source.text)),),
        blocks=(),
        bindings=(),
        imports=(),
        calls=(),
        texts=(),
        statements=(),
        comments=(),
        usage_reads=(),
        importable=False,
    )
