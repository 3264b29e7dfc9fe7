"""Which parameters of a function flow into an expression, through its local bindings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from promptlint.facts import Binding
from promptlint.link.env import Given
from promptlint.link.names import Module, is_static
from promptlint.nodes import fields_of
from promptlint.syntax import Call, Expr, Lambda, Name


def names_in(root: object, *, into_calls: bool = True) -> Iterator[str]:
    """Every name that an expression mentions, also inside the calls in it if so said."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            yield node.id
        elif isinstance(node, Given):
            waiting.append(node.expr)
        elif isinstance(node, Struct) and not isinstance(node, Lambda) and (into_calls or not isinstance(node, Call)):
            waiting.extend(getattr(node, field) for field in fields_of(type(node)))
        elif isinstance(node, tuple):
            waiting.extend(node)


def enclosing_functions(module: Module, scope: int) -> list[int]:
    """The function scopes around a place, innermost first, up to the next class or the module."""
    found = []
    while module.facts.scopes[scope].kind == "function":
        found.append(scope)
        scope = module.facts.scopes[scope].parent
    return found


def own_parameters(module: Module, function: int) -> frozenset[str]:
    """The parameters of a function that a caller gives: without `self`."""
    scope = module.facts.scopes[function]
    names = [one.name for one in scope.parameters]
    is_method = module.facts.scopes[scope.parent].kind == "class" and not is_static(scope)
    return frozenset(names[1:] if is_method else names)


def parameters_in(module: Module, function: int, scope: int, expressions: Iterable[Expr]) -> frozenset[str]:
    """The parameters of `function` that flow into expressions of `scope`, a scope of its own or nested in it."""
    scopes = enclosing_functions(module, scope)
    inside = scopes[: scopes.index(function) + 1]
    waiting = [name for expression in expressions for name in names_in(expression)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for one in inside:
            for definition in module.definitions.get((one, name), ()):
                if isinstance(definition, Binding):
                    waiting.extend(module.names_in(definition, names_in) - seen)
    return own_parameters(module, function) & seen
