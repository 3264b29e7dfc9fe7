"""LLM calls: which calls of the code reach a model, and what each is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from promptlint.facts import Call, CallPlace
from promptlint.link.arguments import Arguments
from promptlint.link.callees import bind_arguments, owner_of
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.loops import loop_kind
from promptlint.link.matching import Match, Matcher, unwrapped
from promptlint.link.messages import Draft, MessageReader
from promptlint.link.names import Module
from promptlint.link.surfaces import ArgumentNames, Surface
from promptlint.link.values import Chain, Entries, FunctionRef, Items, Object, Scalar, Text, Value, leaves, options
from promptlint.link.wrappers import MAX_DEPTH, FunctionKey, Site, Wrappers
from promptlint.project import Cap, CapState, LoopKind, MarkerSite, Place, Role
from promptlint.template import Piece

MAX_WAYS = 4
"""Ways through wrappers that are read for one call."""

MAX_ENTERED = 24
"""Wrappers entered for one call."""

MAX_NESTING = 5
"""Lists and dicts looked into for a text."""


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
    hops: tuple[str, ...] = ()
    """The wrappers that the call goes through, outermost first."""

    @property
    def marker_site(self) -> MarkerSite | None:
        system = [draft for draft in self.messages if draft.role is Role.SYSTEM]
        return system[-1].site if system else None


class CallReader:
    """Reads what a call of a model is given, where it stands or through the wrappers around it."""

    def __init__(self, evaluator: Evaluator, matcher: Matcher) -> None:
        self._evaluator = evaluator
        self._matcher = matcher
        self._messages = MessageReader(evaluator)
        self._models: defaultdict[tuple[str, int], set[str]] = defaultdict(set)

    def settled(self, call: FoundCall, place: CallPlace) -> FoundCall:
        """A call inside a wrapper with the model that all callers give, where the wrapper does not say."""
        models = self._models.get((call.place.path, place.expr.index), set())
        return replace(call, model=next(iter(models))) if call.model is None and len(models) == 1 else call

    def through(self, wrappers: Wrappers, site: Site) -> FoundCall | None:
        """The call of a model that a call of a wrapper makes, None where the site adds nothing to what is sent.

        Of several that the wrapper can make, the one with the most text; model and cap where all agree.
        """
        env = Env(site.module, site.place.scope, site.place.statement_start, site.place.block)
        self._evaluator.forget()
        made = list(islice(self._made(wrappers, site.call, site.targets, env, (), set()), MAX_WAYS))
        given = wrappers.given(site)
        if not made or not any(_says_something(self._evaluator, self._evaluator.evaluate(one, env)) for one in given):
            return None
        best = max(made, key=lambda one: sum(draft.text.size for draft in one.messages))
        models = {one.model for one in made}
        caps = {(one.cap.state, one.cap.tokens) for one in made}
        cap = replace(best.cap, place=None) if len(caps) == 1 else Cap(CapState.DYNAMIC)
        loop = loop_kind(site.module, site.place.block)
        surface = best.surface if len({one.surface.sdk for one in made}) == 1 else best.surface.without_cache()
        return replace(
            best,
            surface=surface,
            place=Place(site.module.path, site.place.expr.start, site.place.expr.end),
            function=_function_name(site.module, site.place.scope),
            model=best.model if len(models) == 1 else None,
            cap=cap,
            messages=tuple(replace(draft, site=None) for draft in best.messages),
            loop=best.loop if loop is LoopKind.NONE else loop,
            reads_usage=best.reads_usage or _reads_usage(site.place, site.module),
        )

    def _name(self, key: FunctionKey) -> str:
        return _function_name(self._evaluator.index.modules[key.path], key.scope) or ""

    def _made(
        self,
        wrappers: Wrappers,
        call: Call,
        targets: tuple[FunctionRef, ...],
        env: Env,
        path: tuple[FunctionKey, ...],
        entered: set[FunctionKey],
    ) -> Iterator[FoundCall]:
        """The calls of a model that a call of wrappers makes, each read with the arguments that are passed on.

        `path` is how it came here; a wrapper is entered once, so that what many ways lead to is read once.
        """
        for target in targets:
            key = FunctionKey(target.path, target.scope)
            if key in entered or len(path) >= MAX_DEPTH or len(entered) >= MAX_ENTERED:
                continue
            entered.add(key)
            arguments = bind_arguments(self._evaluator, target, call, env)
            me = owner_of(self._evaluator, target)
            # Calls of the model itself first: what they are given is known best.
            for sender in sorted(wrappers.senders_of(target), key=lambda sender: sender.match is None):
                place = sender.place
                here = Env(sender.module, place.scope, place.statement_start, place.block)
                inner = replace(here, arguments=arguments, arguments_of=target.scope, owner=me, calls=len(path) + 1)
                if sender.match is not None:
                    match = self._matcher.match(sender.module, place, inner) or sender.match
                    found = self.read(place, inner, match)
                    if found.model is not None:
                        self._models[sender.module.path, place.expr.index].add(found.model)
                    yield replace(found, hops=tuple(map(self._name, (*path, key))))
                else:
                    yield from self._made(wrappers, unwrapped(place.expr), sender.targets, inner, (*path, key), entered)

    def read(self, place: CallPlace, env: Env, match: Match) -> FoundCall:
        """A call of a model, read where `env` stands."""
        call, surface, made_on = match.call, match.surface, match.made_on
        arguments = Arguments(self._evaluator, call, env)
        names = surface.table.arguments
        maker = _maker(made_on, surface)
        made = Arguments(self._evaluator, maker.call, maker.env) if maker and maker.call else None
        construction = surface.client.constructor if surface.client else None
        drafts, complete = self._drafts(arguments, names, made, construction, made_on)
        cap = arguments.cap(names)
        model = arguments.text(names.model) or surface.model
        if made is not None and construction is not None:
            model = model or made.text(construction.model)
            if cap.state is CapState.ABSENT:
                cap = made.cap(construction)
        tools = arguments.given(names.tools) or (made and construction and made.given(construction.tools))
        expects = arguments.expectations(names)
        if made is not None and construction is not None:
            expects = {**made.expectations(construction), **expects}
        top = arguments.given(("cache_control",)) is not None
        return FoundCall(
            place=Place(env.module.path, call.start, call.end),
            surface=surface,
            function=_function_name(env.module, place.scope),
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
            for concept, role in ((construction.system, Role.SYSTEM), (construction.messages, Role.USER)):
                given = made.value(concept)
                if given is not None:
                    drafts.extend(self._messages.read(*given, role).messages)
        if isinstance(made_on, Object):
            drafts.extend(draft for one in made_on.added for draft in self._messages.read(one, None).messages)
        for concept, role in ((names.system, Role.SYSTEM), (names.messages, Role.USER)):
            given = arguments.value(concept)
            if given is not None:
                read = self._messages.read(*given, role)
                drafts.extend(read.messages)
                complete &= read.complete
        if isinstance(made_on, Chain):
            place = Place(arguments.env.module.path, arguments.call.start, arguments.call.end)
            drafts = [*self._messages.read(made_on, place).messages, *drafts]
        system: list[Draft] = []
        for draft in drafts:
            # A wrapper that takes the system prompt out of its messages sends it once.
            if draft.role is Role.SYSTEM and not any(draft.text is other.text for other in system):
                system.append(draft)
        return [*system, *(draft for draft in drafts if draft.role is not Role.SYSTEM)], complete


def _maker(made_on: Object | Chain | None, surface: Surface) -> Object | None:
    """The object whose construction gave model and cap."""
    if isinstance(made_on, Chain):
        objects = [option for link in made_on.links for option in options(link) if isinstance(option, Object)]
        return next((one for one in objects if surface.api.startswith(one.type + ".")), None)
    return made_on


def _function_name(module: Module, scope: int) -> str | None:
    """Dotted name of a function with its module, None for the module itself and class bodies."""
    if module.facts.scopes[scope].kind != "function":
        return None
    return f"{module.name}.{module.facts.scopes[scope].qualname}"


def _reads_usage(place: CallPlace, module: Module) -> bool:
    """Whether the usage of the response is read in the function that makes the call."""
    return place.reads_usage or (place.bound_to is not None and (place.scope, place.bound_to) in module.usage_reads)


def _says_something(ev: Evaluator, value: Value, depth: int = 0) -> bool:
    """Whether a value holds literal text or a number: what a caller adds to what a wrapper sends."""
    if depth > MAX_NESTING:
        return False
    for option in options(value):
        if isinstance(option, Text):
            held: tuple[Value, ...] = ()
            if any(isinstance(leaf, Piece) for leaf in leaves(option)):
                return True
        elif isinstance(option, Scalar):
            return option.value is not None and not isinstance(option.value, bool)
        elif isinstance(option, Items):
            held = option.items
        elif isinstance(option, Entries):
            held = tuple(entry for name, entry in option.entries if name != "role")
        elif isinstance(option, Object):
            if ev.surfaces.message_class(ev.surfaces.canonical(".".join((option.type, *option.chain)))):
                return True
            held = ()
        else:
            held = ()
        if any(_says_something(ev, one, depth + 1) for one in held):
            return True
    return False
