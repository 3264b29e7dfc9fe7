"""The report for people: each finding with its source, evidence, saving and help, then a summary."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.finding import Finding, Saving
from promptlint.report.summary import COLORS, summary
from promptlint.report.terminal import Terminal, plural, usd, visible
from promptlint.report.view import View


def render(view: View, terminal: Terminal) -> str:
    """All findings in order, blank lines between, and the summary."""
    blocks = [*(_finding(finding, view, terminal) for finding in view.findings), summary(view, terminal)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def headline(finding: Finding, view: View) -> tuple[str, str, str]:
    """Location, code with the mark of fixable findings, and message, as shown on the first line of a finding."""
    where = view.analysis.tree.locate(finding.place.path, finding.place.start)
    mark = " [*]" if finding.fix and finding.fix.applicability in view.allowed else ""
    return f"{visible(finding.place.path)}:{where}:", f"{finding.code}{mark}", visible(finding.message)


def _finding(finding: Finding, view: View, terminal: Terminal) -> list[str]:
    from promptlint.report.excerpt import excerpt

    location, code, message = headline(finding, view)
    color = COLORS[finding.severity]
    head = f"{location} {code}"
    lines = terminal.wrap(message, head + " ", "    ")
    lines[0] = f"{terminal.paint(location, bold=True)} {terminal.paint(code, color, bold=True)}{lines[0][len(head) :]}"
    path = finding.place.path
    lines += excerpt(view.analysis.sources[path].text, view.analysis.tree.modules[path], finding.place, terminal, color)
    for label, text in notes(finding):
        first = f"  = {label}: "
        wrapped = terminal.wrap(visible(text), first, " " * len(first))
        wrapped[0] = f"  = {terminal.paint(label, bold=True)}: {wrapped[0][len(first) :]}"
        lines += wrapped
    return lines


def saving_text(saving: Saving) -> str:
    """Tokens with their tokenizer, and dollars; empty where neither is known."""
    tokens = [
        plural(count, f"{kind} token")
        for count, kind in ((saving.input_tokens, "input"), (saving.output_tokens, "output"))
        if count
    ]
    certainty = "exact" if saving.exact else "estimate"
    # A tokenizer that estimates says so in its name.
    counted = f"{saving.tokenizer.removesuffix(' (estimate)')}, {certainty}"
    parts = [f"{' and '.join(tokens)} a call ({counted})"] if tokens else []
    if saving.usd_per_1k_calls is not None:
        parts.append(f"{usd(saving.usd_per_1k_calls)} per 1,000 calls")
    return ", ".join(parts)


def notes(finding: Finding) -> Iterator[tuple[str, str]]:
    """Label and text of what stands below the source of a finding."""
    if finding.saving:
        if text := saving_text(finding.saving):
            yield "saves", text
        yield "basis", finding.saving.basis
    for sentence in finding.evidence:
        yield "note", sentence
    if finding.fix:
        yield "fix", f"{finding.fix.description} ({finding.fix.applicability})"
    if finding.help:
        yield "help", finding.help
    yield "rule", f"{finding.rule} ({finding.severity} severity, {finding.confidence} confidence)"
