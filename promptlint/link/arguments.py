"""The arguments of one call: positions, keywords, `**kwargs` that can be followed, dicts and config objects."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

from promptlint.facts import Call, Expr
from promptlint.link.env import Env, literal_text
from promptlint.link.evaluate import Evaluator
from promptlint.link.messages import argument_value
from promptlint.link.surfaces import ArgumentNames
from promptlint.link.values import Entries, Items, Object, Scalar, Value, one_of, options
from promptlint.project import Cap, CapState, Place

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
                found = self._inside(found[0], inner)
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

    def _inside(self, value: Value, path: str) -> Given | None:
        """What a dotted path leads to in dicts, in lists (`[]`: any item) and in what config objects are made of."""
        name, _, rest = path.partition(".")
        for option in options(value):
            found: Given | None = None
            if name == "[]" and isinstance(option, Items):
                values = [one[0] for item in option.items if (one := self._inside(item, rest)) is not None]
                return (one_of(values), None) if values else None
            if isinstance(option, Entries) and (entry := option.get(name)) is not None:
                found = entry, None
            elif isinstance(option, Object) and option.call is not None:
                inner = Arguments(self._evaluator, option.call, option.env)
                if option.type in _SERIALIZERS:
                    held = argument_value(self._evaluator, option.call, (0,), inner.env)
                    return self._inside(held[0], path) if held else None
                found = inner._direct((name,))
            if found is not None and rest:
                found = self._inside(found[0], rest)
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

    def text(self, names: tuple[str | int, ...]) -> str | None:
        """The first literal text that an argument can have."""
        for name in names:
            found = self.value((name,))
            texts = [literal_text(option) for option in options(found[0])] if found else []
            if text := next((text for text in texts if text), None):
                return text
        return None

    def is_true(self, names: tuple[str | int, ...]) -> bool:
        found = self.value(names)
        return found is not None and found[0] == Scalar(True)

    def cap(self, names: ArgumentNames) -> Cap:
        """The output cap: its value where it is a literal, its place, and whether it can be known."""
        for name in names.cap:
            found = self.value((name,))
            if found is None or found[0] == Scalar(None):
                continue
            numbers = [
                option.value
                for option in options(found[0])
                if isinstance(option, Scalar) and isinstance(option.value, int) and not isinstance(option.value, bool)
            ]
            parameter = str(name).rpartition(".")[2]
            if numbers:
                return Cap(CapState.LITERAL, numbers[0], parameter, found[1])
            return Cap(CapState.DYNAMIC, None, parameter, found[1])
        if self.is_open or self._is_hidden(names.cap):
            return Cap(CapState.DYNAMIC)
        return Cap(CapState.ABSENT)

    def _is_hidden(self, names: tuple[str | int, ...]) -> bool:
        """Whether a config argument is given that could hold the cap, but not what is in it."""
        for name in names:
            outer, inner = _split(name)
            held = self._direct((outer,)) if inner else None
            if held and not any(isinstance(one, Entries | Object) and _is_closed(one) for one in options(held[0])):
                return held[0] != Scalar(None)
        return False

    def expectations(self, names: ArgumentNames) -> dict[str, str]:
        """What else bounds or shapes the answer, by concept."""
        concepts = {"stop": names.stop, "response_format": names.response_format, "reasoning": names.reasoning}
        return {concept: "given" for concept, keys in concepts.items() if self.given(keys) is not None}

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


def _split(name: str | int) -> tuple[str | int, str]:
    """The argument that a name of a table begins with, and the path inside it."""
    outer, _, inner = str(name).partition(".")
    return int(outer) if outer.isdigit() else outer, inner


def _is_closed(value: Entries | Object) -> bool:
    return value.complete if isinstance(value, Entries) else value.call is not None


def concept_expressions(call: Call, names: ArgumentNames) -> list[Expr]:
    """The expressions that a call gives for model, prompt, cap and tools; `**values` may hold any of them."""
    wanted = (*names.model, *names.system, *names.messages, *names.cap, *names.tools)
    outer = {_split(name)[0] for name in wanted}
    args = [arg for position, arg in enumerate(call.args) if position in outer]
    return [*args, *(one.value for one in call.keywords if one.name is None or one.name in outer)]
