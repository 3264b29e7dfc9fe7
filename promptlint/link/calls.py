"""LLM calls: which calls of the code reach a model, and what each is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.facts import Attr, Call, CallPlace, Expr, Name
from promptlint.link.arguments import Arguments
from promptlint.link.callees import imported_by_call
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.lookup import neighbour
from promptlint.link.loops import loop_kind
from promptlint.link.messages import Draft, MessageReader
from promptlint.link.named import words_of
from promptlint.link.names import Module
from promptlint.link.surfaces import ArgumentNames, Surface
from promptlint.link.values import Chain, Object, Symbol, Unknown, options
from promptlint.project import Cap, CapState, LoopKind, MarkerSite, Place, Role


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call of a model with everything that could be learned of it."""

    place: Place
    surface: Surface
    function: str | None
    model: str | None
    cap: Cap
    messages: tuple[Draft, ...]
    complete: bool
    has_tools: bool
    loop: LoopKind
    cache_markers: int
    stream: bool
    reads_usage: bool
    expects: dict[str, str]

    @property
    def marker_site(self) -> MarkerSite | None:
        system = [draft for draft in self.messages if draft.role is Role.SYSTEM]
        return system[-1].site if system else None


class CallFinder:
    """Finds the calls of one module after another."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._messages = MessageReader(evaluator)

    def find(self, module: Module) -> Iterator[FoundCall]:
        """Every LLM call of a module, in source order."""
        imported = self._evidence(module)
        for place in sorted(module.facts.calls, key=lambda place: (place.expr.start, -place.expr.end)):
            env = Env(module, place.scope, place.statement_start, place.block)
            match = self._match(place.expr, env, imported)
            if match is not None and not _is_excluded(match[0], module, place.scope):
                yield self._found(place, env, *match)

    def _evidence(self, module: Module) -> frozenset[str]:
        """The SDK modules that a file imports, itself or through the files of the project it imports from."""
        names = set(imported_modules(module))
        for place in module.facts.calls:
            if name := imported_by_call(place.expr, self._evaluator.surfaces):
                names.add(name)
        for imported in module.facts.imports:
            other = neighbour(self._evaluator, imported, module)
            if other is not None:
                names.update(imported_modules(other))
        return frozenset(names & self._evaluator.surfaces.module_names)

    def _match(self, call: Call, env: Env, imported: frozenset[str]) -> tuple[Surface, Object | Chain | None] | None:
        """The surface a call uses and the object it is made on."""
        chain = _chain(call.func)
        if not chain and not isinstance(call.func, Name):
            return None
        surfaces = self._evaluator.surfaces
        if isinstance(call.func, Attr) and not self._may_match(chain):
            return None
        known = False
        for callee in options(self._evaluator.evaluate(call.func, env)):
            if isinstance(callee, Symbol):
                surface = surfaces.function(callee.name)
                if surface:
                    return surface, None
                known = True
            elif isinstance(callee, Object):
                surface = surfaces.on_client(callee.type, callee.chain)
                if surface:
                    return surface, callee
                known |= callee.type in surfaces.clients or callee.type in surfaces.factories
            elif not isinstance(callee, Unknown):
                known = True
        piped = self._pipe(call, env)
        if piped:
            return piped
        if known:
            return None
        keywords = frozenset(keyword.name for keyword in call.keywords if keyword.name)
        surface = surfaces.by_chain(chain, imported, keywords)
        return (surface, None) if surface else None

    def _may_match(self, chain: tuple[str, ...]) -> bool:
        methods = self._evaluator.surfaces.last_names
        return bool(chain) and chain[-1] in methods

    def _pipe(self, call: Call, env: Env) -> tuple[Surface, Chain] | None:
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
                                return surface, value
        return None

    def _found(self, place: CallPlace, env: Env, surface: Surface, made_on: Object | Chain | None) -> FoundCall:
        call = place.expr
        arguments = Arguments(self._evaluator, call, env)
        names = surface.table.arguments
        maker = _maker(made_on, surface)
        made = Arguments(self._evaluator, maker.call, maker.env) if maker and maker.call else None
        construction = surface.client.constructor if surface.client else None
        drafts, complete = self._drafts(arguments, names, made, construction, made_on)
        cap = arguments.cap(names)
        model = arguments.text(names.model)
        if made is not None and construction is not None:
            model = model or made.text(construction.model)
            if cap.state is CapState.ABSENT:
                cap = made.cap(construction)
        tools = arguments.given(names.tools) or (made and construction and made.given(construction.tools))
        expects = arguments.expectations(names)
        if made is not None and construction is not None:
            expects = {**made.expectations(construction), **expects}
        scope = env.module.facts.scopes[place.scope]
        top = arguments.given(("cache_control",)) is not None
        return FoundCall(
            place=Place(env.module.path, call.start, call.end),
            surface=surface,
            function=_function_name(env.module, place.scope) if scope.kind == "function" else None,
            model=model,
            cap=cap,
            messages=tuple(drafts),
            complete=complete,
            has_tools=bool(tools),
            loop=loop_kind(env.module, place.block),
            cache_markers=sum(draft.cached for draft in drafts) + top + arguments.tool_markers(names.tools),
            stream=surface.table.streams or arguments.is_true(names.stream) or "stream" in surface.api.rsplit(".")[-1],
            reads_usage=_reads_usage(place, env.module),
            expects=expects,
        )

    def _drafts(
        self,
        arguments: Arguments,
        names: ArgumentNames,
        made: Arguments | None,
        construction: ArgumentNames | None,
        made_on: Object | Chain | None,
    ) -> tuple[list[Draft], bool]:
        drafts: list[Draft] = []
        complete = True
        if made is not None and construction is not None:
            given = made.value(construction.system)
            if given is not None:
                drafts.extend(self._messages.read(*given, Role.SYSTEM).messages)
        for concept, role in ((names.system, Role.SYSTEM), (names.messages, Role.USER)):
            given = arguments.value(concept)
            if given is not None:
                read = self._messages.read(*given, role)
                drafts.extend(read.messages)
                complete &= read.complete
        if isinstance(made_on, Chain):
            place = Place(arguments.env.module.path, arguments.call.start, arguments.call.end)
            drafts = [*self._messages.read(made_on, place).messages, *drafts]
        system = [draft for draft in drafts if draft.role is Role.SYSTEM]
        return [*system, *(draft for draft in drafts if draft.role is not Role.SYSTEM)], complete


def imported_modules(module: Module) -> frozenset[str]:
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


def _maker(made_on: Object | Chain | None, surface: Surface) -> Object | None:
    """The object whose construction gave model and cap."""
    if isinstance(made_on, Chain):
        objects = [option for link in made_on.links for option in options(link) if isinstance(option, Object)]
        return next((one for one in objects if surface.api.startswith(one.type + ".")), None)
    return made_on


def _function_name(module: Module, scope: int) -> str:
    """Dotted name of a function with its module."""
    qualname = module.facts.scopes[scope].qualname
    return f"{module.facts.module}.{qualname}" if module.facts.module else qualname


def _reads_usage(place: CallPlace, module: Module) -> bool:
    """Whether the usage of the response is read in the function that makes the call."""
    return place.reads_usage or (place.bound_to is not None and (place.scope, place.bound_to) in module.usage_reads)
