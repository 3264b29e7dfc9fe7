"""Walking over facts: what an expression, a binding or a call holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from promptlint.facts import ModuleFacts
from promptlint.syntax import Keyword, Run

_PLAIN = frozenset({"start", "end", "label", "name", "id", "spec", "token", "index", "scope"})
"""Fields that hold no expressions."""


@cache
def fields_of(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a kind of expression that may hold expressions, or tuples of them."""
    return tuple(field for field in kind.__struct_fields__ if field not in _PLAIN)


def nodes_in(root: object) -> Iterator[Struct]:
    """Every expression in what is given, which may be a tuple of expressions, itself included; in no order."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Struct):
            yield node
            for field in fields_of(type(node)):
                waiting.append(getattr(node, field))
        elif isinstance(node, tuple):
            waiting.extend(node)


def spelled_in(module: ModuleFacts) -> frozenset[str]:
    """Every literal without placeholders, key and name of an argument that a file spells."""
    names = (
        node.name if isinstance(node, Keyword) else node.text
        for node in nodes_in((module.bindings, module.calls))
        if isinstance(node, Keyword | Run)
    )
    return frozenset(name for name in names if name is not None)
