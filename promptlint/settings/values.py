"""Checking configuration values against type annotations."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from promptlint.nearest import hint as near_hint

NAMES: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a string",
    tuple: "a list of strings",
    Mapping: "a table",
}


def convert(value: object, hint: Any) -> object:
    """`value` (from TOML, YAML or the command line) as the annotation `hint` says; lists become tuples.

    Knows bool, int, float, str, Literal, tuple[X, ...], Mapping[str, X], `X | None` and object.
    Raises ValueError that says what is expected.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (hint,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else convert(value, hint)
    if origin is Literal:
        if value in arguments:
            return value
        raise ValueError(f"`{value}` is not a choice, {near_hint(str(value), arguments)}")
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(convert(item, arguments[0]) for item in value)
    if origin is Mapping and isinstance(value, Mapping):
        return {str(key): convert(item, arguments[1]) for key, item in value.items()}
    if hint is float and type(value) is int and abs(value) <= sys.float_info.max:
        return float(value)
    # `type`, not `isinstance`: true is no number.
    if hint is object or type(value) is hint:
        return value
    expected = NAMES.get(origin or hint, str(hint))
    raise ValueError(f"expected {expected}, got {value!r}")
