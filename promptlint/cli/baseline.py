"""`promptlint baseline`: write down the findings of today, so that only new ones are told from now on."""

from __future__ import annotations

import os
from pathlib import Path

import click

from promptlint.baseline import FILE, encoded, made_of
from promptlint.cli.options import Configuration, Scanning, config_options, paths_argument, scan_options
from promptlint.cli.output import deliver, emit, end_of, refuse_to_overwrite
from promptlint.cli.session import analysis_in, open_or_fail
from promptlint.report.terminal import plural


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
    configuration: Configuration,
    scanning: Scanning,
) -> None:
    """Write down the findings in PATHS; `promptlint check --baseline FILE` then leaves them out."""
    analysis = analysis_in(paths, open_or_fail({}, configuration), scanning)
    refuse_to_overwrite(output_file, analysis.tree.paths)
    made = made_of(analysis.findings, analysis.sources, os.path.dirname(os.path.abspath(output_file)))
    deliver(lambda _: encoded(made), output_file)
    count = plural(len(analysis.findings), "finding")
    emit(f"{count} written to {output_file}. From now on: promptlint check --baseline {output_file}\n", err=True)
    ctx.exit(end_of(analysis.problems))
