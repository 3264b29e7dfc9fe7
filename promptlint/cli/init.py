"""`promptlint init`: propose what a project needs to begin, and write what the user agrees to."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from promptlint import baseline, initial
from promptlint.cli.options import Configuration, Scanning, scan_options, settings_failures
from promptlint.cli.output import Failure, emit, end_of, refuse_what_leads_out, terminal
from promptlint.cli.session import open_or_fail, scanner_of, tree_in
from promptlint.discover import discover
from promptlint.git import GitError, Repository
from promptlint.initial import Advice, Step
from promptlint.report.statistics import by_rule
from promptlint.report.terminal import Terminal, plural, shorten, visible
from promptlint.run import Analysis, examine
from promptlint.session import Session
from promptlint.settings.files import find_config
from promptlint.write import Replacement, WriteError, replace_files, write_whole

SHOWN, WIDTH = 60, 120
"""Lines of a file that are shown, and columns of each on a narrow terminal."""


@click.command("init")
@click.option("--yes", is_flag=True, help="Write everything that is proposed, without asking.")
@scan_options
@click.pass_context
def command(ctx: click.Context, yes: bool, scanning: Scanning) -> None:
    """Set promptlint up for the current folder: settings, a pre-commit hook, a workflow for GitHub or GitLab.

    Shows what it would write and asks. A file that exists is at most added to, at its end.
    """
    session = open_or_fail({}, Configuration())
    with settings_failures(), scanner_of(scanning) as scanner:
        found = discover((".",), session.resolver)
        session.quiet = found.quiet
        tree = tree_in(found, session, scanner)
        model = initial.usual_model(tree.project.calls)
        if model and not _is_configured(session.resolver.cwd):
            # The baseline holds what is found under the settings that are proposed with it.
            session = open_or_fail({"default_model": model}, Configuration())
            session.quiet = found.quiet
        analysis = examine(tree, session)
    project = _project(analysis, session)
    if yes:
        _refuse_what_cannot_be_written(project)
    show = terminal(sys.stdout)
    emit(_seen(analysis))
    try:
        written = _offer_baseline(analysis, session.resolver.cwd, show, yes=yes)
        project = replace(project, baseline=os.path.isfile(baseline.FILE))
        for proposal in initial.proposals(project):
            written += _offer(proposal, show, yes=yes)
    except click.Abort as error:
        raise Failure("stopped: nothing more is written (--yes agrees to everything)") from error
    with settings_failures():
        open_or_fail({}, Configuration()).settings(".")
    emit(_closing(analysis, written))
    ctx.exit(end_of(analysis.problems))


def _seen(analysis: Analysis) -> str:
    """What was found, in a few lines."""
    calls = analysis.project.calls
    sdks = ", ".join(sorted({call.sdk for call in calls}))
    lines = [
        f"{plural(len(calls), 'LLM call')}{f' ({sdks})' if sdks else ''}, "
        f"{plural(len(analysis.project.prompts), 'prompt')}, {plural(len(analysis.findings), 'finding')}."
    ]
    lines += [f"  {count.findings:>5,} {count.rule}" for count in by_rule(analysis.findings)[:5]]
    return "\n".join(lines) + "\n"


def _project(analysis: Analysis, session: Session) -> initial.Project:
    """What is seen of the project. Raises Failure where a file that may be added to cannot be read."""
    cwd = session.resolver.cwd
    names = (initial.PYPROJECT, initial.HOOKS, initial.GITHUB, initial.GITLAB, initial.GITLAB_CI)
    try:
        repository = Repository(cwd)
        remotes, uses_git = repository.remotes(), os.path.realpath(repository.top) == os.path.realpath(cwd)
    except GitError:
        remotes, uses_git = "", False
    return initial.Project(
        files={name: _read(name) for name in names if os.path.isfile(name)},
        configured=_is_configured(cwd),
        uses_git=uses_git,
        on_github=uses_git and (os.path.isdir(".github") or "github" in remotes),
        on_gitlab=uses_git and (os.path.isfile(initial.GITLAB_CI) or "gitlab" in remotes),
        model=initial.usual_model(analysis.project.calls),
        baseline=os.path.isfile(baseline.FILE),
    )


def _refuse_what_cannot_be_written(project: initial.Project) -> None:
    """Raises Failure where a file of the proposals cannot be written: then none is, not even those before it."""
    for proposal in initial.proposals(project):
        if isinstance(proposal, Step):
            refuse_what_leads_out(Path(proposal.path))
            if not proposal.new and not os.access(proposal.path, os.W_OK):
                raise Failure(f"{proposal.path}: the file is write-protected")


def _is_configured(folder: str) -> bool:
    """Whether this folder or one above it has settings."""
    above = [folder, *map(str, Path(folder).parents)]
    return any(find_config(one, folder) is not None for one in above)


def _offer_baseline(analysis: Analysis, cwd: str, show: Terminal, *, yes: bool) -> int:
    if not analysis.findings or os.path.isfile(baseline.FILE):
        return 0
    text = baseline.encoded(baseline.made_of(analysis.findings, analysis.sources, cwd))
    why = f"the {plural(len(analysis.findings), 'finding')} of today, so that hook and workflow tell only new ones"
    return _offer(Step(baseline.FILE, text, why, new=True), show, yes=yes)


def _offer(proposal: Step | Advice, show: Terminal, *, yes: bool) -> int:
    """Show a proposal and write it where the user agrees; how many files were written."""
    path = proposal.path
    shown = proposal.text.splitlines()
    more = [f"... {len(shown) - SHOWN:,} more lines"] if len(shown) > SHOWN else []
    body = "".join(
        show.paint("  + " + shorten(visible(line), max(show.width, WIDTH)), "green") + "\n"
        for line in (*shown[:SHOWN], *more)
    )
    if isinstance(proposal, Advice):
        head = show.paint(f"{path} cannot plainly be added to. Put this where it belongs: {proposal.why}", bold=True)
        emit(f"\n{head}\n{body}")
        return 0
    emit(
        "\n"
        + show.paint(f"{path} ({'new' if proposal.new else 'at the end'}): {proposal.why}", bold=True)
        + f"\n{body}"
    )
    if not (yes or _agrees()):
        return 0
    _write(proposal)
    return 1


def _agrees() -> bool:
    """Whether the user agrees to a file. Raises Failure where nobody can be asked, and Abort where nobody answers."""
    if None in (sys.stdin, sys.stdout, sys.stderr):  # `input` needs all three
        raise Failure("a standard stream is closed, so that nobody can be asked (--yes agrees to everything)")
    return click.confirm("Write it?", default=True)


def _write(step: Step) -> None:
    """Raises Failure."""
    refuse_what_leads_out(Path(step.path))
    try:
        if step.new:
            os.makedirs(os.path.dirname(step.path) or ".", exist_ok=True)
            path = Path(step.path)
            path.touch(exist_ok=False)
            try:
                write_whole(path, step.text.encode())
            except OSError:
                path.unlink()
                raise
        else:
            old = _read(step.path)
            replace_files({step.path: Replacement(old.encode(), step.after(old).encode())})
    except OSError as error:
        raise Failure(f"{step.path}: {error.strerror}") from error
    except WriteError as error:
        raise Failure(str(error)) from error


def _read(path: str) -> str:
    """The text of a file with its line breaks as they are. Raises Failure."""
    try:
        return Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: {error}") from error


def _closing(analysis: Analysis, written: int) -> str:
    if not written:
        return "\nNothing was written.\n"
    fixable = sum(finding.fix is not None for finding in analysis.findings)
    advice = f" {plural(fixable, 'finding')} can be fixed: promptlint check --fix." if fixable else ""
    return f"\n{plural(written, 'file')} written.{advice} Where the money goes: promptlint audit.\n"
