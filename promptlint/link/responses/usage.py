"""Who reads the token usage of a response, anywhere in the project.

The response is followed from the call that gets it: through names, containers and loops, into the functions of the
project that it is given to, and out of the function to whoever calls that, to any depth. What cannot be followed
counts as kept: nothing is said of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from promptlint.facts import CallPlace
from promptlint.link.callgraph import CallGraph, FunctionKey
from promptlint.link.classes import base_classes
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.matching import Match, runs_at, unwrapped
from promptlint.link.names import Module, is_static
from promptlint.link.responses.carried import Flow, Given, Kept, Node, Sink
from promptlint.link.responses.observed import Observers
from promptlint.link.responses.pieces import function_named
from promptlint.link.values import Chain, ClassRef, FunctionRef, Object, options
from promptlint.project import UsageFate
from promptlint.syntax import Attr, Call

MAX_STOPS = 400
"""Places a response is followed to."""

MAX_DEPTH = 6
"""Functions that it is given to, one inside the other."""

_KINDS = ("positional", "keyword", "*", "**")

_PARSING = frozenset({"instructor"})
"""SDKs that give the parsed answer; the response behind it is reached by an attribute of its own."""


class Entry(NamedTuple):
    """A function that a response was given to, and the call that gave it."""

    function: FunctionKey
    call: Node


class Stop(NamedTuple):
    """A place that a response comes to, and the functions it was given to on the way and has not left."""

    node: Node
    through: tuple[Entry, ...] = ()


class _Anyone:
    """All functions: what is looked for where the object of a call is not known."""

    def __contains__(self, key: object) -> bool:
        return True


BATCH = ".batches.create"
"""How the APIs that take a batch of requests are called."""


class UsageReader:
    """Finds out for each call of a model what becomes of the usage in its response."""

    def __init__(self, evaluator: Evaluator, graph: CallGraph) -> None:
        self._evaluator = evaluator
        self._modules = evaluator.index.modules
        self._graph = graph
        self._observers = Observers(evaluator)
        self._flows: dict[tuple[str, bool], Flow] = {}
        self._fates: dict[tuple[str, int], UsageFate] = {}
        self._referring: dict[str, dict[str, list[Node]]] = {}
        self._called: dict[tuple[str, int, str], frozenset[FunctionKey]] = {}

    def fate(self, module: Module, place: CallPlace, match: Match) -> UsageFate:
        """What becomes of the usage in the response of a call."""
        key = module.path, place.expr.index
        if key not in self._fates:
            self._fates[key] = self._fate(module, place, match)
        return self._fates[key]

    def _fate(self, module: Module, place: CallPlace, match: Match) -> UsageFate:
        if match.surface.api.endswith(BATCH):
            return UsageFate.KEPT  # The answers come later, through another call.
        start = Node(module.path, "call", place.expr.index)
        followed = self._followed(start, is_http=match.surface.sdk == "http")
        observed = self._observers.fate(module, place, match)
        if followed is UsageFate.READ and observed is not UsageFate.UNSENT:
            return followed
        if followed is UsageFate.KEPT and _gives_parsed(match):
            followed = UsageFate.DROPPED
        return observed or followed

    def _followed(self, start: Node, *, is_http: bool) -> UsageFate:
        """What becomes of a response from where a call gives it."""
        waiting = [Stop(start)]
        seen = set(waiting)
        kept = False
        while waiting and len(seen) < MAX_STOPS:
            stop = waiting.pop()
            if self._is_read(stop.node):
                return UsageFate.READ
            sinks = self._flow(stop.node.path, is_http=is_http).sinks.get(stop.node, ())
            ways = [self._next(stop, sink) for sink in sinks]
            if stop.node.kind == "result" and not sinks:
                ways = [list(self._given_back(stop)) or None]
            for way in ways:
                kept |= way is None
                new = [one for one in way or () if one not in seen]
                seen.update(new)
                waiting.extend(new)
        return UsageFate.KEPT if kept or waiting else UsageFate.DROPPED

    def _next(self, stop: Stop, sink: Sink) -> list[Stop] | None:
        """Where a response goes by one sink; None where it is not followed."""
        if isinstance(sink, Kept):
            return None
        if isinstance(sink, Node):
            return [Stop(sink, stop.through)]
        entered = self._entered(stop.node.path, sink)
        if entered is None or len(stop.through) >= MAX_DEPTH:
            return None
        call = Node(stop.node.path, "call", sink.place.expr.index)
        return [Stop(one, (*stop.through, Entry(FunctionKey(one.path, one.scope), call))) for one in entered]

    def _flow(self, path: str, *, is_http: bool) -> Flow:
        key = path, is_http
        if key not in self._flows:
            self._flows[key] = Flow(self._modules[path], is_http=is_http)
        return self._flows[key]

    def _is_read(self, node: Node) -> bool:
        module = self._modules[node.path]
        if node.kind == "call":
            return module.facts.calls[node.at].reads_usage
        scopes = module.facts.scopes
        for scope, name in module.usage_reads if node.kind == "name" else ():
            if name == node.name or name.startswith(f"{node.name}."):
                while scope > node.scope and scopes[scope].kind != "class":
                    scope = scopes[scope].parent
                if scope == node.scope:
                    return True
        return False

    def _given_back(self, stop: Stop) -> Iterator[Stop]:
        """The calls that get what a function gives back: the one through which the response came in, else those of the
        function, and those that are given it to run."""
        key = FunctionKey(stop.node.path, stop.node.at)
        for depth in range(len(stop.through) - 1, -1, -1):
            if stop.through[depth].function == key:
                yield Stop(stop.through[depth].call, stop.through[:depth])
                return
        self._graph.note(key)
        for name, module, place, call in self._graph.calls_of(key):
            if self._graph.targets(module, place, call, name, {key}) or key in self._anyone(module, place, call, name):
                yield Stop(Node(module.path, "call", place.expr.index))
        name = self._modules[key.path].facts.scopes[key.scope].name
        yield from map(Stop, self._references(key.path).get(name, ()))

    def _anyone(self, module: Module, place: CallPlace, call: Call, name: str) -> frozenset[FunctionKey]:
        """All functions that a call by a name may call."""
        asked = module.path, place.expr.index, name
        if asked not in self._called:
            found = self._graph.targets(module, place, call, name, _Anyone())
            self._called[asked] = frozenset(FunctionKey(one.path, one.scope) for one in found)
        return self._called[asked]

    def _references(self, path: str) -> Mapping[str, list[Node]]:
        """The calls of a file that are given a function by name, by the last part of it."""
        if path not in self._referring:
            found: defaultdict[str, list[Node]] = defaultdict(list)
            for place in self._modules[path].facts.calls:
                for arg in place.expr.given:
                    if name := function_named(arg):
                        found[name].append(Node(path, "call", place.expr.index))
            self._referring[path] = dict(found)
        return self._referring[path]

    def _entered(self, path: str, given: Given) -> list[Node] | None:
        """The parameters that an argument becomes, None where the function is not of the project."""
        place, module = given.place, self._modules[path]
        call = unwrapped(place.expr)
        runs = runs_at(place.expr) if call is not place.expr else None
        shift = runs + 1 if runs is not None else 0
        argument = given.argument - shift if isinstance(given.argument, int) else given.argument
        entered: list[Node] = []
        for callee in options(
            self._evaluator.evaluate(call.func, Env(module, place.scope, place.statement_start, place.block))
        ):
            if not isinstance(callee, FunctionRef):
                return None
            for function in (callee, *self._overriding(callee)):
                parameter = self._parameter(function, argument, call)
                if parameter is None:
                    return None
                entered.append(Node(function.path, "name", -1, function.scope, parameter))
        return entered or None

    def _parameter(self, function: FunctionRef, argument: int | str | None, call: Call) -> str | None:
        """The parameter that takes an argument: None as argument stands for a spread list."""
        scope = self._modules[function.path].facts.scopes[function.scope]
        by_kind = {kind: [one.name for one in scope.parameters if one.kind == kind] for kind in _KINDS}
        if isinstance(argument, str):
            known = argument in by_kind["positional"] or argument in by_kind["keyword"]
            return argument if known else next(iter(by_kind["**"]), None)
        is_bound = function.owner is not None and not is_static(scope) and isinstance(call.func, Attr)
        at = None if argument is None else argument + is_bound
        if at is not None and 0 <= at < len(by_kind["positional"]):
            return by_kind["positional"][at]
        return next(iter(by_kind["*"]), None)

    def _overriding(self, function: FunctionRef) -> Iterator[FunctionRef]:
        """The methods of derived classes that may be called in place of a method."""
        scopes = self._modules[function.path].facts.scopes
        base = ClassRef(function.path, scopes[function.scope].parent)
        if scopes[base.scope].kind != "class":
            return
        for key in self._graph.methods.get(scopes[function.scope].name, ()):
            parent = ClassRef(key.path, self._modules[key.path].facts.scopes[key.scope].parent)
            if parent != base and self._derives(parent, base):
                yield FunctionRef(key.path, key.scope, parent)

    def _derives(self, ref: ClassRef, base: ClassRef) -> bool:
        waiting, seen = [ref], {ref}
        while waiting:
            one = waiting.pop()
            module = self._modules[one.path]
            for expr in module.facts.scopes[one.scope].bases:
                for found in base_classes(self._evaluator, expr, module, one):
                    if found == base:
                        return True
                    if found not in seen:
                        seen.add(found)
                        waiting.append(found)
        return False


def _gives_parsed(match: Match) -> bool:
    """Whether a call gives the parsed answer and not the response: only what is asked for by name holds the usage."""
    if isinstance(match.made_on, Chain):
        last = options(match.made_on.links[-1]) if match.made_on.links else ()
        return any(isinstance(one, Object) and one.type.endswith("OutputParser") for one in last)
    return match.surface.sdk in _PARSING and not match.surface.api.endswith("create_with_completion")
