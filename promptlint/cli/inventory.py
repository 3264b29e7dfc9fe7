"""`promptlint inventory`: every LLM call and prompt."""

from __future__ import annotations

from pathlib import Path

import click

from promptlint.cli.options import config_options, paths_argument, scan_options, settings_failures
from promptlint.cli.output import FAILED, NOTHING, deliver, print_problems
from promptlint.cli.session import find_files, open_or_fail, scanner_of, text_files
from promptlint.report import inventory
from promptlint.run import read_tree


@click.command("inventory")
@paths_argument
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to a file.")
@config_options
@scan_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_format: str,
    output_file: Path | None,
    config: Path | None,
    isolated: bool,
    jobs: int | None,
    cache_dir: Path | None,
    no_cache: bool,
) -> None:
    """List every LLM call and prompt in PATHS: files and folders, by default the current folder."""
    session = open_or_fail({}, config, isolated)
    with settings_failures(), scanner_of(jobs, cache_dir, no_cache) as scanner:
        found = find_files(paths, session)
        tree = read_tree(
            found.files, found.problems, text_files(found, session), session.declared(found.files), scanner
        )
        if output_format == "json":
            deliver(lambda _: inventory.as_json(tree, session), output_file)
        else:
            deliver(lambda terminal: inventory.as_table(tree, session, terminal), output_file)
    problems = (*tree.problems, *session.registry.problems)
    print_problems(problems)
    ctx.exit(FAILED if problems else NOTHING)
