"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from promptlint.cli.output import Failure
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


paths_argument = click.argument("paths", nargs=-1, metavar="[PATHS]...")
"""Files and folders; the current folder where none is given."""


@contextmanager
def settings_failures() -> Iterator[None]:
    """Ends the command with exit code 2 where a configuration is wrong."""
    try:
        yield
    except SettingsError as error:
        raise Failure(str(error)) from error


baseline_option = click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Leave out the findings of this file, which `promptlint baseline` wrote.",
)
