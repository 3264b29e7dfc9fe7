"""Model ids that the code keeps in variables, settings and default arguments whose name says that they name a model."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter

from msgspec import Struct

from promptlint.facts import ModuleFacts, Scope
from promptlint.link.vocabulary import words_of
from promptlint.nodes import fields_of
from promptlint.project import ModelLiteral, Place
from promptlint.scan.texts import callee_name
from promptlint.syntax import Attr, Call, Either, Expr, Name, Opaque, Run, Str

_DEFAULTS = {"getenv": 1, "get": 1, "Field": 0, "field": 0}
"""Functions that are given a default value, with its position (os, dict, pydantic, dataclasses)."""

_BESIDES = frozenset(
    {"token", "tokens", "tokenize", "tokenizer", "count", "encode", "encoding", "price", "pricing", "prices", "cost",
     "costs", "embedding", "embed", "alias", "aliases", "canonical", "normalize", "normalized"}
)  # fmt: skip
"""Words in the name of a function, class or variable that uses a model id for something else than asking the model."""
_ASKING = frozenset(
    {"answer", "ask", "call", "chat", "complete", "completion", "completions", "create", "generate", "invoke",
     "predict", "query", "reply", "request", "respond", "response", "run", "send", "stream"}
)  # fmt: skip
"""Words in the name of a function that asks all the same: `get_completion_and_token_count`."""


def named_models(facts: ModuleFacts) -> Iterator[ModelLiteral]:
    """The literal values of everything called a model in one file, in source order of each kind."""
    beside = _given_beside(facts)
    used = _used(facts) if beside else []
    for name, value, scope in _named(facts):
        if not _names_model(name) or _is_beside(facts, scope):
            continue
        if name not in beside or not _is_only_given(name, facts, scope, beside[name], used):
            yield from _literals(facts.path, value)


def _named(facts: ModuleFacts) -> Iterator[tuple[str, Expr, int]]:
    """What is given a value, and where: variables and attributes, then parameters with a default."""
    for binding in facts.bindings:
        if binding.op == "=":
            yield binding.target, binding.value, binding.scope
    for number, scope in enumerate(facts.scopes):
        for parameter in scope.parameters:
            if parameter.default:
                yield parameter.name, parameter.default, number


def _names_model(target: str) -> bool:
    if "model" not in target.lower():
        return False
    words = words_of(target.rpartition(".")[2])
    return "model" in words and _BESIDES.isdisjoint(words)


def _is_beside(facts: ModuleFacts, scope: int) -> bool:
    return not _BESIDES.isdisjoint(words_of(facts.scopes[scope].qualname))


def _given_beside(facts: ModuleFacts) -> dict[str, list[int]]:
    """Where names are given to functions that use a model id for something else, besides names of the whole file."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place in facts.calls:
        words = words_of(callee_name(place.expr))
        if not _BESIDES.isdisjoint(words) and _ASKING.isdisjoint(words):
            for one in place.expr.given:
                if isinstance(one, Name):
                    found[one.id].append(one.start)
    # They may be those that a function sets by `global`.
    shared = {binding.target for binding in facts.bindings if not binding.scope}
    return {name: sorted(places) for name, places in found.items() if name not in shared}


def _used(facts: ModuleFacts) -> list[tuple[int, Expr]]:
    """What a file does with values: offset and expression of each part of a call, binding or definition, in order."""
    calls = [(place.expr.start, part) for place in facts.calls for part in (place.expr.func, *place.expr.given)]
    bindings = [(binding.offset, binding.value) for binding in facts.bindings]
    definitions = [(one.start, one) for scope in facts.scopes for one in _heads(scope)]
    return sorted((*calls, *bindings, *definitions), key=itemgetter(0))


def _heads(scope: Scope) -> Iterator[Expr]:
    """What is evaluated where a function or class is defined."""
    yield from scope.decorators
    yield from scope.bases
    yield from (keyword.value for keyword in scope.keywords)
    yield from (parameter.default for parameter in scope.parameters if parameter.default)


def _is_only_given(
    name: str, facts: ModuleFacts, scope: int, beside: Sequence[int], used: Sequence[tuple[int, Expr]]
) -> bool:
    """Whether a function only gives a variable of its own where `beside` says, as far as it can be followed; what it
    compares it with does not count."""
    function = facts.scopes[scope]
    given = beside[bisect_left(beside, function.start) : bisect_left(beside, function.end)]
    if function.kind != "function" or not given:
        return False
    first, behind = (bisect_left(used, offset, key=itemgetter(0)) for offset in (function.start, function.end))
    mentions = (one for _, part in used[first:behind] for one in _mentions(name, part))
    return all(bisect_left(given, one.start) < bisect_left(given, one.end) for one in mentions)


def _mentions(name: str, root: object) -> Iterator[Name | Opaque]:
    """What mentions a name in an expression, besides calls, which are looked at by themselves."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if (isinstance(node, Name) and node.id == name) or (isinstance(node, Opaque) and name in node.names):
            yield node
        elif isinstance(node, Struct) and not isinstance(node, Call):
            waiting.extend(getattr(node, field) for field in fields_of(type(node)))
        elif isinstance(node, tuple):
            waiting.extend(node)


def _literals(path: str, value: Expr) -> Iterator[ModelLiteral]:
    if isinstance(value, Str) and len(value.parts) == 1 and isinstance(run := value.parts[0], Run):
        yield ModelLiteral(run.text, Place(path, run.start, run.end))
    elif isinstance(value, Either):
        for option in value.options:
            yield from _literals(path, option)
    elif isinstance(value, Call):
        func = value.func
        position = _DEFAULTS.get(func.name if isinstance(func, Attr) else func.id if isinstance(func, Name) else "")
        given = value.args[position : position + 1] if position is not None else ()
        named = (one.value for one in value.keywords if one.name == "default" and position is not None)
        for default in (*given, *named):
            yield from _literals(path, default)
