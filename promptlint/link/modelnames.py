"""Model ids that the code keeps in variables, settings and default arguments whose name says that they name a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from promptlint.facts import ModuleFacts
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


def named_models(facts: ModuleFacts) -> Iterator[ModelLiteral]:
    """The literal values of everything called a model in one file, in source order of each kind."""
    beside = tuple(_given_beside(facts))
    for name, value, scope in _named(facts):
        if _names_model(name) and not _is_beside(facts, scope) and not _is_only_given(name, facts, scope, beside):
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


def _given_beside(facts: ModuleFacts) -> Iterator[Name]:
    """The names that are given to functions that use a model id for something else."""
    for place in facts.calls:
        if not _BESIDES.isdisjoint(words_of(callee_name(place.expr))):
            yield from (one for one in _arguments(place.expr) if isinstance(one, Name))


def _arguments(call: Call) -> Iterator[Expr]:
    yield from call.args
    yield from (keyword.value for keyword in call.keywords)


def _is_only_given(name: str, facts: ModuleFacts, scope: int, beside: Sequence[Name]) -> bool:
    """Whether a function does nothing with a variable of its own but give it where `beside` stands."""
    function = facts.scopes[scope]
    given = {one.start for one in beside if one.id == name and function.start <= one.start < function.end}
    if function.kind != "function" or not given:
        return False
    used = [(part, place.expr.start) for place in facts.calls for part in (place.expr.func, *_arguments(place.expr))]
    used += [(binding.value, binding.offset) for binding in facts.bindings]
    inside = (part for part, start in used if function.start <= start < function.end)
    mentions = (one for part in inside for one in _mentions(name, part))
    return all(any(one.start <= start < one.end for start in given) for one in mentions)


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
