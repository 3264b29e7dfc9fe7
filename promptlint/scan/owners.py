"""What a dict, a pair or a call with keywords is by its keys: a chat message, or part of a tool schema."""

from __future__ import annotations

import ast

PAIR_ROLES = frozenset({"system", "human", "user", "ai", "assistant"})
_SCHEMA_KEYS = frozenset({"parameters", "input_schema", "inputSchema", "toolSpec"})


def message_owner(values: dict[str | None, ast.expr]) -> str | None:
    """The owner of the values of a chat message, by its role; None for anything else."""
    role = values.get("role")
    if role is None or values.keys().isdisjoint({"content", "parts"}):
        return None
    return f"role:{literal_key(role) or 'unknown'}"


def dict_owner(values: dict[str | None, ast.expr]) -> str | None:
    """What a dict display is, by its keys: a chat message, or (part of) a tool schema."""
    owner = message_owner(values)
    is_schema = "type" in values or not _SCHEMA_KEYS.isdisjoint(key or "" for key in values)
    return "tool" if owner is None and "description" in values and is_schema else owner


def literal_key(key: ast.expr | None) -> str | None:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
