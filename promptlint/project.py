"""The linked project: every prompt and LLM call that the scanned files hold, joined to each other.

This is what rules see. All offsets count Unicode code points of the decoded file; `Project.position` gives
1-based lines and columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from promptlint.facts import Location, ModuleFacts
from promptlint.template import Template


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


@dataclass(frozen=True, slots=True)
class Place:
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


@dataclass(frozen=True)
class Message:
    """One message of a call, or its system prompt, assembled: constants and builders are filled in."""

    role: Role
    template: Template
    prompts: tuple[str, ...]
    """Ids of the prompts it is made of."""
    complete: bool
    """False where more text than the holes show may be added at run time."""
    cached: bool
    """Whether a cache marker stands on it."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The output cap of a call: `tokens` where it is a literal, and the place of the value."""

    state: CapState
    tokens: int | None = None
    parameter: str | None = None
    place: Place | None = None


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
    reads_usage: bool
    cache_style: str | None
    """How this API takes a cache marker: "anthropic", "bedrock", or None."""
    marker_site: MarkerSite | None
    expects: Mapping[str, str] = field(default_factory=dict)
    """What else bounds the answer: "stop", "response_format", ... with the source text of the value."""
    hops: tuple[str, ...] = ()
    """The functions of the project that the call goes through to the API, outermost first."""
    prompts: tuple[str, ...] = ()

    @property
    def wrapper(self) -> str | None:
        """The function of the project that is called in place of the API, None for a call of the API itself."""
        return self.hops[0] if self.hops else None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something promptlint could not do: a file it could not read or parse, a rule that crashed.

    `line` is 1-based; in the 1-based `cell` of a notebook where that is known.
    """

    path: str
    line: int
    message: str
    cell: int | None = None


@dataclass(frozen=True)
class Project:
    """Everything linked. Prompts and calls are ordered by path and offset."""

    modules: Mapping[str, ModuleFacts]
    prompts: tuple[Prompt, ...]
    calls: tuple[CallSite, ...]

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

    @cached_property
    def call_by_id(self) -> dict[str, CallSite]:
        return {call.id: call for call in self.calls}

    def position(self, path: str, offset: int) -> tuple[int, int]:
        """The 1-based line and column (in code points) of an offset, in a notebook counted through all cells."""
        return self.modules[path].position(offset)

    def locate(self, path: str, offset: int) -> Location:
        """Where people find an offset: cell, line and column."""
        return self.modules[path].locate(offset)

    def problem(self, path: str, offset: int, message: str) -> Problem:
        """A problem at an offset of a file."""
        where = self.locate(path, offset)
        return Problem(path, where.line, message, where.cell)
