"""Expressions that are not followed: how they look in the source, and the names in them."""

from __future__ import annotations

import ast

from promptlint.syntax import Opaque

LABEL_LENGTH = 60
"""Characters of source that are kept of an expression that is not followed."""


def opaque(source: str, start: int, end: int, node: ast.expr) -> Opaque:
    """An expression that is not followed, at `source[start:end]`."""
    label = " ".join(source[start : min(end, start + 4 * LABEL_LENGTH)].split())
    shown = label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1] + "…"
    return Opaque(start, end, shown, _mentioned(node))


def bound_names(target: ast.expr) -> tuple[str, ...]:
    """The names that a loop target binds."""
    return tuple(node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _mentioned(node: ast.expr) -> tuple[str, ...]:
    """The names and the attributes of `self` that an expression mentions, each once."""
    found: dict[str, None] = {}
    reached: list[ast.AST] = [node]
    for inner in reached:  # as `ast.walk`, in half the time
        if isinstance(inner, ast.Name):
            found[inner.id] = None
        elif isinstance(inner, ast.Attribute):
            if isinstance(inner.value, ast.Name) and inner.value.id == "self":
                found[f"self.{inner.attr}"] = None
            reached.append(inner.value)
        elif not isinstance(inner, ast.Constant):
            reached += ast.iter_child_nodes(inner)
    return tuple(found)
