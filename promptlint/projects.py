"""The projects of a run: what rules see together, and what is linked together in each.

A run over a folder of several packages holds several projects: a package that is installed or distributed by itself
shares no constant with another, unless one of the two imports the other.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from promptlint.facts import Outline
from promptlint.link.parts import parts_of
from promptlint.promptfiles import Listed


@dataclass(frozen=True, slots=True)
class Part:
    """Modules that are linked together, ordered by path, and the listed text files that go with them."""

    modules: tuple[Outline, ...]
    listed: tuple[Listed, ...]


ProjectFiles: TypeAlias = tuple[Part, ...]
"""The parts of one project: they import nothing of each other, and lie below one root."""


def paths_of(files: ProjectFiles) -> tuple[str, ...]:
    """The paths of the files of a project, its listed text files included."""
    programs = (module.path for part in files for module in part.modules)
    return (*programs, *(text.path for part in files for text in part.listed))


def projects_of(modules: Mapping[str, Outline], listed: Sequence[Listed], roots: Collection[str]) -> list[ProjectFiles]:
    """The projects that files make up, ordered by their first part.

    `roots` are the folders, as shown, that hold what is distributed by itself. Files belong together that lie below the
    same of them, or below none, and files that import each other. Text files go with the modules nearest to them.
    """
    parts = parts_of(modules) or [[]]
    shared = _listed_for(parts, listed)
    held_by = _Roots(roots)
    first: dict[str, int] = {}
    joined: dict[int, int] = {}

    def project(at: int) -> int:
        while (above := joined.get(at, at)) != at:
            at = above
        return at

    for at, part in enumerate(parts):
        for root in {held_by.root_of(module.path) for module in part}:
            one, other = sorted((project(at), project(first.setdefault(root, at))))
            joined[other] = one
    projects: defaultdict[int, list[Part]] = defaultdict(list)
    for at, part in enumerate(parts):
        projects[project(at)].append(Part(tuple(part), tuple(shared[at])))
    return [tuple(projects[at]) for at in sorted(projects)]


class _Roots:
    """Which root holds a file."""

    def __init__(self, roots: Iterable[str]) -> None:
        self._known = {root: root for root in roots}

    def root_of(self, path: str) -> str:
        """The innermost root above a file, "" for none."""
        folder = posixpath.dirname(path)
        passed: list[str] = []
        while folder not in self._known and folder not in ("", "/"):
            passed.append(folder)
            folder = posixpath.dirname(folder)
        root = self._known.get(folder, "")
        self._known.update(dict.fromkeys(passed, root))
        return root


def _listed_for(parts: list[list[Outline]], listed: Iterable[Listed]) -> list[list[Listed]]:
    """The listed text files of each part: each goes with the modules that lie nearest above or beside it."""
    folders: dict[str, int] = {}
    for at, part in enumerate(parts):
        for module in part:
            folder = posixpath.dirname(module.path)
            while folder not in folders:
                folders[folder] = at
                folder = posixpath.dirname(folder)
    shared: list[list[Listed]] = [[] for _ in parts]
    for one in listed:
        folder = posixpath.dirname(one.path)
        while folder not in folders and folder not in ("", "/"):
            folder = posixpath.dirname(folder)
        shared[folders.get(folder, 0)].append(one)
    return shared
