"""The linked project: every prompt and LLM call that the scanned files hold, joined to each other.

This is what rules see. All offsets count Unicode code points of the decoded file; `Project.position` gives
1-based lines and columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from promptlint.passedover import PassedOver

if TYPE_CHECKING:
    from promptlint.facts import Location, ModuleFacts
    from promptlint.template import Template
    from promptlint.unused import References


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    UNKNOWN = "unknown"


class Evidence(StrEnum):
    """Why a text counts as a prompt, strongest first."""

    REACHES_CALL = "reaches-call"
    FRAMEWORK = "framework"
    DECLARED = "declared"
    NAMED = "named"


class CapState(StrEnum):
    """What is known of a call's output cap."""

    ABSENT = "absent"
    LITERAL = "literal"
    DYNAMIC = "dynamic"


class LoopKind(StrEnum):
    """The loop a call stands in."""

    NONE = "none"
    BOUNDED = "bounded"
    UNBOUNDED = "unbounded"
    PER_ITEM = "per-item"


class UsageFate(StrEnum):
    """What becomes of the token usage in the response of a call."""

    READ = "read"
    DROPPED = "dropped"
    """Everywhere the response goes is known, and nothing there reads it."""
    UNSENT = "unsent"
    """The call streams without asking for it: it never arrives."""
    KEPT = "kept"
    """The response goes where it is not followed: out of the project, to an outside function, onto an object."""
    LOGGED = "logged"
    """A callback, an observability SDK or a gateway sees it."""
    UNBILLED = "unbilled"
    """The model runs on the same machine."""


class Place(Struct, frozen=True, gc=False):
    """A source range: offsets in the text of `path`, end exclusive."""

    path: str
    start: int
    end: int


@dataclass(frozen=True)
class Prompt:
    """One text expression of the source that (part of) a prompt is made of.

    `template` is its text as sent (after `dedent`, `strip`, `format`), with a hole for everything that comes
    from elsewhere. `cleaned` says that a whole-text function such as `textwrap.dedent` runs over it before sending.
    """

    id: str
    place: Place
    name: str | None
    role: Role
    template: Template
    evidence: Evidence
    calls: tuple[str, ...] = ()
    indentation: int = 0
    """Columns by which the statement that holds the text is indented in the source."""
    is_worked_on: bool = False
    """Whether code splits the text, or looks for rows or blanks in it: then its layout is not only for the model."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A cache marker: its key ("cache_control", "cachePoint"), where it stands, and what to take out to remove it.

    A place is None where the marker is not written in a display.
    """

    key: str
    place: Place | None
    removal: Place | None


@dataclass(frozen=True)
class Message:
    """One message of a call, or its system prompt, assembled: constants and builders are filled in."""

    role: Role
    template: Template
    prompts: tuple[str, ...]
    """Ids of the prompts it is made of."""
    complete: bool
    """False where more text than the holes show may be added at run time."""
    marker: Marker | None = None
    """The cache marker that stands on it."""

    @property
    def cached(self) -> bool:
        """Whether a cache marker stands on it."""
        return self.marker is not None


@dataclass(frozen=True, slots=True)
class Cap:
    """The output cap of a call: `tokens` where it is a literal, and the place of the value.

    An absent one has a `parameter` where that is given, but as None.
    """

    state: CapState
    tokens: int | None = None
    parameter: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ModelLiteral:
    """A model id that the code gives, and the place of its text between the quotes.

    The place is None where the id is put together from several pieces.
    """

    id: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class MarkerSite:
    """Where a cache marker can be written.

    `form` is "text" (the argument at `place` is a string and has to become a list of blocks), "block" (`place` is
    the dict display of the last block, which takes an entry) or "item" (the same; the marker goes behind it).
    """

    form: str
    place: Place


@dataclass(frozen=True)
class CallSite:
    """One place where the code calls an LLM API."""

    id: str
    place: Place
    sdk: str
    api: str
    provider: str
    """Who serves the model ("anthropic", "openai", "google", "bedrock", ...), "unknown" where the code does not say."""
    function: str | None
    model: str | None
    cap: Cap
    messages: tuple[Message, ...]
    """System prompt first, then messages in order."""
    has_tools: bool
    loop: LoopKind
    cache_markers: int
    stream: bool
    usage: UsageFate
    cache_style: str | None
    """How this API takes a cache marker: "anthropic", "bedrock", or None."""
    marker_site: MarkerSite | None
    expects: Mapping[str, str] = field(default_factory=dict)
    """What else bounds the answer: "stop", "response_format", ... with the source text of the value."""
    hops: tuple[str, ...] = ()
    """The functions of the project that the call goes through to the API, outermost first."""
    prompts: tuple[str, ...] = ()
    models: tuple[ModelLiteral, ...] = ()
    """Every model id that the code can give the call, `model` first where that is one of them."""
    keywords: Mapping[str, Place] = field(default_factory=dict)
    """The keyword arguments that the call itself spells, each with the place of its name."""
    spread_place: Place | None = None
    """The dict display of the arguments that the call is given by `**`."""
    system_place: Place | None = None
    """The value given as the system prompt, where the call takes a cache marker."""
    branch_for: tuple[str, ...] = ()
    """The names of providers or models that the conditions around the call compare with, lower case."""
    callers: tuple[str, ...] = ()
    """Ids of the calls of wrappers that can lead to this call of the API."""
    unseen: tuple[str, ...] = ()
    """Ids of those of `prompts` that no message shows: a wrapper is given them, and sends them somehow."""

    @property
    def reads_usage(self) -> bool:
        """Whether the code reads the token usage of the response."""
        return self.usage is UsageFate.READ

    @property
    def wrapper(self) -> str | None:
        """The function of the project that is called in place of the API, None for a call of the API itself."""
        return self.hops[0] if self.hops else None


