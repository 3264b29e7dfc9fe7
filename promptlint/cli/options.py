"""Options that several commands have. A group of them reaches the command as one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import click

from promptlint.cli.output import Failure
from promptlint.report.terminal import visible
from promptlint.settings import SettingsError

STDIN = "-"
"""The path that stands for standard input."""

Command: TypeAlias = Callable[..., Any]
_Paths = TypeVar("_Paths", str, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Configuration:
    """Where settings come from: `config` is the file to use for all paths, `isolated`: from none."""

    config: Path | None = None
    isolated: bool = False


@dataclass(frozen=True, slots=True)
class Scanning:
    """How files are scanned: in that many processes (None: one for each core), remembered in `cache_dir` (None: the
    user's cache folder) or, with `no_cache`, nowhere; with `no_gate` also those without a word of prompts."""

    jobs: int | None = None
    cache_dir: Path | None = None
    no_cache: bool = False
    no_gate: bool = False


def config_options(function: Command) -> Command:
    """The options that say where settings come from, for a command that takes a `configuration`."""
    config = click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Use this pyproject.toml or promptlint.yaml for all files.",
    )
    isolated = click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
    return config(isolated(_gathered(function, "configuration", Configuration)))


def scan_options(function: Command) -> Command:
    """The options that say how files are scanned, for a command that takes `scanning`."""
    jobs = click.option(
        "--jobs", "-j", type=click.IntRange(1), help="Processes that share the work  [default: the cores there are]"
    )
    no_cache = click.option("--no-cache", is_flag=True, help="Scan every file, and remember nothing.")
    folder = click.option(
        "--cache-dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="PROMPTLINT_CACHE_DIR",
        show_envvar=True,
        help="Where to remember scanned files  [default: the user's cache folder]",
    )
    no_gate = click.option(
        "--no-gate", is_flag=True, help="Parse also the files that hold no word that prompts and LLM calls come with."
    )
    return jobs(no_cache(folder(no_gate(_gathered(function, "scanning", Scanning)))))


def format_option(formats: Iterable[str], default: str | None) -> Callable[[Command], Command]:
    """The format of a report; without a default the settings name it."""
    return click.option(
        "--output-format",
        type=click.Choice(list(formats)),
        default=default,
        show_default=default is not None,
        help="How to print the report." if default else "How to print findings  [default: full]",
    )


def file_option(what: str) -> Callable[[Command], Command]:
    """The file to write `what` to instead of printing it."""
    return click.option(
        "--output-file", type=click.Path(dir_okay=False, path_type=Path), help=f"Write {what} to a file."
    )


def rule_names(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[str]:
    """The rules that an option names, which may be given several times and take several names at once. Raises
    BadParameter for a value that names none."""
    named = [[name.strip() for name in value.split(",") if name.strip()] for value in values]
    if [] in named:
        raise click.BadParameter(f"`{values[named.index([])]}` names no rule.", ctx, parameter)
    return [name for names in named for name in names]


def no_empty_path(ctx: click.Context, parameter: click.Parameter, value: _Paths) -> _Paths:
    """A path or several, as given. Raises BadParameter for an empty one: joined with a folder it would be that folder,
    and whoever wrote "$FILE" did not mean all of it."""
    if "" in ((value,) if isinstance(value, str) else value):
        raise click.BadParameter("a path is empty.", ctx, parameter)
    return value


paths_argument = click.argument("paths", nargs=-1, metavar="[PATHS]...", callback=no_empty_path)
"""Files and folders; the current folder where none is given."""


@contextmanager
def settings_failures() -> Iterator[None]:
    """Ends the command with exit code 2 where a configuration is wrong."""
    try:
        yield
    except SettingsError as error:
        raise Failure(visible(str(error))) from error


def _gathered(function: Command, name: str, kind: type[Any]) -> Command:
    """The function, given its argument `name` by the options that have the names of the fields of `kind`."""
    parts = [field.name for field in fields(kind)]

    @wraps(function)
    def gathered(*arguments: object, **options: object) -> object:
        value = kind(**{part: options.pop(part) for part in parts})
        return function(*arguments, **{name: value}, **options)

    return gathered
