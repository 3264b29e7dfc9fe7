"""Findings counted by rule, for `check --statistics`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from promptlint.finding import Finding
from promptlint.report.summary import summary
from promptlint.report.table import table
from promptlint.report.terminal import Terminal, usd
from promptlint.report.view import View, total_usd


class RuleCount(NamedTuple):
    """The findings of a rule: how many, how many fix, input tokens per call and USD per 1,000 calls in all."""

    code: str
    rule: str
    findings: int
    fixable: int
    input_tokens: int
    usd_per_1k_calls: float | None


def by_rule(findings: Iterable[Finding]) -> list[RuleCount]:
    """A count for each rule, most findings first."""
    grouped: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.code, finding.rule].append(finding)
    return [
        RuleCount(
            code,
            rule,
            len(found),
            sum(finding.fix is not None for finding in found),
            sum(finding.saving.input_tokens for finding in found if finding.saving),
            total_usd(found),
        )
        for (code, rule), found in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def render(view: View, terminal: Terminal) -> str:
    """A line a rule, most findings first, and the summary."""
    rows = [
        (
            str(count.findings),
            count.code,
            count.rule,
            str(count.fixable),
            str(count.input_tokens),
            "-" if count.usd_per_1k_calls is None else usd(count.usd_per_1k_calls),
        )
        for count in by_rule(view.findings)
    ]
    header = ("findings", "code", "rule", "fixable", "tokens/call", "USD/1k calls")
    lines = table(header, rows, terminal, numeric=(0, 3, 4, 5), flexible=(2,)) if rows else []
    return "\n".join((*lines, *summary(view, terminal))) + "\n"
