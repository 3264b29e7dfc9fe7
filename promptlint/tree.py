"""Files after reading, scanning and linking. Nothing is written and nothing is printed here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from promptlint.modules import Modules
from promptlint.packages import package_parts
from promptlint.passedover import PassedOver
from promptlint.project import Problem, Project
from promptlint.promptfiles import Listed, TextFiles, is_text_file, text_facts
from promptlint.reading import Scanned, scan_files
from promptlint.scanning import HERE, Scanner, scan_source
from promptlint.source import Source, decode_plain, read_bytes
from promptlint.sources import Sources

# What only files with prompts need is imported when there are some: a hook mostly sees files without.
if TYPE_CHECKING:
    from promptlint.facts import Location, ModuleFacts
    from promptlint.link.tables import CallTable
    from promptlint.linking import Linked
    from promptlint.projectmemory import Kept
    from promptlint.projects import ProjectFiles


NO_ROOTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Recalled:
    """A project that was not linked, since it is known what the rules say of it."""

    files: ProjectFiles
    kept: Kept


Recall: TypeAlias = Callable[["Sequence[ProjectFiles]", Scanned, TextFiles], "Sequence[Kept | None]"]
"""What was kept of each project, None where it has to be linked. The text files that it came from are read for that."""


@dataclass(frozen=True)
class Tree:
    """Files after reading, scanning and linking.

    `sources` and `data` (the bytes as read) hold the files that passed the gate and the text files that linking read;
    `unread` are the problems of reading and scanning; `files_seen` counts all files read.
    """

    projects: tuple[Linked | Recalled, ...]
    """In the order of their first parts."""
    modules: Modules
    """The facts of all programs, and of the text files that hold prompts."""
    sources: Sources
    data: Mapping[str, bytes]
    unread: tuple[Problem, ...]
    files_seen: int
    passed_over: PassedOver
    texts: TextFiles
    declared: tuple[CallTable, ...]
    """The functions that the configuration says call a model."""
    project_roots: Mapping[str, str]
    """The roots of projects by folder, as `Discovery` has them."""
    processes: int
    """How many processes may work on it."""

    @property
    def linked(self) -> list[Linked]:
        """The projects that are linked."""
        return [one for one in self.projects if not isinstance(one, Recalled)]

    @property
    def recalled(self) -> list[Recalled]:
        """The projects of which it is known what the rules say."""
        return [one for one in self.projects if isinstance(one, Recalled)]

    @cached_property
    def project(self) -> Project:
        """All projects as one. Those that were recalled are linked now."""
        projects = self.projects_with(self.modules)
        if not projects:
            return Project({}, (), ())
        from promptlint.link.parts import united

        return replace(united(projects), passed_over=self.passed_over)

    def projects_with(self, paths: Collection[str]) -> list[Project]:
        """The projects that hold some of the files. Those that were recalled are linked now."""
        wanted = [one for one in self.projects if not _paths_in(one).isdisjoint(paths)]
        missing = [one for one in wanted if isinstance(one, Recalled)]
        # A text file is what it was when it was read, whatever was written since.
        found = iter(_linked([one.files for one in missing], replace(self, texts=self.texts.updated({}))))
        return [next(found).project if isinstance(one, Recalled) else one.project for one in wanted]

    @property
    def prompt_count(self) -> int:
        """How many prompts there are. A text file that several projects load is one."""
        linked = {prompt.id for one in self.linked for prompt in one.project.prompts}
        return len(linked.union(*(one.kept.prompts for one in self.recalled)))

    @property
    def call_count(self) -> int:
        """How many calls of a model there are."""
        return sum(len(one.project.calls) for one in self.linked) + sum(one.kept.calls for one in self.recalled)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, scanned or linked."""
        return (*self.unread, *(problem for one in self.linked for problem in one.project.problems))

    @property
    def paths(self) -> frozenset[str]:
        """The paths of all programs, of the text files that hold prompts, and of what could not be read."""
        return self.passed_over.paths.union(self.modules, (problem.path for problem in self.unread))

    def holds_text(self, path: str) -> bool:
        """Whether a file is a text file, not a program."""
        return self.texts.knows(path) or is_text_file(path)

    def locate(self, path: str, offset: int) -> Location:
        """Where people find an offset of a file: cell, line and column."""
        return self.modules[path].locate(offset)


def read_tree(
    files: Iterable[str],
    problems: Iterable[Problem] = (),
    texts: TextFiles | None = None,
    declared: tuple[CallTable, ...] = (),
    scanner: Scanner = HERE,
    read: Callable[[str], bytes] = read_bytes,
    project_roots: Mapping[str, str] = NO_ROOTS,
    recall: Recall | None = None,
) -> Tree:
    """Read, gate, scan and link files. What cannot be read or parsed becomes a problem after `problems`.

    `texts` are the text files that the code may load, `declared` the calls that the configuration declares, `scanner`
    says how files are scanned, `read` gives the bytes of a file or raises SourceError, `project_roots` are the roots of
    projects by folder, as `Discovery` has them, `recall` knows of projects that need not be linked.
    """
    scanned = scan_files(files, read, scanner, problems, declared)
    return _tree(scanned, texts or TextFiles(), declared, project_roots, scanner.processes, recall)


