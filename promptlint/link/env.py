"""Where an expression is evaluated, and small helpers that every part of evaluation shares."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from promptlint import syntax
from promptlint.link.names import Module
from promptlint.link.values import Inserted, Instance, Items, Text, Value, options
from promptlint.project import Place
from promptlint.scan.texts import dotted
from promptlint.syntax import Call, Expr
from promptlint.template import Piece

MAX_ITEMS = 400
"""Items kept of one list: beyond, the list counts as incomplete."""


class Env(Struct, frozen=True):
    """Where an expression is evaluated: what it sees of its module.

    `arguments` are the values of the parameters of the function scope `arguments_of` where a call is followed;
    `owner` is what `self` is.
    """

    module: Module
    scope: int
    at: int
    block: int
    arguments: Mapping[str, Value] | None = None
    arguments_of: int = -1
    owner: Instance | None = None
    calls: int = 0


class Given(syntax.Opaque, frozen=True, kw_only=True, gc=True):
    """An expression that is evaluated where it stands, wherever it is handed on to (`functools.partial`)."""

    expr: Expr
    env: Env


def literal_text(value: Value) -> str | None:
    """The text of a value that is known whole."""
    if not isinstance(value, Text):
        return None
    texts = []
    for part in value.parts:
        if isinstance(part, Piece):
            texts.append(part.text)
        elif isinstance(part, Inserted) and (inner := literal_text(part.value)) is not None:
            texts.append(inner)
        else:
            return None
    return "".join(texts)


def place_of(expr: Expr, env: Env) -> Place:
    return Place(expr.env.module.path if isinstance(expr, Given) else env.module.path, expr.start, expr.end)


def label_of(expr: Expr) -> str:
    """A short name for what an expression gives, for holes."""
    if isinstance(expr, syntax.Opaque):
        return expr.label
    if isinstance(expr, Call):
        return f"{dotted(expr.func) or (expr.func.name if isinstance(expr.func, syntax.Attr) else 'call')}()"
    if isinstance(expr, syntax.Item):
        return f"{dotted(expr.value) or 'value'}[]"
    return dotted(expr) or "…"


def items_of(value: Value) -> Items:
    return next((one for one in options(value) if isinstance(one, Items)), Items((), complete=False))


def concatenated(values: list[Value], place: Place) -> Items:
    lists = [items_of(value) for value in values]
    items = tuple(item for one in lists for item in one.items)
    return Items(items[:MAX_ITEMS], all(one.complete for one in lists) and len(items) <= MAX_ITEMS, place)
