"""Model ids that the code keeps in variables, settings and default arguments whose name says that they name a model."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.facts import ModuleFacts
from promptlint.link.vocabulary import words_of
from promptlint.project import ModelLiteral, Place
from promptlint.syntax import Attr, Call, Either, Expr, Name, Run, Str

_DEFAULTS = {"getenv": 1, "get": 1, "Field": 0, "field": 0}
"""Functions that are given a default value, with its position (os, dict, pydantic, dataclasses)."""

_BESIDES = frozenset(
    {"token", "tokens", "tokenize", "tokenizer", "count", "encode", "encoding", "price", "pricing", "prices", "cost",
     "costs", "embedding", "embed", "alias", "aliases", "canonical", "normalize", "normalized"}
)  # fmt: skip
"""Words in the name of a function, class or variable that uses a model id for something else than asking the model."""


def named_models(facts: ModuleFacts) -> Iterator[ModelLiteral]:
    """The literal values of everything called a model in one file, in source order of each kind."""
    for binding in facts.bindings:
        if binding.op == "=" and _names_model(binding.target) and not _is_beside(facts, binding.scope):
            yield from _literals(facts.path, binding.value)
    for number, scope in enumerate(facts.scopes):
        for parameter in scope.parameters:
            if parameter.default and _names_model(parameter.name) and not _is_beside(facts, number):
                yield from _literals(facts.path, parameter.default)


def _names_model(target: str) -> bool:
    if "model" not in target.lower():
        return False
    words = words_of(target.rpartition(".")[2])
    return "model" in words and _BESIDES.isdisjoint(words)


def _is_beside(facts: ModuleFacts, scope: int) -> bool:
    return not _BESIDES.isdisjoint(words_of(facts.scopes[scope].qualname))


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
