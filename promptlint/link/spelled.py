"""Where the code spells an argument of a call, also one that comes by `**` out of a dict that is made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from promptlint import syntax
from promptlint.facts import Binding
from promptlint.link import texts
from promptlint.link.env import Env, place_of
from promptlint.link.evaluate import Evaluator
from promptlint.link.names import Definition
from promptlint.link.values import FunctionRef, options
from promptlint.project import Place
from promptlint.syntax import Call, Expr

MAX_DEPTH = 6
"""Names, dicts and functions followed one inside the other."""


def place_of_argument(ev: Evaluator, call: Call, names: tuple[str | int, ...], env: Env) -> Place | None:
    """The place of the value of the first of `names` that a call is given, None where it is not found."""
    for name in names:
        if isinstance(name, int):
            if name < len(call.args):
                return place_of(call.args[name], env)
            continue
        for keyword in call.keywords:
            if keyword.name == name:
                return place_of(keyword.value, env)
            found = _in_dict(ev, keyword.value, name, env, 0) if keyword.name is None else None
            if found is not None:
                return found
    return None


def _in_dict(ev: Evaluator, expr: Expr, key: str, env: Env, depth: int) -> Place | None:
    """The place of the entry `key` in the dict that an expression gives: the one that is set last."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(expr, syntax.Mapping):
        for name, value in zip(expr.keys, expr.values, strict=True):
            if name is not None and texts.literal(ev, name, env) == key:
                return place_of(value, env)
        spreads = (value for name, value in zip(expr.keys, expr.values, strict=True) if name is None)
        return _first(_in_dict(ev, one, key, env, depth + 1) for one in spreads)
    if isinstance(expr, syntax.Name):
        reaching = env.module.reaching(env.scope, expr.id, env.at, env.block)
        changed = (_in_change(ev, one, key, env, depth + 1) for one in reversed(reaching.changes))
        made = (_in_source(ev, one, key, env, depth + 1) for one in reaching.sources)
        return _first(changed) or _first(made)
    if isinstance(expr, Call):
        functions = [one for one in options(ev.evaluate(expr.func, env)) if isinstance(one, FunctionRef)]
        return _first(_in_returned(ev, one, key, depth + 1) for one in functions)
    return None


def _in_change(ev: Evaluator, change: Binding, key: str, env: Env, depth: int) -> Place | None:
    here = replace(env, scope=change.scope, at=change.offset, block=change.block)
    if change.op == "[]=" and change.key is not None and texts.literal(ev, change.key, here) == key:
        return place_of(change.value, here)
    return _in_dict(ev, change.value, key, here, depth) if change.op == "update" else None


def _in_source(ev: Evaluator, source: Definition, key: str, env: Env, depth: int) -> Place | None:
    if not isinstance(source, Binding) or source.op != "=":
        return None
    here = replace(env, scope=source.scope, at=source.offset, block=source.block)
    return _in_dict(ev, source.value, key, here, depth)


def _in_returned(ev: Evaluator, function: FunctionRef, key: str, depth: int) -> Place | None:
    module = ev.index.modules[function.path]
    return _first(
        _in_dict(ev, one.value, key, Env(module, one.scope, one.offset, one.block), depth)
        for one in module.returns.get(function.scope, ())
    )


def _first(places: Iterator[Place | None]) -> Place | None:
    return next((place for place in places if place is not None), None)
