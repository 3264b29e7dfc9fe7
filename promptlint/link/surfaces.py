"""The SDK tables, indexed: which classes are clients, which methods call a model, which argument is what.

The tables are the YAML files of `promptlint/data/sdks`; each names its source and date. Supporting one more SDK
is an entry there; `promptlint.link.tables` describes the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from promptlint.link.tables import (
    ArgumentNames,
    Batch,
    CallTable,
    ClientTable,
    Factory,
    MessageClass,
    SdkTable,
    Standing,
)

__all__ = ["ArgumentNames", "MessageClass", "Surface", "Surfaces"]

_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class Surface:
    """One way to call a model: its SDK, the canonical name, and where its arguments are."""

    sdk: str
    api: str
    provider: str
    table: CallTable
    client: ClientTable | None

    model: str | None = None
    """The model that the address of a post names."""

    def without_cache(self) -> Surface:
        """The same, where it is not certain that this SDK is the one that is called."""
        return replace(self, table=msgspec.structs.replace(self.table, cache=None))


@dataclass(frozen=True)
class Surfaces:
    """All tables, indexed for the linker."""

    tables: tuple[SdkTable, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, tuple[SdkTable, ClientTable]] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], SdkTable, ClientTable], ...] = ()
    functions: Mapping[str, tuple[SdkTable, CallTable]] = field(default_factory=dict)
    methods: Mapping[str, tuple[tuple[SdkTable, CallTable], ...]] = field(default_factory=dict)
    factories: Mapping[str, tuple[Factory, ...]] = field(default_factory=dict)
    messages: Mapping[str, MessageClass] = field(default_factory=dict)
    prompts: Mapping[str, Mapping[str | int, str]] = field(default_factory=dict)
    urls: tuple[tuple[re.Pattern[str], SdkTable, CallTable], ...] = ()
    same: frozenset[str] = frozenset()
    module_names: frozenset[str] = frozenset()
    last_names: frozenset[str] = frozenset()
    """The last attribute of every method: what a call must end in to be worth a look."""
    callable_modules: frozenset[str] = frozenset()
    """The modules of SDKs whose clients are called themselves (`lm(...)`)."""
    declared: tuple[str, ...] = ()
    """The functions of the project that the configuration calls LLM calls."""
    roles: Mapping[str, str] = field(default_factory=dict)
    decorators: Mapping[str, str] = field(default_factory=dict)
    extenders: frozenset[str] = frozenset()
    decorator_names: frozenset[str] = frozenset()
    """The last part of every decorator."""
    standing: Mapping[str, Standing] = field(default_factory=dict)
    """By SDK."""
    batches: tuple[tuple[str, Batch], ...] = ()
    """The batch files of each SDK."""
    prompt_names: frozenset[str] = frozenset()
    """The last part of every name in `prompts` and `messages`."""

    def canonical(self, name: str) -> str:
        """The name by which the tables know a class or function: `anthropic.Client` and
        `anthropic._client.Anthropic` are `anthropic.Anthropic`."""
        if name in self.aliases:
            return self.aliases[name]
        if name in self.clients or name in self.functions or name in self.factories:
            return name
        # What a package offers at its top lies deeper in it.
        *package, last = name.split(".")
        for length in range(len(package) - 1, 0, -1):
            shorter = ".".join((*package[:length], last))
            known = self.clients, self.functions, self.aliases, self.messages, self.roles
            if any(shorter in names for names in known):
                return self.aliases.get(shorter, shorter)
        return name

    def client(self, name: str) -> tuple[SdkTable, ClientTable] | None:
        """The table of a client class and its entry there."""
        known = self.clients.get(name)
        if known is None and name not in self.messages:
            known = next(((table, client) for form, table, client in self.patterns if form.fullmatch(name)), None)
        return known

    def on_client(self, name: str, chain: tuple[str, ...]) -> Surface | None:
        """The surface of a method chain on a client class."""
        known = self.client(name)
        if known is None or (chain and chain[-1] in self.same):
            return None
        sdk, client = known
        method = ".".join(part for part in chain if part not in self.same) or "__call__"
        if client.methods and method not in client.methods:
            return None
        api = ".".join((name, *(chain or ("__call__",))))
        calls = (call for table, call in self.methods.get(method, ()) if table is sdk)
        return next((Surface(sdk.sdk, api, client.provider, call, client) for call in calls), None)

    def begins(self, name: str, attribute: str) -> bool:
        """Whether a method chain of a client class begins with an attribute."""
        known = self.client(name)
        if known is None:
            return False
        return any(method.partition(".")[0] == attribute for call in known[0].calls for method in call.methods)

    def function(self, name: str) -> Surface | None:
        """The surface of a function, by its full name."""
        name = self.canonical(name)
        known = self.functions.get(name)
        if known is None:
            return None
        provider = "unknown" if name in self.declared else known[0].sdk
        return Surface(known[0].sdk, name, provider, known[1], None)

    def declaration(self, name: str, positional: Sequence[str]) -> Surface | None:
        """The surface of a function of the project that the configuration declares; `name` may begin with folders
        above the package. What is declared by name may be given by position."""
        declared = next((one for one in self.declared if f".{name}".endswith(f".{one}")), None)
        if declared is None:
            return None
        table, call = self.functions[declared]
        names = {
            concept: tuple(
                each
                for one in getattr(call.arguments, concept)
                for each in ((one, positional.index(one)) if one in positional else (one,))
            )
            for concept in call.arguments.__struct_fields__
        }
        with_positions = msgspec.structs.replace(call, arguments=ArgumentNames(**names))
        return Surface(table.sdk, declared, "unknown", with_positions, None)

    def by_chain(self, chain: tuple[str, ...], imported: frozenset[str], keywords: frozenset[str]) -> Surface | None:
        """The surface of a method chain on an object of unknown type, where the file gives other evidence.

        Evidence is an import of the SDK, or the keywords that a table calls the chain's signature.
        """
        chain = tuple(part for part in chain if part not in self.same or part == chain[-1])
        for start in range(len(chain)):
            method = ".".join(chain[start:])
            found = [
                (table, call)
                for table, call in self.methods.get(method, ())
                if call.distinct
                and (not imported.isdisjoint(table.modules) or (call.signature and keywords.issuperset(call.signature)))
            ]
            # A file that imports one of several SDKs of the same shape means that one.
            found.sort(key=lambda entry: imported.isdisjoint(entry[0].modules))
            if found:
                table, call = found[0]
                provider = table.sdk if not imported.isdisjoint(table.modules) else "unknown"
                return Surface(table.sdk, f"{table.modules[0]}.{method}", provider, call, None)
        return None

    def by_message(self, name: str, method: str) -> Surface | None:
        """The surface of a method that is given a message object or prompt template of an SDK."""
        package = name.partition(".")[0]
        for table, call in self.methods.get(method, ()):
            if any(known.partition(".")[0] == package for known in table.messages):
                return Surface(table.sdk, f"{table.modules[0]}.{method}", "unknown", call, None)
        return None

    def by_url(self, url: str) -> Iterator[Surface]:
        """The surfaces that a post to an address can use, the address that says more first."""
        for form, table, call in self.urls:
            if match := form.search(url):
                model = match.groupdict().get("model")
                yield Surface("http", f"POST {match[0]}".rstrip(), table.sdk, call, None, model)

    def message_class(self, name: str) -> MessageClass | None:
        """The entry of a message class; what is re-exported elsewhere in the same package counts."""
        return _ending(self.messages, name)

    def prompt_arguments(self, name: str) -> Mapping[str | int, str]:
        """The arguments of a constructor or function that a framework sends, with their roles."""
        return _ending(self.prompts, name) or {}


def _ending(entries: Mapping[str, _Entry], name: str) -> _Entry | None:
    """The entry of a name; what is re-exported elsewhere in the same package counts."""
    if name in entries:
        return entries[name]
    package, *parts = name.split(".")
    found = (entries.get(f"{package}:{'.'.join(parts[-length:])}") for length in (2, 1))
    return next((entry for entry in found if entry is not None), None)
