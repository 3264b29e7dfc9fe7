"""Functions that give what a model says: their value is the same whatever they are called with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from promptlint.link.callgraph import FunctionKey
from promptlint.link.flows import names_in, own_parameters
from promptlint.link.names import Module


def answering(wrappers: Iterable[FunctionKey], modules: Mapping[str, Module]) -> frozenset[tuple[str, int]]:
    """Path and scope of those wrappers that return none of their parameters.

    One that returns the messages it was given, with the answer added, gives more than what the model says.
    """
    return frozenset((key.path, key.scope) for key in wrappers if not _gives_back(modules[key.path], key.scope))


def _gives_back(module: Module, scope: int) -> bool:
    """Whether a parameter of a function is in what it returns, through assignments (also to attributes of what is
    returned) and displays, not through calls."""
    bindings = module.bindings_of.get(scope, ())
    parameters = own_parameters(module, scope)
    waiting = [name for one in bindings if one.op == "return" for name in names_in(one.value, into_calls=False)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            given = (one.value for one in bindings if one.target.partition(".")[0] == name)
            waiting.extend(inner for value in given for inner in names_in(value, into_calls=False))
    return not seen.isdisjoint(parameters)
