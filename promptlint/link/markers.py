"""Cache markers: where one stands in the source, and what to take out so that it is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from promptlint import syntax
from promptlint.facts import ModuleFacts
from promptlint.link.imports import ModuleIndex
from promptlint.link.values import Entries, Items
from promptlint.project import Marker, Place
from promptlint.syntax import Expr

KEYS = ("cache_control", "cachePoint", "prompt_cache_breakpoint")
"""Keys of a content block that mark it (Anthropic, Bedrock, OpenAI)."""


def marker_on(block: Entries, index: ModuleIndex) -> Marker | None:
    """The marker of a content block, None where it has none."""
    key = next((key for key in KEYS if block.get(key) is not None), None)
    if key is None:
        return None
    display = _at(block.place, index)
    if not isinstance(display, syntax.Mapping) or block.place is None:
        return Marker(key, None, None)
    for number, (name, value) in enumerate(zip(display.keys, display.values, strict=True)):
        if isinstance(name, syntax.Str) and "".join(p.text for p in name.parts if isinstance(p, syntax.Run)) == key:
            pairs = [
                (key.start if key else None, one.end) for key, one in zip(display.keys, display.values, strict=True)
            ]
            place = Place(block.place.path, name.start, value.end)
            return Marker(key, place, _removal(pairs, number, block.place.path))
    return Marker(key, None, None)


def marker_behind(marker: Entries, blocks: Items, index: ModuleIndex) -> Marker | None:
    """The marker that is an item of its own in a list of blocks, behind what it marks; None for another item."""
    key = next((key for key in KEYS if marker.get(key) is not None), None)
    if key is None:
        return None
    display = _at(blocks.place, index)
    if not isinstance(display, syntax.Sequence) or blocks.place is None or marker.place is None:
        return Marker(key, marker.place, None)
    ends = [(item.start, item.end) for item in display.items]
    number = next((at for at, one in enumerate(ends) if one == (marker.place.start, marker.place.end)), None)
    removal = _removal(ends, number, blocks.place.path) if number is not None else None
    return Marker(key, marker.place, removal)


def _removal(pairs: Sequence[tuple[int | None, int]], number: int, path: str) -> Place | None:
    """What to take out of a display so that one of its entries, given by their starts and ends, goes with a comma."""
    if number > 0:
        return Place(path, pairs[number - 1][1], pairs[number][1])
    start = pairs[0][0]
    following = pairs[1][0] if len(pairs) > 1 else None
    return Place(path, start, following) if start is not None and following is not None else None


def _at(place: Place | None, index: ModuleIndex) -> Expr | None:
    """The list or dict display that stands at a place."""
    module = index.modules.get(place.path) if place else None
    if module is None or place is None:
        return None
    waiting = [root for root in _roots(module.facts) if root.start <= place.start and place.end <= root.end]
    while waiting:
        node = waiting.pop()
        if (node.start, node.end) == (place.start, place.end) and isinstance(node, syntax.Mapping | syntax.Sequence):
            return node
        waiting.extend(one for one in _inside(node) if one.start <= place.start and place.end <= one.end)
    return None


def _roots(module: ModuleFacts) -> Iterator[Expr]:
    yield from (binding.value for binding in module.bindings)
    yield from (place.expr for place in module.calls)


def _inside(node: Struct) -> Iterator[Expr]:
    """The expressions directly inside one."""
    for name in node.__struct_fields__:
        held = getattr(node, name)
        for one in held if isinstance(held, tuple) else (held,):
            if isinstance(one, syntax.Keyword):
                yield one.value
            elif isinstance(one, Struct) and hasattr(one, "start") and not isinstance(one, syntax.Token):
                yield one  # type: ignore[misc]  # fields of expressions with a start are expressions
