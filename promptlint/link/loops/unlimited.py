"""Kept messages that are read whole and sent, though the function that reads them takes a limit.

`memory.get()`, where `def get(self, k=0)` gives the last `k` of what `add` appends, and all of it for 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec import Struct

from promptlint.link.loops.growth import ADDING
from promptlint.link.loops.looptable import loop_words, singular_words
from promptlint.link.mentions import mentioned, root_of, sources
from promptlint.link.names import Module
from promptlint.link.reach import Reach, Step
from promptlint.project import History, Place
from promptlint.scan.texts import dotted
from promptlint.syntax import Attr, Call, Const, Expr, Item, Name, Opaque

LAST_OF = re.compile(r"self\.(?P<kept>\w+)\[-\s*(?P<limit>\w+)\s*:\]")


@dataclass(frozen=True, slots=True)
class Reader:
    """A method `name` of `owner` (a class) that gives the last of what is kept, or all where no limit is given."""

    owner: str
    name: str
    grows: Place


def unlimited(reach: Reach, ids: Mapping[tuple[str, int], str]) -> Iterator[History]:
    """What is read whole and goes into a call of a model, by the place of the read, each once.

    `ids` are the calls of a model by path and start.
    """
    readers = [reader for module in reach.modules.values() for reader in _readers(module)]
    told: set[Place] = set()
    for step in reach.all_steps() if readers else ():
        call = step.place.expr
        for name, place, reader in _reads(step, readers):
            if place not in told:
                told.add(place)
                yield History(place, name, ids.get((step.module.path, call.start)), "unlimited", reader.grows)


def _readers(module: Module) -> Iterator[Reader]:
    facts = module.facts
    for owner, methods in module.methods.items():
        added = {
            one.target: Place(facts.path, one.value.start, one.value.end)
            for method in methods
            if facts.scopes[method].name != "__init__"
            for one in module.bindings_of.get(method, ())
            if one.op in ADDING
        }
        for method in methods:
            optional = {one.name for one in facts.scopes[method].parameters if _is_nothing(one.default)}
            for one in module.returns.get(method, ()):
                match = LAST_OF.search(one.value.label) if isinstance(one.value, Opaque) else None
                if match and match["limit"] in optional and f"self.{match['kept']}" in added:
                    yield Reader(facts.scopes[owner].name, facts.scopes[method].name, added[f"self.{match['kept']}"])


def _is_nothing(default: Expr | None) -> bool:
    return isinstance(default, Const) and not default.value


def _reads(step: Step, readers: Iterable[Reader]) -> Iterator[tuple[str, Place, Reader]]:
    """What the function around a step reads whole and gives to its call, with its name in the code."""
    module, scope = step.module, step.module.named_scope(step.place.scope)
    given = (*step.call.args, *(one.value for one in step.call.keywords))
    for expr in _with_sources(given, module, scope):
        for node in _whole(expr):
            reader = next((one for one in readers if _is_read(node, one, module)), None)
            if reader is not None:
                yield _name(node), Place(module.path, node.start, node.end), reader


def _with_sources(given: Iterable[Expr], module: Module, scope: int) -> list[Expr]:
    """Expressions, and what they are made of in a function."""
    given, bindings = [*given], module.bindings_of.get(scope, ())
    flowing = sources((name for one in given for name in mentioned(one)), bindings, module)
    return [*given, *(one.value for one in bindings if root_of(one.target) in flowing)]


def _name(node: Call | Attr) -> str:
    return f"{dotted(node.func)}()" if isinstance(node, Call) else f"{dotted(node)}"


def _whole(root: object) -> Iterator[Call | Attr]:
    """The calls and attributes in an expression of which no part is picked (`memory.get()[-1]`)."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call | Attr):
            yield node
        if isinstance(node, Struct) and not isinstance(node, Item | Attr):
            waiting.extend(getattr(node, field) for field in node.__struct_fields__)
        elif isinstance(node, tuple):
            waiting.extend(node)


def _is_read(node: Call | Attr, reader: Reader, module: Module) -> bool:
    """Whether a call or attribute gives all that a reader keeps, itself or through a function of the same file."""
    if isinstance(node, Attr):
        handing = _handing(module, node.name, ("property", "cached_property"))
        return (dotted(node) or "").startswith("self.") and any(_is_call_of(one, reader, module) for one in handing)
    if _is_call_of(node, reader, module):
        return True
    plain = isinstance(node.func, Attr) and dotted(node.func.value) == "self" and not node.args and not node.keywords
    return plain and any(_is_call_of(one, reader, module) for one in _handing(module, _name(node)[5:-2], ()))


def _is_call_of(node: Call | Attr, reader: Reader, module: Module) -> bool:
    if isinstance(node, Attr) or node.args or node.keywords:
        return False
    func = node.func
    if not isinstance(func, Attr) or func.name != reader.name:
        return False
    held = (dotted(func.value) or "").rpartition(".")[2]
    is_kept = not singular_words([held]).isdisjoint(singular_words([reader.owner]))
    return is_kept and not _is_emptied(held, module)


def _is_emptied(held: str, module: Module) -> bool:
    """Whether the file empties or shortens what is kept under a name (`self.memory.clear()`)."""
    called = (place.expr.func for place in module.facts.calls)
    return any(
        isinstance(func, Attr)
        and (dotted(func.value) or "").rpartition(".")[2] == held
        and not singular_words([func.name]).isdisjoint(loop_words().bounding)
        for func in called
    )


def _handing(module: Module, name: str, decorators: tuple[str, ...]) -> Iterator[Call | Attr]:
    """What the methods of a name, decorated as one of `decorators` or not at all, are made of that they hand back."""
    for methods in module.methods.values():
        for method in methods:
            scope = module.facts.scopes[method]
            plain = {one.id for one in scope.decorators if isinstance(one, Name)}
            if scope.name == name and (plain & {*decorators} if decorators else not scope.decorators):
                returned = [one.value for one in module.returns.get(method, ())]
                yield from (node for expr in _with_sources(returned, module, method) for node in _whole(expr))