@dataclass(frozen=True, slots=True)
class Dump:
    """A call that writes a value as indented JSON which goes into prompts.

    `function` is how it is written ("json.dumps"), `indent` the place of its argument `indent=4` (with a comma where it
    can go) and `compact` what can stand there instead, "" for nothing. `prompts` and `calls` are the ids of those that
    it goes to.
    """

    place: Place
    function: str
    indent: Place
    compact: str
    prompts: tuple[str, ...]
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemLoop:
    """A loop that calls a model for each item of a collection.

    `place` is the call in the loop, `over` the name of the collection. `calls` are the ids of the calls of a model that
    it is or leads to, nearest first; `hops` counts the functions in between. `asked` are the bodies of the classes
    whose objects are asked on the way: their prompts are sent.
    """

    place: Place
    over: str
    calls: tuple[str, ...]
    hops: int
    concurrent: bool
    others: int
    """Further calls in the same loop that reach a model."""
    asked: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """A list of messages that grows and is sent whole, with nothing in the code that keeps it in bounds.

    `place` is the call that sends it, `grows` where messages are added. `lasts` says how long it grows: "loop" (every
    turn of a loop that waits for a person), "object" (every call of a method) or "module" (every call of a function);
    "unlimited": it is kept by an object that gives the last of it on demand, and read whole at `place`.
    """

    place: Place
    name: str
    call: str | None
    """The id of the call of a model that it goes to, where that is known."""
    lasts: str
    grows: Place


@dataclass(frozen=True, slots=True)
class EndlessLoop:
    """A loop around a call of a model, with the conversation passed on, that ends only when the model says so.

    `place` is the call in the loop, `grows` the list that each pass adds to.
    """

    place: Place
    call: str | None
    grows: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something promptlint could not do: a file it could not read or parse, a rule that crashed.

    `line` is 1-based; in the 1-based `cell` of a notebook where that is known.
    """

    path: str
    line: int
    message: str
    cell: int | None = None
    passing: bool = False
    """Whether another run of the same may not have it: memory was short, a process was killed, a plugin failed."""


@dataclass(frozen=True)
class Project:
    """Everything linked of one project of a run. Prompts and calls are ordered by path and offset."""

    modules: Mapping[str, ModuleFacts]
    prompts: tuple[Prompt, ...]
    calls: tuple[CallSite, ...]
    named_models: tuple[ModelLiteral, ...] = ()
    """Model ids in variables, settings and default arguments called a model, whether they reach a call or not."""
    item_loops: tuple[ItemLoop, ...] = ()
    """Loops that call a model for each item, ordered by path and offset."""
    histories: tuple[History, ...] = ()
    endless_loops: tuple[EndlessLoop, ...] = ()
    dumps: tuple[Dump, ...] = ()
    """The calls that write indented JSON into prompts, ordered by path and offset."""
    passed_over: PassedOver = field(default_factory=PassedOver)
    """The files of the same run that did not pass the gate."""
    problems: tuple[Problem, ...] = ()
    """The files over which linking failed: what they hold is not known."""

    @cached_property
    def prompt_by_id(self) -> dict[str, Prompt]:
        return {prompt.id: prompt for prompt in self.prompts}

    def is_told_inside(self, call: CallSite) -> bool:
        """Whether all prompts of a call through a wrapper stand in the wrapper's own call of the API.

        What is to be said of that prompt is then said there, once, and not again for every caller.
        """
        if not call.hops or not call.prompts:
            return False
        senders = (self.call_by_id[other] for other in self.prompt_by_id[call.prompts[0]].calls)
        return any(not other.hops and {*call.prompts} <= {*other.prompts} for other in senders)

    def share_package(self, one: Place, other: Place) -> bool:
        """Whether two places lie in files of the same outermost package, or in files beside each other."""
        return self.modules[one.path].home == self.modules[other.path].home

    @cached_property
    def references(self) -> References:
        """Which functions and constants something uses."""
        from promptlint.unused import References

        return References(self.modules, self.passed_over)

    @cached_property
    def usage_reads(self) -> int:
        """How many calls of an API the code reads the token usage of."""
        return sum(call.reads_usage for call in self.calls if call.wrapper is None)

    @cached_property
    def call_by_id(self) -> dict[str, CallSite]:
        return {call.id: call for call in self.calls}

    def position(self, path: str, offset: int) -> tuple[int, int]:
        """The 1-based line and column (in code points) of an offset, in a notebook counted through all cells."""
        return self.modules[path].position(offset)

    def locate(self, path: str, offset: int) -> Location:
        """Where people find an offset: cell, line and column."""
        return self.modules[path].locate(offset)


def problem_at(facts: ModuleFacts, offset: int, message: str) -> Problem:
    """A problem at an offset of a file."""
    where = facts.locate(offset)
    return Problem(facts.path, where.line, message, where.cell)
