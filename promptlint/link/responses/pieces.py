"""What an expression is put together from, and what it takes from what: by its form alone."""

from __future__ import annotations

from promptlint.scan.texts import callee_name, dotted
from promptlint.syntax import Attr, Call, Either, Expr, Mapping, Name, Opaque, Run, Sequence, Spread, Str, Sum


def inner(expr: Expr) -> tuple[Expr, ...]:
    """The expressions that a value is put together from whole."""
    match expr:
        case Either():
            return expr.options
        case Sequence():
            return expr.items
        case Mapping():
            return expr.values
        case Sum():
            return expr.terms
        case Spread():
            return (expr.value,)
        case _:
            return ()


def walked(over: Expr, targets: tuple[str, ...], name: str) -> Expr:
    """What a loop variable takes its values from: of `zip(a, b)` and `enumerate(a)` the argument at its position."""
    if not isinstance(over, Call) or name not in targets:
        return over
    at = targets.index(name)
    if callee_name(over) == "zip" and len(over.args) == len(targets):
        return over.args[at]
    if callee_name(over) == "enumerate" and len(targets) == 2 and over.args:
        return over.args[0] if at == 1 else Opaque(over.start, over.end, "")
    return over


def taken(call: Call) -> tuple[Expr, str] | None:
    """What `response.get("choices")` and `getattr(response, "choices", None)` take from what, by name."""
    if isinstance(call.func, Attr) and call.func.name in ("get", "pop") and call.args:
        base, key = call.func.value, call.args[0]
    elif dotted(call.func) == "getattr" and len(call.args) > 1:
        base, key = call.args[:2]
    else:
        return None
    name = literal(key)
    return (base, name) if name is not None else None


def literal(expr: Expr) -> str | None:
    """The text of a plain string literal."""
    if not isinstance(expr, Str) or not all(isinstance(part, Run) for part in expr.parts):
        return None
    return "".join(part.text for part in expr.parts if isinstance(part, Run))


def function_named(expr: Expr) -> str | None:
    """The last part of the name that an argument gives a function by."""
    return (dotted(expr) or "").rpartition(".")[2] if isinstance(expr, Attr | Name) else None
