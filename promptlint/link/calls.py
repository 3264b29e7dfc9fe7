"""LLM calls: which calls of the code reach a model, and what each is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from promptlint.facts import CallPlace
from promptlint.link.arguments import Arguments
from promptlint.link.assembly import rooted_texts
from promptlint.link.branches import branch_names
from promptlint.link.callees import bind_arguments, owner_of
from promptlint.link.callgraph import FunctionKey
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.implied import implied_by
from promptlint.link.loops.around import loop_kind
from promptlint.link.matching import Match, Matcher, unwrapped
from promptlint.link.messages import Draft, MessageReader
from promptlint.link.names import Module
from promptlint.link.responses.usage import UsageReader
from promptlint.link.saying import holds_object, says_something
from promptlint.link.spelled import place_of_argument
from promptlint.link.standing import Chosen, StandingModels, made_with
from promptlint.link.surfaces import ArgumentNames, Surface
from promptlint.link.values import Chain, ClassRef, FunctionRef, Instance, Object, Value, options
from promptlint.link.wrappers import MAX_DEPTH, Site, Wrappers
from promptlint.project import Cap, CapState, LoopKind, MarkerSite, ModelLiteral, Place, Role, UsageFate
from promptlint.syntax import Call

MAX_WAYS = 4
"""Ways through wrappers that are read for one call."""

MAX_ENTERED = 24
"""Wrappers entered for one call."""


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
    usage: UsageFate
    expects: dict[str, str]
    models: tuple[ModelLiteral, ...] = ()
    keywords: Mapping[str, Place] = field(default_factory=dict)
    spread_place: Place | None = None
    system_place: Place | None = None
    branch_for: tuple[str, ...] = ()
    hops: tuple[str, ...] = ()
    """The wrappers that the call goes through, outermost first."""
    passed_on: tuple[Draft, ...] = ()
    """What a wrapper is given and its messages do not show: it is sent in a way that is not followed."""

    @property
    def marker_site(self) -> MarkerSite | None:
        system = [draft for draft in self.messages if draft.role is Role.SYSTEM]
        return system[-1].site if system else None


class CallReader:
    """Reads what a call of a model is given, where it stands or through the wrappers around it."""

    def __init__(self, evaluator: Evaluator, matcher: Matcher, usage: UsageReader) -> None:
        self._evaluator = evaluator
        self._matcher = matcher
        self._usage = usage
        self._messages = MessageReader(evaluator)
        self._standing = StandingModels(evaluator)
        self._models: defaultdict[tuple[str, int], dict[str, ModelLiteral]] = defaultdict(dict)

    def settled(self, call: FoundCall, place: CallPlace) -> FoundCall:
        """A call inside a wrapper with the model that all callers give, where the wrapper does not say."""
        models = self._models.get((call.place.path, place.expr.index), {})
        if call.model is not None or len(models) != 1:
            return call
        return replace(call, model=next(iter(models)), models=tuple(models.values()))

    def through(self, wrappers: Wrappers, site: Site) -> FoundCall | None:
        """The call of a model that a call of a wrapper makes, None where the site adds nothing to what is sent.

        Of several that the wrapper can make, the one with the most text; model and cap where all agree.
        """
        env = Env(site.module, site.place.scope, site.place.statement_start, site.place.block)
        self._evaluator.forget()
        given = [self._evaluator.evaluate(one, env) for one in wrappers.given(site)]
        says = any(says_something(self._evaluator, one) for one in given)
        # Most say nothing: then it is read only where an object can choose the model of a call inside the wrapper.
        if not says and not any(map(holds_object, given)) and not any(map(self._is_on_other, site.targets)):
            return None
        made = list(islice(self._made(wrappers, site.call, site.targets, env, (), set()), MAX_WAYS))
        if not made or not says:
            return None
        best = max(made, key=lambda one: sum(draft.text.size for draft in one.messages))
        passed_on = tuple(self._unseen(given, best.messages))
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
            models=tuple(dict.fromkeys(literal for one in made for literal in one.models)),
            keywords={},
            spread_place=None,
            system_place=None,
            cap=cap,
            messages=tuple(replace(draft, site=None) for draft in best.messages),
            passed_on=passed_on,
            complete=best.complete and not passed_on,
            loop=best.loop if loop is LoopKind.NONE else loop,
        )

    def _unseen(self, given: Iterable[Value], messages: Iterable[Draft]) -> Iterator[Draft]:
        """The texts in what a wrapper is given of which its messages show nothing."""
        seen = {part.root for draft in messages for part in rooted_texts(draft.text)}
        for value in given:
            for draft in self._messages.read(value, None, Role.UNKNOWN).messages:
                if seen.isdisjoint(part.root for part in rooted_texts(draft.text)):
                    yield draft

    def _is_on_other(self, target: FunctionRef) -> bool:
        """Whether a method is called on more than is known inside it: a derived class, or an object made in view."""
        owner = target.owner
        if not isinstance(owner, Instance):
            return False
        parent = self._evaluator.index.modules[target.path].facts.scopes[target.scope].parent
        return owner is not self._evaluator.instance(ClassRef(target.path, parent))

    def _name(self, key: FunctionKey) -> str:
        module = self._evaluator.index.modules[key.path]
        return f"{module.name}.{module.facts.scopes[key.scope].qualname}"

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
                inner = Env(
                    sender.module,
                    place.scope,
                    place.statement_start,
                    place.block,
                    arguments,
                    target.scope,
                    me,
                    len(path) + 1,
                )
                if sender.match is not None:
                    match = self._matcher.match(sender.module, place, inner) or sender.match
                    found = self.read(place, inner, match)
                    if found.models:
                        self._models[sender.module.path, place.expr.index][found.models[0].id] = found.models[0]
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
        models = arguments.models(names.model) or ((ModelLiteral(surface.model, None),) if surface.model else ())
        if made is not None and construction is not None:
            models = models or made.models(construction.model)
            if cap.state is CapState.ABSENT:
                cap = made.cap(construction)
        implied = implied_by(self._evaluator, self._messages, match, place, env)
        drafts = [*drafts, *implied.drafts]
        said = Chosen(models, cap)
        if implied.origins:
            said = Chosen(said.over(made_with(self._evaluator, implied.origins)).models, cap)
        chosen = self._standing.settled(said, surface, place, arguments, maker)
        models, cap = chosen.models, chosen.cap
        tools = arguments.given(names.tools) or (made and construction and made.given(construction.tools))
        expects = arguments.expectations(names)
        if made is not None and construction is not None:
            expects = {**made.expectations(construction), **expects}
        top = arguments.given(("cache_control",)) is not None
        return FoundCall(
            place=Place(env.module.path, call.start, call.end),
            surface=surface,
            function=_function_name(env.module, place.scope),
            model=models[0].id if models else None,
            cap=cap,
            messages=tuple(drafts),
            complete=complete,
            has_tools=bool(tools),
            loop=loop_kind(env.module, place.block),
            cache_markers=sum(draft.marker is not None for draft in drafts) + top + arguments.tool_markers(names.tools),
            stream=surface.table.streams or arguments.is_true(names.stream) or "stream" in surface.api.rsplit(".")[-1],
            usage=self._usage.fate(env.module, place, match),
            expects=expects,
            models=models,
            keywords=arguments.spelled,
            spread_place=arguments.spread_place,
            branch_for=branch_names(env.module, place.block),
            system_place=place_of_argument(self._evaluator, call, names.system, env) if surface.table.cache else None,
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
    """Dotted name of a function with its module, None for the module itself and class bodies.

    What stands in a lambda stands in the function around it.
    """
    scope = module.named_scope(scope)
    if module.facts.scopes[scope].kind != "function":
        return None
    return f"{module.name}.{module.facts.scopes[scope].qualname}"
