"""Loading YAML of strangers: in bounds, and with one error for whatever is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml import Node

MOST = 200_000
"""Values of one document; a file of a megabyte, without aliases, holds fewer than that of any use."""


class YamlError(Exception):
    """A text that cannot be loaded, or should not be. `line` is 1-based, None where it is not known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def load(text: str) -> object:
    """The value of a YAML text. Raises YamlError."""
    import yaml

    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        if is_too_much(node):
            raise YamlError("aliases make it hold too many values, or itself")
        return loader.construct_document(node)
    except RecursionError as error:
        raise YamlError("nested too deeply") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise YamlError(getattr(error, "problem", None) or str(error), mark.line + 1 if mark else None) from error
    # PyYAML has no error of its own for values that it cannot make: `2024-13-45`, `!!int ""`, `!!bool x`.
    except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError) as error:
        raise YamlError(f"a value cannot be read: {error}") from error


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
