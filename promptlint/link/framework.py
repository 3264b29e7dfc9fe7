"""Texts that a framework sends: arguments of agents and tasks, message objects and prompt templates, by the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from promptlint.link.arguments import Arguments
from promptlint.link.construction import extended, extended_names
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.messages import Draft, MessageReader
from promptlint.link.names import Module
from promptlint.link.values import ClassRef, Object, Symbol, options
from promptlint.project import Role
from promptlint.syntax import Attr, Call, Name


def framework_texts(module: Module, evaluator: Evaluator) -> Iterator[Draft]:
    """The texts in arguments that the SDK tables call prompts, with their roles, in source order."""
    reader = MessageReader(evaluator)
    names = evaluator.surfaces.prompt_names
    for place in module.facts.calls:
        func = place.expr.func
        # What is imported by another name is called by a plain name.
        if (isinstance(func, Name) and module.may_bind(func.id)) or (isinstance(func, Attr) and func.name in names):
            env = Env(module, place.scope, place.statement_start, place.block)
            yield from _texts(place.expr, env, evaluator, reader)
    scopes = module.facts.scopes
    for scope in module.base_constructions:
        if scopes[scopes[scope].parent].kind == "class":
            made = extended(evaluator, evaluator.instance(ClassRef(module.path, scopes[scope].parent)))
            yield from _constructed(made, evaluator, reader)


def _texts(call: Call, env: Env, evaluator: Evaluator, reader: MessageReader) -> Iterator[Draft]:
    surfaces = evaluator.surfaces
    for callee in options(evaluator.evaluate(call.func, env)):
        if isinstance(callee, ClassRef) and extended_names(evaluator, callee):
            made = options(evaluator.evaluate(call, env))
            yield from _constructed([one for one in made if isinstance(one, Object)], evaluator, reader)
        if not isinstance(callee, Symbol | Object):
            continue
        name = callee.name if isinstance(callee, Symbol) else ".".join((callee.type, *callee.chain))
        name = surfaces.canonical(name)
        yield from _given(name, Arguments(evaluator, call, env), evaluator, reader)
        known = surfaces.message_class(name)
        if known is not None and not known.passive:
            yield from reader.read(Object(name, (), call, env), None, Role.UNKNOWN).messages


def _constructed(made: Iterable[Object], evaluator: Evaluator, reader: MessageReader) -> Iterator[Draft]:
    """The texts in what classes of an SDK are constructed with through classes of the project that extend them."""
    for one in made:
        if one.call is not None:
            yield from _given(one.type, Arguments(evaluator, one.call, one.env), evaluator, reader)


def _given(name: str, arguments: Arguments, evaluator: Evaluator, reader: MessageReader) -> Iterator[Draft]:
    for argument, role in evaluator.surfaces.prompt_arguments(name).items():
        given = arguments.value((argument,))
        if given is not None:
            yield from reader.read(given[0], None, Role(role)).messages
