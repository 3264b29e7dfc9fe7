"""Which functions of the project a call may mean: by value, through overriding methods, and by name.

A call is resolved against a set of functions that somebody looks for (wrappers, functions that reach a model). What
the value of the callee says counts first; on objects of unknown type a method is found by a name that mostly
functions of that set have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from collections.abc import Mapping as MappingType

from msgspec import Struct

from promptlint.facts import CallPlace
from promptlint.link.classes import base_classes
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.matching import Match, unwrapped
from promptlint.link.names import Module
from promptlint.link.values import ClassRef, FunctionRef, Partial, Unknown, options
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import dotted
from promptlint.syntax import LAMBDA, Attr, Call, Either, Expr, Item, Lambda, Mapping, Name

COMMON_NAMES = frozenset(
    {"run", "arun", "call", "invoke", "ainvoke", "execute", "get", "post", "create", "send", "process", "start",
     "handle", "predict", "generate", "agenerate", "chat", "achat", "complete", "acomplete", "query", "stream", "apply",
     "evaluate", "score", "forward", "parse", "transform", "build", "update", "search", "extract", "load", "main",
     "setup", "format", "__init__", "__call__"}
)  # fmt: skip
"""Method names that say too little on an object of unknown type."""

MODEL_WORDS = frozenset({"llm", "model", "agent", "bot", "chat", "gpt", "claude", "ai", "assistant", "completion"})
"""A receiver with one of these in its name makes a common method name enough."""


class FunctionKey(Struct, frozen=True):
    """A function of the project: path and scope."""

    path: str
    scope: int


class CallGraph:
    """The calls of a project by name, and what they may call among functions that are looked for."""

    def __init__(self, evaluator: Evaluator, direct: MappingType[str, list[tuple[CallPlace, Match]]]) -> None:
        self._evaluator = evaluator
        self._modules = evaluator.index.modules
        self._calls = self._calls_by_name(
            {(path, place.expr.index) for path, one in direct.items() for place, _ in one}
        )
        self.methods = self._methods_by_name()
        """The methods of all classes, by name."""
        self._other_names = self._names_besides()
        self._overridden: defaultdict[tuple[ClassRef, str], dict[FunctionKey, FunctionRef]] = defaultdict(dict)
        self._aliased: defaultdict[str, list[FunctionKey]] = defaultdict(list)
        self._noted: set[FunctionKey] = set()
        self._near: dict[tuple[str, str, tuple[str, ...], int], tuple[dict[FunctionKey, FunctionRef], bool]] = {}

    def _calls_by_name(self, direct: Container[tuple[str, int]]) -> dict[str, list[tuple[Module, CallPlace, Call]]]:
        """Every call but those of a model itself, by the last part of what it calls."""
        index: defaultdict[str, list[tuple[Module, CallPlace, Call]]] = defaultdict(list)
        for module in self._modules.values():
            for place in module.facts.calls:
                if (module.path, place.expr.index) not in direct:
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

    def _names_besides(self) -> dict[str | FunctionKey, set[str]]:
        """Dotted names that functions are bound to besides their own (`self.complete = complete_with_retries`), by
        their own name; by the function itself for lambdas."""
        names: defaultdict[str | FunctionKey, set[str]] = defaultdict(set)
        for module in self._modules.values():
            for binding in module.facts.bindings:
                if binding.op == "=":
                    for value in _bound(binding.value):
                        own = FunctionKey(module.path, value.scope) if isinstance(value, Lambda) else _last_name(value)
                        names[own].add(binding.target)
            for imported in module.facts.imports:
                if imported.attribute is not None:
                    names[imported.attribute].add(imported.name)
        return {own: {*others} - {own} for own, others in names.items()}

    def _names(self, key: FunctionKey) -> set[str]:
        """Every name that a function can be called by, dotted where it is set on an object."""
        name = self._modules[key.path].facts.scopes[key.scope].name
        return {name} | self._other_names.get(key if name == LAMBDA else name, set())

    def note(self, key: FunctionKey) -> None:
        """Let a function be found as what overrides methods of base classes, and by the other names it is bound to."""
        if key in self._noted:
            return
        self._noted.add(key)
        self._note_overriding(key)
        for name in self._names(key):
            base, _, last = name.rpartition(".")
            if base:
                self._aliased[last].append(key)

    def calls_of(self, key: FunctionKey) -> Iterator[tuple[str, Module, CallPlace, Call]]:
        """The calls by a name that a function has, with that name."""
        for called in sorted({name.rpartition(".")[2] for name in self._names(key)}):
            for module, place, call in self._calls.get(called, ()):
                yield called, module, place, call

    def _note_overriding(self, key: FunctionKey) -> None:
        """A method stands for the methods of base classes that it overrides."""
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
                    self._overridden[found, scope.name][key] = self._method(key)
                    waiting.append(found)

    def partial(self, module: Module, place: CallPlace, call: Call) -> Partial | None:
        """The partial of a function that a call calls."""
        env = Env(module, place.scope, place.statement_start, place.block)
        called = options(self._evaluator.evaluate(call.func, env))
        return next((one for one in called if isinstance(one, Partial)), None)

    def targets(
        self,
        module: Module,
        place: CallPlace,
        call: Call,
        name: str,
        known: Container[FunctionKey],
        by_name: bool = True,
    ) -> tuple[FunctionRef, ...]:
        """The `known` functions that a call by `name` may call; `by_name`: also on objects of unknown type."""
        env = Env(module, place.scope, place.statement_start, place.block)
        found: list[FunctionRef] = []
        is_known = False
        for callee in options(self._evaluator.evaluate(call.func, env)):
            callee = callee.callee if isinstance(callee, Partial) else callee
            if isinstance(callee, FunctionRef):
                is_known = True
                if FunctionKey(callee.path, callee.scope) in known:
                    found.append(callee)
                else:
                    parent = self._modules[callee.path].facts.scopes[callee.scope].parent
                    found.extend(_among(known, self._overridden.get((ClassRef(callee.path, parent), name), {})))
            elif not isinstance(callee, Unknown):
                is_known = True
        if by_name and not found and not is_known and isinstance(call.func, Attr):
            found.extend(self._by_name(module, call.func, name, known))
        return tuple(dict.fromkeys(found))

    def _by_name(self, module: Module, func: Attr, name: str, known: Container[FunctionKey]) -> Iterator[FunctionRef]:
        """The methods that a name on an object of unknown type can mean, where most with that name are known.

        Methods of the same package count, and of packages below the folder of a plain script; where the object has the
        name of a class (`self.llm` of `Llm`), only those of that class.
        """
        receiver = words_of((dotted(func.value) or "").rpartition(".")[2])
        methods, are_named_so = self._methods_near(module, name, receiver)
        if not are_named_so and name in COMMON_NAMES and MODEL_WORDS.isdisjoint(receiver):
            return
        found = _among(known, methods)
        if len(found) * 2 >= len(methods):
            yield from found

    def _methods_near(
        self, module: Module, name: str, receiver: list[str]
    ) -> tuple[dict[FunctionKey, FunctionRef], bool]:
        """The methods that a name can mean in a module, and whether they are of classes named like the receiver."""
        aliased = self._aliased.get(name, ())
        asked = module.home, name, tuple(receiver), len(aliased)
        if asked not in self._near:
            methods = {
                key: self._method(key)
                for key in (*self.methods.get(name, ()), *aliased)
                if _is_near(module, self._modules[key.path])
            }
            named_so = {key: ref for key, ref in methods.items() if receiver and self._class_words(key) == receiver}
            self._near[asked] = named_so or methods, bool(named_so)
        return self._near[asked]

    def _class_words(self, key: FunctionKey) -> list[str]:
        """The words of the name of the class that a method is of."""
        scopes = self._modules[key.path].facts.scopes
        return words_of(scopes[scopes[key.scope].parent].name)

    def _method(self, key: FunctionKey) -> FunctionRef:
        """A method looked up on its own class; a plain function as it is."""
        scopes = self._modules[key.path].facts.scopes
        parent = scopes[key.scope].parent
        return FunctionRef(key.path, key.scope, ClassRef(key.path, parent) if scopes[parent].kind == "class" else None)


def _among(known: Container[FunctionKey], functions: MappingType[FunctionKey, FunctionRef]) -> list[FunctionRef]:
    """Those of some functions that are known. One that is looked for alone is looked up: the others may be many."""
    if isinstance(known, set) and len(known) == 1:
        return [functions[key] for key in known if key in functions]
    return [ref for key, ref in functions.items() if key in known]


def _is_near(module: Module, other: Module) -> bool:
    return not module.home or other.home == module.home or other.home.startswith(f"{module.home}.")


def _called_name(call: Call) -> str:
    """The last part of what is called; of an item (`TABLE[key](...)`), of what holds it."""
    return _last_name(call.func.value if isinstance(call.func, Item) else call.func)


def _last_name(expr: Expr) -> str:
    return expr.name if isinstance(expr, Attr) else expr.id if isinstance(expr, Name) else ""


def _bound(value: Expr) -> Iterator[Expr]:
    """What can be a function in what a name is bound to: itself, what it chooses from, holds, or gives arguments to."""
    if isinstance(value, Name | Attr | Lambda):
        yield value
    elif isinstance(value, Either | Mapping):
        for one in value.options if isinstance(value, Either) else value.values:
            yield from _bound(one)
    elif isinstance(value, Call) and value.args and _last_name(value.func) == "partial":
        yield from _bound(value.args[0])
