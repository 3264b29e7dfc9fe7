"""Texts that a framework sends: arguments of agents and tasks, message objects and prompt templates, by the tables."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.facts import Attr, Call, Name
from promptlint.link.arguments import Arguments
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.messages import Draft, MessageReader
from promptlint.link.names import Module
from promptlint.link.values import Object, Symbol, options
from promptlint.project import Role


def framework_texts(module: Module, evaluator: Evaluator) -> Iterator[Draft]:
    """The texts in arguments that the SDK tables call prompts, with their roles, in source order."""
    reader = MessageReader(evaluator)
    names = evaluator.surfaces.prompt_names
    for place in module.facts.calls:
        func = place.expr.func
        # What is imported by another name is called by a plain name.
        if isinstance(func, Name) or (isinstance(func, Attr) and func.name in names):
            env = Env(module, place.scope, place.statement_start, place.block)
            yield from _texts(place.expr, env, evaluator, reader)


def _texts(call: Call, env: Env, evaluator: Evaluator, reader: MessageReader) -> Iterator[Draft]:
    surfaces = evaluator.surfaces
    for callee in options(evaluator.evaluate(call.func, env)):
        if not isinstance(callee, Symbol | Object):
            continue
        name = callee.name if isinstance(callee, Symbol) else ".".join((callee.type, *callee.chain))
        name = surfaces.canonical(name)
        for argument, role in surfaces.prompt_arguments(name).items():
            given = Arguments(evaluator, call, env).value((argument,))
            if given is not None:
                yield from reader.read(given[0], None, Role(role)).messages
        known = surfaces.message_class(name)
        if known is not None and not known.passive:
            yield from reader.read(Object(name, (), call, env), None, Role.UNKNOWN).messages
