"""The linking of many files: part by part, in this process or in several. The result is the same."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from promptlint.blame import file_behind
from promptlint.forks import WORTH_FORKING, each
from promptlint.link import link
from promptlint.link.parts import united
from promptlint.passedover import PassedOver
from promptlint.project import Problem, Project
from promptlint.scanning import not_analysed

if TYPE_CHECKING:
    from promptlint.facts import ModuleFacts
    from promptlint.link.tables import CallTable
    from promptlint.projects import ProjectFiles
    from promptlint.promptfiles import Asked, TextFiles


MOST_FAILURES = 8
"""Files over which linking may fail until it is given up."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A project, the files that it is made of, and what became of the text files that were asked for while it was
    linked."""

    files: ProjectFiles
    project: Project
    asked: Mapping[str, Asked]


def link_all(
    projects: Sequence[ProjectFiles],
    modules: Mapping[str, ModuleFacts],
    files: TextFiles,
    declared: Sequence[CallTable],
    passed_over: PassedOver,
    processes: int,
) -> list[Linked]:
    """What the files of each project link to, for the arguments of `link`, by up to so many processes.

    `modules` are the facts of all files by path, `passed_over` the files of the same run that did not pass the gate.
    """
    parts = [part for project in projects for part in project]
    facts = [[modules[module.path] for module in part.modules] for part in parts]
    sizes = [sum(one.scopes[0].end for one in some) for some in facts]
    is_worth = files.is_portable and sum(sizes) >= WORTH_FORKING

    def linked(at: int) -> tuple[Project, TextFiles]:
        """The project of a part without its facts, which need not be copied, and the text files that were read."""
        mine = files.only(parts[at].listed)
        project = _link_what_can_be(facts[at], mine, declared)
        gc.collect()  # What linking it took goes before the next is linked (a fifth of the memory of a run).
        return replace(project, modules={path: one for path, one in project.modules.items() if mine.knows(path)}), mine

    # No process waits long for the last where the largest parts go first.
    order = sorted(range(len(parts)), key=lambda at: -sizes[at])
    gc.freeze()  # The facts stay: they need not be looked through for garbage every time.
    try:
        found = dict(zip(order, each(order, linked, processes if is_worth else 1), strict=True))
    finally:
        gc.unfreeze()
    made: list[Linked] = []
    end = 0
    for one in projects:
        numbers = range(end, end := end + len(one))
        for at in numbers:
            files.take_over(found[at][1])
        whole = united(_with_facts(facts[at], found[at][0]) for at in numbers)
        asked = {path: content for at in numbers for path, content in found[at][1].asked.items()}
        made.append(Linked(one, replace(whole, passed_over=passed_over.afresh()), asked))
    return made


def _link_what_can_be(part: Sequence[ModuleFacts], files: TextFiles, declared: Sequence[CallTable]) -> Project:
    """The project of a part. A program or text file over which linking fails is left out of it, and named in its
    problems; all that are left, where it is not known which one that is."""
    problems: list[Problem] = []
    left = {facts.path: facts for facts in part}
    while True:
        try:
            return replace(link(left.values(), files, declared), problems=tuple(problems))
        except Exception as error:  # one file must not take the others with it
            path = file_behind(error) if len(problems) < MOST_FAILURES else None
            if path and files.knows(path):
                files.leave_out(path)
                problems.append(not_analysed(path, error))
                continue
            if not left:  # over text files, of which it is not known which one that is
                failed_texts = (not_analysed(one.path, error) for one in files.listed)
                return Project({}, (), (), problems=(*problems, *failed_texts))
            for failed in [path] if path in left else list(left):
                del left[failed]
                problems.append(not_analysed(failed, error))


def _with_facts(modules: Iterable[ModuleFacts], project: Project) -> Project:
    return replace(project, modules={**{facts.path: facts for facts in modules}, **project.modules})
