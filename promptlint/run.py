"""The pipeline: files in, linked project and findings out. Nothing is written and nothing is printed here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from promptlint.gate import may_matter
from promptlint.packages import package_parts
from promptlint.passedover import PassedOver
from promptlint.project import Problem, Project, Prompt
from promptlint.promptfiles import Listed, TextFiles, is_text_file
from promptlint.scanning import HERE, Outcome, Scanner, problem_of, scan_source
from promptlint.session import Session
from promptlint.source import Source, SourceError, decode_plain, read_bytes
from promptlint.sources import Sources

# What only files with prompts need is imported when there are some: a hook mostly sees files without.
if TYPE_CHECKING:
    from promptlint.facts import ModuleFacts
    from promptlint.finding import Finding
    from promptlint.imported import Importable
    from promptlint.link.tables import CallTable


@dataclass(frozen=True)
class Tree:
    """Files after reading, scanning and linking.

    `sources` and `data` (the bytes as read) hold the files that passed the gate and the text files that linking read;
    `files_seen` counts all read.
    """

    project: Project
    sources: Sources
    data: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    files_seen: int
    texts: TextFiles = field(default_factory=TextFiles)
    declared: tuple[CallTable, ...] = ()
    """The functions that the configuration says call a model."""
    processes: int = 1
    """How many processes may work on it."""

    def holds_text(self, path: str) -> bool:
        """Whether a file is a text file, not a program."""
        return self.texts.knows(path) or is_text_file(path)

    @property
    def files_parsed(self) -> int:
        return len(self.project.modules)


@dataclass(frozen=True)
class Analysis:
    """A tree and what the rules say of it. `problems` are those of reading, of plugins and of rules, in order."""

    tree: Tree
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    problems: tuple[Problem, ...]

    @property
    def project(self) -> Project:
        return self.tree.project

    @property
    def sources(self) -> Mapping[str, Source]:
        return self.tree.sources


def read_tree(
    files: Iterable[str],
    problems: Iterable[Problem] = (),
    texts: TextFiles | None = None,
    declared: tuple[CallTable, ...] = (),
    scanner: Scanner = HERE,
    read: Callable[[str], bytes] = read_bytes,
) -> Tree:
    """Read, gate, scan and link files. What cannot be read or parsed becomes a problem after `problems`.

    `texts` are the text files that the code may load, `declared` the calls that the configuration declares, `scanner`
    says how files are scanned, `read` gives the bytes of a file or raises SourceError.
    """
    failed = list(problems)
    passed_over: list[str] = []
    names = _names(declared)

    def passed() -> Iterator[tuple[str, bytes]]:
        """The files that pass the gate."""
        for path in files:
            try:
                content = read(path)
            except SourceError as error:
                failed.append(problem_of(error))
                continue
            if not scanner.gated or may_matter(content, names):
                yield path, content
            else:
                passed_over.append(path)

    return _tree(passed(), failed, passed_over, read, texts or TextFiles(), declared, scanner)


def tree_of(data: Mapping[str, bytes], declared: tuple[CallTable, ...] = ()) -> Tree:
    """A tree of files given as bytes by path, for source that is not on disk; text files are there to be loaded."""
    code = {path: content for path, content in data.items() if not is_text_file(path)}
    given = {path: decode_plain(content, path) for path, content in data.items() if path not in code}
    texts = TextFiles(given=given, listed=tuple(Listed(path, False, path) for path in given))
    gated = {path: content for path, content in code.items() if may_matter(content, _names(declared))}
    tree = _tree(gated.items(), [], code.keys() - gated.keys(), code.__getitem__, texts, declared, HERE)
    return replace(tree, data={**tree.data, **{path: data[path] for path in given}})


def updated(tree: Tree, sources: Mapping[str, Source | None]) -> Tree:
    """The tree with some files replaced in memory, None: taken away. Only those are scanned again.

    `data` stays what was read.
    """
    texts = tree.texts.updated({path: source for path, source in sources.items() if tree.holds_text(path)})
    modules = {path: facts for path, facts in tree.project.modules.items() if not tree.texts.knows(path)}
    problems = [problem for problem in tree.problems if problem.path not in sources]
    for path, source in sources.items():
        if not tree.holds_text(path):
            modules.pop(path, None)
            if source:
                _sort_out(path, scan_source(source, package_parts(path)), modules, problems)
    project = replace(_linked(modules, texts, tree.declared, HERE), passed_over=tree.project.passed_over)
    present = tree.sources.changed(sources)
    return replace(tree, project=project, sources=present, problems=(*problems, *project.problems), texts=texts)


def analyse(
    files: Iterable[str], session: Session, problems: Iterable[Problem] = (), texts: TextFiles | None = None
) -> Analysis:
    """Read and check files as one project. `problems` are those of finding the files. Raises SettingsError."""
    files = tuple(files)
    return examine(read_tree(files, problems, texts, session.declared(files)), session)


def examine(tree: Tree, session: Session) -> Analysis:
    """Check a tree with the rules of the session. Raises SettingsError."""
    if not tree.project.modules:
        return Analysis(tree, (), (), _in_order({*tree.problems, *session.problems}))
    from promptlint.check import check

    checked = check(tree.project, session.rules, session.meter, session.registry.codes, tree.processes)
    problems = _in_order({*tree.problems, *session.problems, *checked.problems})
    return Analysis(tree, checked.findings, checked.suppressed, problems)


def model_of(project: Project, prompt: Prompt) -> str | None:
    """The model that a prompt is counted for: that of the first of its calls that names one."""
    return next((model for call in prompt.calls if (model := project.call_by_id[call].model)), None)


def _tree(
    files: Iterable[tuple[str, bytes]],
    problems: list[Problem],
    passed_over: Collection[str],
    read: Callable[[str], bytes],
    texts: TextFiles,
    declared: tuple[CallTable, ...],
    scanner: Scanner,
) -> Tree:
    """The tree of files that passed the gate, and of those of the `passed_over` that they import.

    `files` are read as they are taken, and meanwhile `problems` and `passed_over` grow. `read` gives the bytes of a
    file that was passed over.
    """
    modules, data, seen = _scanned(files, problems, passed_over, read, scanner)
    project = _linked(modules, texts, declared, scanner)
    return Tree(
        project=replace(project, passed_over=PassedOver(frozenset(passed_over) - modules.keys(), read)),
        sources=Sources({path: data[path] for path in modules}, texts.sources),
        data={**data, **texts.data},
        problems=(*problems, *texts.problems, *project.problems),
        files_seen=seen + len(passed_over) + len(texts.data),
        texts=texts,
        declared=declared,
        processes=scanner.processes,
    )


def _scanned(
    files: Iterable[tuple[str, bytes]],
    problems: list[Problem],
    passed_over: Collection[str],
    read: Callable[[str], bytes],
    scanner: Scanner,
) -> tuple[dict[str, ModuleFacts], dict[str, bytes], int]:
    """The facts of files and of those that they import, at first or second hand; the bytes of all that were scanned;
    how many of them were given."""
    modules: dict[str, ModuleFacts] = {}
    data: dict[str, bytes] = {}
    found: dict[str, bytes | Problem] = {}

    @cache
    def importable() -> Importable:
        """The files that were passed over: known when all are read."""
        from promptlint.imported import Importable

        return Importable(path for path in passed_over if path.endswith(".py"))

    def imported(facts: ModuleFacts) -> dict[str, bytes]:
        """The files that a file imports, of those that were passed over, where no other has imported them."""
        given: dict[str, bytes] = {}
        for path in {*importable().imported_by(facts)} - found.keys():
            try:
                found[path] = given[path] = read(path)
            except SourceError as error:
                found[path] = problem_of(error)
        return given

    def noted() -> Iterator[tuple[str, bytes]]:
        for path, content in files:
            data[path] = content
            yield path, content

    for path, outcome in scanner.scan(noted(), imported).items():
        _sort_out(path, outcome, modules, problems)
    given = len(data)
    for path, content in sorted(found.items()):
        if isinstance(content, Problem):
            problems.append(content)
        else:
            data[path] = content
    return modules, data, given


def _linked(
    modules: Mapping[str, ModuleFacts], texts: TextFiles, declared: Sequence[CallTable], scanner: Scanner
) -> Project:
    if not modules and not texts.listed:
        return Project({}, (), ())
    from promptlint.linking import link_all

    return link_all(modules, texts, declared, scanner.processes)


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line, problem.message)))


def _names(declared: Iterable[CallTable]) -> tuple[bytes, ...]:
    """What a file that calls a declared function must hold."""
    return tuple(name.rpartition(".")[2].encode() for call in declared for name in call.functions)


def _sort_out(path: str, outcome: Outcome, modules: dict[str, ModuleFacts], problems: list[Problem]) -> None:
    if isinstance(outcome, Problem):
        problems.append(outcome)
    else:
        modules[path] = outcome
