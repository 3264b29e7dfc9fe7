"""Exit codes, and what is printed where."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, TextIO

import click

from promptlint.folders import leads_out, real_paths
from promptlint.patterns import below
from promptlint.project import Problem
from promptlint.report.terminal import Terminal, inert, visible
from promptlint.write import write_whole

NOTHING, FINDINGS, FAILED = 0, 1, 2
"""Exit codes of every command."""


class Failure(click.ClickException):
    """Ends the command with exit code 2."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        print_error(self.message)


def terminal(stream: IO[str] | None) -> Terminal:
    """The terminal behind a stream; without colour and 80 columns wide if there is none."""
    if stream is None or not stream.isatty():
        return Terminal()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Terminal(shutil.get_terminal_size().columns, color=not plain, screen=True)


def emit(text: str | bytes, *, err: bool = False, commands: bool = False) -> None:
    """Print text as it is. A reader that went away (`| head`) is no error; what it cannot show is spelled out.

    In a log of GitHub it holds no workflow commands, unless it consists of `commands`. Raises Failure where standard
    output takes nothing (a full disk); nobody can be told of standard error.
    """
    stream: TextIO | None = sys.stderr if err else sys.stdout
    if stream is None:  # closed by whoever started this
        return
    if isinstance(text, str) and not commands and os.environ.get("GITHUB_ACTIONS") == "true":
        text = inert(text)
    data = text.encode(stream.encoding or "utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        # Bytes, so that line breaks arrive as they are in the source.
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError:
        # Python flushes the stream once more at exit; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not err:
            raise Failure(f"standard output: {error.strerror}") from error


def deliver(render: Callable[[Terminal], str], file: Path | None, *, err: bool = False, commands: bool = False) -> None:
    """Write a report to a file, or print it for the terminal it goes to. `commands`: it consists of workflow commands
    for GitHub. Raises Failure."""
    if file is None:
        emit(render(terminal(sys.stderr if err else sys.stdout)), err=err, commands=commands)
        return
    write_file(file, render(Terminal()).encode("utf-8", "backslashreplace"))


def write_file(file: Path, content: bytes) -> None:
    """Write a file that the user named: all of it or nothing. Raises Failure."""
    refuse_what_leads_out(file)
    try:
        write_whole(file, content)
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from error


def read_standard_input() -> bytes:
    """All of standard input. Raises Failure where it is closed."""
    stream: TextIO | None = sys.stdin
    if stream is None:
        raise Failure("standard input is closed")
    return stream.buffer.read()


def is_one_of(file: Path | None, paths: Iterable[str]) -> bool:
    """Whether a file is there and is one of others, by whatever name or link."""
    own = _status(file) if file else None
    return own is not None and any(other and os.path.samestat(own, other) for other in map(_status, paths))


def _status(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:  # it is not there, or cannot be reached
        return None


def refuse_to_overwrite(file: Path | None, paths: Iterable[str]) -> None:
    """Raises Failure for a file to be written that is one of those that are checked: a slip would cost all of it."""
    if is_one_of(file, paths):
        raise Failure(f"{file}: not written: it is one of the files that are checked")


def refuse_what_leads_out(file: Path) -> None:
    """Raises Failure for a file to be written below the working directory that a symbolic link puts elsewhere: the
    link may be somebody else's."""
    cwd = os.getcwd()
    full = os.path.abspath(file)
    if below(full, cwd) is not None and leads_out(full, real_paths([cwd])):
        raise Failure(f"{file}: a symbolic link leads out of this folder to {os.path.realpath(full)}: not written")


def print_problems(problems: Iterable[Problem]) -> None:
    """One line each to standard error."""
    for problem in problems:
        cell = f"cell {problem.cell}:" if problem.cell else ""
        where = f"{problem.path}:{cell}{problem.line}: " if problem.path else ""
        print_error(visible(where + problem.message))


def end_of(problems: Iterable[Problem]) -> int:
    """Print problems; the exit code of a command that finds nothing else to fail on."""
    problems = tuple(problems)
    print_problems(problems)
    return FAILED if problems else NOTHING


def print_note(message: str) -> None:
    """Something that the user should know and that changes no result, on standard error."""
    emit(f"note: {visible(message)}\n", err=True)


def print_error(message: str) -> None:
    lines = "\n".join(visible(line) for line in message.splitlines())
    emit(f"{terminal(sys.stderr).paint('error:', 'red', bold=True)} {lines}\n", err=True)
