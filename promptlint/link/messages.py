"""From the value of a `messages`, `system`, `input` or `contents` argument to the messages that are sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from promptlint.link.env import Env, literal_text, place_of
from promptlint.link.evaluate import Evaluator
from promptlint.link.markers import KEYS, marker_behind, marker_on
from promptlint.link.tables import MessageClass
from promptlint.link.tools import docstring_of, is_instruction
from promptlint.link.values import Chain, ClassRef, Entries, Items, Object, Symbol, Text, Value, options
from promptlint.project import Marker, MarkerSite, Place, Role
from promptlint.syntax import Call

ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
"""Role names of OpenAI, Anthropic, Google, Bedrock and LangChain messages."""

_TEXT_KEYS = ("text", "input_text", "content")
MAX_NESTING = 8


@dataclass(frozen=True, slots=True)
class Draft:
    """A message found: `alternatives` are texts it may hold instead. `site` is where a cache marker could go."""

    role: Role
    text: Text
    marker: Marker | None = None
    alternatives: tuple[Text, ...] = ()
    site: MarkerSite | None = None


@dataclass(frozen=True, slots=True)
class Drafts:
    messages: tuple[Draft, ...]
    complete: bool


class MessageReader:
    """Reads messages out of values.

    `place` arguments are the expression of the value where the call itself holds it, None where it comes from
    elsewhere: only there can a marker be written around it.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def read(self, value: Value, place: Place | None, role: Role = Role.USER, depth: int = 0) -> Drafts:
        """The messages of a value; a plain text is one message of `role`."""
        if depth > MAX_NESTING:
            return Drafts((), False)
        found = [self._read_option(option, place, role, depth) for option in options(value)]
        found.sort(key=_weight, reverse=True)
        if not found:
            return Drafts((), False)
        best = found[0]
        others = tuple(draft.text for drafts in found[1:] for draft in drafts.messages)
        if others and best.messages:
            first, *rest = best.messages
            first = replace(first, alternatives=(*first.alternatives, *others))
            best = replace(best, messages=(first, *rest))
        return best

    def _read_option(self, value: Value, place: Place | None, role: Role, depth: int) -> Drafts:
        if isinstance(value, Text):
            return Drafts((Draft(role, value, site=MarkerSite("text", place) if place else None),), True)
        if isinstance(value, Items):
            return self._list(value, role, depth)
        if isinstance(value, Entries):
            return self._entries(value, role, depth)
        if isinstance(value, Object):
            return self._object(value, role, depth)
        if isinstance(value, Chain):
            return self._several(list(value.links), role, depth)
        if isinstance(value, ClassRef):
            return self._class(value, role)
        return Drafts((), False)

    def _class(self, value: ClassRef, role: Role) -> Drafts:
        """The docstring of a class that is sent as the instruction (a DSPy signature)."""
        module = self._evaluator.index.modules[value.path]
        scope = module.facts.scopes[value.scope]
        if not is_instruction(self._evaluator, module, scope):
            return Drafts((), False)
        return Drafts(tuple(Draft(role, one.text) for one in docstring_of(scope, module, role, least=1)), True)

    def _several(self, values: list[Value], role: Role, depth: int) -> Drafts:
        drafts = [self.read(value, None, role, depth + 1) for value in values]
        return Drafts(tuple(message for one in drafts for message in one.messages), all(one.complete for one in drafts))

    def _list(self, value: Items, role: Role, depth: int) -> Drafts:
        pair = self._pair(value)
        if pair is not None:
            return self.read(pair[1], None, pair[0], depth + 1)
        if any(isinstance(option, Entries) and _is_block(option) for item in value.items for option in options(item)):
            return Drafts(tuple(self._blocks(value, role, depth)), value.complete)
        drafts = self._several(list(value.items), role, depth)
        return replace(drafts, complete=drafts.complete and value.complete)

    @staticmethod
    def _pair(value: Items) -> tuple[Role, Value] | None:
        """LangChain's `("system", "...")`."""
        if len(value.items) != 2:
            return None
        role = literal_text(value.items[0])
        return (ROLES[role], value.items[1]) if role in ROLES else None

    def _blocks(self, value: Items, role: Role, depth: int) -> Iterator[Draft]:
        """Content blocks: a marker on a block, or as a block of its own behind it, covers what is before it."""
        drafts: list[Draft] = []
        for item in value.items:
            for block in options(item)[:1]:
                if isinstance(block, Entries):
                    text = next((block.get(key) for key in _TEXT_KEYS if block.get(key) is not None), None)
                    if text is None and drafts:
                        behind = marker_behind(block, value, self._evaluator.index)
                        drafts[-1] = replace(drafts[-1], marker=behind or drafts[-1].marker)
                    elif text is not None:
                        marker = marker_on(block, self._evaluator.index)
                        read = self.read(text, None, role, depth + 1).messages
                        site = _block_site(block, value)
                        if marker is not None and not read:  # The marker counts where the text is not known.
                            read = (Draft(role, Text(())),)
                        drafts.extend(replace(one, marker=marker, site=site) for one in read)
                else:
                    drafts.extend(self.read(block, None, role, depth + 1).messages)
        yield from drafts

    def _entries(self, value: Entries, role: Role, depth: int) -> Drafts:
        name = value.get("role")
        own = ROLES.get(literal_text(name) or "", Role.UNKNOWN) if name is not None else role
        content = value.get("content") if value.get("content") is not None else value.get("parts")
        if content is None and name is None and value.get("messages") is not None:
            content = value.get("messages")
        if content is None:
            content = next((value.get(key) for key in ("text", "prompt", "input") if value.get(key) is not None), None)
        if content is None:
            return Drafts((), value.complete and not value.entries)
        drafts = self.read(content, None, own, depth + 1)
        marker = marker_on(value, self._evaluator.index)
        if marker is not None and drafts.messages:
            *front, last = drafts.messages
            drafts = replace(drafts, messages=(*front, replace(last, marker=marker)))
        return replace(drafts, complete=drafts.complete and value.complete)

    def _object(self, value: Object, role: Role, depth: int) -> Drafts:
        """A message or prompt-template object, by the tables."""
        name = self._evaluator.surfaces.canonical(".".join((value.type, *value.chain)))
        known = self._evaluator.surfaces.message_class(name)
        if known is None or value.call is None or not isinstance(value.env, Env):
            return Drafts((), False)
        content = argument_value(self._evaluator, value.call, known.text, value.env)
        if content is None:
            return Drafts((), False)
        if known.messages:
            return self.read(content[0], None, role, depth + 1)
        return self.read(content[0], None, self._own_role(known, value.call, value.env) or role, depth + 1)

    def _own_role(self, known: MessageClass, call: Call, env: Env) -> Role | None:
        """The role of a message object: its class has one, or an argument gives it (`MessageRole.SYSTEM`, "system")."""
        if known.role is not None:
            return Role(known.role)
        given = argument_value(self._evaluator, call, known.named, env)
        for option in options(given[0]) if given else ():
            name = option.name if isinstance(option, Symbol) else literal_text(option) or ""
            for word in reversed(name.lower().split(".")):
                if word in ROLES:
                    return ROLES[word]
        return None


def argument_value(
    evaluator: Evaluator, call: Call, names: tuple[str | int, ...], env: Env
) -> tuple[Value, Place] | None:
    """The value and place of the first of `names` that a call is given (keyword, or position)."""
    for name in names:
        if isinstance(name, int):
            expr = call.args[name] if name < len(call.args) else None
        else:
            expr = next((keyword.value for keyword in call.keywords if keyword.name == name), None)
        if expr is not None:
            return evaluator.evaluate(expr, env), place_of(expr, env)
    return None


def _is_block(value: Entries) -> bool:
    return value.get("role") is None and any(value.get(key) is not None for key in (*_TEXT_KEYS, *KEYS))


def _block_site(block: Entries, blocks: Items) -> MarkerSite | None:
    """Where a content block takes a marker: inside its dict display, or behind it where the list display holds it."""
    if block.place is None:
        return None
    if block.get("type") is not None:
        return MarkerSite("block", block.place)
    outer = blocks.place
    is_inside = outer and outer.path == block.place.path and outer.start < block.place.start < outer.end
    return MarkerSite("item", block.place) if is_inside else None


def _weight(drafts: Drafts) -> int:
    return sum(draft.text.size for draft in drafts.messages)
