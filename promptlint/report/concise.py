"""One line a finding, for editors and grep, then the summary."""

from __future__ import annotations

from promptlint.report.full import headline
from promptlint.report.summary import COLORS, summary
from promptlint.report.terminal import Terminal
from promptlint.report.view import View


def render(view: View, terminal: Terminal) -> str:
    """All findings in order, and the summary."""
    return "\n".join((*finding_lines(view, terminal), *summary(view, terminal))) + "\n"


def finding_lines(view: View, terminal: Terminal) -> list[str]:
    """A line a finding, in order."""
    lines = []
    for finding in view.findings:
        location, code, message = headline(finding, view)
        painted = terminal.paint(code, COLORS[finding.severity], bold=True)
        lines.append(f"{terminal.paint(location, bold=True)} {painted} {message}")
    return lines
