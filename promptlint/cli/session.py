"""From the command line to a session and the files to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from promptlint.cache import Cache
from promptlint.cli.options import STDIN
from promptlint.cli.output import Failure, print_note, print_problems
from promptlint.discover import Discovery, discover
from promptlint.promptfiles import TextFiles
from promptlint.registry import load
from promptlint.report.terminal import visible
from promptlint.run import Session, open_session
from promptlint.scanning import Scanner, processes, usable_cores
from promptlint.settings import SettingsError


def open_or_fail(overrides: Mapping[str, object], config: Path | None, isolated: bool) -> Session:
    """A session for the working directory. Plugins that did not load are named before an error they may explain."""
    rules = load()
    try:
        session = open_session(overrides=overrides, config=config, isolated=isolated, rules=rules)
        session.rules(STDIN)
    except SettingsError as error:
        print_problems(rules.problems)
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


def text_files(found: Discovery, session: Session) -> TextFiles:
    """The text files that code below the searched paths may load."""
    return TextFiles(session.resolver.cwd, found.roots, found.texts)


@contextmanager
def scanner_of(jobs: int | None, cache_dir: Path | None, no_cache: bool) -> Iterator[Scanner]:
    """The scanner that the options ask for."""
    cache = None if no_cache else Cache(cache_dir or platformdirs.user_cache_path("promptlint"), print_note)
    try:
        yield Scanner(cache, processes(jobs or usable_cores()))
    finally:
        if cache:
            cache.close()
