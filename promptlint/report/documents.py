"""What the JSON documents share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from promptlint.project import Place, Problem
from promptlint.tree import Tree

_ESCAPES = re.compile(r"\\\\|\\ud[89ab]..\\ud[c-f]..|(?P<alone>\\ud[89a-f]..)|(?P<command>##(?=\[))")
"""In JSON: an escaped backslash, a character of two surrogates, half of one, and how old workflow commands begin."""


def as_json(value: object, indent: int | None = None) -> str:
    """JSON, ASCII only, so that no encoding of the output can break it.

    Half a character (a byte in the name of a file that is no Unicode) is spelled as an escape, since not every reader
    takes it; and no text is a workflow command where the output is a log of GitHub.
    """
    return _ESCAPES.sub(_spelled, json.dumps(value, indent=indent))


def _spelled(escape: re.Match[str]) -> str:
    return "#\\u0023" if escape["command"] else "\\" * bool(escape["alone"]) + escape[0]


def dump(document: object) -> str:
    """A JSON document."""
    return as_json(document, indent=2) + "\n"


def span(tree: Tree, place: Place) -> dict[str, object]:
    """Where something stands: 1-based, columns in code points, end exclusive. In a notebook lines count in `cell`."""
    start, end = tree.locate(place.path, place.start), tree.locate(place.path, place.end)
    cell = {} if start.cell is None else {"cell": start.cell}
    return {
        "file": place.path,
        **cell,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def errors(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Problems; file and line are null for those of no file, such as a plugin that did not load."""
    return [
        {
            "file": problem.path or None,
            **({} if problem.cell is None else {"cell": problem.cell}),
            "line": problem.line or None,
            "message": problem.message,
        }
        for problem in problems
    ]
