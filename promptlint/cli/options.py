"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from promptlint.cli.output import Failure
from promptlint.report.terminal import visible
from promptlint.settings import SettingsError

STDIN = "-"
"""The path that stands for standard input."""


def config_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say where settings come from."""
    config = click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Use this pyproject.toml or promptlint.yaml for all files.",
    )
    isolated = click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
    return config(isolated(function))


def rule_names(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[str]:
    """The rules that an option names, which may be given several times and take several names at once."""
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def scan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how files are scanned."""
    jobs = click.option(
        "--jobs", "-j", type=click.IntRange(1), help="Processes that scan files  [default: the cores there are]"
    )
    no_cache = click.option("--no-cache", is_flag=True, help="Scan every file, and remember nothing.")
    folder = click.option(
        "--cache-dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="PROMPTLINT_CACHE_DIR",
        show_envvar=True,
        help="Where to remember scanned files  [default: the user's cache folder]",
    )
    return jobs(no_cache(folder(function)))


paths_argument = click.argument("paths", nargs=-1, metavar="[PATHS]...")
"""Files and folders; the current folder where none is given."""


@contextmanager
def settings_failures() -> Iterator[None]:
    """Ends the command with exit code 2 where a configuration is wrong."""
    try:
        yield
    except SettingsError as error:
        raise Failure(visible(str(error))) from error


baseline_option = click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Leave out the findings of this file, which `promptlint baseline` wrote.",
)
