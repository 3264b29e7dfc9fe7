"""From the command line to a session, the files to read, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from promptlint.cli.options import STDIN, Configuration, Scanning, settings_failures
from promptlint.cli.output import Failure, print_note, print_problems
from promptlint.discover import Discovery, discover
from promptlint.promptfiles import TextFiles
from promptlint.registry import load_plugins
from promptlint.report.terminal import visible
from promptlint.run import Analysis, examine
from promptlint.scanning import Scanner, processes, usable_cores
from promptlint.session import Session, open_session
from promptlint.settings import SettingsError
from promptlint.source import read_bytes
from promptlint.tree import Recall, Tree, read_tree

if TYPE_CHECKING:
    from promptlint.cache import Cache


def open_or_fail(overrides: Mapping[str, object], configuration: Configuration) -> Session:
    """A session for the working directory. Plugins that did not load are named before an error they may explain."""
    # The rules of promptlint itself take a while to load: it is done now only for a setting that names them.
    rules = load_plugins()
    try:
        session = open_session(
            overrides={key: value for key, value in overrides.items() if value},
            config=configuration.config,
            isolated=configuration.isolated,
            rules=rules,
        )
        if rules or session.settings(STDIN).names_rules:
            session.rules(STDIN)
    except SettingsError as error:
        print_problems(rules.problems if rules else ())
        raise Failure(visible(str(error))) from error
    return session


def find_files(paths: Sequence[str], session: Session) -> Discovery:
    """The source files below paths. Raises SettingsError, and Failure where folders hold no source file."""
    paths = paths or (".",)
    found = discover(paths, session.resolver)
    if not found.files and not found.texts and not found.problems and any(Path(path).is_dir() for path in paths):
        # A job that looks into the wrong folder must not pass.
        raise Failure(f"no Python files in {', '.join(paths)}")
    return found


def tree_in(
    found: Discovery,
    session: Session,
    scanner: Scanner,
    files: Iterable[str] | None = None,
    read: Callable[[str], bytes] = read_bytes,
    recall: Recall | None = None,
) -> Tree:
    """The tree of the files found, and of the text files that their code may load; `files` are those that were found
    where somebody counts them as they are taken, `read` gives the bytes of one or raises SourceError, `recall` knows of
    projects. Raises SettingsError."""
    return read_tree(
        found.files if files is None else files,
        found.problems,
        TextFiles(session.resolver.cwd, found.roots, found.texts),
        session.declared(found.files),
        replace(scanner, meanwhile=session.prepare),
        read,
        project_roots=found.project_roots,
        recall=recall,
    )


def analysis_in(paths: Sequence[str], session: Session, scanning: Scanning) -> Analysis:
    """What the rules say of the files below paths. Raises Failure."""
    with settings_failures(), scanner_of(scanning) as scanner:
        found = find_files(paths, session)
        session.quiet = found.quiet
        return analysis_of(found, session, scanner)


def analysis_of(
    found: Discovery, session: Session, scanner: Scanner, read: Callable[[str], bytes] = read_bytes
) -> Analysis:
    """What the rules say of the files found: projects of which that is known from another run are not linked again.
    `read` gives the bytes of a file or raises SourceError. Raises SettingsError."""
    if scanner.cache is None or session.has_plugins:
        return examine(tree_in(found, session, scanner, read=read), session)
    from promptlint.projectmemory import project_memory

    memory = project_memory(scanner.cache, found, session)
    analysis = examine(tree_in(found, session, scanner, read=read, recall=memory.recall), session)
    memory.keep(analysis.examined, analysis.tree.data)
    return analysis


@contextmanager
def scanner_of(scanning: Scanning, executor: str | None = None) -> Iterator[Scanner]:
    """The scanner that the options ask for; `executor` is the address of one that scans elsewhere. Raises Failure."""
    if executor:
        from promptlint.executors import ExecutorError, executors_at

        try:
            with executors_at(executor) as executors, scanner_of(scanning) as scanner:
                yield replace(scanner, executors=executors)
        except ExecutorError as error:
            raise Failure(f"--executor {executor}: {error}") from error
        return
    store = None if scanning.no_cache else _cache(scanning.cache_dir)
    try:
        jobs = scanning.jobs or usable_cores()
        yield Scanner(store, executors=processes(jobs), processes=jobs, gated=not scanning.no_gate)
    finally:
        if store:
            store.close()


def _cache(folder: Path | None) -> Cache | None:
    """The cache, None where the user has no folder for one."""
    from promptlint.cache import Cache

    if folder is None:
        from platformdirs import user_cache_path

        try:
            folder = user_cache_path("promptlint")
        except RuntimeError as error:
            print_note(f"no cache is used: {error}")
            return None
    return Cache(folder, print_note)
