"""The setting `calls`: functions of the project, or of a package without a table, that call a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from promptlint.nearest import hint
from promptlint.settings.model import Origin, Settings

if TYPE_CHECKING:
    from promptlint.link.tables import CallTable

CONCEPTS: Mapping[str, str] = {
    "model": "model",
    "system": "system",
    "prompt": "messages",
    "messages": "messages",
    "cap": "cap",
    "tools": "tools",
    "stream": "stream",
    "stop": "stop",
    "response-format": "response_format",
}
"""What an argument can be said to be, and its name in the tables."""


def declared_calls(settings: Settings) -> tuple[CallTable, ...]:
    """The calls that `settings` declare, each with its dotted name as its function. Raises SettingsError."""
    origin = settings.origin("calls")
    return tuple(_call(entry, str(index), origin) for index, entry in enumerate(settings.calls) if origin)


def _call(entry: Mapping[str, object], index: str, origin: Origin) -> CallTable:
    from promptlint.link.tables import ArgumentNames, CallTable

    name = entry.get("name")
    if not isinstance(name, str) or name.count(".") == 0 or not all(part.isidentifier() for part in name.split(".")):
        given = f", not `{name}`" if name is not None else ""
        message = f"`calls`: `name` has to be a dotted name such as `package.module.function` or `Class.method`{given}"
        raise origin.error(message, "calls", index, "name")
    arguments: dict[str, tuple[str | int, ...]] = {}
    for key, value in entry.items():
        if key == "name":
            continue
        if key not in CONCEPTS:
            message = f"`calls`: unknown key `{key}` for `{name}`, {hint(key, ('name', *CONCEPTS))}"
            raise origin.error(message, "calls", index, key)
        names = tuple(value) if isinstance(value, list | tuple) else (value,)
        if not names or not all(_is_argument(one) for one in names):
            message = (
                f"`calls`: `{key}` of `{name}` has to be the name of an argument or its position (0 is the first), "
                f"or a list of them, not {value!r}"
            )
            raise origin.error(message, "calls", index, key)
        arguments[CONCEPTS[key]] = (*arguments.get(CONCEPTS[key], ()), *names)
    if "messages" not in arguments:
        message = f"`calls`: `{name}` needs `prompt` or `messages`: which argument is what the model is asked"
        raise origin.error(message, "calls", index)
    return CallTable(arguments=ArgumentNames(**arguments), functions=(name,))


def _is_argument(value: object) -> bool:
    if isinstance(value, str):
        return all(part.isidentifier() for part in value.split("."))
    return type(value) is int and value >= 0
