"""Adding text to the end of a configuration file: whether that adds what is meant, and changes nothing else.

The text around it stays as it is, comments and layout too, which no library that reads and writes YAML or TOML here can
promise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yaml import Node


def appended(before: str, text: str, *, gap: bool = False) -> str:
    """`before` with `text` behind it, which keeps the line breaks of `before`; `gap` puts a blank line between."""
    newline = "\r\n" if "\r\n" in before else "\n"
    end = "" if not before or before.endswith("\n") else newline
    space = newline if gap and before.strip() else ""
    return before + end + space + text.replace("\n", newline)


def indented(lines: Sequence[str], indent: int) -> str:
    """Lines behind so many blanks, as one text."""
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def adds_table(before: str, after: str, table: tuple[str, str], values: Mapping[str, object]) -> bool:
    """Whether a TOML text became one that has `values` at the two keys of `table`, and is the same otherwise."""
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    outer, inner = table
    return new == {**old, outer: {**old.get(outer, {}), inner: values}}


def list_at_the_end(text: str, key: str) -> int | None:
    """The column of the items of the list that a YAML text has at its top-level `key`, where it is in block style and
    the last thing in the text; None where it is not."""
    from yaml import MappingNode, SequenceNode

    node = _composed(text)
    if not isinstance(node, MappingNode) or not node.value:
        return None
    name, value = node.value[-1]
    if name.value != key or not isinstance(value, SequenceNode) or value.flow_style or not value.value:
        return None
    return value.start_mark.column


def adds_item(before: str, after: str, key: str) -> bool:
    """Whether the list at a top-level key of a YAML text has one item more, and nothing else is different."""
    old, new = _pairs(before), _pairs(after)
    if not old or not new or key not in old:
        return False
    items = new.get(key)
    return isinstance(items, list) and bool(items) and {**new, key: items[:-1]} == old


def adds_key(before: str, after: str, key: str) -> bool:
    """Whether a YAML text has a top-level key more, and nothing else is different."""
    old, new = _pairs(before), _pairs(after)
    return (
        old is not None and new is not None and key not in old and [*new] == [*old, key] and new.items() > old.items()
    )


def _composed(text: str) -> Node | None:
    """The nodes of a YAML text, whatever tags it uses; None for one that is not valid."""
    import yaml

    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return None


def _pairs(text: str) -> dict[str, Any] | None:
    """The top-level keys of a YAML text and what is at them, None where it is no mapping."""
    from yaml import MappingNode

    node = _composed(text)
    if node is None and not text.strip():
        return {}
    if not isinstance(node, MappingNode):
        return None
    try:
        return {str(key.value): _plain(value) for key, value in node.value}
    except RecursionError:  # an alias that stands inside of what it names
        return None


def _plain(node: Node) -> object:
    """A node as something that can be compared: lists for lists, others with their tag."""
    from yaml import MappingNode, SequenceNode

    if isinstance(node, SequenceNode):
        return [_plain(one) for one in node.value]
    if isinstance(node, MappingNode):
        return (node.tag, [(_plain(key), _plain(value)) for key, value in node.value])
    return (node.tag, node.value)
