"""Where the value of an expression goes in one module: to names, into calls, out of functions.

An expression carries a value whole (`response`, `list(response)`, `response.model_dump()`), or only a part of it that
is of no interest (`response.choices`): the table `promptlint/data/usage.yaml` says which. What it does not know
counts as carried whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, TypeAlias

from promptlint.facts import Binding, Block, CallPlace
from promptlint.link.matching import runs_at
from promptlint.link.names import END, Module
from promptlint.link.responses.pieces import inner, literal, taken, walked
from promptlint.link.responses.usagetable import words
from promptlint.scan.texts import callee_name, dotted
from promptlint.syntax import Attr, Call, Comprehension, Expr, Item, Lambda, Name, Opaque, Spread


class Node(NamedTuple):
    """Where a value can be: a call gives it ("call", `at` is its index), a name holds it ("name", since the offset
    `at`; a parameter since -1), or a function gives it back ("result")."""

    path: str
    kind: str
    at: int
    scope: int = -1
    name: str = ""


class Given(NamedTuple):
    """The value is an argument of a call: by position or keyword, None where the source does not say which."""

    place: CallPlace
    argument: int | str | None


class Kept(NamedTuple):
    """The value is kept where it is not followed: on an object, in a list of a caller."""


Sink: TypeAlias = Node | Given | Kept


class _Use(NamedTuple):
    """Where an expression stands, for the names in it."""

    scope: int
    at: int
    block: int


class Flow:
    """The flow of whole values through one module; `is_http` says that responses are those of plain requests."""

    def __init__(self, module: Module, *, is_http: bool = False) -> None:
        self._module = module
        self._facts = module.facts
        self._words = words()
        self._bodies = self._words.bodies if is_http else frozenset[str]()

    @cached_property
    def sinks(self) -> dict[Node, list[Sink]]:
        """Where the value of each node goes next."""
        found: defaultdict[Node, list[Sink]] = defaultdict(list)
        for binding in self._facts.bindings:
            if binding.op not in _NO_VALUES:
                use = _Use(binding.scope, binding.offset, binding.block)
                targets = self._facts.blocks[binding.block].targets if binding.op == "for" else ()
                for node in self._carried(walked(binding.value, targets, binding.target), use):
                    found[node].extend(self._bound(binding, use))
        for place in self._facts.calls:
            for node, sink in self._given(place):
                found[node].append(sink)
        for number, block in enumerate(self._facts.blocks):
            if block.kind == "comprehension" and block.over is not None:
                use = _Use(self._scope_at(block.start), block.start, block.parent)
                for name in block.targets:
                    for node in self._carried(walked(block.over, block.targets, name), use):
                        found[node].append(self._target(number, name))
        return dict(found)

    def _bound(self, binding: Binding, use: _Use) -> Iterator[Sink]:
        """What a binding makes hold its value."""
        path = self._module.path
        if binding.op in ("return", "yield"):
            yield Node(path, "result", binding.scope)
        elif "." in binding.target:
            yield Kept()
        elif binding.op in ("=", "for", "with"):
            yield Node(path, "name", binding.offset, binding.scope, binding.target)
        else:
            holders = self._named(binding.target, use)
            yield from holders
            if not holders or any(holder.at < 0 for holder in holders):
                yield Kept()

    def _given(self, place: CallPlace) -> Iterator[tuple[Node, Sink]]:
        """The values that a call is given, each with where it goes."""
        call, name = place.expr, callee_name(place.expr)
        if name in self._words.looking or name in self._words.collecting or taken(call):
            return
        use = _Use(place.scope, place.statement_start, place.block)
        own = Node(self._module.path, "call", call.index)
        passes = name in self._words.passing or dotted(call.func) in self._words.passing
        runs = runs_at(call)
        arguments: list[tuple[int | str | None, Expr]] = [*enumerate(call.args)]
        arguments += [(keyword.name, keyword.value) for keyword in call.keywords]
        for argument, value in arguments:
            for node in self._carried(value, use):
                # What runs a function gives back what that gives.
                if passes or isinstance(value, Lambda) or (runs is not None and argument == runs):
                    yield node, own
                else:
                    yield node, Given(place, None if isinstance(value, Spread) else argument)

    def _carried(self, expr: Expr, use: _Use) -> list[Node]:
        """The nodes whose value an expression holds whole."""
        match expr:
            case Name():
                return self._named(expr.id, use)
            case Attr():
                is_part = expr.name in self._words.parts and expr.name not in self._bodies
                return [] if is_part else self._carried(expr.value, use)
            case Item():
                return [] if literal(expr.key) in self._words.parts else self._carried(expr.value, use)
            case Call():
                return self._of_call(expr, use)
            case Comprehension():
                block = self._comprehensions.get((expr.start, expr.end), use.block)
                return self._carried(expr.element, use._replace(block=block))
            case Lambda():
                return [Node(self._module.path, "result", expr.scope)]
            case Opaque():
                return self._mentioned(expr, use)
            case _:
                return [node for part in inner(expr) for node in self._carried(part, use)]

    def _of_call(self, call: Call, use: _Use) -> list[Node]:
        """What a call holds: its own result, and that of `response.method()` or of a function that a name holds."""
        own = Node(self._module.path, "call", call.index)
        by_name = taken(call)
        if by_name is not None:
            base, name = by_name
            return [] if name in self._words.parts else [own, *self._carried(base, use)]
        return [own, *self._carried(call.func, use)]

    def _mentioned(self, expr: Opaque, use: _Use) -> list[Node]:
        """What a dict comprehension or a slice holds; other opaque expressions give new values."""
        if not expr.label.startswith("{") and not (expr.label.endswith("]") and not expr.label.startswith("[")):
            return []
        calls = [one.expr for one in self._facts.calls if expr.start <= one.expr.start and one.expr.end <= expr.end]
        names = [node for name in expr.names if "." not in name for node in self._named(name, use)]
        return [*names, *(Node(self._module.path, "call", call.index) for call in calls)]

    def _named(self, name: str, use: _Use) -> list[Node]:
        """Where a name can have its value from."""
        module, (scope, at, block) = self._module, use
        for number in module.enclosing_blocks(block):
            around = self._facts.blocks[number]
            if around.kind == "comprehension" and name in around.targets:
                return [self._target(number, name)]
        while True:
            reaching = module.reaching(scope, name, at, block)
            parameter = module.parameter(scope, name)
            found = [
                Node(module.path, "name", one.offset, one.scope, name)
                for one in reaching.sources
                if isinstance(one, Binding)
            ]
            if parameter is not None and not reaching.certain:
                found.append(Node(module.path, "name", -1, scope, name))
            if found or scope == 0 or reaching.sources:
                return found
            scope = self._facts.scopes[scope].parent
            while self._facts.scopes[scope].kind == "class":  # A method does not see the names of its class.
                scope = self._facts.scopes[scope].parent
            at, block = END, -1

    def _target(self, number: int, name: str) -> Node:
        """The loop variable of a comprehension."""
        start = self._facts.blocks[number].start
        return Node(self._module.path, "name", start, self._scope_at(start), name)

    @cached_property
    def _comprehensions(self) -> dict[tuple[int, int], int]:
        """The innermost block of each comprehension, by its span."""
        blocks: list[Block] = [*self._facts.blocks]
        return {(one.start, one.end): number for number, one in enumerate(blocks) if one.kind == "comprehension"}

    def _scope_at(self, offset: int) -> int:
        """The innermost scope at an offset."""
        scopes = self._facts.scopes
        around = (number for number, scope in enumerate(scopes) if scope.start <= offset < scope.end)
        return max(around, key=lambda number: scopes[number].start, default=0)


_NO_VALUES = frozenset({"def", "class", "annotation", "del"})
