"""`promptlint baseline`: write down the findings of today, so that only new ones are told from now on."""

from __future__ import annotations

import os
from pathlib import Path

import click

from promptlint.baseline import FILE, encoded, made_of
from promptlint.cli.options import config_options, paths_argument, scan_options, settings_failures
from promptlint.cli.output import FAILED, NOTHING, deliver, emit, print_problems
from promptlint.cli.session import find_files, open_or_fail, scanner_of, text_files
from promptlint.report.terminal import plural
from promptlint.run import examine, read_tree


@click.command("baseline")
@paths_argument
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=FILE,
    show_default=True,
    help="Where to write it; an old one is replaced.",
)
@config_options
@scan_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_file: Path,
    config: Path | None,
    isolated: bool,
    jobs: int | None,
    cache_dir: Path | None,
    no_cache: bool,
) -> None:
    """Write down the findings in PATHS; `promptlint check --baseline FILE` then leaves them out."""
    session = open_or_fail({}, config, isolated)
    with settings_failures(), scanner_of(jobs, cache_dir, no_cache) as scanner:
        found = find_files(paths, session)
        session.quiet = found.quiet
        tree = read_tree(
            found.files, found.problems, text_files(found, session), session.declared(found.files), scanner
        )
        analysis = examine(tree, session)
    made = made_of(analysis.findings, analysis.sources, os.path.dirname(os.path.abspath(output_file)))
    deliver(lambda _: encoded(made), output_file)
    count = plural(len(analysis.findings), "finding")
    emit(f"{count} written to {output_file}. From now on: promptlint check --baseline {output_file}\n", err=True)
    print_problems(analysis.problems)
    ctx.exit(FAILED if analysis.problems else NOTHING)
