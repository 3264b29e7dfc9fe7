"""Reading JSON and knowing where its values stand in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)
"""A code point that is spelled by an escape sequence in a JSON string."""

UNIT = re.compile(rf"{ESCAPE.pattern}|[^\\]", re.DOTALL)
"""How one code point is spelled in a JSON string."""

_BLANK = re.compile(r"[ \t\n\r]*")
_decoder = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Placed:
    """A value and the offsets of its JSON in the text."""

    start: int
    end: int
    value: Any


Reader = Callable[[str, int], tuple[Any, int]]
"""Reads the JSON value at an offset; gives the value and the offset behind it."""


def read_value(raw: str, at: int) -> tuple[Any, int]:
    try:
        value, end = _decoder.raw_decode(raw, at)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise json.JSONDecodeError(str(error), raw, at) from error
    return value, end


def read_placed(raw: str, at: int) -> tuple[Any, int]:
    """A value with its offsets."""
    value, end = read_value(raw, at)
    return Placed(at, end, value), end


def read_tree(raw: str, at: int = 0) -> tuple[Placed, int]:
    """A value in which every value is a `Placed`. Raises json.JSONDecodeError, and RecursionError."""
    start = skip_blanks(raw, at)
    value: Any
    if raw.startswith("{", start):
        value, end = read_object(raw, start, {}, read_tree)
    elif raw.startswith("[", start):
        value, end = read_list(raw, start, read_tree)
    else:
        value, end = read_value(raw, start)
    return Placed(start, end, value), end


def read_object(
    raw: str, at: int, readers: Mapping[str, Reader], other: Reader = read_value
) -> tuple[dict[str, Any], int]:
    """An object whose values are read by the readers for their keys, or by `other`."""
    found: dict[str, Any] = {}

    def member(raw: str, at: int) -> tuple[Any, int]:
        if raw[at : at + 1] != '"':
            raise json.JSONDecodeError("expecting a name in double quotes", raw, at)
        key, at = read_value(raw, at)
        at = skip_blanks(raw, at)
        if raw[at : at + 1] != ":":
            raise json.JSONDecodeError("expecting ':'", raw, at)
        found[key], at = readers.get(key, other)(raw, skip_blanks(raw, at + 1))
        return None, at

    _, end = _between(raw, at, "{}", member)
    return found, end


def read_list(raw: str, at: int, read: Reader) -> tuple[list[Any], int]:
    return _between(raw, at, "[]", read)


def _between(raw: str, at: int, brackets: str, read: Reader) -> tuple[list[Any], int]:
    """What stands between two brackets, separated by commas."""
    if raw[at : at + 1] != brackets[0]:
        raise json.JSONDecodeError(f"expecting '{brackets[0]}'", raw, at)
    items: list[Any] = []
    at = skip_blanks(raw, at + 1)
    while raw[at : at + 1] != brackets[1]:
        item, at = read(raw, at)
        items.append(item)
        at = skip_blanks(raw, at)
        if raw[at : at + 1] == ",":
            at = skip_blanks(raw, at + 1)
        elif raw[at : at + 1] != brackets[1]:
            raise json.JSONDecodeError(f"expecting ',' or '{brackets[1]}'", raw, at)
    return items, at + 1


def skip_blanks(raw: str, at: int) -> int:
    """The offset behind the blanks at `at`."""
    match = _BLANK.match(raw, at)
    return match.end() if match else at
