"""The arguments of one call: positions, keywords, `**kwargs` that can be followed, dicts and config objects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias

from promptlint.link.assembly import leaves
from promptlint.link.construction import extended
from promptlint.link.env import Env, literal_text, place_of
from promptlint.link.evaluate import Evaluator
from promptlint.link.messages import argument_value
from promptlint.link.surfaces import ArgumentNames
from promptlint.link.values import Entries, Instance, Items, Object, Scalar, Text, Value, one_of, options
from promptlint.project import Cap, CapState, ModelLiteral, Place
from promptlint.syntax import Call, Expr
from promptlint.template import Piece

Given: TypeAlias = tuple[Value, Place | None]

_SERIALIZERS = ("json.dumps", "orjson.dumps", "ujson.dumps")
"""What is inside is what they are given."""


class Arguments:
    """The arguments of one call, by the names of a table. `**kwargs` that can be followed count."""

    def __init__(self, evaluator: Evaluator, call: Call, env: object) -> None:
        assert isinstance(env, Env)
        self._evaluator = evaluator
        self.call = call
        self.env = env

    def value(self, names: tuple[str | int, ...]) -> Given | None:
        """Value of the first name that is given, and its place where the call itself or a dict in it spells it."""
        for name in names:
            outer, inner = _split(name)
            found = self._direct((outer,))
            if found is not None and inner:
                found = self.inside(found[0], inner)
            if found is not None:
                return found
        return None

    def given(self, names: tuple[str | int, ...]) -> Given | None:
        """As `value`, but None and an empty list count as not given."""
        found = self.value(names)
        if found is None or found[0] in (Scalar(None), Scalar(False)):
            return None
        return None if isinstance(found[0], Items) and not found[0].items and found[0].complete else found

    def _direct(self, names: tuple[str | int, ...]) -> Given | None:
        found = argument_value(self._evaluator, self.call, names, self.env)
        if found is not None:
            return found
        for entries in self._spreads:
            for name in names:
                if isinstance(name, str) and (value := entries.get(name)) is not None:
                    return value, None
        return None

    @cached_property
    def _spreads(self) -> tuple[Entries, ...]:
        """The dicts behind `**` that are known."""
        return tuple(
            value
            for keyword in self.call.keywords
            if keyword.name is None
            for value in options(self._evaluator.evaluate(keyword.value, self.env))
            if isinstance(value, Entries)
        )

    def inside(self, value: Value, path: str) -> Given | None:
        """What a dotted path leads to in dicts, in lists, and in what config objects are made of; `[]` is any item."""
        name, _, rest = path.partition(".")
        for option in _with_extended(self._evaluator, value):
            found: Given | None = None
            if name == "[]" and isinstance(option, Items | Entries):
                items = option.items if isinstance(option, Items) else tuple(entry for _, entry in option.entries)
                values = [one[0] for item in items if (one := self.inside(item, rest)) is not None]
                return (one_of(values), None) if values else None
            if isinstance(option, Entries) and (entry := option.get(name)) is not None:
                found = entry, None
            elif isinstance(option, Object) and option.call is not None:
                inner = Arguments(self._evaluator, option.call, option.env)
                if option.type in _SERIALIZERS:
                    held = argument_value(self._evaluator, option.call, (0,), inner.env)
                    return self.inside(held[0], path) if held else None
                found = inner._direct((int(name) if name.isdecimal() else name,))
            if found is not None and rest:
                found = self.inside(found[0], rest)
            if found is not None:
                return found
        return None

    @property
    def is_open(self) -> bool:
        """Whether arguments may be given that the source does not show."""
        return any(
            not isinstance(value, Entries) or not value.complete
            for keyword in self.call.keywords
            if keyword.name is None
            for value in options(self._evaluator.evaluate(keyword.value, self.env))
        )

    def models(self, names: tuple[str | int, ...]) -> tuple[ModelLiteral, ...]:
        """The literal texts that the argument naming the model can have; those of the first name that has any."""
        for name in names:
            if known := models_of(self.value((name,))):
                return known
        return ()

    @property
    def spelled(self) -> dict[str, Place]:
        """The names of the keyword arguments in the call itself, each with its place."""
        return {
            one.name: Place(place_of(one.value, self.env).path, one.start, one.start + len(one.name))
            for one in self.call.keywords
            if one.name
        }

    def is_true(self, names: tuple[str | int, ...]) -> bool:
        found = self.value(names)
        return found is not None and found[0] == Scalar(True)

    def cap(self, names: ArgumentNames) -> Cap:
        """The output cap: its value where it is a literal, its place, and whether it can be known."""
        for name in names.cap:
            if cap := cap_of(self.value((name,)), name):
                return cap
        if self.is_open or self._is_hidden(names.cap):
            return Cap(CapState.DYNAMIC)
        unset = (str(name).rpartition(".")[2] for name in names.cap if self.value((name,)) is not None)
        return Cap(CapState.ABSENT, None, next(unset, None))

    def _is_hidden(self, names: tuple[str | int, ...]) -> bool:
        """Whether a config argument is given that could hold the cap, but not what is in it."""
        for name in names:
            outer, inner = _split(name)
            holder = str(name).rpartition(".")[0]
            held = (self.value((holder,)) or self._direct((outer,))) if inner else None
            if held and not any(_is_closed(one) for one in _with_extended(self._evaluator, held[0])):
                return held[0] != Scalar(None)
        return False

    def expectations(self, names: ArgumentNames) -> dict[str, str]:
        """What else bounds or shapes the answer, by concept."""
        concepts = {"stop": names.stop, "response_format": names.response_format, "reasoning": names.reasoning}
        return {concept: "given" for concept, keys in concepts.items() if self.given(keys) is not None}

    @property
    def spread_place(self) -> Place | None:
        """The dict display behind the first `**` that is known."""
        return next((entries.place for entries in self._spreads if entries.place), None)

    def tool_markers(self, names: tuple[str | int, ...]) -> int:
        """Cache markers on tool definitions."""
        found = self.value(names)
        if found is None:
            return 0
        return sum(
            isinstance(tool, Entries) and (tool.get("cache_control") or tool.get("cachePoint")) is not None
            for option in options(found[0])
            if isinstance(option, Items)
            for item in option.items
            for tool in options(item)
        )


def models_of(given: Given | None) -> tuple[ModelLiteral, ...]:
    """The literal texts that the value of an argument can be."""
    texts = [(option, literal_text(option)) for option in options(given[0])] if given else []
    return tuple(ModelLiteral(text, _place_of_text(option)) for option, text in texts if text)


def cap_of(given: Given | None, name: str | int) -> Cap | None:
    """The output cap that the value of the argument `name` is, None where it is not given."""
    if given is None or given[0] == Scalar(None):
        return None
    numbers = [
        option.value
        for option in options(given[0])
        if isinstance(option, Scalar) and isinstance(option.value, int) and not isinstance(option.value, bool)
    ]
    parameter = str(name).rpartition(".")[2]
    if numbers:
        return Cap(CapState.LITERAL, numbers[0], parameter, given[1])
    return Cap(CapState.DYNAMIC, None, parameter, given[1])


def _split(name: str | int) -> tuple[str | int, str]:
    """The argument that a name of a table begins with, and the path inside it."""
    outer, _, inner = str(name).partition(".")
    return int(outer) if outer.isdecimal() else outer, inner


def _place_of_text(value: Value) -> Place | None:
    """Where the characters of a text stand, None where it is in several pieces or written with escapes."""
    pieces = list(leaves(value)) if isinstance(value, Text) else []
    if len(pieces) != 1 or not isinstance(piece := pieces[0], Piece) or not piece.is_verbatim:
        return None
    return Place(piece.path, piece.start, piece.end)


def _with_extended(ev: Evaluator, value: Value) -> Iterator[Value]:
    """The options of a value; `self` is also an object of the SDK class that its class extends."""
    for option in options(value):
        yield option
        if isinstance(option, Instance):
            yield from extended(ev, option)


def _is_closed(value: Value) -> bool:
    """Whether all that a value holds is known; a text holds no settings."""
    if isinstance(value, Entries):
        return value.complete
    return isinstance(value, Text) or (isinstance(value, Object) and value.call is not None)


def concept_expressions(call: Call, names: ArgumentNames) -> list[Expr]:
    """The expressions that a call gives for model, prompt, cap and tools; `**values` may hold any of them."""
    wanted = (*names.model, *names.system, *names.messages, *names.cap, *names.tools)
    outer = {_split(name)[0] for name in wanted}
    args = [arg for position, arg in enumerate(call.args) if position in outer]
    return [*args, *(one.value for one in call.keywords if one.name is None or one.name in outer)]
