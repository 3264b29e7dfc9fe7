"""Runs rules over sources in memory, through the real pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from promptlint.finding import Applicability, Finding
from promptlint.fix import fix_files
from promptlint.run import Analysis, examine
from promptlint.session import Session, open_session
from promptlint.tree import read_tree, tree_of, updated

FILE = "app.py"


def analyse(sources: str | Mapping[str, str], *rules: str, options: Mapping[str, object] | None = None) -> Analysis:
    """The analysis of one source, or of several by path, with only the named rules; `options` are the first one's."""
    session = open_session(Path.cwd(), isolated=True, overrides=_overrides(rules, options))
    return examine(tree_of(_data(sources)), session)


def analyse_files(paths: Iterable[str], session: Session) -> Analysis:
    """The analysis of files of the disk as one tree, with the settings and rules of a session."""
    paths = tuple(paths)
    return examine(read_tree(paths, declared=session.declared(paths)), session)


def findings(
    sources: str | Mapping[str, str], *rules: str, options: Mapping[str, object] | None = None
) -> list[Finding]:
    """What the named rules find; fails where something could not be read or a rule crashed."""
    analysis = analyse(sources, *rules, options=options)
    assert analysis.problems == ()
    return list(analysis.findings)


def fixed(
    sources: str | Mapping[str, str],
    *rules: str,
    unsafe: bool = True,
    options: Mapping[str, object] | None = None,
) -> dict[str, str]:
    """The sources by path after all fixes of the named rules, applied until nothing changes."""
    session = open_session(Path.cwd(), isolated=True, overrides=_overrides(rules, options))
    tree = tree_of(_data(sources))
    allowed = [Applicability.SAFE, Applicability.UNSAFE] if unsafe else [Applicability.SAFE]
    outcome = fix_files(examine(tree, session), lambda changed: examine(updated(tree, changed), session), allowed)
    assert outcome.problems == ()
    return {path: source.text for path, source in outcome.after.sources.items()}


def _data(sources: str | Mapping[str, str]) -> dict[str, bytes]:
    by_path = {FILE: sources} if isinstance(sources, str) else sources
    return {path: text.encode() for path, text in by_path.items()}


def _overrides(rules: tuple[str, ...], options: Mapping[str, object] | None) -> dict[str, object]:
    return {"select": list(rules)} | ({"rules": {rules[0]: dict(options)}} if options else {})
