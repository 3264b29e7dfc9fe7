"""By what a value is known again: so that what is worked out for one call serves for others like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from promptlint.link.values import COMPARED, Choice, Entries, Inserted, Items, Object, OneOf, Part, Text, Unknown, Value
from promptlint.project import Place

MAX_COMPARED = 4
"""Values inside values that are looked into to tell whether two are the same."""


def identity(value: Value, depth: int = 0) -> object:
    """Something to know a value by: what it holds, as far as that is little, else the very object."""
    kind = type(value)
    if kind in COMPARED:
        return value
    look = _LOOK.get(kind) if depth <= MAX_COMPARED or kind is Unknown else None
    return look(value, depth + 1) if look else id(value)


def _unknown_identity(value: Unknown, _: int) -> object:
    return value.label, id(value.expr)


def _object_identity(value: Object, depth: int) -> object:
    return value.type, value.chain, id(value.call), value.function, *[identity(one, depth) for one in value.added]


def _options_identity(value: OneOf, depth: int) -> object:
    return "one of", *[identity(option, depth) for option in value.options]


def _text_identity(value: Text, depth: int) -> object:
    return *_spot(value.root), value.cleaned, *[_part_identity(part, depth) for part in value.parts]


def _items_identity(value: Items, depth: int) -> object:
    return *_spot(value.place), value.complete, *[identity(item, depth) for item in value.items]


def _entries_identity(value: Entries, depth: int) -> object:
    held = [(name, identity(entry, depth)) for name, entry in value.entries]
    return *_spot(value.place), value.complete, *held


_LOOK: dict[type[Value], Callable[[Any, int], object]] = {
    Unknown: _unknown_identity,
    Object: _object_identity,
    OneOf: _options_identity,
    Text: _text_identity,
    Items: _items_identity,
    Entries: _entries_identity,
}


def _spot(place: Place | None) -> tuple[str, int, int] | tuple[None]:
    """A place as a plain tuple, which hashes fast."""
    return (place.path, place.start, place.end) if place else (None,)


def _part_identity(part: Part, depth: int) -> object:
    if isinstance(part, Inserted):
        return *_spot(part.place), identity(part.value, depth)
    if isinstance(part, Choice):
        return "choice", *[identity(option, depth) for option in part.options]
    return part.path, part.start, part.end, part.text
