"""The projects of a run: what rules see together, and what is linked together in each.

A run over a folder of several packages holds several projects: a package that is installed or distributed by itself
shares no constant with another, unless one of the two imports the other.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from promptlint.facts import Outline
from promptlint.groups import Groups
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


def projects_of(
    modules: Mapping[str, Outline], listed: Sequence[Listed], project_roots: Mapping[str, str]
) -> list[ProjectFiles]:
    """The projects that files make up, ordered by their first part.

    `project_roots` has the root of the project of each folder, "" for none; a folder that it does not have belongs to
    the one around it. Files belong together that have the same root, or none, and files that import each other. Text
    files go with the modules of their root that are nearest to them; where it has none, with those nearest at all.
    """
    roots = _Roots(project_roots)
    parts = parts_of(modules)
    if not parts:
        return _projects_of_texts(listed, roots)
    roots_of = [[roots.of(module.path) for module in part] for part in parts]
    groups = Groups[str]()
    for some in roots_of:
        groups.join(some)
    numbers_of: defaultdict[str, list[int]] = defaultdict(list)
    for number, some in enumerate(roots_of):
        numbers_of[groups.of(some[0])].append(number)
    texts: defaultdict[int, list[Listed]] = defaultdict(list)
    everywhere = _Nearest(parts, range(len(parts)))
    inside = {group: _Nearest(parts, numbers) for group, numbers in numbers_of.items()}
    for text in listed:
        nearest = inside.get(groups.of(roots.of(text.path)), everywhere)
        texts[nearest.part_of(text.path)].append(text)
    return [
        tuple(Part(tuple(parts[number]), tuple(texts[number])) for number in numbers) for numbers in numbers_of.values()
    ]


def _projects_of_texts(listed: Iterable[Listed], roots: _Roots) -> list[ProjectFiles]:
    by_root: defaultdict[str, list[Listed]] = defaultdict(list)
    for text in listed:
        by_root[roots.of(text.path)].append(text)
    return [(Part((), tuple(texts)),) for texts in by_root.values()]


class _Roots:
    """The roots of the projects of files."""

    def __init__(self, by_folder: Mapping[str, str]) -> None:
        self._by_folder = by_folder

    def of(self, path: str) -> str:
        """The root that a file belongs to, "" for none."""
        return next((self._by_folder[one] for one in _folders_above(path) if one in self._by_folder), "")


class _Nearest:
    """Which of some parts has modules nearest above or beside a file."""

    def __init__(self, parts: Sequence[Sequence[Outline]], numbers: Sequence[int]) -> None:
        self._first = numbers[0]
        self._folders: dict[str, int] = {}
        for number in numbers:
            for module in parts[number]:
                for folder in _folders_above(module.path):
                    if folder in self._folders:
                        break
                    self._folders[folder] = number

    def part_of(self, path: str) -> int:
        """The number of the part; that of the first where no folder says more."""
        return next((self._folders[one] for one in _folders_above(path) if one in self._folders), self._first)


def _folders_above(path: str) -> Iterator[str]:
    """The folders around a file, from the inside out."""
    while path != (path := posixpath.dirname(path)):
        yield path
