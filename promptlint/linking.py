"""The linking of many files: part by part, in this process or in several. The result is the same."""

from __future__ import annotations

import gc
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from promptlint.blame import file_behind
from promptlint.forks import WORTH_FORKING, each
from promptlint.link import link
from promptlint.link.parts import parts_of, united
from promptlint.project import Problem, Project
from promptlint.scanning import not_analysed

if TYPE_CHECKING:
    from promptlint.facts import ModuleFacts
    from promptlint.link.tables import CallTable
    from promptlint.promptfiles import Listed, TextFiles


MOST_FAILURES = 8
"""Files over which linking may fail until it is given up."""


def link_all(
    modules: Mapping[str, ModuleFacts],
    files: TextFiles,
    declared: Sequence[CallTable] = (),
    processes: int = 1,
) -> Project:
    """The project of all modules by path, for the arguments of `link`, linked by up to so many processes."""
    parts = parts_of(modules)
    if len(parts) < 2:
        part = [modules[path] for path in sorted(modules)]
        return _with_facts(part, _link_what_can_be(part, files, declared))
    sizes = [sum(facts.scopes[0].end for facts in part) for part in parts]
    is_worth = files.is_portable and sum(sizes) >= WORTH_FORKING
    listed = _listed_for(parts, files)

    def linked(at: int) -> tuple[Project, TextFiles]:
        """The project of a part without its facts, which need not be copied, and the text files that were read."""
        mine = files.only(listed[at])
        project = _link_what_can_be(parts[at], mine, declared)
        gc.collect()  # What linking it took goes before the next is linked (a fifth of the memory of a run).
        return replace(project, modules={path: one for path, one in project.modules.items() if mine.knows(path)}), mine

    # No process waits long for the last where the largest parts go first.
    order = sorted(range(len(parts)), key=lambda at: -sizes[at])
    gc.freeze()  # The facts stay: they need not be looked through for garbage every time.
    try:
        found = dict(zip(order, each(order, linked, processes if is_worth else 1), strict=True))
    finally:
        gc.unfreeze()
    for _, read in found.values():
        files.take_over(read)
    return united(_with_facts(parts[at], found[at][0]) for at in range(len(parts)))


def _link_what_can_be(part: list[ModuleFacts], files: TextFiles, declared: Sequence[CallTable]) -> Project:
    """The project of a part. A file over which linking fails is left out of it, and named in its problems; all that are
    left, where it is not known which one that is."""
    problems: list[Problem] = []
    left = {facts.path: facts for facts in part}
    while True:
        try:
            return replace(link(left.values(), files, declared), problems=tuple(problems))
        except Exception as error:  # one file must not take the others with it
            path = file_behind(error)
            is_known = path in left and len(problems) < MOST_FAILURES
            for failed in [path] if path and is_known else list(left):
                del left[failed]
                problems.append(not_analysed(failed, error))


def _with_facts(part: list[ModuleFacts], project: Project) -> Project:
    return replace(project, modules={**{facts.path: facts for facts in part}, **project.modules})


def _listed_for(parts: list[list[ModuleFacts]], files: TextFiles) -> list[list[Listed]]:
    """The listed text files of each part: each goes with the modules that lie nearest above or beside it."""
    folders: dict[str, int] = {}
    for at, part in enumerate(parts):
        for facts in part:
            folder = posixpath.dirname(facts.path)
            while folder not in folders:
                folders[folder] = at
                folder = posixpath.dirname(folder)
    shared: list[list[Listed]] = [[] for _ in parts]
    for one in files.listed:
        folder = posixpath.dirname(one.path)
        while folder not in folders and folder not in ("", "/"):
            folder = posixpath.dirname(folder)
        shared[folders.get(folder, 0)].append(one)
    return shared
