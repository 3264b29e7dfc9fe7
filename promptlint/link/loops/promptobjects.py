"""The object that is asked by a call and holds the prompt itself: `self.verdict_prompt.generate(data)`."""

from __future__ import annotations

from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.reach import Step
from promptlint.link.values import Instance, options
from promptlint.project import Place
from promptlint.syntax import Attr


def prompt_object(ev: Evaluator, step: Step) -> Place | None:
    """The body of the class of the object whose method a call is; None where it may be one of several, or `self`."""
    place, func = step.place, step.call.func
    if not isinstance(func, Attr):
        return None
    env = Env(step.module, place.scope, place.statement_start, place.block)
    classes = {value.of for value in options(ev.evaluate(func.value, env)) if isinstance(value, Instance)}
    if len(classes) != 1:
        return None
    [found] = classes
    scope = ev.index.modules[found.path].facts.scopes[found.scope]
    is_own = found.path == step.module.path and scope.start <= place.expr.start < scope.end
    return None if is_own else Place(found.path, scope.start, scope.end)
