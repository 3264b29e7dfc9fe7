"""The format of the SDK tables, the YAML files of `promptlint/data/sdks`.

`*` in the name of a client stands for the rest of one part of the name (`langchain_*.Chat*`).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class ArgumentNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a call takes what. Each is a list of names tried in order: a keyword, a position, or a dotted path
    into a dict, a config object or the construction of an object (`config.max_output_tokens`, `0.model`), where
    `[]` is any item of a list or dict (`requests.[].params.system`)."""

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
    """Methods of the clients, `functions` by full dotted name, or HTTP posts to `urls`, that send a request."""

    arguments: ArgumentNames
    methods: tuple[str, ...] = ()
    """Attribute chains on a client; `__call__` is the client itself."""
    functions: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    """Regular expressions searched in the URL of a post; a group `model` is the model. The argument names are
    then those of the body."""
    cache: str | None = None
    """How a cache marker is written: "anthropic", "bedrock"."""
    streams: bool = False
    distinct: bool = False
    """Whether the method chain alone, on an object of unknown type, is evidence in a file that imports the SDK.
    Of a URL: whether it is evidence without model and messages in the body."""
    signature: tuple[str, ...] = ()
    """Keywords that, together with the chain, are evidence even without an import."""
    needs: tuple[str | int, ...] = ()
    """Arguments one of which has to be given, else the call asks no language model."""
    beside: tuple[str, ...] = ()
    """Modules one of which the file has to import: a pipeline asks a model where one is put into it."""
    not_in: tuple[str, ...] = ()
    """Words in the name of the enclosing class or function that say that the call is something else (embeddings)."""
    constructor: bool = False
    """Whether model and cap are given when the object is made (LangChain chat models)."""
    decorates: bool = False
    """Whether it is a decorator: the function under it says what is sent, and calling that function sends it."""
    added: bool = False
    """Whether its result is added to a model (`lm += "..." + gen()`): what was added before it is what is sent."""


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models that a client is given under names of their own: the argument with the list of them, and in each
    of its items the path of the name, and those of model and cap."""

    argument: tuple[str | int, ...]
    name: str
    entry: ArgumentNames


class ClientTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: str = "unknown"
    constructor: ArgumentNames | None = None
    methods: tuple[str, ...] = ()
    """The methods of its table that it has; empty for all of them."""
    listed: Listed | None = None
    standing: bool = False
    """Whether it asks the model that its SDK is set to (`SdkTable.standing`)."""


class Factory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A function whose result is a client: `gives` names it; `when` are literal arguments it must have."""

    gives: str
    when: Mapping[str, str] = {}
    keeps: bool = False
    """Whether model and cap are those of the object it is a method of (`model.start_chat()`)."""


class Standing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an SDK is told which model its calls ask. `argument` is where each of these takes the client of it, the
    call that asks too."""

    argument: tuple[str | int, ...] = ()
    everywhere: tuple[str, ...] = ()
    """Functions that set it for the whole program."""
    within: tuple[str, ...] = ()
    """Context managers that set it for their block."""
    methods: tuple[str, ...] = ()
    """Methods that set it for the object they are called on."""


class MessageClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class or function whose argument is the text of a message, or a prompt template.

    `role` is None where the argument `named` gives it.
    """

    text: tuple[str | int, ...]
    role: str | None = None
    named: tuple[str | int, ...] = ()
    template: bool = False
    messages: bool = False
    passive: bool = False
    """Whether it alone says nothing of the text (a tokenizer)."""


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The requests of a batch file: JSON objects that have these `keys` besides the address and the body of a post."""

    api: str
    """What makes a batch of the file."""
    host: str
    """What the addresses in the file begin behind."""
    address: str
    body: str
    keys: tuple[str, ...]
    written_by: frozenset[str]
    """Words in the names of functions that write or serialise them."""


class SdkTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One YAML file."""

    sdk: str
    source: str
    modules: tuple[str, ...] = ()
    shape: str | None = None
    """The SDK whose calls its clients have too ("openai")."""
    clients: Mapping[str, ClientTable] = {}
    aliases: Mapping[str, str] = {}
    factories: Mapping[str, tuple[Factory, ...]] = {}
    same: tuple[str, ...] = ()
    """Methods of a client that give the client itself with other settings (`with_options`, `bind_tools`)."""
    calls: tuple[CallTable, ...] = ()
    messages: Mapping[str, MessageClass] = {}
    prompts: Mapping[str, Mapping[str | int, str]] = {}
    """Arguments of constructors and functions that a framework sends: name or position -> role."""
    roles: Mapping[str, str] = {}
    """Context managers under which what is added to a model has a role."""
    decorators: Mapping[str, str] = {}
    """Decorators that make an object of a client class of a function; calling it sends what the function says."""
    extenders: tuple[str, ...] = ()
    """Decorators of functions whose first parameter is the model that the result is added to."""
    standing: Standing | None = None
    batch: Batch | None = None
