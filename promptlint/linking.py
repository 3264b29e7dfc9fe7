"""The linking of many files: part by part, in this process or in several. The result is the same."""

from __future__ import annotations

import gc
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from promptlint.link import link
from promptlint.link.parts import parts_of, united
from promptlint.packing import pack, unpack
from promptlint.scanning import WORTH_PROCESSES, Executors, result_of

if TYPE_CHECKING:
    from promptlint.facts import ModuleFacts
    from promptlint.link.tables import CallTable
    from promptlint.project import Project
    from promptlint.promptfiles import Listed, TextFiles


def link_all(
    modules: Mapping[str, ModuleFacts],
    files: TextFiles,
    declared: Sequence[CallTable] = (),
    executors: Executors | None = None,
) -> Project:
    """The project of all modules by path, for the arguments of `link`; `executors` makes processes that may link."""
    parts = parts_of(modules)
    if len(parts) < 2:
        return link((modules[path] for path in sorted(modules)), files, declared)
    listed = _listed_for(parts, files)
    size = sum(facts.scopes[0].end for facts in modules.values())
    if executors is not None and files.is_portable and size >= WORTH_PROCESSES:
        return united(_by_executor(parts, listed, files, declared, executors))
    return united(_one_by_one(parts, listed, files, declared))


def link_part(
    sent: Sequence[bytes | ModuleFacts], files: TextFiles, declared: Sequence[CallTable]
) -> tuple[Project, TextFiles]:
    """What an executor runs: the project of some facts without these, and the text files as far as they were read.

    Facts come packed, which is faster, or as they are where they cannot be packed.
    """
    project = link([unpack(one) if isinstance(one, bytes) else one for one in sent], files, declared)
    texts = {path: facts for path, facts in project.modules.items() if files.knows(path)}
    return replace(project, modules=texts), files


def _one_by_one(
    parts: list[list[ModuleFacts]], listed: list[list[Listed]], files: TextFiles, declared: Sequence[CallTable]
) -> Iterator[Project]:
    """The project of each part. What linking it took is freed before the next (a fifth of the memory of a run)."""
    gc.freeze()  # The facts stay: they need not be looked through for garbage every time.
    try:
        for part, mine in zip(parts, listed, strict=True):
            yield link(part, files.only(mine), declared)
            gc.collect()
    finally:
        gc.unfreeze()


def _by_executor(
    parts: list[list[ModuleFacts]],
    listed: list[list[Listed]],
    files: TextFiles,
    declared: Sequence[CallTable],
    executors: Executors,
) -> list[Project]:
    """The project of each part. The largest go first, so that no process waits long for the last."""
    order = sorted(range(len(parts)), key=lambda at: -sum(facts.scopes[0].end for facts in parts[at]))
    projects: dict[int, Project] = {}
    with executors() as executor:
        pending = {}
        for at in order:
            mine = files.only(listed[at])
            pending[at] = executor.submit(link_part, [pack(facts) or facts for facts in parts[at]], mine, declared)
        for at, future in pending.items():
            found = result_of(future)
            if found is not None:
                project, read = found
                files.take_over(read)
                own = {facts.path: facts for facts in parts[at]}
                projects[at] = replace(project, modules={**own, **project.modules})
    return [
        projects[at] if at in projects else link(part, files.only(listed[at]), declared)
        for at, part in enumerate(parts)
    ]


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
