"""The audit as Markdown. No text of the analysed code can become markup."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.cost.audit import Audit
from promptlint.report.audit_sections import Section, sections
from promptlint.report.markdown import plain, prose, table
from promptlint.report.terminal import Terminal


def render(audit: Audit, terminal: Terminal) -> str:
    """A heading and section after section; `terminal` is not used."""
    parts = ["# promptlint audit", *("\n".join(_section(section)) for section in sections(audit))]
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"## {prose(section.title)}"
    if section.lines:
        yield ""
        yield from (f"- {prose(line)}" for line in section.lines)
    if section.rows:
        header = (*section.header, "what") if section.notes else section.header
        notes = section.notes or ("",) * len(section.rows)
        rows = [(*row, note) if section.notes else row for row, note in zip(section.rows, notes, strict=True)]
        yield ""
        yield from table(map(plain, header), (map(plain, row) for row in rows))
    if section.more:
        yield ""
        yield f"{section.more:,} more."
