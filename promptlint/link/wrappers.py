"""Wrappers: functions that pass a parameter on into a call of a model, to any depth, and the calls of them.

A function that holds a call of a model into which one of its parameters flows is a wrapper; so is one that calls a
wrapper with one of its own. The calls of a wrapper are found by resolving what they call, through base classes to
the methods that override what they declare, and, on objects of unknown type, by a name that only wrappers have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptlint.facts import Attr, Call, CallPlace, Expr, Name
from promptlint.link.arguments import concept_expressions
from promptlint.link.classes import base_classes
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.flows import enclosing_functions, own_parameters, parameters_in
from promptlint.link.matching import Match, unwrapped
from promptlint.link.names import Module
from promptlint.link.values import ClassRef, FunctionRef, Unknown, options
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import dotted

_COMMON_NAMES = frozenset(
    {"run", "arun", "call", "invoke", "ainvoke", "execute", "get", "post", "create", "send", "process", "start",
     "handle", "predict", "generate", "agenerate", "chat", "achat", "complete", "acomplete", "query", "stream", "apply",
     "evaluate", "score", "forward", "parse", "transform", "build", "update", "search", "extract", "load", "main",
     "setup", "format", "__init__", "__call__"}
)  # fmt: skip
"""Method names that say too little on an object of unknown type."""

_MODEL_WORDS = frozenset({"llm", "model", "agent", "bot", "chat", "gpt", "claude", "ai", "assistant", "completion"})
"""A receiver with one of these in its name makes a common method name enough."""

MAX_DEPTH = 8
"""Wrappers followed one inside the other."""


@dataclass(frozen=True, slots=True)
class FunctionKey:
    """A function of the project: path and scope."""

    path: str
    scope: int


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

    def __init__(self, evaluator: Evaluator, direct: Mapping[str, list[tuple[CallPlace, Match]]]) -> None:
        self._evaluator = evaluator
        self._modules = evaluator.index.modules
        self._is_direct = {(path, place.expr.index) for path, found in direct.items() for place, _ in found}
        self.senders: defaultdict[FunctionKey, list[Sender]] = defaultdict(list)
        self.sites: dict[tuple[str, int], Site] = {}
        self._overridden: defaultdict[tuple[ClassRef, str], list[FunctionRef]] = defaultdict(list)
        self._calls = self._calls_by_name()
        self._methods = self._methods_by_name()
        self._aliased: defaultdict[str, list[FunctionKey]] = defaultdict(list)
        self._waiting: list[FunctionKey] = []
        for path, found in direct.items():
            for place, match in found:
                expressions = concept_expressions(match.call, match.surface.table.arguments)
                self._register(self._modules[path], place, expressions, match, ())
        self._close()

    def _calls_by_name(self) -> dict[str, list[tuple[Module, CallPlace, Call]]]:
        """Every call by the last part of what it calls."""
        index: defaultdict[str, list[tuple[Module, CallPlace, Call]]] = defaultdict(list)
        for module in self._modules.values():
            for place in module.facts.calls:
                if (module.path, place.expr.index) not in self._is_direct:
                    call = unwrapped(place.expr)
                    index[_called_name(call)].append((module, place, call))
        return dict(index)

    def _methods_by_name(self) -> dict[str, list[FunctionKey]]:
        index: defaultdict[str, list[FunctionKey]] = defaultdict(list)
        for module in self._modules.values():
            for methods in module.methods.values():
                for method in methods:
                    index[module.facts.scopes[method].name].append(FunctionKey(module.path, method))
        return dict(index)

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
            if parameters:
                key = FunctionKey(module.path, function)
                if key not in self.senders:
                    self._waiting.append(key)
                    self._note_overriding(key)
                self.senders[key].append(Sender(module, place, parameters, match, targets))

    def _note_overriding(self, key: FunctionKey) -> None:
        """A wrapper method stands for the methods of base classes that it overrides."""
        module = self._modules[key.path]
        scope = module.facts.scopes[key.scope]
        if module.facts.scopes[scope.parent].kind != "class":
            return
        waiting, seen = [ClassRef(key.path, scope.parent)], set[ClassRef]()
        while waiting:
            ref = waiting.pop()
            if ref in seen:
                continue
            seen.add(ref)
            here = self._modules[ref.path]
            for base in here.facts.scopes[ref.scope].bases:
                for found in base_classes(self._evaluator, base, here, ref):
                    self._overridden[found, scope.name].append(self._method(key))
                    waiting.append(found)

    def _close(self) -> None:
        """Follow wrappers to their callers until no new wrapper is found."""
        aliases = self._other_names()
        while self._waiting:
            key = self._waiting.pop()
            name = self._name(key)
            for called in aliases.get(name, ()):
                self._aliased[called].append(key)
            for called in (name, *aliases.get(name, ())):
                for module, place, call in self._calls.get(called, ()):
                    if (module.path, place.expr.index) not in self.sites:
                        self._visit(module, place, call, called)

    def _other_names(self) -> dict[str, set[str]]:
        """Names that functions are bound to besides their own (`self.complete = complete_with_retries`)."""
        names: defaultdict[str, set[str]] = defaultdict(set)
        for module in self._modules.values():
            for binding in module.facts.bindings:
                value = binding.value
                if binding.op == "=" and isinstance(value, Name | Attr):
                    own = value.id if isinstance(value, Name) else value.name
                    names[own].add(binding.target.rpartition(".")[2])
        return {own: {*others} - {own} for own, others in names.items()}

    def _visit(self, module: Module, place: CallPlace, call: Call, name: str) -> None:
        targets = self._targets(module, place, call, name)
        site = Site(module, place, call, targets)
        given = self.given(site) if targets else []
        if not given:
            return
        self.sites[module.path, place.expr.index] = site
        self._register(module, place, given, None, targets)

    def _targets(self, module: Module, place: CallPlace, call: Call, name: str) -> tuple[FunctionRef, ...]:
        """The wrappers that a call may call."""
        env = Env(module, place.scope, place.statement_start, place.block)
        found: list[FunctionRef] = []
        is_known = False
        for callee in options(self._evaluator.evaluate(call.func, env)):
            if isinstance(callee, FunctionRef):
                is_known = True
                if FunctionKey(callee.path, callee.scope) in self.senders:
                    found.append(callee)
                else:
                    parent = self._modules[callee.path].facts.scopes[callee.scope].parent
                    found.extend(self._overridden.get((ClassRef(callee.path, parent), name), ()))
            elif not isinstance(callee, Unknown):
                is_known = True
        if not found and not is_known and isinstance(call.func, Attr):
            found.extend(self._by_name(module, call.func, name))
        return tuple(dict.fromkeys(found))

    def _by_name(self, module: Module, func: Attr, name: str) -> Iterator[FunctionRef]:
        """The methods that a name on an object of unknown type can mean, where most with that name are wrappers.

        Methods of the same package count, and of packages below the folder of a plain script.
        """
        methods = [
            key
            for key in (*self._methods.get(name, ()), *self._aliased.get(name, ()))
            if _is_near(module, self._modules[key.path])
        ]
        wrappers = [key for key in methods if key in self.senders]
        receiver = words_of((dotted(func.value) or "").rpartition(".")[2])
        if name in _COMMON_NAMES and _MODEL_WORDS.isdisjoint(receiver):
            return
        if len(wrappers) * 2 >= len(methods):
            yield from map(self._method, wrappers)

    def _method(self, key: FunctionKey) -> FunctionRef:
        """A method looked up on its own class; a plain function as it is."""
        scopes = self._modules[key.path].facts.scopes
        parent = scopes[key.scope].parent
        return FunctionRef(key.path, key.scope, ClassRef(key.path, parent) if scopes[parent].kind == "class" else None)

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

    def _name(self, key: FunctionKey) -> str:
        return self._modules[key.path].facts.scopes[key.scope].name


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


def _is_near(module: Module, other: Module) -> bool:
    return not module.home or other.home == module.home or other.home.startswith(f"{module.home}.")


def _called_name(call: Call) -> str:
    return call.func.name if isinstance(call.func, Attr) else call.func.id if isinstance(call.func, Name) else ""
