"""The shape of statements: where a header ends, and whether a loop can end from inside."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def header_of(text: str) -> str:
    """A compound statement's text before its body or its decorator, without the comment lines there."""
    text = text.rstrip().removesuffix("@").rstrip()
    while "\n" in text and text.rpartition("\n")[2].lstrip().startswith("#"):
        text = text.rpartition("\n")[0].rstrip()
    return text


def leaves_loop(statement: ast.stmt) -> bool:
    """Whether a statement of a loop body can end that loop: `return`, `raise`, or a `break` of its own."""
    open_statements: list[tuple[ast.AST, bool]] = [(statement, True)]
    while open_statements:
        node, own = open_statements.pop()
        if isinstance(node, ast.Return | ast.Raise) or (own and isinstance(node, ast.Break)):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        own = own and not isinstance(node, ast.For | ast.AsyncFor | ast.While)
        open_statements.extend((child, own) for child in _child_statements(node))
    return False


def _child_statements(node: ast.AST) -> Iterable[ast.AST]:
    for field in ("body", "orelse", "handlers", "finalbody", "cases"):
        yield from getattr(node, field, ())
