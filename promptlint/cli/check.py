"""`promptlint check`: lint, and fix."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import click

from promptlint.cli.narrow import Narrow, narrowing
from promptlint.cli.options import (
    STDIN,
    baseline_option,
    config_options,
    paths_argument,
    rule_names,
    scan_options,
    settings_failures,
)
from promptlint.cli.output import FAILED, FINDINGS, NOTHING, deliver, emit, print_problems, terminal
from promptlint.cli.session import find_files, open_or_fail, scanner_of, text_files
from promptlint.discover import Discovery
from promptlint.finding import Applicability, Severity
from promptlint.fix import Fixed, fix_files, write_fixed
from promptlint.recall import Memory, memory_of
from promptlint.report import diff, statistics
from promptlint.report.summary import fix_summary
from promptlint.report.terminal import Terminal
from promptlint.report.view import View
from promptlint.run import Analysis, Session, examine, read_tree, tree_of, updated
from promptlint.settings import Settings
from promptlint.source import Source, encode

FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "as_json",
    "github": "github",
    "gitlab": "gitlab",
    "sarif": "sarif",
    "junit": "junit",
    "markdown": "markdown",
}
"""Output format to the module of `promptlint.report` whose `render` makes it."""

RANKS = {severity: rank for rank, severity in enumerate((Severity.LOW, Severity.MEDIUM, Severity.HIGH))}


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
@click.option("--output-format", type=click.Choice(list(FORMATS)), help="How to print findings  [default: full]")
@click.option("--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to a file.")
@click.option("--statistics", "show_statistics", is_flag=True, help="Count the findings by rule.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in RANKS]),
    help="Least severity for exit code 1  [default: low]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@baseline_option
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
    config: Path | None,
    isolated: bool,
    jobs: int | None,
    cache_dir: Path | None,
    no_cache: bool,
    show_settings: bool,
    show_files: bool,
) -> None:
    """Find wasted tokens in PATHS: files and folders, by default the current folder.

    With `-` the source is read from standard input; with --fix the new source then goes to standard output and the
    report to standard error.
    """
    given = {
        "select": select,
        "extend-select": extend_select,
        "ignore": ignore,
        "output-format": output_format,
        "fail-on": fail_on,
    }
    session = open_or_fail({key: value for key, value in given.items() if value}, config, isolated)
    piped = STDIN in paths
    if piped and len(paths) > 1:
        raise click.UsageError(f"`{STDIN}` reads one source from standard input and takes no other paths beside it.")
    if stdin_filename and not piped:
        raise click.UsageError(f"--stdin-filename names the source that `{STDIN}` reads: give `{STDIN}` as the path.")
    if piped and since:
        raise click.UsageError(f"--since compares files with a commit: `{STDIN}` is none.")
    name = stdin_filename or STDIN
    allowed = frozenset(Applicability if unsafe_fixes else {Applicability.SAFE})
    memory: Memory | None = None
    with settings_failures(), scanner_of(jobs, cache_dir, no_cache) as scanner:
        if show_settings:
            emit(_settings_text(session.settings(name if piped else next(iter(paths), name))))
            ctx.exit(NOTHING)
        render = _renderer(output_format or session.settings(STDIN).output_format, show_statistics)
        if piped:
            content = sys.stdin.buffer.read()
            tree = tree_of({name: content}, session.declared((name,)))
            narrow = narrowing(session, tree, Discovery((name,), ()), baseline, None)
        else:
            found = find_files(paths, session)
            if show_files:
                paths_shown = sorted((*found.files, *(text.path for text in found.texts if text.declared)))
                emit("".join(f"{path}\n" for path in paths_shown))
                print_problems(found.problems)
                ctx.exit(FAILED if found.problems else NOTHING)
            session.quiet = found.quiet
            if scanner.cache and not (fix or show_diff or since or baseline):
                shown_on = Terminal() if output_file else terminal(sys.stdout)
                memory = memory_of(scanner.cache, found, session, (render.__module__, allowed, shown_on))
                if report := memory.recall():
                    deliver(lambda _: report.text, output_file)
                    print_problems(report.problems)
                    ctx.exit(FAILED if report.problems else FINDINGS if report.failing and not exit_zero else NOTHING)
            tree = read_tree(
                found.files, found.problems, text_files(found, session), session.declared(found.files), scanner
            )
            narrow = narrowing(session, tree, found, baseline, since)
        analysis, narrowed = narrow(examine(tree, session))
        if memory:
            _remember(memory, View(analysis, session, allowed, None, narrowed), render, shown_on)
        fixed = _fixed(analysis, session, allowed, narrow, write=not (show_diff or piped)) if fix or show_diff else None
    view = View(fixed.after if fixed else analysis, session, allowed, fixed, narrowed)
    if fixed and show_diff:
        deliver(lambda terminal: diff.render(fixed, terminal), output_file)
        if fixed.changed:
            emit(f"{fix_summary(view, 'Would fix')}\n", err=True)
    else:
        if fixed and piped:
            emit(_new_source(fixed, name, content))
        deliver(lambda terminal: render(view, terminal), output_file, err=fix and piped)
    print_problems(view.problems)
    failing = bool(fixed and fixed.changed) if show_diff else _reaches_threshold(view)
    ctx.exit(FAILED if view.problems else FINDINGS if failing and not exit_zero else NOTHING)


def _remember(memory: Memory, view: View, render: Callable[[View, Terminal], str], terminal: Terminal) -> None:
    memory.keep(
        render(view, terminal),
        view.problems,
        failing=_reaches_threshold(view),
        texts=view.analysis.tree.texts.asked,
    )


def _renderer(output_format: str, show_statistics: bool) -> Callable[[View, Terminal], str]:
    if not show_statistics:
        render: Callable[[View, Terminal], str] = import_module(f"promptlint.report.{FORMATS[output_format]}").render
        return render
    if output_format not in ("full", "concise"):
        raise click.UsageError(f"--statistics is a table for people and does not go with the format {output_format}.")
    return statistics.render


def _fixed(
    analysis: Analysis, session: Session, allowed: frozenset[Applicability], narrow: Narrow, *, write: bool
) -> Fixed:
    def reanalyse(sources: Mapping[str, Source]) -> Analysis:
        return narrow(examine(updated(analysis.tree, sources), session))[0]

    fixed = fix_files(analysis, reanalyse, allowed)
    return write_fixed(fixed, reanalyse) if write else fixed


def _new_source(fixed: Fixed, name: str, content: bytes) -> bytes:
    """The source from standard input after fixing; as it came where nothing changed or it could not be read."""
    return encode(fixed.before.sources[name], fixed.after.sources[name].text) if fixed.changed else content


def _reaches_threshold(view: View) -> bool:
    """Whether a finding is at or above the severity that the settings of its file name."""
    return any(
        RANKS[finding.severity] >= RANKS[Severity(view.session.settings(finding.place.path).fail_on)]
        for finding in view.findings
    )


def _settings_text(settings: Settings) -> str:
    """Every setting as `key = value  # origin`."""
    return "".join(f"{key} = {json.dumps(value)}  # {origin}\n" for key, value, origin, _ in settings.rows())
