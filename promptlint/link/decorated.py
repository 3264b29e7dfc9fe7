"""Functions that a decorator makes into a call of a model: what they return, or are described by, is what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from promptlint.link import callees
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.flows import parameters_in
from promptlint.link.messages import Drafts, MessageReader
from promptlint.link.names import Module
from promptlint.link.textops import cleandoc
from promptlint.link.tools import docstring_of
from promptlint.link.values import FunctionRef, Object, Value, options
from promptlint.project import Role
from promptlint.syntax import Call


def decorated_by(module: Module, call: Call) -> FunctionRef | None:
    """The function that a call of a decorator stands over."""
    number = module.decorated.get(call.index)
    return FunctionRef(module.path, number) if number is not None else None


def parameters_sent(module: Module, function: FunctionRef) -> frozenset[str]:
    """The parameters of a decorated function that flow into what it returns."""
    returned = [one.value for one in module.returns.get(function.scope, ())]
    return parameters_in(module, function.scope, function.scope, returned)


def sent_by(
    ev: Evaluator, reader: MessageReader, function: FunctionRef, given: Mapping[str, Value], env: Env
) -> Drafts:
    """What calling a decorated function with the arguments `given` sends: the template of another decorator, else
    what it returns, else its docstring. A plain text is a message of the user."""
    module = ev.index.modules[function.path]
    scope = module.facts.scopes[function.scope]
    here = Env(module, scope.parent, scope.start, scope.block)
    for decorator in scope.decorators:
        for value in options(ev.evaluate(decorator, here)):
            if isinstance(value, Object) and ev.surfaces.message_class(value.type):
                read = reader.read(value, None)
                cleaned = tuple(replace(one, text=cleandoc(one.text)) for one in read.messages)
                return replace(read, messages=cleaned)
    drafts = reader.read(callees.call_function(ev, function, given, env), None)
    if drafts.messages:
        return drafts
    described = next(docstring_of(scope, module, Role.USER, least=1), None)
    return reader.read(described.text, None) if described else drafts
