"""The Code Quality report of GitLab, as its page on the report format describes it (2026)."""

from __future__ import annotations

from promptlint.finding import Severity
from promptlint.fingerprint import fingerprints
from promptlint.report.annotations import lines_of, said
from promptlint.report.documents import dump
from promptlint.report.terminal import Terminal
from promptlint.report.view import View

LEVELS = {Severity.HIGH: "major", Severity.MEDIUM: "minor", Severity.LOW: "info"}


def render(view: View, terminal: Terminal) -> str:
    """The JSON document; `terminal` is not used."""
    tree = view.analysis.tree
    issues = []
    for finding, mark in fingerprints(view.findings, view.analysis.sources):
        at = lines_of(tree, finding.place)
        issues.append(
            {
                "description": said(finding, tree),
                "check_name": finding.rule,
                "fingerprint": mark,
                "severity": LEVELS[finding.severity],
                "location": {
                    "path": finding.place.path,
                    "lines": {"begin": at.line, "end": at.end_line} if at else {"begin": 1},
                },
            }
        )
    return dump(issues)
