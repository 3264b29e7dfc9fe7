"""Wrappers: functions that pass a parameter on into a call of a model, up to eight deep, and the calls of them.

A function that holds a call of a model into which one of its parameters flows is a wrapper; so is one that calls a
wrapper with one of its own. The calls of a wrapper are found by resolving what they call, through base classes to
the methods that override what they declare, and, on objects of unknown type, by a name that only wrappers have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptlint.facts import CallPlace
from promptlint.link.arguments import concept_expressions
from promptlint.link.callees import completed
from promptlint.link.callgraph import CallGraph, FunctionKey
from promptlint.link.decorated import decorated_by, parameters_sent
from promptlint.link.flows import enclosing_functions, own_parameters, parameters_in
from promptlint.link.matching import Match
from promptlint.link.names import Module
from promptlint.link.values import FunctionRef
from promptlint.syntax import Call, Expr

MAX_DEPTH = 8
"""Wrappers followed one inside the other."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A call inside a wrapper by which `parameters` of the wrapper reach a model.

    `match` is the call of a model; else `targets` are the wrappers that are called.
    """

    module: Module
    place: CallPlace
    parameters: frozenset[str]
    match: Match | None
    targets: tuple[FunctionRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A call of a wrapper: `call` with its arguments, and the wrappers it may be."""

    module: Module
    place: CallPlace
    call: Call
    targets: tuple[FunctionRef, ...]


class Wrappers:
    """The wrappers of a project, from the calls of models that are known."""

    def __init__(
        self, modules: Mapping[str, Module], graph: CallGraph, direct: Mapping[str, list[tuple[CallPlace, Match]]]
    ) -> None:
        self._modules = modules
        self._graph = graph
        self.senders: defaultdict[FunctionKey, list[Sender]] = defaultdict(list)
        self.sites: dict[tuple[str, int], Site] = {}
        self._waiting: list[FunctionKey] = []
        self._completed: set[tuple[str, int]] = set()
        for path, found in direct.items():
            for place, match in found:
                expressions = concept_expressions(match.call, match.surface.table.arguments)
                module = self._modules[path]
                self._register(module, place, expressions, match, ())
                function = decorated_by(module, match.call) if match.surface.table.decorates else None
                if function is not None:
                    sent = parameters_sent(module, function)
                    self._note(FunctionKey(path, function.scope), Sender(module, place, sent, match))
        self._close()

    def _register(
        self,
        module: Module,
        place: CallPlace,
        expressions: list[Expr],
        match: Match | None,
        targets: tuple[FunctionRef, ...],
    ) -> None:
        """Note the functions around a call whose parameters flow into it."""
        for function in enclosing_functions(module, place.scope):
            parameters = parameters_in(module, function, place.scope, expressions)
            self._note(FunctionKey(module.path, function), Sender(module, place, parameters, match, targets))

    def _note(self, key: FunctionKey, sender: Sender) -> None:
        """Note a call inside a wrapper, if parameters of the wrapper flow into it."""
        if not sender.parameters:
            return
        if key not in self.senders:
            self._waiting.append(key)
            self._graph.note(key)
        self.senders[key].append(sender)

    def _close(self) -> None:
        """Follow wrappers to their callers until no new wrapper is found."""
        while self._waiting:
            for name, module, place, call in self._graph.calls_of(self._waiting.pop()):
                if (module.path, place.expr.index) not in self.sites:
                    self._visit(module, place, call, name)
        for key in self._completed:
            # What a partial is given is sent where it is called.
            self.sites.pop(key, None)

    def _visit(self, module: Module, place: CallPlace, call: Call, name: str) -> None:
        targets = self._graph.targets(module, place, call, name, self.senders)
        partial = self._graph.partial(module, place, call) if targets else None
        if partial is not None:
            call = completed(partial, call)
        site = Site(module, place, call, targets)
        given = self.given(site) if targets else []
        if not given:
            return
        self.sites[module.path, place.expr.index] = site
        if partial is not None:
            self._completed.add(partial.key)
        self._register(module, place, given, None, targets)

    def senders_of(self, target: FunctionRef) -> list[Sender]:
        """The calls inside a wrapper by which it reaches a model."""
        return self.senders.get(FunctionKey(target.path, target.scope), [])

    def given(self, site: Site) -> list[Expr]:
        """The expressions that a call of a wrapper gives for what reaches a model."""
        target = site.targets[0]
        return list(_given(self._modules, target, site.call, self._wanted(target)))

    def _wanted(self, target: FunctionRef) -> frozenset[str]:
        """The parameters of a wrapper that reach a model."""
        senders = self.senders.get(FunctionKey(target.path, target.scope), ())
        return frozenset().union(*(sender.parameters for sender in senders))


def _given(modules: Mapping[str, Module], target: FunctionRef, call: Call, wanted: frozenset[str]) -> Iterator[Expr]:
    """The expressions that a call gives for the wanted parameters."""
    module = modules[target.path]
    scope = module.facts.scopes[target.scope]
    own = own_parameters(module, target.scope)
    positional = [one.name for one in scope.parameters if one.kind == "positional" and one.name in own]
    for name, arg in zip(positional, call.args, strict=False):
        if name in wanted:
            yield arg
    takes_rest = any(one.kind == "**" and one.name in wanted for one in scope.parameters)
    for keyword in call.keywords:
        if keyword.name is None or keyword.name in wanted or (takes_rest and keyword.name not in own):
            yield keyword.value
