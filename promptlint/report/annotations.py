"""What the formats for services share: where a finding is in the file itself, and what is said there."""

from __future__ import annotations

from typing import NamedTuple

from promptlint.finding import Finding
from promptlint.project import Place
from promptlint.report.terminal import usd, visible
from promptlint.tree import Tree


class Lines(NamedTuple):
    """1-based lines and columns in the file, columns in code points, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


def lines_of(tree: Tree, place: Place) -> Lines | None:
    """Where a place is, None in a notebook: its lines count in a cell, which services know nothing of."""
    start, end = tree.locate(place.path, place.start), tree.locate(place.path, place.end)
    return None if start.cell else Lines(start.line, start.column, end.line, end.column)


def said(finding: Finding, tree: Tree) -> str:
    """The message with its saving, on one line; in a notebook with the cell."""
    where = tree.locate(finding.place.path, finding.place.start)
    parts = [f"{where.row}: {finding.message}" if where.cell else finding.message]
    if finding.saving and finding.saving.usd_per_1k_calls:
        parts.append(f"saves {usd(finding.saving.usd_per_1k_calls)} per 1,000 calls")
    if finding.help:
        parts.append(finding.help)
    return visible("; ".join(parts))
