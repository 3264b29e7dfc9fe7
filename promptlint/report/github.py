"""GitHub workflow commands: findings become annotations on the lines of a pull request.

The grammar is that of the page "Workflow commands for GitHub Actions" (2026). What a command must not hold is escaped,
so that no text of the analysed code can be taken for a command.
"""

from __future__ import annotations

from promptlint.finding import Finding, Severity
from promptlint.project import Problem
from promptlint.report.annotations import lines_of, said
from promptlint.report.terminal import Terminal, inert, visible
from promptlint.report.view import View

LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "notice"}


def render(view: View, terminal: Terminal) -> str:
    """A line a finding or problem; `terminal` is not used."""
    lines = [_annotation(finding, view) for finding in view.findings]
    lines += [_error(problem) for problem in view.problems]
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding, view: View) -> str:
    tree = view.analysis.tree
    at = lines_of(tree, finding.place)
    properties = {"title": f"{finding.rule} ({finding.code})", "file": visible(finding.place.path)}
    if at:
        # Several lines take no columns.
        columns = {"col": at.column, "endColumn": at.end_column} if at.line == at.end_line else {}
        spot = {"line": at.line, "endLine": at.end_line, **columns}
        properties |= {name: str(value) for name, value in spot.items()}
    return _command(LEVELS[finding.severity], properties, said(finding, tree))


def _error(problem: Problem) -> str:
    properties = {"title": "promptlint", "file": visible(problem.path), "line": str(problem.line or 1)}
    return _command("error", properties if problem.path else {"title": "promptlint"}, visible(problem.message))


def _command(name: str, properties: dict[str, str], message: str) -> str:
    written = ",".join(
        f"{key}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in properties.items()
    )
    return f"::{name} {written}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return inert(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
