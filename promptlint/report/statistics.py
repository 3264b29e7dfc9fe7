"""Findings counted by rule, for `check --statistics`."""

from __future__ import annotations

from collections import defaultdict

from promptlint.finding import Finding
from promptlint.report.summary import summary
from promptlint.report.table import table
from promptlint.report.terminal import Terminal, usd
from promptlint.report.view import View, total_usd


def render(view: View, terminal: Terminal) -> str:
    """A line a rule, most findings first, and the summary."""
    by_rule: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in view.findings:
        by_rule[finding.code, finding.rule].append(finding)
    rows = [
        (
            str(len(findings)),
            code,
            rule,
            str(sum(finding.fix is not None for finding in findings)),
            str(sum(finding.saving.input_tokens for finding in findings if finding.saving)),
            "-" if (money := total_usd(findings)) is None else usd(money),
        )
        for (code, rule), findings in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    header = ("findings", "code", "rule", "fixable", "tokens/call", "USD/1k calls")
    lines = table(header, rows, terminal, numeric=(0, 3, 4, 5), flexible=(2,)) if rows else []
    return "\n".join((*lines, *summary(view, terminal))) + "\n"
