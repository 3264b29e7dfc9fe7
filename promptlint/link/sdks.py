"""Reading the SDK tables, the YAML files of `promptlint/data/sdks`, and indexing them for the linker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TypeVar

import msgspec

from promptlint.link.surfaces import Surfaces
from promptlint.link.tables import CallTable, SdkTable

_Entry = TypeVar("_Entry")


@cache
def load_surfaces() -> Surfaces:
    """The shipped tables."""
    import yaml

    folder = resources.files("promptlint") / "data" / "sdks"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return index_tables(
        msgspec.convert(yaml.load(one.read_text(encoding="utf-8"), Loader=loader), SdkTable, strict=False)
        for one in files
    )


def with_declared(surfaces: Surfaces, calls: Sequence[CallTable]) -> Surfaces:
    """The surfaces and the functions that a configuration declares; these win."""
    if not calls:
        return surfaces
    table = SdkTable(sdk="declared", source="configuration")
    functions = {name: (table, call) for call in calls for name in call.functions}
    return replace(
        surfaces,
        functions={**surfaces.functions, **functions},
        declared=tuple(functions),
        last_names=surfaces.last_names | {name.rpartition(".")[2] for name in functions},
    )


def index_tables(tables: Iterable[SdkTable]) -> Surfaces:
    tables = _with_shapes(tuple(tables))
    methods: dict[str, tuple[tuple[SdkTable, CallTable], ...]] = {}
    functions = {}
    for table in tables:
        for call in table.calls:
            for method in call.methods:
                methods[method] = (*methods.get(method, ()), (table, call))
            for function in call.functions:
                functions[function] = (table, call)
    clients = {name: (table, client) for table in tables for name, client in table.clients.items()}
    messages = {name: message for table in tables for name, message in table.messages.items()}
    prompts = {name: arguments for table in tables for name, arguments in table.prompts.items()}
    return Surfaces(
        tables=tables,
        aliases={alias: name for table in tables for alias, name in table.aliases.items()},
        clients={name: entry for name, entry in clients.items() if "*" not in name},
        patterns=tuple((_pattern(name), *entry) for name, entry in clients.items() if "*" in name),
        functions=functions,
        methods=methods,
        factories={name: gives for table in tables for name, gives in table.factories.items()},
        messages=_with_endings(messages),
        prompts=_with_endings(prompts),
        urls=tuple(
            (re.compile(url), table, call)
            # The address that says more first.
            for table, call in sorted(
                ((table, call) for table in tables for call in table.calls), key=lambda entry: not entry[1].distinct
            )
            for url in call.urls
        ),
        same=frozenset(name for table in tables for name in table.same),
        module_names=frozenset(name for table in tables for name in table.modules),
        last_names=frozenset(name.rpartition(".")[2] for name in (*methods, *functions)),
        callable_modules=frozenset(
            name
            for table in tables
            for name in table.modules
            if any("__call__" in call.methods for call in table.calls)
        ),
        roles={name: role for table in tables for name, role in table.roles.items()},
        decorators={name: gives for table in tables for name, gives in table.decorators.items()},
        extenders=frozenset(name for table in tables for name in table.extenders),
        decorator_names=frozenset(
            name.rpartition(".")[2] for table in tables for name in (*table.decorators, *table.extenders)
        ),
        standing={table.sdk: table.standing for table in tables if table.standing is not None},
        batches=tuple((table.sdk, table.batch) for table in tables if table.batch is not None),
        prompt_names=frozenset(name.rpartition(".")[2] for name in (*messages, *prompts)),
    )


def _with_shapes(tables: tuple[SdkTable, ...]) -> tuple[SdkTable, ...]:
    """The tables, each with the calls of the SDK whose shape it has as its own."""
    replace = msgspec.structs.replace
    calls = {table.sdk: table.calls for table in tables if table.shape is None}
    return tuple(
        replace(
            table,
            calls=(*table.calls, *(replace(one, functions=(), urls=(), signature=()) for one in calls[table.shape])),
        )
        if table.shape
        else table
        for table in tables
    )


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name).replace(r"\*", "[^.]*"))


def _with_endings(entries: Mapping[str, _Entry]) -> dict[str, _Entry]:
    """The entries by name, and by package and the last one or two parts of the name."""
    indexed = dict(entries)
    for name, entry in entries.items():
        package, *parts = name.split(".")
        for ending in (parts[-2:], parts[-1:]):
            if ending[0][0].isupper():
                indexed.setdefault(f"{package}:{'.'.join(ending)}", entry)
    return indexed
