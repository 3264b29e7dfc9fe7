"""Configuration: `[tool.promptlint]` in pyproject.toml, or promptlint.yaml, and the command line."""

from __future__ import annotations

from promptlint.settings.declared import declared_calls
from promptlint.settings.model import Origin, Settings, SettingsError
from promptlint.settings.resolve import SettingsResolver
from promptlint.settings.rule_options import coerce_options, options_of
from promptlint.settings.selection import check_patterns, check_selectors, is_excepted, is_selected

__all__ = [
    "Origin",
    "Settings",
    "SettingsError",
    "SettingsResolver",
    "check_patterns",
    "check_selectors",
    "coerce_options",
    "declared_calls",
    "is_excepted",
    "is_selected",
    "options_of",
]
