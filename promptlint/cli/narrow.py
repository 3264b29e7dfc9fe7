"""Which findings `check` tells: all, or without those of a baseline, or only those since a commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from promptlint.cli.output import Failure
from promptlint.discover import Discovery
from promptlint.report.view import Narrowed
from promptlint.run import Analysis, examine
from promptlint.session import Session

Narrow: TypeAlias = Callable[[Analysis], tuple[Analysis, Narrowed]]
"""An analysis with the findings to tell, and what was left out."""


def narrowing(
    session: Session, analysis: Analysis, found: Discovery, baseline: Path | None, since: str | None
) -> Narrow:
    """How to narrow an analysis, and those that fixing makes of it. Raises Failure and SettingsError."""
    by_age = _since(session, analysis, found, since) if since else None
    by_baseline = _baseline(session, found, baseline) if baseline else None

    def narrow(analysis: Analysis) -> tuple[Analysis, Narrowed]:
        narrowed = Narrowed()
        if by_age:
            analysis, narrowed = by_age(analysis)
        if by_baseline:
            analysis, told = by_baseline(analysis)
            narrowed = replace(narrowed, known=told.known, stale=told.stale)
        return analysis, narrowed

    return narrow


def _since(session: Session, analysis: Analysis, found: Discovery, ref: str) -> Narrow:
    from promptlint.git import GitError, Repository
    from promptlint.since import earlier, new_findings

    try:
        repository = Repository(session.resolver.cwd)
        past = earlier(analysis.tree, repository, repository.fork(ref, "HEAD"), session.resolver.cwd, found.roots)
    except GitError as error:
        raise Failure(f"--since {ref}: {error}") from error
    before = examine(past.tree, session, analysis)

    def narrow(analysis: Analysis) -> tuple[Analysis, Narrowed]:
        new = new_findings(analysis, before, past)
        return replace(analysis, findings=new), Narrowed(older=len(analysis.findings) - len(new), since=ref)

    return narrow


def _baseline(session: Session, found: Discovery, path: Path) -> Narrow:
    from promptlint import baseline as baselines

    try:
        baseline = baselines.read(path)
    except baselines.BaselineError as error:
        raise Failure(str(error)) from error
    folder = os.path.dirname(os.path.abspath(path))
    was_asked = _asked(session, (*found.files, *(text.path for text in found.texts)), folder)

    def narrow(analysis: Analysis) -> tuple[Analysis, Narrowed]:
        compared = baselines.compared(baseline, analysis.findings, analysis.sources, folder, was_asked)
        return replace(analysis, findings=compared.new), Narrowed(compared.known, compared.stale)

    return narrow


def _asked(session: Session, paths: Iterable[str], folder: str) -> Callable[[str, str], bool]:
    """Whether a rule looked at a file of the baseline in `folder`; at one that is gone every rule has."""
    from promptlint.baseline import relative

    seen = {relative(path, folder): path for path in paths}

    def asked(file: str, rule: str) -> bool:
        if file in seen:
            return any(each.name == rule for each in session.rules(seen[file]))
        return not os.path.exists(os.path.join(folder, file))

    return asked
