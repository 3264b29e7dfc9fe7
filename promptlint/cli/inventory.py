"""`promptlint inventory`: every LLM call and prompt."""

from __future__ import annotations

from pathlib import Path

import click

from promptlint.cli.options import (
    Configuration,
    Scanning,
    config_options,
    file_option,
    format_option,
    paths_argument,
    scan_options,
    settings_failures,
)
from promptlint.cli.output import deliver, end_of, refuse_to_overwrite
from promptlint.cli.session import find_files, open_or_fail, scanner_of, tree_in
from promptlint.report import inventory


@click.command("inventory")
@paths_argument
@format_option(("table", "json"), "table")
@file_option("the report")
@config_options
@scan_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_format: str,
    output_file: Path | None,
    configuration: Configuration,
    scanning: Scanning,
) -> None:
    """List every LLM call and prompt in PATHS: files and folders, by default the current folder."""
    session = open_or_fail({}, configuration)
    with settings_failures(), scanner_of(scanning) as scanner:
        tree = tree_in(find_files(paths, session), session, scanner)
        refuse_to_overwrite(output_file, tree.paths)
        if output_format == "json":
            deliver(lambda _: inventory.as_json(tree, session), output_file)
        else:
            deliver(lambda terminal: inventory.as_table(tree, session, terminal), output_file)
    ctx.exit(end_of((*tree.problems, *session.problems)))
