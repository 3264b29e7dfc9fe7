"""Requests to a chat API as JSON: the texts that the model reads, by role.

Understood are a list of messages, and the bodies of OpenAI chat completions (`messages`) and responses
(`instructions`, `input`), Anthropic messages (`system`, `messages`), Amazon Bedrock converse (the same with blocks of
`text` alone) and Gemini (`systemInstruction`, `contents` with `parts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.link.assembly import own_template
from promptlint.link.contents import json_of
from promptlint.link.values import Entries, Items, Text, Value
from promptlint.project import Role

SYSTEM = ("system", "instructions", "system_instruction", "systemInstruction")
TURNS = ("messages", "input", "contents")
INSIDE = ("content", "parts", "text")
"""Keys that lead from a message or block to its text."""
ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
DATA = ("tool_result", "function_call_output")
"""Types of blocks that hold what a tool answered."""


@dataclass(frozen=True, slots=True)
class Request:
    """The model that a request names, and its texts in the order in which the model reads them."""

    model: str | None
    texts: tuple[tuple[Role, Text], ...]


def request_of(path: str, text: str) -> Request | None:
    """The chat request that `text` spells as JSON; None where it is something else, or holds no text."""
    return _request(json_of(path, text))


def second_json_line(path: str, text: str) -> int | None:
    """The 1-based line of the second value of JSON Lines that hold chat requests; None where `text` is something else:
    a line alone, or one that is neither object nor list."""
    bodies: dict[int, Value] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            bodies[number] = json_of(path, line)
            if not isinstance(bodies[number], Entries | Items):
                return None
    if len(bodies) < 2 or not any(map(_request, bodies.values())):
        return None
    return list(bodies)[1]


def _request(body: Value) -> Request | None:
    """The chat request that a value of JSON is."""
    if isinstance(body, Items):
        texts = tuple(_turns(body))
        return Request(None, texts) if texts else None
    if not isinstance(body, Entries):
        return None
    entries = _by_key(body)
    system = [(Role.SYSTEM, one) for key in SYSTEM if key in entries for one in _inside(entries[key])]
    turns = [turn for key in TURNS if key in entries for turn in _turns(entries[key])]
    return Request(_word(entries.get("model")) or None, (*system, *turns)) if turns else None


def _turns(value: Value) -> Iterator[tuple[Role, Text]]:
    """The texts of a list of messages; a text alone is the user's."""
    if isinstance(value, Text):
        yield Role.USER, value
    for item in value.items if isinstance(value, Items) else ():
        entries = _by_key(item)
        if not entries.keys() & {"role", "type", "parts", "content"}:
            continue
        role = ROLES.get(_word(entries.get("role")), Role.UNKNOWN) if "role" in entries else Role.USER
        if _word(entries.get("type")) in DATA:
            yield from ((Role.TOOL, one) for one in _inside(entries.get("output")))
        for block in _blocks(entries):
            data = isinstance(block, Entries) and _word(_by_key(block).get("type")) in DATA
            yield from ((Role.TOOL if data else role, one) for one in _inside(block))


def _blocks(entries: dict[str, Value]) -> Iterator[Value]:
    for key in ("content", "parts"):
        value = entries.get(key)
        if isinstance(value, Items):
            yield from value.items
        elif value is not None:
            yield value


def _inside(value: Value | None) -> Iterator[Text]:
    """The texts in a message's content: a text, blocks of text, or blocks in blocks."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, Items):
        for item in value.items:
            yield from _inside(item)
    elif isinstance(value, Entries):
        entries = _by_key(value)
        for key in INSIDE:
            yield from _inside(entries.get(key))


def _by_key(value: Value) -> dict[str, Value]:
    return {key: inner for key, inner in value.entries if isinstance(key, str)} if isinstance(value, Entries) else {}


def _word(value: Value | None) -> str:
    """The text of a plain string."""
    return own_template(value).text if isinstance(value, Text) else ""
