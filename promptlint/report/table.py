"""Plain columns that fit the terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from promptlint.report.terminal import Terminal, cells, shorten

GAP = "  "
MINIMUM = 8
"""Columns that a shortened cell keeps at least."""


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    terminal: Terminal,
    *,
    numeric: Collection[int] = (),
    flexible: Sequence[int] = (),
) -> list[str]:
    """Header and rows in columns. Columns of index `numeric` stand right.

    Where the table is too wide, the widest of the `flexible` columns are shortened; they lose their beginning, since
    the end of a path or a dotted name says more.
    """
    widths = [max(cells(row[column]) for row in (header, *rows)) for column in range(len(header))]
    excess = sum(widths) + len(GAP) * (len(header) - 1) - terminal.width
    while excess > 0 and flexible:
        widest = max(flexible, key=lambda column: widths[column])
        if widths[widest] <= MINIMUM:
            break
        widths[widest] -= 1
        excess -= 1

    def line(row: Sequence[str]) -> str:
        shown = []
        for column, width in enumerate(widths):
            text = shorten(row[column], width, keep_end=True)
            padding = " " * (width - cells(text))
            shown.append(padding + text if column in numeric else text + padding)
        return GAP.join(shown).rstrip()

    return [terminal.paint(line(header), bold=True), *map(line, rows)]
