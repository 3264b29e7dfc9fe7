"""Markdown for a pull request comment or a job summary. No text of the analysed code can become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from promptlint.finding import Finding
from promptlint.report.statistics import by_rule
from promptlint.report.summary import summary
from promptlint.report.terminal import Terminal, usd, visible
from promptlint.report.view import View

SHOWN = 100
"""Findings in the table: a comment holds 65,536 characters at most (GitHub, 2026)."""

_SPLIT = "\u200b"
"""A space of no width: services look for mentions, numbers of issues and addresses in the text that is shown."""
_MARKUP = {ord(char): f"\\{char}" for char in "\\`*_[]|~#@$"} | {
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("&"): "&amp;",
    ord(_SPLIT): "&#8203;",
}
_LINKED = re.compile(r"[@#]|:(?=//)|\bwww(?=\.)", re.IGNORECASE)


def render(view: View, terminal: Terminal) -> str:
    """Summary, findings by rule, and each finding; `terminal` is not used."""
    lines = ["## promptlint", "", *map(prose, summary(view, Terminal(width=10**6)))]
    if view.findings:
        lines += ["", *table(("rule", "findings", "fixable", "tokens per call", "USD per 1,000 calls"), _rules(view))]
        lines += ["", *table(("where", "rule", "severity", "finding", "saves"), finding_rows(view))]
        if len(view.findings) > SHOWN:
            lines += ["", f"{len(view.findings) - SHOWN:,} more findings are not shown."]
    if view.problems:
        lines += ["", "Not understood:", ""]
        lines += [
            f"- {code(f'{one.path}:{one.line}' if one.path else 'promptlint')}: {plain(one.message)}"
            for one in view.problems
        ]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text that shows as it is."""
    return _LINKED.sub(rf"\g<0>{_SPLIT}", visible(text)).translate(_MARKUP)


def prose(text: str) -> str:
    """Sentences that show as they are, with what stands between backticks as code."""
    parts = re.split(r"`([^`\n]+)`", text)
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(parts))


def code(text: str) -> str:
    """Text as inline code, which may stand in a table."""
    shown = visible(text).replace("|", "\\|")
    fence = "`"
    while fence in shown:
        fence += "`"
    return f"{fence} {shown} {fence}" if "`" in shown else f"`{shown}`"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a table whose cells are Markdown already."""
    head = list(header)
    return [_row(head), _row(["---"] * len(head)), *map(_row, rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rules(view: View) -> Iterable[tuple[str, ...]]:
    for count in by_rule(view.findings):
        money = "" if count.usd_per_1k_calls is None else usd(count.usd_per_1k_calls)
        url = f"{count.rule} ({count.code})"
        yield url, f"{count.findings:,}", f"{count.fixable:,}", f"{count.input_tokens:,}", money


def finding_rows(view: View) -> Iterable[tuple[str, ...]]:
    """Place, rule, severity, message and saving of the first findings, as Markdown."""
    tree = view.analysis.tree
    for finding in view.findings[:SHOWN]:
        where = tree.locate(finding.place.path, finding.place.start)
        yield (
            code(f"{finding.place.path}:{where.row}"),
            finding.rule,
            finding.severity,
            plain(finding.message),
            _saves(finding),
        )


def _saves(finding: Finding) -> str:
    saving = finding.saving
    if saving is None:
        return ""
    parts = [f"{saving.input_tokens:,} tokens"] if saving.input_tokens else []
    if saving.usd_per_1k_calls:
        parts.append(usd(saving.usd_per_1k_calls))
    return ", ".join(parts)
