"""Which settings apply to which file: the nearest configuration above it, and the command line over that."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from promptlint.nearest import hint
from promptlint.settings.files import ConfigFile, find_config, read_config
from promptlint.settings.model import Origin, Settings, SettingsError, key_of, options, types
from promptlint.settings.values import convert

ADDING = ("extend_select", "ignore", "extend_exclude")
"""Settings that the command line adds to, where it replaces others."""


class SettingsResolver:
    """Finds the settings of every file.

    `overrides` are the command line's, by key or field name (None: not given). `config` is the one file to use
    instead of those found; `isolated` uses none. Both constructor and methods raise SettingsError.
    """

    def __init__(
        self, *, cwd: Path, overrides: Mapping[str, object], config: Path | None = None, isolated: bool = False
    ) -> None:
        self.cwd = os.path.abspath(cwd)
        given = {key_of(key): value for key, value in overrides.items() if value is not None}
        self._overrides = checked(given, Origin("command line", self.cwd))
        self._folders: dict[str, Settings] = {}
        if config and isolated:
            raise SettingsError("a configuration file is named, and isolation from all of them asked for")
        file = read_config(os.path.join(self.cwd, config), self.cwd) if config else None
        self._base = self._settings(file)
        self._search = not (config or isolated)

    def for_path(self, path: str) -> Settings:
        """The settings of a file or folder; a relative path is below `cwd`."""
        full = os.path.normpath(os.path.join(self.cwd, path))
        is_folder = not full.endswith(".py") and os.path.isdir(full)
        return self.for_folder(full if is_folder else os.path.dirname(full))

    def for_folder(self, folder: str) -> Settings:
        """The settings of the files in an absolute, normalised folder: one object for all that share a file."""
        if not self._search:
            return self._base
        if folder not in self._folders:
            parent = os.path.dirname(folder)
            if file := find_config(folder, self.cwd):
                self._folders[folder] = self._settings(file)
            else:
                self._folders[folder] = self._base if parent == folder else self.for_folder(parent)
        return self._folders[folder]

    def _settings(self, file: ConfigFile | None) -> Settings:
        """The settings that a file and the command line make together."""
        origins: dict[str, Origin] = {}
        values: dict[str, Any] = {}
        if file:
            folder = os.path.dirname(os.path.join(self.cwd, file.path))
            origin = Origin(file.path, os.path.normpath(folder), file.path, file.lines)
            values = checked(file.values, origin)
            origins = dict.fromkeys(values, origin)
        command_line = Origin("command line", self.cwd)
        if "select" in self._overrides:
            # Whoever asks for rules by hand gets those, not what a file takes away or adds.
            for name in ("extend_select", "ignore"):
                values.pop(name, None)
                origins.pop(name, None)
        for name, value in self._overrides.items():
            both = name in ADDING and name in values
            values[name] = (*values[name], *value) if both else value
            origins[name] = Origin(f"{origins[name].label} and command line", self.cwd) if both else command_line
        return Settings(**values, origins=origins)


def checked(values: Mapping[str, object], origin: Origin) -> dict[str, Any]:
    """Values by field name, converted. Raises SettingsError for an unknown key or a wrong type."""
    names = {key_of(name): name for name in options()}
    result = {}
    for key, value in values.items():
        if key not in names:
            raise origin.error(f"unknown setting `{key}`, {hint(key, names)}", key)
        try:
            result[names[key]] = convert(value, types()[names[key]])
        except ValueError as error:
            raise origin.error(f"`{key}`: {error}", key) from error
    return result
