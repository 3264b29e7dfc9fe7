"""`promptlint audit`: where the money goes, and what to do about it."""

from __future__ import annotations

from importlib import import_module
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
from promptlint.cli.output import Failure, deliver, end_of, print_note, refuse_to_overwrite
from promptlint.cli.progress import Progress, progress
from promptlint.cli.session import find_files, open_or_fail, scanner_of, tree_in
from promptlint.cost.audit import MeasuredUsage, audit_of
from promptlint.cost.requests import Requests, requests
from promptlint.project import Project
from promptlint.run import examine
from promptlint.usage.documents import UsageError
from promptlint.usage.match import Matcher, Usage
from promptlint.usage.read import FileRead, records

FORMATS = {"text": "audit", "markdown": "audit_markdown", "json": "audit_json", "html": "audit_html"}
"""Output format to the module of `promptlint.report` whose `render` makes it."""


@click.command("audit")
@paths_argument
@click.option(
    "--usage",
    "usage_files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Measured usage: OpenTelemetry spans, a LiteLLM spend log, a Langfuse export, or a usage export of Anthropic "
    "or OpenAI. May be given several times.",
)
@format_option(FORMATS, "text")
@file_option("the report")
@click.option("--executor", metavar="ADDRESS", help="Scan on a cluster: dask://HOST:PORT (promptlint[dask]).")
@config_options
@scan_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    usage_files: tuple[Path, ...],
    output_format: str,
    output_file: Path | None,
    executor: str | None,
    configuration: Configuration,
    scanning: Scanning,
) -> None:
    """Where the money goes in PATHS, and what to change: files and folders, by default the current folder.

    List prices, and the traffic of [tool.promptlint.traffic] or of --usage; without either, per 1,000 calls.
    """
    session = open_or_fail({}, configuration)
    with progress() as shown, settings_failures(), scanner_of(scanning, executor) as scanner:
        found = find_files(paths, session)
        session.quiet = found.quiet
        tree = tree_in(found, session, scanner, shown.track(found.files, "Reading files"))
        refuse_to_overwrite(output_file, (*tree.paths, *map(str, usage_files)))
        shown.step("Looking for waste")
        analysis = examine(tree, session)
        counted = requests(tree.project, session.quiet)
        measured = _measured(usage_files, tree.project, counted, shown) if usage_files else None
        shown.step("Reckoning")
        audit = audit_of(analysis, session, counted, measured)
    render = import_module(f"promptlint.report.{FORMATS[output_format]}").render
    deliver(lambda terminal: render(audit, terminal), output_file)
    for notice in audit.notices:
        print_note(notice)
    ctx.exit(end_of(analysis.problems))


def _measured(paths: tuple[Path, ...], project: Project, counted: Requests, shown: Progress) -> MeasuredUsage:
    """The usage of all files, matched as it is read. Raises Failure where a file cannot be used."""
    files = tuple(FileRead(path) for path in paths)
    matcher, usage = Matcher(project, counted), Usage()
    read = shown.bytes(sum(path.stat().st_size for path in paths), "Reading usage")
    try:
        for file in files:
            for record in records(file, read):
                usage.add(record, *matcher.find(record))
    except UsageError as error:
        raise Failure(str(error)) from error
    return MeasuredUsage(files, usage)
