"""The SDK tables: which classes are clients, which methods call a model, which argument is what.

The tables are the YAML files of `promptlint/data/sdks`; each names its source and date. Supporting one more SDK
is an entry there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import msgspec


class ArgumentNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a call takes what. Each is a list of names tried in order: a keyword, a position, or a dotted path
    into a dict or config object (`config.max_output_tokens`, `inferenceConfig.maxTokens`)."""

    model: tuple[str | int, ...] = ()
    system: tuple[str | int, ...] = ()
    messages: tuple[str | int, ...] = ()
    cap: tuple[str | int, ...] = ()
    tools: tuple[str | int, ...] = ()
    stream: tuple[str | int, ...] = ()
    stop: tuple[str | int, ...] = ()
    response_format: tuple[str | int, ...] = ()
    reasoning: tuple[str | int, ...] = ()


class CallTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Methods of the clients (or `functions`, by full dotted name) that send a request."""

    arguments: ArgumentNames
    methods: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    cache: str | None = None
    """How a cache marker is written: "anthropic", "bedrock"."""
    streams: bool = False
    distinct: bool = False
    """Whether the method chain alone, on an object of unknown type, is evidence in a file that imports the SDK."""
    signature: tuple[str, ...] = ()
    """Keywords that, together with the chain, are evidence even without an import."""
    not_in: tuple[str, ...] = ()
    """Words in the name of the enclosing class or function that say that the call is something else (embeddings)."""
    constructor: bool = False
    """Whether model and cap are given when the object is made (LangChain chat models)."""


class ClientTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: str = "unknown"
    constructor: ArgumentNames | None = None


class Factory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A function whose result is a client: `gives` names it; `when` are literal arguments it must have."""

    gives: str
    when: Mapping[str, str] = {}


class MessageClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class or function whose argument is the text of a message, or a prompt template."""

    role: str
    text: tuple[str | int, ...]
    template: bool = False
    messages: bool = False


class SdkTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One YAML file."""

    sdk: str
    source: str
    modules: tuple[str, ...]
    clients: Mapping[str, ClientTable] = {}
    aliases: Mapping[str, str] = {}
    factories: Mapping[str, tuple[Factory, ...]] = {}
    same: tuple[str, ...] = ()
    """Methods of a client that give the client itself with other settings (`with_options`, `bind_tools`)."""
    calls: tuple[CallTable, ...] = ()
    messages: Mapping[str, MessageClass] = {}


@dataclass(frozen=True)
class Surface:
    """One way to call a model: its SDK, the canonical name, and where its arguments are."""

    sdk: str
    api: str
    provider: str
    table: CallTable
    client: ClientTable | None


@dataclass(frozen=True)
class Surfaces:
    """All tables, indexed for the linker."""

    tables: tuple[SdkTable, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, tuple[SdkTable, ClientTable]] = field(default_factory=dict)
    functions: Mapping[str, tuple[SdkTable, CallTable]] = field(default_factory=dict)
    methods: Mapping[str, tuple[tuple[SdkTable, CallTable], ...]] = field(default_factory=dict)
    factories: Mapping[str, tuple[Factory, ...]] = field(default_factory=dict)
    messages: Mapping[str, MessageClass] = field(default_factory=dict)
    same: frozenset[str] = frozenset()
    module_names: frozenset[str] = frozenset()
    last_names: frozenset[str] = frozenset()
    """The last attribute of every method: what a call must end in to be worth a look."""

    def canonical(self, name: str) -> str:
        """The canonical name of a class: `anthropic.Client` is `anthropic.Anthropic`."""
        return self.aliases.get(name, name)

    def on_client(self, type_name: str, chain: tuple[str, ...]) -> Surface | None:
        """The surface of a method chain on a client class."""
        known = self.clients.get(type_name)
        if known is None:
            return None
        method = ".".join(chain)
        for table, call in self.methods.get(method, ()):
            if table is known[0]:
                return Surface(table.sdk, f"{type_name}.{method}", known[1].provider, call, known[1])
        return None

    def function(self, name: str) -> Surface | None:
        """The surface of a module-level function."""
        known = self.functions.get(name)
        if known is None:
            return None
        return Surface(known[0].sdk, name, known[0].sdk, known[1], None)

    def by_chain(self, chain: tuple[str, ...], imported: frozenset[str], keywords: frozenset[str]) -> Surface | None:
        """The surface of a method chain on an object of unknown type, where the file gives other evidence.

        Evidence is an import of the SDK, or the keywords that a table calls the chain's signature.
        """
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


def index_tables(tables: Iterable[SdkTable]) -> Surfaces:
    tables = tuple(tables)
    methods: dict[str, tuple[tuple[SdkTable, CallTable], ...]] = {}
    functions = {}
    for table in tables:
        for call in table.calls:
            for method in call.methods:
                methods[method] = (*methods.get(method, ()), (table, call))
            for function in call.functions:
                functions[function] = (table, call)
    return Surfaces(
        tables=tables,
        aliases={alias: name for table in tables for alias, name in table.aliases.items()},
        clients={name: (table, client) for table in tables for name, client in table.clients.items()},
        functions=functions,
        methods=methods,
        factories={name: gives for table in tables for name, gives in table.factories.items()},
        messages={name: message for table in tables for name, message in table.messages.items()},
        same=frozenset(name for table in tables for name in table.same),
        module_names=frozenset(name for table in tables for name in table.modules),
        last_names=frozenset(name.rpartition(".")[2] for name in (*methods, *functions)),
    )
