"""What the JSON documents share."""

from __future__ import annotations

import json
from collections.abc import Iterable

from promptlint.project import Place, Problem, Project


def dump(document: object) -> str:
    """JSON, ASCII only, so that no encoding of the output can break it."""
    return json.dumps(document, indent=2) + "\n"


def span(project: Project, place: Place) -> dict[str, object]:
    """Where something stands: 1-based, columns in code points, end exclusive. In a notebook lines count in `cell`."""
    start, end = project.locate(place.path, place.start), project.locate(place.path, place.end)
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
