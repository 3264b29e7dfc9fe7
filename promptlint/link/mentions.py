"""Which names an expression mentions, and what flows into or out of it through the bindings of its scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from promptlint.facts import Binding
from promptlint.link.names import Module
from promptlint.nodes import fields_of
from promptlint.scan.texts import dotted
from promptlint.syntax import Attr, Name, Opaque


def mentioned(root: object) -> Iterator[str]:
    """Every name and every attribute of `self` in an expression, also in parts whose value is not followed."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            yield node.id
        elif isinstance(node, Opaque):
            yield from node.names
        elif isinstance(node, Attr) and (name := dotted(node)) is not None:
            first, _, rest = name.partition(".")
            yield f"self.{rest.partition('.')[0]}" if first == "self" else first
        elif isinstance(node, Struct):
            for field in fields_of(type(node)):
                waiting.append(getattr(node, field))
        elif isinstance(node, tuple):
            waiting.extend(node)


def bindings_in(module: Module, scope: int, is_inside: Callable[[Binding], bool]) -> list[Binding]:
    """The bindings of a scope in source order that stand where `is_inside` says."""
    return [one for one in module.bindings_of.get(scope, ()) if is_inside(one)]


def sources(names: Iterable[str], bindings: Iterable[Binding], module: Module) -> set[str]:
    """The names with everything that flows into them through `bindings` of a module."""
    by_name: defaultdict[str, list[Binding]] = defaultdict(list)
    for one in bindings:
        by_name[root_of(one.target)].append(one)
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(inner for one in by_name.get(name, ()) for inner in module.names_in(one, mentioned))
    return seen


def tainted(names: Iterable[str], bindings: Iterable[Binding]) -> set[str]:
    """The names with everything into which they flow through `bindings`."""
    bindings = list(bindings)
    found, size = set(names), -1
    while len(found) > size:
        size = len(found)
        for one in bindings:
            if not found.isdisjoint(mentioned(one.value)):
                found.add(root_of(one.target))
    return found


def root_of(target: str) -> str:
    """The name that a dotted target changes: `a` for `a.b`, `self.a` for `self.a.b`."""
    first, _, rest = target.partition(".")
    return f"self.{rest.partition('.')[0]}" if first == "self" and rest else first
