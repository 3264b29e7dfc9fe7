"""Options of rules: the fields of the rule's dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from promptlint.nearest import hint
from promptlint.settings.model import Settings, SettingsError, key_of
from promptlint.settings.values import convert


def coerce_options(rule_class: type[Any], raw: Mapping[str, object], where: str) -> dict[str, object]:
    """Keyword arguments for `rule_class` from the options as written (`min-tokens = 5`).

    `where` begins the message of a SettingsError: unknown option, or a value that does not fit the field's type.
    """
    result: dict[str, object] = {}
    for key, value in raw.items():
        try:
            name, result_value = convert_option(rule_class, key, value)
        except ValueError as error:
            raise SettingsError(f"{where}: {error}") from error
        result[name] = result_value
    return result


def options_of(settings: Settings, rule_class: type[Any]) -> dict[str, object]:
    """Keyword arguments for `rule_class` from the `rules` table. Raises SettingsError with file and line."""
    result: dict[str, object] = {}
    for key, value in settings.rules.get(rule_class.name, {}).items():
        try:
            name, result_value = convert_option(rule_class, key, value)
        except ValueError as error:
            message = f"rule `{rule_class.name}`: {error}"
            raise settings.origins["rules"].error(message, "rules", rule_class.name, key) from error
        result[name] = result_value
    return result


def convert_option(rule_class: type[Any], key: str, value: object) -> tuple[str, object]:
    """Field name and value of one option. Raises ValueError."""
    names = {key_of(each.name): each.name for each in fields(rule_class)}
    if key not in names:
        known = hint(key, names) if names else "the rule has no options"
        raise ValueError(f"unknown option `{key}`, {known}")
    try:
        return names[key], convert(value, get_type_hints(rule_class)[names[key]])
    except ValueError as error:
        raise ValueError(f"`{key}`: {error}") from error
