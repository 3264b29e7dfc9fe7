"""What a YAML text may hold that is no harm to read, and harm to load: aliases, and values that cannot be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml import Node

VALUE_ERRORS = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError)
"""What PyYAML raises for values that it cannot make, besides its own: `2024-13-45`, `!!int ""`, `!!bool x`."""

MOST = 200_000
"""Values of one document; a file of a megabyte, without aliases, holds fewer than that of any use."""


def is_too_much(node: Node) -> bool:
    """Whether a document holds too many values when its aliases are written out, or one that contains itself."""
    from yaml import CollectionNode

    sizes: dict[int, int] = {}
    waiting: list[Node] = [node]
    entered: set[int] = set()
    while waiting:
        one = waiting[-1]
        inner = _inside(one) if isinstance(one, CollectionNode) else []
        unknown = [child for child in inner if id(child) not in sizes]
        if id(one) in entered and unknown:
            return True  # it contains itself
        if unknown:
            entered.add(id(one))
            waiting.extend(unknown)
            continue
        sizes[id(one)] = 1 + sum(sizes[id(child)] for child in inner)
        waiting.pop()
    return sizes[id(node)] > MOST


def _inside(node: Node) -> list[Node]:
    """The nodes that a list or mapping holds, with its keys."""
    return [child for item in node.value for child in (item if isinstance(item, tuple) else (item,))]
