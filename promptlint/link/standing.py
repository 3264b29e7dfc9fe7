"""The models that calls ask which name none: set for the program, a block or an object, or listed under an alias.

Where the nearest that is set is not one model, none is known, and the cap depends on what runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from promptlint.facts import CallPlace
from promptlint.link.arguments import Arguments, cap_of, models_of
from promptlint.link.env import Env, literal_text
from promptlint.link.evaluate import Evaluator
from promptlint.link.names import Module
from promptlint.link.surfaces import Surface
from promptlint.link.tables import ArgumentNames, Listed, Standing
from promptlint.link.values import Instance, Items, Object, Symbol, Value, options
from promptlint.project import Cap, CapState, ModelLiteral
from promptlint.syntax import Attr, Name


@dataclass(frozen=True, slots=True)
class Chosen:
    """The models that a call can ask, none where that is not known, and its cap."""

    models: tuple[ModelLiteral, ...]
    cap: Cap

    def over(self, other: Chosen) -> Chosen:
        """This, and what the other says where this says nothing."""
        return Chosen(self.models or other.models, other.cap if self.cap.state is CapState.ABSENT else self.cap)


UNKNOWN = Chosen((), Cap(CapState.DYNAMIC))


@dataclass(frozen=True, slots=True)
class _Set:
    """A call that sets the model: where it stands, what it sets, and on which object if on one."""

    module: Module
    place: CallPlace
    value: Value
    on: Value | None = None


def agreed(found: Iterable[Chosen]) -> Chosen:
    """What all agree on."""
    several = list(found)
    models = {tuple(model.id for model in one.models) for one in several}
    caps = {(one.cap.state, one.cap.tokens) for one in several}
    return Chosen(
        several[0].models if len(models) == 1 else (),
        several[0].cap if len(caps) == 1 else UNKNOWN.cap,
    )


def listed(made: Arguments, table: Listed, aliases: tuple[str, ...]) -> Chosen | None:
    """What the entries of a client's list that have one of the names say, all entries where none is known.

    None where there is no such entry.
    """
    given = made.value(table.argument)
    items = [
        option
        for value in (options(given[0]) if given else ())
        if isinstance(value, Items)
        for item in value.items
        for option in options(item)
    ]
    named = [item for item in items if not aliases or _is_named(made, item, table, aliases)]
    return agreed(_entry(made, item, table.entry) for item in named) if named else None


def _is_named(made: Arguments, item: Value, table: Listed, aliases: tuple[str, ...]) -> bool:
    found = made.inside(item, table.name)
    return found is not None and any(literal_text(one) in aliases for one in options(found[0]))


def _entry(made: Arguments, item: Value, names: ArgumentNames) -> Chosen:
    """What an entry says; its names are paths."""
    models = (models_of(made.inside(item, str(name))) for name in names.model)
    caps = (cap_of(made.inside(item, str(name)), name) for name in names.cap)
    return Chosen(
        next((one for one in models if one), ()),
        next((one for one in caps if one is not None), Cap(CapState.ABSENT)),
    )


def made_with(ev: Evaluator, values: Iterable[Value]) -> Chosen:
    """Model and cap that clients were made with; a value that is no client leaves them open."""
    found: list[Chosen] = []
    for value in values:
        clients = [one for option in options(value) if (one := _client(ev, option)) is not None]
        unknown = any(not isinstance(option, Object | Instance) for option in options(value))
        found.extend([*clients, UNKNOWN] if unknown or not clients else clients)
    return agreed(found) if found else UNKNOWN


def _client(ev: Evaluator, value: Value) -> Chosen | None:
    known = ev.surfaces.client(value.type) if isinstance(value, Object) else None
    construction = known[1].constructor if known else None
    if not isinstance(value, Object) or construction is None or value.call is None:
        return None
    made = Arguments(ev, value.call, value.env)
    return Chosen(made.models(construction.model), made.cap(construction))


class StandingModels:
    """The models that an SDK is set to, by the calls of the project that set them."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._setting: dict[str, tuple[list[_Set], list[_Set]]] = {}

    def settled(
        self, said: Chosen, surface: Surface, place: CallPlace, arguments: Arguments, made_on: Object | None
    ) -> Chosen:
        """What a call asks, from what it and the construction of its client say."""
        client = surface.client
        if client is None or made_on is None:
            return said
        if client.listed is not None and made_on.call is not None:
            made = Arguments(self._evaluator, made_on.call, made_on.env)
            entry = listed(made, client.listed, tuple(one.id for one in said.models))
            return Chosen(entry.models, said.over(entry).cap) if entry else said
        if client.standing:
            return said.over(self._near(surface.sdk, place, arguments, made_on))
        return said

    def _near(self, sdk: str, place: CallPlace, arguments: Arguments, made_on: Object) -> Chosen:
        """What a call asks: the nearest of its own argument, what is set on its object, the blocks around it, and
        what is set in its function, its file, and the project."""
        table = self._evaluator.surfaces.standing[sdk]
        module = arguments.env.module
        given = arguments.value(tuple(name for name in table.argument if isinstance(name, str)))
        if given is not None:
            return made_with(self._evaluator, [given[0]])
        everywhere, on_objects = self._all(sdk)
        own = [one.value for one in on_objects if one.on is not None and _is_on(one.on, made_on)]
        if own:
            # What else an object is given besides models (the components of a pipeline) does not count.
            models = [one for one in own if any(_client(self._evaluator, option) for option in options(one))]
            return made_with(self._evaluator, models)
        for value in self._blocks_around(table, module, place):
            return made_with(self._evaluator, [value])
        here = [one for one in everywhere if one.module is module and one.place.scope == place.scope]
        around = {-1, *module.enclosing_blocks(place.block)}
        before = [one for one in here if one.place.block in around and one.place.expr.start < place.expr.start]
        in_file = [one for one in everywhere if one.module is module]
        return made_with(self._evaluator, [one.value for one in before[-1:] or here or in_file or everywhere])

    def _blocks_around(self, table: Standing, module: Module, place: CallPlace) -> Iterator[Value]:
        for context in module.contexts_around(place.expr.start, place.scope):
            env = Env(module, context.scope, context.start, context.block)
            for value in options(self._evaluator.evaluate(context.value, env)):
                if isinstance(value, Object) and value.type in table.within and value.call is not None:
                    given = Arguments(self._evaluator, value.call, value.env).value(table.argument)
                    if given is not None:
                        yield given[0]

    def _all(self, sdk: str) -> tuple[list[_Set], list[_Set]]:
        if sdk not in self._setting:
            self._setting[sdk] = self._collected(sdk)
        return self._setting[sdk]

    def _collected(self, sdk: str) -> tuple[list[_Set], list[_Set]]:
        """The calls that set the model of an SDK: for the whole program, and on an object."""
        table = self._evaluator.surfaces.standing[sdk]
        functions = frozenset(name.rpartition(".")[2] for name in table.everywhere)
        everywhere: list[_Set] = []
        on_objects: list[_Set] = []
        for module in self._evaluator.index.modules.values():
            for place in module.facts.calls:
                func = place.expr.func
                name = func.name if isinstance(func, Attr) else func.id if isinstance(func, Name) else ""
                if name not in functions and name not in table.methods:
                    continue
                env = Env(module, place.scope, place.statement_start, place.block)
                given = Arguments(self._evaluator, place.expr, env).value(table.argument)
                if given is None:
                    continue
                called = self._evaluator.evaluate(func, env)
                if any(isinstance(one, Symbol) and one.name in table.everywhere for one in options(called)):
                    everywhere.append(_Set(module, place, given[0]))
                elif name in table.methods and isinstance(func, Attr):
                    on_objects.append(_Set(module, place, given[0], self._evaluator.evaluate(func.value, env)))
        return everywhere, on_objects


def _is_on(value: Value, made_on: Object) -> bool:
    """Whether an object is the one that a value is, or is made by the class of the project that it is one of."""
    env = made_on.env
    if not isinstance(env, Env) or made_on.call is None:
        return False
    maker = env.module.path, env.module.owner_class(env.scope)
    return any(
        (isinstance(one, Instance) and (one.of.path, one.of.scope) == maker)
        or (isinstance(one, Object) and one.call is made_on.call)
        for one in options(value)
    )
