"""Finding and reading configuration files, with the line of each key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from promptlint.settings.model import SettingsError
from promptlint.source import SourceError, read_bytes, shown
from promptlint.yaml_loading import YamlError, load

if TYPE_CHECKING:
    from yaml import Node

YAML_NAMES = ("promptlint.yaml", ".promptlint.yaml")
TABLE = ("tool", "promptlint")
MOST_KEYS = 100_000
"""Keys whose lines are known: aliases in YAML make millions of a few."""
MAX_SIZE = 1_000_000
"""Bytes. Reading more takes minutes, and nobody writes that much by hand."""
DEEPEST_KEY = 4
"""traffic, sites, the site, its key. An alias in YAML can make a mapping contain itself."""
TOML_KEY = re.compile(r"""\s*([\w-]+|"[^"\n]*"|'[^'\n]*')\s*""")
TOML_POSITION = re.compile(r" \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What one file sets: `values` by key as written, `lines` the 1-based line of each key path."""

    path: str
    values: Mapping[str, object]
    lines: Mapping[tuple[str, ...], int]


def find_config(folder: str, cwd: str) -> ConfigFile | None:
    """The configuration that lies in `folder`, None where there is none. Raises SettingsError."""
    for name in YAML_NAMES:
        if os.path.isfile(path := os.path.join(folder, name)):
            return read_config(path, cwd)
    path = os.path.join(folder, "pyproject.toml")
    return read_toml(path, shown(path, cwd), TABLE) if os.path.isfile(path) else None


def read_config(path: str, cwd: str) -> ConfigFile:
    """The configuration file that the user named or that was found. Raises SettingsError."""
    name = shown(path, cwd)
    if path.endswith((".yaml", ".yml")):
        return read_yaml(path, name)
    if not path.endswith(".toml"):
        raise SettingsError("a configuration file ends in .toml or .yaml", name)
    config = read_toml(path, name, TABLE)
    if config is None:
        raise SettingsError("has no table [tool.promptlint]", name)
    return config


def read_toml(path: str, name: str, table: tuple[str, ...]) -> ConfigFile | None:
    """The values of one table of a TOML file, None where the file does not have it."""
    data = read_file(path, name)
    # Most pyproject.toml have nothing for us. They need not even be valid.
    if table[-1].encode() not in data:
        return None
    import tomllib

    text = decode(data, name)
    try:
        value: object = tomllib.loads(text)
    except RecursionError as error:
        raise SettingsError("invalid TOML: nested too deeply", name) from error
    except ValueError as error:
        position = TOML_POSITION.search(str(error))
        line = int(position[1]) if position else None
        raise SettingsError(f"invalid TOML: {TOML_POSITION.sub('', str(error))}", name, line) from error
    for key in table:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return None
    lines: dict[tuple[str, ...], int] = {}
    for keys, line in toml_lines(text):
        lines.setdefault(keys, line)
    if not isinstance(value, dict):
        raise SettingsError(f"`{'.'.join(table)}` has to be a table", name, lines.get(table))
    depth = len(table)
    return ConfigFile(name, value, {keys[depth:]: line for keys, line in lines.items() if keys[:depth] == table})


def read_yaml(path: str, name: str) -> ConfigFile:
    """The values of a YAML file."""
    import yaml

    text = decode(read_file(path, name), name)
    try:
        values = load(text)
    except YamlError as error:
        raise SettingsError(f"invalid YAML: {error.message}", name, error.line) from error
    if values is None:
        return ConfigFile(name, {}, {})
    if not isinstance(values, dict):
        raise SettingsError("has to be a mapping of settings", name, 1)
    lines: dict[tuple[str, ...], int] = {}
    for keys, line in islice(yaml_lines(yaml.compose(text, yaml.SafeLoader)), MOST_KEYS):
        if keys in lines:
            raise SettingsError(f"`{keys[-1]}` is set twice, first in line {lines[keys]}", name, line)
        lines[keys] = line
    return ConfigFile(name, {str(key): value for key, value in values.items()}, lines)


def read_file(path: str, name: str) -> bytes:
    try:
        return read_bytes(path)
    except SourceError as error:
        raise SettingsError(error.message, name) from error


def decode(data: bytes, name: str) -> str:
    if len(data) > MAX_SIZE:
        raise SettingsError(f"larger than {MAX_SIZE:,} bytes", name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError("not valid UTF-8", name, data.count(b"\n", 0, error.start) + 1) from error


def toml_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The key paths of a valid TOML text and their lines, good enough to point at: nested values are not entered."""
    table: tuple[str, ...] = ()
    entries: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            table = toml_keys(line.strip().lstrip("["), "]")
            if line.lstrip().startswith("[["):
                # An entry of an array of tables has its index as its key.
                entries[table] = entries.get(table, -1) + 1
                table = (*table, str(entries[table]))
            keys = table
        else:
            keys = table + found if (found := toml_keys(line, "=")) else ()
        yield from ((keys[:depth], number) for depth in range(len(keys), 0, -1))


def toml_keys(text: str, end: str) -> tuple[str, ...]:
    """The dotted key at the start of `text` if `end` follows it, else nothing."""
    keys: list[str] = []
    at = 0
    while match := TOML_KEY.match(text, at):
        keys.append(match[1].strip("\"'"))
        at = match.end()
        if not text.startswith(".", at):
            break
        at += 1
    return tuple(keys) if text.startswith(end, at) else ()


def yaml_lines(node: Node | None, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """The key paths below a YAML node and their lines."""
    from yaml import MappingNode, SequenceNode

    if isinstance(node, SequenceNode) and len(above) < DEEPEST_KEY:
        for index, value in enumerate(node.value):
            keys = (*above, str(index))
            yield keys, value.start_mark.line + 1
            yield from yaml_lines(value, keys)
    if isinstance(node, MappingNode) and len(above) < DEEPEST_KEY:
        for key, value in node.value:
            keys = (*above, str(key.value))
            yield keys, key.start_mark.line + 1
            yield from yaml_lines(value, keys)
