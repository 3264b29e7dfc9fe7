"""Decorators of SDKs: functions of the project that they make a call of a model, or an object that makes one, of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.link.env import Env
from promptlint.link.values import FunctionRef, Object, Symbol, Value
from promptlint.scan.texts import dotted
from promptlint.syntax import Call, Expr

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator


def decorated(ev: Evaluator, function: FunctionRef, env: Env) -> Value:
    """A function, or the object that a decorator of an SDK makes of it."""
    for decorator, name in _known(ev, function):
        if name in ev.surfaces.decorators:
            call = decorator if isinstance(decorator, Call) else None
            return Object(ev.surfaces.decorators[name], (), call, env, function=function)
    return function


def extends_model(ev: Evaluator, function: FunctionRef) -> bool:
    """Whether an SDK gives a function its first argument: the model that the function adds to."""
    return any(name in ev.surfaces.extenders for _, name in _known(ev, function))


def _known(ev: Evaluator, function: FunctionRef) -> Iterator[tuple[Expr, str]]:
    """The decorators of a function that may be those of an SDK, each with its full name."""
    module = ev.index.modules[function.path]
    scope = module.facts.scopes[function.scope]
    for decorator in scope.decorators:
        func = decorator.func if isinstance(decorator, Call) else decorator
        if (dotted(func) or "").rpartition(".")[2] in ev.surfaces.decorator_names:
            value = ev.evaluate(func, Env(module, scope.parent, scope.start, scope.block))
            if isinstance(value, Symbol):
                yield decorator, ev.surfaces.canonical(value.name)
