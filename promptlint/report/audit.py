"""The audit for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.cost.audit import Audit
from promptlint.report.audit_sections import Section, sections
from promptlint.report.table import table
from promptlint.report.terminal import Terminal, visible


def render(audit: Audit, terminal: Terminal) -> str:
    """Section after section."""
    return "\n".join("\n".join(_section(section, terminal)) + "\n" for section in sections(audit))


def _section(section: Section, terminal: Terminal) -> Iterator[str]:
    yield terminal.paint(section.title, bold=True)
    for line in section.lines:
        yield from terminal.wrap(visible(line), "  ", "  ")
    if section.rows:
        inner = Terminal(terminal.width - 2, terminal.color, terminal.screen)
        shown = [tuple(map(visible, row)) for row in section.rows]
        head, *rows = table(section.header, shown, inner, numeric=section.numeric, flexible=section.flexible)
        yield f"  {head}"
        for number, row in enumerate(rows):
            yield f"  {row}"
            if section.notes and section.notes[number]:
                yield from terminal.wrap(visible(section.notes[number]), "       ", "       ")
    if section.more:
        yield f"  {section.more:,} more."
