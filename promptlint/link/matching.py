"""Which calls of the code are calls of a model: by the type of the object, or by other evidence in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.facts import CallPlace
from promptlint.link.arguments import Arguments
from promptlint.link.batches import batched, spelled_batches
from promptlint.link.callees import completed, imported_by_call
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.guards import Guards
from promptlint.link.http import POSTS, posted
from promptlint.link.lookup import neighbour
from promptlint.link.loops.looptable import loop_words
from promptlint.link.names import Module, is_static
from promptlint.link.surfaces import Surface
from promptlint.link.values import Chain, FunctionRef, Items, Object, Partial, Symbol, Unknown, Value, options
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import callee_name, dotted
from promptlint.syntax import Attr, Call, Expr, Lambda, Name

_RUNNERS = {
    "to_thread": 0,
    "run_in_executor": 1,
    "submit": 0,
    "partial": 0,
    "run_sync": 0,
    "start_soon": 0,
    "apply_async": 0,
    "call_soon": 0,
}
"""Functions that call what they are given: the position of the function, its arguments follow (asyncio,
concurrent.futures, functools, anyio, multiprocessing of the standard library and anyio 4)."""


@dataclass(frozen=True, slots=True)
class Match:
    """A call of a model: the call with its arguments, how the API is used, and the object it is made on."""

    call: Call
    surface: Surface
    made_on: Object | Chain | None


def runs_at(call: Call) -> int | None:
    """The position of the function that `asyncio.to_thread(f, ...)`, `map(f, ...)` and the like call; else None."""
    name = callee_name(call)
    position = 0 if name in loop_words().mapping else _RUNNERS.get(name)
    return position if position is not None and len(call.args) > position else None


def unwrapped(call: Call) -> Call:
    """The call that `asyncio.to_thread(f, ...)`, `executor.submit(f, ...)`, `partial(f, ...)` and the like make."""
    position = runs_at(call)
    if position is None:
        return call
    func = call.args[position]
    if isinstance(func, Lambda) or not isinstance(func, Attr | Name):
        return call
    # `map` and the like take the collections that the arguments come from.
    args = () if callee_name(call) in loop_words().mapping else call.args[position + 1 :]
    return Call(call.start, call.end, func, args, call.keywords, call.index)


class Matcher:
    """Matches calls against the SDK tables."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._evidence: dict[str, frozenset[str]] = {}
        self._imports: dict[str, frozenset[str]] = {}
        self._spelled = frozenset(name.rpartition(".")[2] for name in evaluator.surfaces.module_names)
        self._guards = Guards(evaluator)
        self._batches = spelled_batches(evaluator)
        self._bound = frozenset(self._names_of_methods())
        self._attributes = frozenset(self._names_of_attributes())
        self.completed: set[tuple[str, int]] = set()
        """The partials that are called, by file and number of the call that makes them."""

    def matches(self, module: Module) -> Iterator[tuple[CallPlace, Match]]:
        """The calls of a model in a module."""
        named = module.calls_by_name
        telling = named.keys() if self._batches else [name for name in named if self._may_match(name, module)]
        for place in module.calls_named(frozenset(telling)):
            match = self.match(module, place)
            if match is not None:
                yield place, match

    def _may_match(self, name: str, module: Module) -> bool:
        """Whether a call by a name, with this last part, may be one of a model."""
        return (
            name in _RUNNERS
            or name in loop_words().mapping
            or name in POSTS
            or self._is_named(name)
            or module.may_bind(name)
            or ((not name or name in self._attributes) and self._is_near_callable(module))
        )

    def _is_named(self, name: str) -> bool:
        """Whether a method has a name of an SDK, or a name that is bound to one."""
        return name in self._evaluator.surfaces.last_names or name in self._bound

    def _is_near_callable(self, module: Module) -> bool:
        """Whether a file knows clients that may be called themselves."""
        return not self._modules_near(module).isdisjoint(self._evaluator.surfaces.callable_modules)

    def match(self, module: Module, place: CallPlace, env: Env | None = None) -> Match | None:
        """The match of a call, None where it is not known to call a model.

        `env` is where it stands unless that is the module itself (a function that is followed).
        """
        here = env or Env(module, place.scope, place.statement_start, place.block)
        call = unwrapped(place.expr)
        for one in (call,) if call is place.expr else (call, place.expr):
            found = self._match(one, here)
            if found is not None and not _is_excluded(found.surface, module, place.scope):
                return found
        return None

    def _names_of_methods(self) -> Iterator[str]:
        """The last part of every name that a method of an SDK, or a partial, is bound to."""
        last_names = self._evaluator.surfaces.last_names
        for module in self._evaluator.index.modules.values():
            for binding in module.facts.bindings:
                value = binding.value
                if binding.op == "=" and (
                    value.name in last_names
                    if isinstance(value, Attr)
                    else isinstance(value, Call) and callee_name(value) == "partial"
                ):
                    yield binding.target.rpartition(".")[2]

    def _names_of_attributes(self) -> Iterator[str]:
        """The last part of every name that the project binds: what an object of its own can have as an attribute."""
        for module in self._evaluator.index.modules.values():
            for _, name in (*module.definitions, *module.annotations):
                yield name.rpartition(".")[2]

    def _match(self, call: Call, env: Env) -> Match | None:
        chain = _chain(call.func)
        surfaces = self._evaluator.surfaces
        last = chain[-1] if chain else call.func.id if isinstance(call.func, Name) else ""
        if last in POSTS and (surface := posted(self._evaluator, call, env)):
            return Match(call, surface, None)
        if self._batches and (surface := batched(self._evaluator, self._batches, call, env)):
            return Match(call, surface, None)
        is_function = isinstance(call.func, Name) and env.module.may_bind(last)
        # A client may be called itself, also where it is made (`dspy.Predict("...")(question=...)`).
        may_be_made = isinstance(call.func, Call) or (isinstance(call.func, Attr) and last in self._attributes)
        if not (is_function or self._is_named(last) or (may_be_made and self._is_near_callable(env.module))):
            return None
        known = False
        for callee in options(self._evaluator.evaluate(call.func, env)):
            given = completed(callee, call) if isinstance(callee, Partial) else call
            made_on = callee.callee if isinstance(callee, Partial) else callee
            surface = self._surface(made_on)
            if surface:
                if isinstance(callee, Partial):
                    self.completed.add(callee.key)
                return self._if_needed(Match(given, surface, made_on if isinstance(made_on, Object) else None), env)
            if isinstance(callee, Object):
                known |= surfaces.client(callee.type) is not None or callee.type in surfaces.factories
            else:
                known |= not isinstance(callee, Unknown)
        piped = self._pipe(call, env)
        if piped or known:
            return piped
        keywords = frozenset(keyword.name for keyword in call.keywords if keyword.name)
        # A module that is loaded when it is first used has its own name.
        written = dotted(call.func) or ""
        near = self._modules_near(env.module)
        lazy = surfaces.function(written) if written.partition(".")[0] in near else None
        surface = lazy or surfaces.by_chain(chain, near, keywords)
        match = (
            self._guarded(call, env)
            or (Match(call, surface, None) if surface else None)
            or self._by_message(call, env, last)
        )
        return self._if_needed(match, env) if match else None

    def _surface(self, callee: Value) -> Surface | None:
        """The surface of what is called, where its name or class says it."""
        surfaces = self._evaluator.surfaces
        if isinstance(callee, Symbol):
            return surfaces.function(callee.name)
        if isinstance(callee, Object):
            return surfaces.on_client(callee.type, callee.chain) or surfaces.function(
                ".".join((callee.type, *callee.chain))
            )
        if isinstance(callee, FunctionRef) and surfaces.declared:
            module = self._evaluator.index.modules[callee.path].facts
            scope = module.scopes[callee.scope]
            names = [one.name for one in scope.parameters if one.kind == "positional"]
            return surfaces.declaration(
                f"{module.module}.{scope.qualname}",
                names[1:] if callee.owner is not None and not is_static(scope) else names,
            )
        return None

    def _if_needed(self, match: Match, env: Env) -> Match | None:
        """The match, None where an argument or import is missing without which the call asks no language model."""
        table = match.surface.table
        if table.beside and self._modules_near(env.module).isdisjoint(table.beside):
            return None
        return match if not table.needs or Arguments(self._evaluator, match.call, env).value(table.needs) else None

    def _guarded(self, call: Call, env: Env) -> Match | None:
        """The match of a method of an object that is checked to be of an SDK class."""
        if not isinstance(call.func, Attr):
            return None
        for one in self._guards.classes(call.func.value, env.module):
            surface = self._evaluator.surfaces.on_client(one.type, (call.func.name,))
            if surface:
                return Match(call, surface, None)
        return None

    def _by_message(self, call: Call, env: Env, method: str) -> Match | None:
        """The match of a method of an unknown object that is given a message object, or is in a chain with one."""
        surfaces = self._evaluator.surfaces
        if method not in surfaces.methods:
            return None
        values: list[tuple[Value, Chain | None]] = [(self._evaluator.evaluate(one, env), None) for one in call.given]
        if isinstance(call.func, Attr):
            made_on = options(self._evaluator.evaluate(call.func.value, env))
            values.extend((link, one) for one in made_on if isinstance(one, Chain) for link in one.links)
        for value, chain in values:
            for one in _objects(value):
                name = surfaces.canonical(".".join((one.type, *one.chain)))
                known = surfaces.message_class(name)
                if known and not known.passive and (surface := surfaces.by_message(name, method)):
                    return Match(call, surface, chain)
        return None

    def _pipe(self, call: Call, env: Env) -> Match | None:
        """`(prompt | model).invoke(...)`: the model in the chain decides."""
        if not isinstance(call.func, Attr):
            return None
        for value in options(self._evaluator.evaluate(call.func.value, env)):
            if isinstance(value, Chain):
                for link in value.links:
                    for option in options(link):
                        if isinstance(option, Object):
                            surface = self._evaluator.surfaces.on_client(option.type, (call.func.name,))
                            if surface:
                                return Match(call, surface, value)
        return None

    def _modules_near(self, module: Module) -> frozenset[str]:
        """The SDK modules that a file imports, itself or through the files of the project it imports from."""
        if module.path not in self._evidence:
            surfaces = self._evaluator.surfaces
            is_spelled = module.facts.spells(self._spelled)
            calls = module.facts.calls if is_spelled else ()
            names = {name for place in calls if (name := imported_by_call(place.expr, surfaces))}
            others = (neighbour(self._evaluator, one, module) for one in module.facts.imports)
            imported = (self._imported(other) for other in others if other is not None)
            self._evidence[module.path] = self._imported(module).union(names, *imported)
        return self._evidence[module.path]

    def _imported(self, module: Module) -> frozenset[str]:
        """The SDK modules that a file imports itself."""
        if module.path not in self._imports:
            self._imports[module.path] = _imported_modules(module) & self._evaluator.surfaces.module_names
        return self._imports[module.path]


def _imported_modules(module: Module) -> frozenset[str]:
    """Every module that a file imports, and the packages they lie in."""
    names: set[str] = set()
    for imported in module.facts.imports:
        if imported.level == 0:
            parts = imported.module.split(".")
            names.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))
            if imported.attribute:
                names.add(f"{imported.module}.{imported.attribute}")
    return frozenset(names)


def _is_excluded(surface: Surface, module: Module, scope: int) -> bool:
    words: set[str] = set()
    while scope > 0:
        words.update(words_of(module.facts.scopes[scope].name))
        scope = module.facts.scopes[scope].parent
    return not words.isdisjoint(surface.table.not_in)


def _chain(func: Expr) -> tuple[str, ...]:
    """The attribute names of a call's function, outermost last."""
    names = []
    while isinstance(func, Attr):
        names.append(func.name)
        func = func.value
    return tuple(reversed(names))


def _objects(value: Value) -> list[Object]:
    """The outside objects that a value is, or a list holds."""
    held = [item for one in options(value) if isinstance(one, Items) for item in one.items]
    return [one for each in (value, *held) for one in options(each) if isinstance(one, Object)]
