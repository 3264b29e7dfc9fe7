"""Prompts that no call is seen to reach: texts that their name and their wording, or a framework, show to be prompts.

The words and phrases are data (`promptlint/data/named.yaml`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from promptlint.facts import Scope, TextPlace
from promptlint.link.names import Module
from promptlint.link.vocabulary import Words, says_prompt, table, words_of
from promptlint.project import Evidence, Role
from promptlint.scan.texts import count_words, dotted, runs_of
from promptlint.syntax import Call, Expr, Item

MIN_WORDS = 6
"""Fewer words are a label or a message to a person as likely as a prompt."""

MIN_DESCRIPTION = 8
"""Fewer words of a docstring say no more than the name of what it describes."""

LONG = 40
"""From this many words on, length itself is a hint: labels and messages to people are shorter."""

TABLE = 12
"""From this many words on, a constant of a module or package of prompts counts as one of them."""

ENOUGH = 4
"""The sum of signs from which a text counts as a prompt."""

_ROLES = frozenset({"system", "developer", "user", "human", "assistant", "ai", "model", "tool", "function", "unknown"})

_ERRORS = ("Error", "Exception", "Warning")
_HELD = frozenset({"assign", "entry", "item", "return"})
_MESSAGES = frozenset({"message", "messages", "msg", "msgs"})
_IDENTIFIER = re.compile(r"[\w.\[\]'\"-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    evidence: Evidence
    role: Role


def is_for_others(place: TextPlace) -> bool:
    """Whether a text is given directly to a function that logs, shows, raises or parses it."""
    called = _called(place)
    words = table().words
    if called is None:
        return False
    is_error = called.endswith(_ERRORS)
    return called in words.not_called or is_error or not words.not_called_words.isdisjoint(words_of(called))


def judge(
    place: TextPlace,
    module: Module,
    *,
    is_written: bool = False,
    is_parsed: bool = False,
    is_example: bool = False,
    is_beside: bool = False,
) -> Verdict | None:
    """Whether a text is a prompt by what surrounds it, and with what evidence.

    `is_written` says that the text is also written to a file or shown: then names must say that it is a prompt.
    `is_parsed` says that it is parsed into data: then its own name must say so.
    `is_example` says that it is given as an example next to an instruction, `is_beside` that it is set on an object
    on which a prompt is set as well.
    """
    words = table().words
    if place.context in ("raise", "expression"):
        return None
    text = "".join(run.text for run in runs_of(place.expr))
    count = count_words(text)
    if count < MIN_WORDS:
        return None
    sent = _sent_by_framework(place, module)
    if sent is not None:
        return sent
    if place.owner is not None and place.owner.startswith(("role:", "tool")):
        return None
    if is_for_others(place) or (_called(place) == "Field" and place.name == "description"):
        return None  # A field is described for a setting as likely as for a schema: `promptlint.link.schemas` knows.
    scope = module.facts.scopes[module.named_scope(place.scope)]
    parent = module.facts.scopes[scope.parent] if scope.parent >= 0 else None
    names = [_name_words(place.name), _name_words(place.within)]
    own = names[0] or names[1]
    strong = any(says_prompt(one) for one in names) or (
        place.context == "return" and any(says_prompt(_decorator_words(one)) for one in scope.decorators)
    )
    in_class = scope.kind == "class" and says_prompt([*words_of(scope.name), *_base_words(scope)])
    # `PROMPT_TITLE` is a title, `TITLE_PROMPT` is a prompt.
    decisive = own[-1:] if strong else own
    is_message = _is_error(scope) or _is_error(parent)
    if is_message or _looks_foreign(text) or not words.never_words.isdisjoint(own):
        return None
    is_field = _is_agent_field(place, scope, words)
    around = _around(place, scope, parent, module)
    near = says_prompt(around)
    opens = table().openings.match(text) is not None
    if not (in_class or is_field or (near and opens)) and not words.not_words.isdisjoint(decisive):
        return None
    if not strong and (_PROGRAM.match(text) or table().complaints.match(text)):
        return None
    if count < LONG and table().to_people.search(text):
        return None
    folders = module.facts.module.split(".")[-2:]
    named = [word for one in names for word in one]
    in_table = place.context in _HELD and count >= TABLE and any(says_prompt(words_of(folder)) for folder in folders)
    direct = _called(place) in words.called or (place.context == "argument" and place.name in words.keywords)
    telling = sum(
        (
            4 * (strong or in_class or is_example or is_field),
            3 * direct,
            3 * (is_beside or _is_content(place)),
            2 if near else int(not words.near_words.isdisjoint(around)),
            2 * in_table,
            int(opens),
        )
    )
    # Vague signs alone are also those of documentation and help texts.
    least = ENOUGH if is_parsed else 2 if is_written or _is_test(scope, parent, module) else 1
    if telling < least:
        return None
    vague = (
        int(near and not words.example_words.isdisjoint(named)),
        int(not words.weak_words.isdisjoint(named)),
        int(count >= LONG),
    )
    is_prompt = telling >= ENOUGH or telling + sum(vague) + phrase_score(text) >= ENOUGH
    return Verdict(Evidence.NAMED, role_of([*own, *around])) if is_prompt else None


def _around(place: TextPlace, scope: Scope, parent: Scope | None, module: Module) -> list[str]:
    """The words of the names around a text: what is called, the function or class, the one around it, the file."""
    scopes = [*words_of(scope.name), *_base_words(scope), *words_of(parent.name if parent else "")]
    return [*words_of(_called(place)), *scopes, *words_of(".".join(module.facts.module.split(".")[-2:]))]


def _is_error(scope: Scope | None) -> bool:
    return scope is not None and scope.kind == "class" and scope.name.endswith(_ERRORS)


def _is_test(scope: Scope, parent: Scope | None, module: Module) -> bool:
    """Whether a scope holds tests, whose data looks like anything."""
    names = (scope.name, parent.name if parent else "", module.facts.module.rpartition(".")[2])
    return any(name.startswith(("test_", "Test")) or name.endswith("_test") for name in names)


def _sent_by_framework(place: TextPlace, module: Module) -> Verdict | None:
    """A chat message, or the description of a tool."""
    words = table().words
    if place.owner is not None and place.owner.startswith("role:"):
        role = place.owner.removeprefix("role:")
        return Verdict(Evidence.FRAMEWORK, role_of([role])) if role in _ROLES else None
    if place.name not in words.tool_fields:
        return None
    scope = module.facts.scopes[module.named_scope(place.scope)]
    called = _called(place)
    if place.owner == "tool" or called in words.describing:
        return Verdict(Evidence.FRAMEWORK, Role.TOOL)
    if called is not None:
        around = words_of(called)
    elif place.context == "return":  # A property `description` of a tool class.
        parent = module.facts.scopes[scope.parent]
        around = [*words_of(parent.name), *_base_words(parent)] if scope.name in words.tool_fields else []
    else:
        around = [*words_of(scope.name), *_base_words(scope)] if scope.kind == "class" else []
    is_tool = not words.tool_words.isdisjoint(around)
    return Verdict(Evidence.FRAMEWORK, Role.TOOL) if is_tool and place.context != "entry" else None


def _is_content(place: TextPlace) -> bool:
    """Whether a text is what `message["content"]` is set to."""
    name = place.name or ""
    return place.context == "assign" and name.endswith("['content']") and not _MESSAGES.isdisjoint(words_of(name))


def _called(place: TextPlace) -> str | None:
    """The last part of the name of the function that a text is given to."""
    return (place.owner or "").rpartition(".")[2] if place.context == "argument" else None


def _name_words(name: str | None) -> list[str]:
    """The words of the last part of a dotted name; a key that is no identifier is no name."""
    if not name or not _IDENTIFIER.fullmatch(name):
        return []
    return words_of(name.rpartition(".")[2])


def _decorator_words(decorator: Expr) -> list[str]:
    return words_of((dotted(decorator.func if isinstance(decorator, Call) else decorator) or "").rpartition(".")[2])


def _is_agent_field(place: TextPlace, scope: Scope, words: Words) -> bool:
    """`goal`, `backstory` and the like of a class, or a call, whose name says agent or role."""
    if place.name not in words.agent_fields:
        return False
    if place.context == "argument":
        around = words_of(_called(place))
    else:
        around = [*words_of(scope.name), *_base_words(scope)] if scope.kind == "class" else []
    return not words.agent_words.isdisjoint(around)


def _base_words(scope: Scope) -> list[str]:
    names = (dotted(base.value) if isinstance(base, Item) else dotted(base) for base in scope.bases)
    return [word for name in names for word in words_of(name)]


def phrase_score(text: str) -> int:
    """How much a text reads like one written to a model, 0 to 3."""
    return min(3, sum(1 for phrase in table().phrases if phrase.search(text)))


_FOREIGN = re.compile(
    r"\A\s*(?:<(?:!doctype|html|head|body|meta|div|style|script|svg|span|img|table|t[rdh]|ul|li|br|hr|h[1-6]|details)\b"
    r"|select\b.+\bfrom\b|insert into\b|create (?:table|index)\b"
    r"|match \(|merge \(|import \w+\n|def \w+\(|#!/)",
    re.IGNORECASE | re.DOTALL,
)


_PROGRAM = re.compile(
    r"\A(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:import [\w.]+(?: as \w+)?\n|from [\w.]+ import "
    r"|(?:async )?def \w+\(|class \w+[(:]|print\()"
)
"""How Python source begins, behind its comments: an example in a prompt, or a file to be written."""


def _looks_foreign(text: str) -> bool:
    """Whether a text is markup, a query or a script."""
    return _FOREIGN.match(text) is not None


def role_of(words: list[str]) -> Role:
    for word in words:
        if word in ("system", "sys", "developer", "persona", "backstory"):
            return Role.SYSTEM
        if word in ("user", "human", "query", "question"):
            return Role.USER
        if word in ("assistant", "ai", "model"):
            return Role.ASSISTANT
        if word == "tool":
            return Role.TOOL
    return Role.UNKNOWN