def tree_of(data: Mapping[str, bytes], declared: tuple[CallTable, ...] = ()) -> Tree:
    """A tree of files given as bytes by path, for source that is not on disk; text files are there to be loaded."""
    code = {path: content for path, content in data.items() if not is_text_file(path)}
    given = {path: decode_plain(content, path) for path, content in data.items() if path not in code}
    texts = TextFiles(given=given, listed=tuple(Listed(path, False, path) for path in given))
    tree = _tree(scan_files(code, code.__getitem__, HERE, declared=declared), texts, declared)
    return replace(tree, data={**tree.data, **{path: data[path] for path in given}})


def tree_of_project(linked: Linked, source: Source) -> Tree:
    """A tree of a project that somebody made of one source, which was not read."""
    return Tree(
        projects=(linked,),
        modules=Modules(linked.project.modules),
        sources=Sources({}, {source.path: source}),
        data={},
        unread=(),
        files_seen=1,
        passed_over=PassedOver(),
        texts=TextFiles(),
        declared=(),
        project_roots=NO_ROOTS,
        processes=1,
    )


def updated(tree: Tree, sources: Mapping[str, Source | None]) -> Tree:
    """The tree with some files replaced in memory, None: taken away. Only those are scanned again, and only projects
    that have to do with them are linked again.

    `data` stays what was read.
    """
    from promptlint.projects import paths_of

    texts = tree.texts.updated({path: source for path, source in sources.items() if tree.holds_text(path)})
    changes: dict[str, ModuleFacts | None] = {path: None for path in tree.modules if tree.texts.knows(path)}
    unread = [problem for problem in tree.unread if problem.path not in sources]
    for path, source in sources.items():
        if not tree.holds_text(path):
            outcome = scan_source(source, package_parts(path)) if source else None
            changes[path] = None if isinstance(outcome, Problem) else outcome
            if isinstance(outcome, Problem):
                unread.append(outcome)
    bare = replace(tree, modules=tree.modules.changed(changes), unread=tuple(unread), texts=texts)
    untouched = {
        paths_of(one.files): one
        for one in tree.projects
        if sources.keys().isdisjoint((*_paths_in(one), *_asked_by(one)))
    }
    projects = _projects(bare)
    known = [untouched.get(paths_of(files)) for files in projects]
    return replace(_with_projects(bare, projects, known), sources=tree.sources.changed(sources))


def _tree(
    scanned: Scanned,
    texts: TextFiles,
    declared: tuple[CallTable, ...],
    project_roots: Mapping[str, str] = NO_ROOTS,
    processes: int = 1,
    recall: Recall | None = None,
) -> Tree:
    """The tree of files that were scanned: what is not recalled is linked."""
    bare = Tree(
        projects=(),
        modules=scanned.modules,
        sources=Sources({}, {}),
        data=scanned.data,
        unread=scanned.problems,
        files_seen=scanned.seen,
        passed_over=scanned.passed_over,
        texts=texts,
        declared=declared,
        project_roots=project_roots,
        processes=processes,
    )
    projects = _projects(bare)
    kept = recall(projects, scanned, texts) if recall and projects else [None] * len(projects)
    known = [Recalled(files, one) if one else None for files, one in zip(projects, kept, strict=True)]
    return replace(
        _with_projects(bare, projects, known),
        sources=Sources({path: scanned.data[path] for path in scanned.modules}, texts.sources),
        data={**scanned.data, **texts.data},
        unread=(*scanned.problems, *texts.problems),
        files_seen=scanned.seen + len(texts.data),
    )


def _projects(tree: Tree) -> list[ProjectFiles]:
    if not tree.modules and not tree.texts.listed:
        return []
    from promptlint.projects import projects_of

    return projects_of(tree.modules.outlines, tree.texts.listed, tree.project_roots)


def _with_projects(tree: Tree, projects: Sequence[ProjectFiles], known: Sequence[Linked | Recalled | None]) -> Tree:
    """The tree with its projects, which are linked where they are not known, and with the facts of the text files that
    hold prompts."""
    fresh = iter(_linked([files for files, one in zip(projects, known, strict=True) if one is None], tree))
    whole = tuple(next(fresh) if one is None else one for one in known)
    sources = tree.texts.sources
    texts: dict[str, ModuleFacts | None] = {}
    for one in whole:
        if isinstance(one, Recalled):
            texts |= {path: text_facts(sources[path]) for path in one.kept.prompt_files}
        else:
            texts |= {path: facts for path, facts in one.project.modules.items() if path not in tree.modules}
    return replace(tree, projects=whole, modules=tree.modules.changed(texts))


def _linked(projects: Sequence[ProjectFiles], tree: Tree) -> list[Linked]:
    """Projects of a tree, linked with its text files, which are read meanwhile."""
    if not projects:
        return []
    from promptlint.linking import link_all

    return link_all(projects, tree.modules, tree.texts, tree.declared, tree.passed_over, tree.processes)


def _paths_in(project: Linked | Recalled) -> set[str]:
    """The paths of the files of a project."""
    from promptlint.projects import paths_of

    texts = project.kept.prompt_files if isinstance(project, Recalled) else project.project.modules
    return {*paths_of(project.files), *texts}


def _asked_by(project: Linked | Recalled) -> Iterable[str]:
    """The paths of the text files that were asked for when a project was linked."""
    return project.kept.texts if isinstance(project, Recalled) else project.asked
