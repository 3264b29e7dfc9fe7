"""Classes whose field descriptions reach a model: response models, tool arguments, inputs of prompt classes.

A class counts when its name stands where a schema is expected anywhere in the project, and so do the classes that
its fields are annotated with. Names are compared without their module: descriptions are only text evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.facts import Binding, Scope, TextPlace
from promptlint.link.imports import ModuleIndex
from promptlint.link.named import MIN_WORDS
from promptlint.link.names import Module
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import dotted, word_count
from promptlint.syntax import Attr, Either, Expr, Item, Pipe, Sequence, Spread, Str

_SCHEMA_NAMES = frozenset(
    {"response_model", "response_format", "text_format", "output_type", "response_schema", "output_format",
     "output_cls", "output_model", "input_model", "args_schema", "output_schema", "tools", "functions"}
)  # fmt: skip
"""Keywords and class attributes that take a schema class (openai 3.54.0, anthropic 2.12.0, google-genai 3.4.0,
instructor 1.17.0, pydantic-ai 2.68.0, langchain 1.5.0, llama-index 0.14.25, agno 3.1.10)."""

_WEB_ROUTES = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "route", "api_route", "add_api_route"}
)
"""Web frameworks take a `response_model` too: that schema goes to a browser."""

_SCHEMA_CALLS = frozenset({"with_structured_output", "bind_tools", "structured_predict"})
_GENERIC_WORDS = frozenset({"prompt", "tool", "agent"})
"""`Prompt[Input, Output]`, `Tool[Arguments]`: a generic base with such a name sends the schemas of its arguments."""


def schema_classes(index: ModuleIndex) -> frozenset[str]:
    """The names of all classes whose schema is sent to a model."""
    wanted = {name for module in index.modules.values() for name in _mentioned(module)}
    fields = {
        scope.name: frozenset(_field_types(module, number))
        for module in index.modules.values()
        for number, scope in enumerate(module.facts.scopes)
        if scope.kind == "class"
    }
    found: set[str] = set()
    open_names = list(wanted)
    while open_names:
        name = open_names.pop()
        if name not in found and name in fields:
            found.add(name)
            open_names.extend(fields[name])
    return frozenset(found)


def is_schema_text(place: TextPlace, module: Module, classes: frozenset[str]) -> bool:
    """Whether a text is the description of a field of a schema class."""
    scope = module.facts.scopes[place.scope]
    is_field = scope.kind == "class" and scope.name in classes and place.name in ("description", "title")
    return is_field and word_count(place.expr) >= MIN_WORDS


def _mentioned(module: Module) -> Iterator[str]:
    facts = module.facts
    keywords = not _SCHEMA_NAMES.isdisjoint(facts.mentions.keywords)
    for place in facts.calls if keywords else module.calls_named(_SCHEMA_CALLS):
        called = place.expr.func.name if isinstance(place.expr.func, Attr) else dotted(place.expr.func)
        if called in _WEB_ROUTES:
            continue
        for keyword in place.expr.keywords:
            if keyword.name in _SCHEMA_NAMES:
                yield from _names(keyword.value)
        if called in _SCHEMA_CALLS and place.expr.args:
            yield from _names(place.expr.args[0])
    for binding in facts.bindings:
        if binding.op == "=" and binding.target.rpartition(".")[2] in _SCHEMA_NAMES:
            yield from _names(binding.value)
    for scope in facts.scopes:
        yield from _generic_arguments(scope)


def _generic_arguments(scope: Scope) -> Iterator[str]:
    for base in scope.bases:
        if isinstance(base, Item) and not _GENERIC_WORDS.isdisjoint(words_of(dotted(base.value))):
            yield from _names(base.key)


def _field_types(module: Module, scope: int) -> Iterator[str]:
    """The class names in the annotations of a class body."""
    for binding in module.bindings_of.get(scope, ()):
        if (annotation := _annotation(binding)) is not None:
            yield from _names(annotation)


def _annotation(binding: Binding) -> Expr | None:
    return binding.value if binding.op == "annotation" else binding.annotation


def _names(expr: Expr) -> Iterator[str]:
    """Every name in a type or a list of classes."""
    if isinstance(expr, Item):
        yield from _names(expr.value)
        yield from _names(expr.key)
    elif isinstance(expr, Pipe):
        for term in expr.terms:
            yield from _names(term)
    elif isinstance(expr, Either):
        for option in expr.options:
            yield from _names(option)
    elif isinstance(expr, Sequence):
        for item in expr.items:
            yield from _names(item)
    elif isinstance(expr, Spread):
        yield from _names(expr.value)
    elif isinstance(expr, Str):
        yield from _quoted_names(expr)
    elif name := dotted(expr):
        yield name.rpartition(".")[2]


def _quoted_names(expr: Str) -> Iterator[str]:
    """The names in a quoted annotation."""
    text = "".join(getattr(part, "text", "") for part in expr.parts)
    yield from re.findall(r"\w+", text)
