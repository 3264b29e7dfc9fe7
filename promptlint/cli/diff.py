"""`promptlint diff`: what a change does to LLM calls and prompts, and what it costs."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from promptlint.cli.options import (
    Configuration,
    Scanning,
    config_options,
    file_option,
    format_option,
    no_empty_path,
    scan_options,
    settings_failures,
)
from promptlint.cli.output import (
    FAILED,
    FINDINGS,
    NOTHING,
    Failure,
    deliver,
    print_error,
    print_note,
    print_problems,
    refuse_to_overwrite,
)
from promptlint.cli.session import open_or_fail, scanner_of, tree_in
from promptlint.committed import Commit, tree_at
from promptlint.diffs import Difference, compare
from promptlint.diffs.limits import Limit
from promptlint.discover import discover
from promptlint.git import GitError, Repository
from promptlint.report.view import View
from promptlint.run import examine
from promptlint.scanning import Scanner
from promptlint.session import Session
from promptlint.since import Earlier, is_searched
from promptlint.source import shown
from promptlint.tree import Tree

FORMATS = {"text": "diffs", "markdown": "diffs_markdown", "json": "diffs_json"}
"""Output format to the module of `promptlint.report` whose `render` makes it."""

WORK_TREE = "the work tree"
COMMIT_ID = re.compile(r"\b([0-9a-f]{10})[0-9a-f]{30}\b")
"""A whole commit id, and as much of it as people read."""


class _LimitType(click.ParamType[Limit]):
    name = "limit"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Limit:
        try:
            return value if isinstance(value, Limit) else Limit.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("diff")
@click.argument("base")
@click.argument("head", required=False)
@click.option(
    "--path",
    "paths",
    multiple=True,
    callback=no_empty_path,
    help="Compare only this file or folder  [default: the current folder]",
)
@format_option(FORMATS, "text")
@file_option("the report")
@click.option(
    "--fail-above",
    "limits",
    type=_LimitType(),
    multiple=True,
    metavar="LIMIT",
    help="Exit with 1 where the input of all calls together grows by more: `100tokens`, each call called once; `5%` of "
    "what it was; `0.50usd` per 1,000 calls of each; `50usd/month` at the traffic of the settings.",
)
@config_options
@scan_options
@click.pass_context
def command(
    ctx: click.Context,
    base: str,
    head: str | None,
    paths: tuple[str, ...],
    output_format: str,
    output_file: Path | None,
    limits: tuple[Limit, ...],
    configuration: Configuration,
    scanning: Scanning,
) -> None:
    """Compare the LLM calls and prompts of HEAD, by default the work tree, with those of BASE.

    BASE and HEAD are commits, branches or tags. Where HEAD has left BASE, the commit where it did so counts, as in a
    pull request. Both are read from git; the work tree is not touched, its settings count for both.
    """
    session = open_or_fail({}, configuration)
    with settings_failures(), scanner_of(scanning) as scanner:
        try:
            difference = _difference(base, head, paths, session, scanner)
        except GitError as error:
            raise Failure(str(error)) from error
    refuse_to_overwrite(output_file, difference.now.tree.paths)
    view = View(replace(difference.now, findings=difference.findings), session)
    render = import_module(f"promptlint.report.{FORMATS[output_format]}").render
    deliver(lambda terminal: render(difference, view, terminal), output_file)
    print_problems(view.problems)
    exceeded = [over for limit in limits if (over := limit.exceeded_by(difference))]
    for over in exceeded:
        print_error(f"--fail-above: {over}")
    ctx.exit(FAILED if view.problems else FINDINGS if exceeded else NOTHING)


def _difference(base: str, head: str | None, paths: tuple[str, ...], session: Session, scanner: Scanner) -> Difference:
    """Raises GitError, SettingsError and Failure."""
    cwd = session.resolver.cwd
    repository = Repository(cwd)
    start = _start(repository, base, head)
    left_out = repository.left_out() if head is None else ()
    roots = tuple(os.path.normpath(os.path.join(cwd, path)) for path in paths or (".",))
    if missed := sum(is_searched(os.path.join(repository.top, path), roots) for path in left_out):
        print_note(f"not checked out, and not compared: {missed} file{'s' * (missed > 1)}")
    found_before, before = tree_at(Commit(repository, start, left_out), paths, session, scanner)
    for problem in before.problems:
        print_note(f"not understood in {base}: {problem.path}:{problem.line}: {problem.message}")
    quiet, now = (
        _committed(repository, head, paths, session, scanner) if head else _checked_out(paths, session, scanner)
    )
    if not before.files_seen and not now.files_seen:
        # A job that looks into the wrong folder must not pass.
        raise Failure(f"no Python files in {', '.join(paths or ('.',))}, neither now nor in {base}")
    session.quiet = found_before.quiet | quiet
    renamed = {
        shown(f"{repository.top}/{change.old}", cwd): shown(f"{repository.top}/{change.new}", cwd)
        for change in repository.changes(start, head)
        if change.old and change.new
    }
    past = Earlier(before, renamed)
    names = [COMMIT_ID.sub(r"\1", ref) for ref in (base, head or WORK_TREE)]
    return compare(examine(now, session), examine(before, session), past, session, *names)


def _start(repository: Repository, base: str, head: str | None) -> str:
    """The commit to compare with: where `head` left `base`; `base` itself where `head` is a commit before it."""
    fork = repository.fork(base, head or "HEAD")
    return base if head and fork == repository.commit(head) else fork


def _committed(
    repository: Repository, head: str, paths: tuple[str, ...], session: Session, scanner: Scanner
) -> tuple[frozenset[str], Tree]:
    """The files to be quiet about, and the tree of a commit."""
    found, tree = tree_at(Commit(repository, head), paths, session, scanner)
    return found.quiet, tree


def _checked_out(paths: tuple[str, ...], session: Session, scanner: Scanner) -> tuple[frozenset[str], Tree]:
    """The files to be quiet about, and the tree as it lies on the disk."""
    found = discover(paths, session.resolver)
    return found.quiet, tree_in(found, session, scanner)
