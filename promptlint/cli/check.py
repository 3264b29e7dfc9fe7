"""`promptlint check`: lint, and fix."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptlint.cli.narrow import Narrow, narrowing
from promptlint.cli.options import (
    STDIN,
    Configuration,
    Scanning,
    config_options,
    file_option,
    format_option,
    paths_argument,
    rule_names,
    scan_options,
    settings_failures,
)
from promptlint.cli.output import NOTHING, emit, end_of, is_one_of, read_standard_input, refuse_to_overwrite
from promptlint.cli.session import analysis_of, find_files, open_or_fail, scanner_of
from promptlint.cli.verdict import FORMATS, RANKS, Verdict, renderer
from promptlint.discover import Discovery
from promptlint.finding import Applicability
from promptlint.report.terminal import visible
from promptlint.report.view import View
from promptlint.run import Analysis, examine
from promptlint.scanning import Scanner, problem_of
from promptlint.session import Session
from promptlint.source import Source, SourceError, encode, read_bytes
from promptlint.tree import tree_of, updated

if TYPE_CHECKING:
    from promptlint.fix import Fixed
    from promptlint.reportmemory import ReportMemory


@dataclass(frozen=True, slots=True)
class Work:
    """What to do with what is read: fix it, show what fixing would change, with which fixes; tell only what a baseline
    does not know, or what is new since a commit."""

    fix: bool
    show_diff: bool
    allowed: frozenset[Applicability]
    baseline: Path | None
    since: str | None

    @property
    def can_be_recalled(self) -> bool:
        """Whether the report depends on nothing but the files and the settings."""
        return not (self.fix or self.show_diff or self.baseline or self.since)


@click.command("check")
@paths_argument
@click.option("--fix", is_flag=True, help="Rewrite files: apply the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Include fixes that change words, code or calls.")
@click.option("--diff", "show_diff", is_flag=True, help="Print what --fix would change, and write nothing.")
@click.option(
    "--select", multiple=True, callback=rule_names, metavar="RULES", help="Run these rules only (names or codes)."
)
@click.option("--extend-select", multiple=True, callback=rule_names, metavar="RULES", help="Run these rules as well.")
@click.option("--ignore", multiple=True, callback=rule_names, metavar="RULES", help="Leave these rules out.")
@format_option(FORMATS, None)
@file_option("the report")
@click.option("--statistics", "show_statistics", is_flag=True, help="Count the findings by rule.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in RANKS]),
    help="Least severity for exit code 1  [default: low]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Leave out the findings of this file, which `promptlint baseline` wrote.",
)
@click.option("--since", metavar="REF", help="Only what is new since this commit or branch, or on lines it changed.")
@click.option("--stdin-filename", metavar="PATH", help="The name of the source that is read from `-`.")
@config_options
@scan_options
@click.option("--show-settings", is_flag=True, help="Print every setting and where it comes from.")
@click.option("--show-files", is_flag=True, help="Print the files that would be checked.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    show_diff: bool,
    select: list[str],
    extend_select: list[str],
    ignore: list[str],
    output_format: str | None,
    output_file: Path | None,
    show_statistics: bool,
    fail_on: str | None,
    exit_zero: bool,
    baseline: Path | None,
    since: str | None,
    stdin_filename: str | None,
    configuration: Configuration,
    scanning: Scanning,
    show_settings: bool,
    show_files: bool,
) -> None:
    """Find wasted tokens in PATHS: files and folders, by default the current folder.

    With `-` the source is read from standard input; with --fix the new source then goes to standard output and the
    report to standard error.
    """
    overrides = {
        "select": select,
        "extend-select": extend_select,
        "ignore": ignore,
        "output-format": output_format,
        "fail-on": fail_on,
    }
    session = open_or_fail(overrides, configuration)
    _refuse_what_does_not_go_together(paths, stdin_filename, since)
    allowed = frozenset(Applicability if unsafe_fixes else {Applicability.SAFE})
    work = Work(fix, show_diff, allowed, baseline, since)
    with settings_failures(), scanner_of(scanning) as scanner:
        if show_settings:
            ctx.exit(_show_settings(session, stdin_filename or next(iter(paths), STDIN)))
        render = renderer(output_format or session.settings(STDIN).output_format, show_statistics)
        verdict = Verdict(render, output_file, exit_zero)
        if STDIN in paths:
            ctx.exit(_check_stdin(stdin_filename or STDIN, session, work, verdict))
        found = find_files(paths, session)
        if show_files:
            ctx.exit(_show_files(found))
        session.quiet = found.quiet
        ctx.exit(_check_files(found, session, scanner, work, verdict))


def _refuse_what_does_not_go_together(paths: tuple[str, ...], stdin_filename: str | None, since: str | None) -> None:
    piped = STDIN in paths
    if piped and len(paths) > 1:
        raise click.UsageError(f"`{STDIN}` reads one source from standard input and takes no other paths beside it.")
    if stdin_filename and not piped:
        raise click.UsageError(f"--stdin-filename names the source that `{STDIN}` reads: give `{STDIN}` as the path.")
    if since == "":
        raise click.UsageError("--since needs a commit or a branch: what it was given is empty.")
    if piped and since:
        raise click.UsageError(f"--since compares files with a commit: `{STDIN}` is none.")


def _show_settings(session: Session, path: str) -> int:
    """Print every setting for a path as `key = value  # origin`; the exit code."""
    rows = session.settings(path).rows()
    emit("".join(f"{key} = {json.dumps(value)}  # {visible(origin)}\n" for key, value, origin, _ in rows))
    return NOTHING


def _show_files(found: Discovery) -> int:
    """Print the files that would be checked; the exit code."""
    paths = sorted((*found.files, *(text.path for text in found.texts if text.declared)))
    emit("".join(f"{visible(path)}\n" for path in paths))
    return end_of(found.problems)


def _check_stdin(name: str, session: Session, work: Work, verdict: Verdict) -> int:
    """Check the source on standard input, and print it where it is to be fixed; the exit code."""
    refuse_to_overwrite(verdict.output_file, () if name == STDIN else (name,))
    content = read_standard_input()
    try:
        tree = tree_of({name: content}, session.declared((name,)))
    except SourceError as error:
        return end_of([problem_of(error)])
    view = _viewed(examine(tree, session), Discovery((name,), ()), session, work, write=False)
    if work.show_diff:
        return verdict.on_diff(view)
    if not view.fixed:
        return verdict.on(view)
    emit(_new_source(view.fixed, name, content))
    return verdict.beside_source(view)


def _check_files(found: Discovery, session: Session, scanner: Scanner, work: Work, verdict: Verdict) -> int:
    """Check files, or tell again what was told of them before; the exit code."""
    memory = _memory(found, session, scanner, work, verdict)
    report = memory.recall() if memory else None
    # A report that would go into one of the files is not told again: a run that reads them says which may not be lost.
    if report and not is_one_of(verdict.output_file, (*found.files, *report.texts)):
        return verdict.again(report)
    analysis = analysis_of(found, session, scanner, memory.read if memory else read_bytes)
    refuse_to_overwrite(verdict.output_file, analysis.tree.paths)
    view = _viewed(analysis, found, session, work, write=not work.show_diff)
    return verdict.on_diff(view) if work.show_diff else verdict.on(view, memory)


def _memory(found: Discovery, session: Session, scanner: Scanner, work: Work, verdict: Verdict) -> ReportMemory | None:
    """The memory of this run, None where there is none or its report is not kept."""
    if not scanner.cache or not work.can_be_recalled or session.has_plugins:
        return None
    from promptlint.reportmemory import report_memory

    return report_memory(
        scanner.cache, found, session, (verdict.render.__module__, work.allowed, verdict.shown_on, scanner.gated)
    )


def _viewed(analysis: Analysis, found: Discovery, session: Session, work: Work, *, write: bool) -> View:
    """What to report of an analysis, after fixing where that is asked for; `write` says whether to write the files."""
    narrow = narrowing(session, analysis, found, work.baseline, work.since)
    analysis, narrowed = narrow(analysis)
    if not (work.fix or work.show_diff):
        return View(analysis, session, work.allowed, None, narrowed)
    fixed = _fixed(analysis, session, work.allowed, narrow, write=write)
    return View(fixed.after, session, work.allowed, fixed, narrowed)


def _fixed(
    analysis: Analysis, session: Session, allowed: frozenset[Applicability], narrow: Narrow, *, write: bool
) -> Fixed:
    from promptlint.fix import fix_files, write_fixed

    def reanalyse(sources: Mapping[str, Source]) -> Analysis:
        return narrow(examine(updated(analysis.tree, sources), session, analysis))[0]

    fixed = fix_files(analysis, reanalyse, allowed)
    return write_fixed(fixed, reanalyse) if write else fixed


def _new_source(fixed: Fixed, name: str, content: bytes) -> bytes:
    """The source from standard input after fixing; as it came where nothing changed or it could not be read."""
    return encode(fixed.before.sources[name], fixed.after.sources[name].text) if fixed.changed else content
