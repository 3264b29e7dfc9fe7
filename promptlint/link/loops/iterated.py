"""What a loop walks over: the collection below `enumerate`, `zip` and `tqdm`, its name, and whether it is small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Struct

from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.loops.looptable import loop_words
from promptlint.link.mentions import mentioned
from promptlint.link.values import Entries, Items, Unknown, Value, options
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import callee_name, dotted
from promptlint.syntax import Attr, Call, Comprehension, Const, Expr, Item, Name, Opaque, Spread, Str

MAX_FEW = 10
"""A collection with no more items than this is small: calls for it are not worth changing code for."""

_FILLING = frozenset({"append", "extend", "+=", "insert", "[]=", "update"})
_FIRST = re.compile(r"\[\s*:\s*(\d+)\s*\]\s*$")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Collection:
    """What is walked over: the expressions, the last parts of their names, and a name to show.

    `is_one_thing`: the entries of one object (`candidate.items()`), told by a name in the singular.
    """

    exprs: tuple[Expr, ...]
    names: tuple[str, ...]
    label: str
    is_one_thing: bool = False


def collection(over: Expr) -> Collection:
    """What a loop over an expression walks over."""
    exprs = tuple(_inner(over))
    names = tuple(name for expr in exprs for name in _names(expr))
    label = next((label for expr in exprs if (label := _label(expr))), "items")
    return Collection(exprs, names, label, _is_one_thing(over))


def _is_one_thing(over: Expr) -> bool:
    if not isinstance(over, Call) or over.args or not isinstance(over.func, Attr):
        return False
    words = words_of((dotted(over.func.value) or "").rpartition(".")[2])
    return over.func.name in ("items", "keys", "values") and bool(words) and not words[-1].endswith("s")


def _inner(expr: Expr) -> Iterator[Expr]:
    """The collections below functions that change nothing of what is walked over."""
    if isinstance(expr, Spread):
        yield from _inner(expr.value)
        return
    if isinstance(expr, Call):
        name = callee_name(expr).rpartition(".")[2]
        if name == "range" and expr.args and isinstance(expr.args[-1], Call) and _is_len(expr.args[-1]):
            yield from _inner(expr.args[-1].args[0])
            return
        if name in loop_words().wrapping:
            inner = [one for one in expr.args if not isinstance(one, Str | Const)]
            is_method = isinstance(expr.func, Attr) and not inner
            for one in (expr.func.value,) if is_method and isinstance(expr.func, Attr) else inner:
                yield from _inner(one)
            return
    yield expr


def _is_len(call: Call) -> bool:
    return callee_name(call) == "len" and len(call.args) == 1


def _names(expr: Expr) -> Iterator[str]:
    """The identifiers that say what a collection holds, the last parts first."""
    if isinstance(expr, Attr):
        yield expr.name
    elif isinstance(expr, Name):
        yield expr.id
    elif isinstance(expr, Call):
        yield callee_name(expr).rpartition(".")[2]
        if isinstance(expr.func, Attr):
            yield from _names(expr.func.value)
    elif isinstance(expr, Item):
        key = _literal(expr.key)
        if key is not None:
            yield key
        else:
            yield from _names(expr.value)
    elif isinstance(expr, Opaque):
        yield from _NAME.findall(expr.label)
    elif isinstance(expr, Comprehension):
        yield from _names(expr.element)


def _label(expr: Expr) -> str:
    if isinstance(expr, Item) and (key := _literal(expr.key)) is not None:
        return key
    if isinstance(expr, Call):
        return f"{dotted(expr.func) or callee_name(expr)}()"
    return expr.label if isinstance(expr, Opaque) else dotted(expr) or ""


def _literal(expr: Expr) -> str | None:
    if not isinstance(expr, Str):
        return None
    return "".join(getattr(part, "text", "") for part in expr.parts) or None


def is_small(of: Collection, ev: Evaluator, env: Env) -> bool:
    """Whether a collection is a short literal, or a few items are taken of it."""
    for expr in of.exprs:
        own = set(mentioned(expr))
        known = [one for one in env.module.bindings_of.get(env.scope, ()) if one.target in own]
        # What is made or filled at run time is not as short as the list that it begins with.
        is_made = isinstance(expr, Call) or any(one.op in _FILLING or isinstance(one.value, Call) for one in known)
        if not is_made and any(_few(value) for value in options(ev.evaluate(expr, env))):
            return True
        if any(_takes_few(value) for value in (expr, *(one.value for one in known))):
            return True
    return False


def _few(value: object) -> bool:
    """Whether a value is a list or dict of a few literals; a list with one unknown item is one that is filled."""
    if isinstance(value, Items):
        return value.complete and 0 < len(value.items) <= MAX_FEW and not any(map(_is_unknown, value.items))
    return isinstance(value, Entries) and value.complete and 0 < len(value.entries) <= MAX_FEW


def _is_unknown(value: Value) -> bool:
    return all(isinstance(option, Unknown) for option in options(value))


def _takes_few(root: object) -> bool:
    """Whether `sample(10)`, `head(5)`, `[:3]` or the like stands in an expression."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Opaque) and (first := _FIRST.search(node.label)) and int(first[1]) <= MAX_FEW:
            return True
        if isinstance(node, Call) and callee_name(node).rpartition(".")[2] in loop_words().sampling:
            numbers = [*node.args, *(one.value for one in node.keywords)]
            counts = [one.value for one in numbers if isinstance(one, Const) and isinstance(one.value, int)]
            if any(0 < count <= MAX_FEW for count in counts):
                return True
        if isinstance(node, Struct):
            waiting.extend(getattr(node, field) for field in node.__struct_fields__)
        elif isinstance(node, tuple):
            waiting.extend(node)
    return False
