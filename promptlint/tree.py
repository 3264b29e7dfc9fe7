"""Files after reading, scanning and linking. Nothing is written and nothing is printed here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from promptlint.modules import Modules
from promptlint.packages import package_parts
from promptlint.passedover import NOTHING, PassedOver
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


@dataclass(frozen=True, slots=True)
class Recalled:
    """A project that was not linked, since it is known what the rules say of it."""

    files: ProjectFiles
    kept: Kept


Recall: TypeAlias = Callable[["ProjectFiles", Scanned, TextFiles], "Kept | None"]
"""What was kept of a project; it reads the text files that this came from. None where it has to be linked."""


@dataclass(frozen=True)
class Tree:
    """Files after reading, scanning and linking.

    `sources` and `data` (the bytes as read) hold the files that passed the gate and the text files that linking read;
    `unread` are the problems of reading and scanning; `files_seen` counts all files read.
    """

    linked: tuple[Linked, ...]
    sources: Sources
    modules: Modules
    """The facts of all programs, and of the text files that hold prompts."""
    data: Mapping[str, bytes] = field(default_factory=dict)
    unread: tuple[Problem, ...] = ()
    files_seen: int = 1
    recalled: tuple[Recalled, ...] = ()
    passed_over: PassedOver = NOTHING
    texts: TextFiles = field(default_factory=TextFiles)
    declared: tuple[CallTable, ...] = ()
    """The functions that the configuration says call a model."""
    roots: tuple[str, ...] = ()
    """The folders whose code is distributed by itself."""
    processes: int = 1
    """How many processes may work on it."""

    @cached_property
    def project(self) -> Project:
        """All projects as one. Those that were recalled are linked now."""
        rest = _linked([one.files for one in self.recalled], self)
        projects = [one.project for one in (*self.linked, *rest)]
        if len(projects) < 2:
            return projects[0] if projects else Project({}, (), ())
        from promptlint.link.parts import united

        return replace(united(projects), passed_over=self.passed_over)

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
        linked = (problem for one in self.linked for problem in one.project.problems)
        return (*self.unread, *linked)

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
    roots: tuple[str, ...] = (),
    recall: Recall | None = None,
) -> Tree:
    """Read, gate, scan and link files. What cannot be read or parsed becomes a problem after `problems`.

    `texts` are the text files that the code may load, `declared` the calls that the configuration declares, `scanner`
    says how files are scanned, `read` gives the bytes of a file or raises SourceError, `roots` are the folders whose
    code is distributed by itself, `recall` knows of projects that need not be linked.
    """
    scanned = scan_files(files, read, scanner, problems, declared)
    return _tree(scanned, texts or TextFiles(), declared, roots, scanner.processes, recall)


def tree_of(data: Mapping[str, bytes], declared: tuple[CallTable, ...] = ()) -> Tree:
    """A tree of files given as bytes by path, for source that is not on disk; text files are there to be loaded."""
    code = {path: content for path, content in data.items() if not is_text_file(path)}
    given = {path: decode_plain(content, path) for path, content in data.items() if path not in code}
    texts = TextFiles(given=given, listed=tuple(Listed(path, False, path) for path in given))
    tree = _tree(scan_files(code, code.__getitem__, HERE, declared=declared), texts, declared)
    return replace(tree, data={**tree.data, **{path: data[path] for path in given}})


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
    modules = tree.modules.changed(changes)
    projects = {paths_of(files): files for files in _projects(modules, texts, tree.roots)}

    def is_same(files: ProjectFiles, asked: Collection[str]) -> bool:
        """Whether nothing of a project was replaced."""
        paths = paths_of(files)
        return paths in projects and sources.keys().isdisjoint((*paths, *asked))

    linked = tuple(one for one in tree.linked if is_same(one.files, one.asked))
    recalled = tuple(one for one in tree.recalled if is_same(one.files, one.kept.texts))
    same = {paths_of(files) for files in (*(one.files for one in linked), *(one.files for one in recalled))}
    rest = [files for paths, files in projects.items() if paths not in same]
    bare = replace(tree, linked=linked, recalled=recalled, modules=modules, unread=tuple(unread), texts=texts)
    return replace(_with_linked(bare, rest), sources=tree.sources.changed(sources))


def _tree(
    scanned: Scanned,
    texts: TextFiles,
    declared: tuple[CallTable, ...],
    roots: tuple[str, ...] = (),
    processes: int = 1,
    recall: Recall | None = None,
) -> Tree:
    """The tree of files that were scanned: what is not recalled is linked."""
    recalled: list[Recalled] = []
    rest: list[ProjectFiles] = []
    for files in _projects(scanned.modules, texts, roots):
        kept = _recalled(files, scanned, texts, recall) if recall else None
        if kept:
            recalled.append(Recalled(files, kept))
        else:
            rest.append(files)
    tree = Tree(
        linked=(),
        sources=Sources({}, {}),
        modules=scanned.modules,
        recalled=tuple(recalled),
        passed_over=scanned.passed_over,
        texts=texts,
        declared=declared,
        roots=roots,
        processes=processes,
    )
    return replace(
        _with_linked(tree, rest),
        sources=Sources({path: scanned.data[path] for path in scanned.modules}, texts.sources),
        data={**scanned.data, **texts.data},
        unread=(*scanned.problems, *texts.problems),
        files_seen=scanned.seen + len(texts.data),
    )


def _projects(modules: Modules, texts: TextFiles, roots: Collection[str]) -> list[ProjectFiles]:
    if not modules and not texts.listed:
        return []
    from promptlint.projects import projects_of

    return projects_of(modules.outlines, texts.listed, roots)


def _with_linked(tree: Tree, projects: Sequence[ProjectFiles]) -> Tree:
    """The tree with more projects of it linked, and with the facts of the text files that hold prompts."""
    linked = (*tree.linked, *_linked(projects, tree))
    texts: dict[str, ModuleFacts | None] = {}
    for one in linked:
        texts |= {path: facts for path, facts in one.project.modules.items() if path not in tree.modules}
    for known in tree.recalled:
        texts |= {path: text_facts(tree.texts.sources[path]) for path in known.kept.prompt_files}
    return replace(tree, linked=linked, modules=tree.modules.changed(texts))


def _linked(projects: Sequence[ProjectFiles], tree: Tree) -> tuple[Linked, ...]:
    """Projects of a tree, linked with its text files, which are read meanwhile."""
    if not projects:
        return ()
    from promptlint.linking import link_all

    return link_all(projects, tree.modules, tree.texts, tree.declared, tree.passed_over, tree.processes)


def _recalled(files: ProjectFiles, scanned: Scanned, texts: TextFiles, recall: Recall) -> Kept | None:
    mine = texts.only(listed for part in files for listed in part.listed)
    kept = recall(files, scanned, mine)
    if kept:
        texts.take_over(mine)
    return kept
