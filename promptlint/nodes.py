"""Walking over expressions: what each kind of them holds."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

_PLAIN = frozenset({"start", "end", "label", "name", "id", "spec", "token", "index", "scope"})
"""Fields that hold no expressions."""


@cache
def fields_of(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a kind of expression that may hold expressions, or tuples of them."""
    return tuple(field for field in kind.__struct_fields__ if field not in _PLAIN)
