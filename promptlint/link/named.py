"""Prompts that no call is seen to reach: texts that their name and their wording, or a framework, show to be prompts.

The words and phrases are data (`promptlint/data/named.yaml`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

import msgspec

from promptlint.facts import Item, Scope, TextPlace
from promptlint.link.names import Module
from promptlint.project import Evidence, Role
from promptlint.scan.texts import count_words, dotted, runs_of

MIN_WORDS = 6
"""Fewer words are a label or a message to a person as likely as a prompt."""

LONG = 40
"""From this many words on, length itself is a hint: labels and messages to people are shorter."""

_ROLES = frozenset({"system", "developer", "user", "human", "assistant", "ai", "model", "tool", "function", "unknown"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    strong_words: frozenset[str]
    strong_pairs: tuple[tuple[str, str], ...]
    weak_words: frozenset[str]
    near_words: frozenset[str]
    not_words: frozenset[str]
    not_called: frozenset[str]
    called: frozenset[str]
    keywords: frozenset[str]
    phrases: tuple[str, ...]
    to_people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    evidence: Evidence
    role: Role


@dataclass(frozen=True, slots=True)
class _Named:
    """The table, and its phrases compiled."""

    words: _Table
    phrases: tuple[re.Pattern[str], ...]
    to_people: re.Pattern[str]


@cache
def _table() -> _Named:
    import yaml

    text = (resources.files("promptlint") / "data" / "named.yaml").read_text(encoding="utf-8")
    table = msgspec.convert(yaml.safe_load(text), _Table)
    phrases = tuple(re.compile(phrase, re.IGNORECASE | re.MULTILINE) for phrase in table.phrases)
    return _Named(table, phrases, re.compile("|".join(table.to_people), re.IGNORECASE))


def words_of(name: str | None) -> list[str]:
    """The words of an identifier, lower case: `SYSTEM_PROMPT` and `systemPrompt` are system, prompt."""
    return [word.lower() for word in _WORD.findall(name or "")]


def judge(place: TextPlace, module: Module) -> Verdict | None:
    """Whether a text is a prompt by what surrounds it, and with what evidence."""
    table = _table().words
    text = "".join(run.text for run in runs_of(place.expr))
    if count_words(text) < MIN_WORDS or place.context in ("raise", "expression"):
        return None
    if place.owner is not None and place.owner.startswith("role:"):
        role = place.owner.removeprefix("role:")
        return Verdict(Evidence.FRAMEWORK, _role([role])) if role in _ROLES else None
    if place.owner == "tool":
        return Verdict(Evidence.FRAMEWORK, Role.TOOL) if place.name == "description" else None
    called = (place.owner or "").rpartition(".")[2] if place.context == "argument" else None
    if called == "Field" and place.name == "description":
        return None  # Of a setting as likely as of a schema that is sent: `promptlint.link.schemas` knows which.
    if called in table.not_called or (called or "").endswith(("Error", "Exception", "Warning")):
        return None
    scope = module.facts.scopes[place.scope]
    names = [words_of(place.name.rpartition(".")[2] if place.name else None), words_of(place.within)]
    own = names[0] or names[1]
    if any(word in table.not_words for word in own) or _looks_foreign(text) or _table().to_people.search(text):
        return None
    around = [
        *words_of(called),
        *words_of(scope.name),
        *words_of(module.facts.scopes[scope.parent].name if scope.parent >= 0 else ""),
        *_base_words(scope),
        *words_of(module.facts.module.rpartition(".")[2]),
    ]
    strong = any(_is_strong(words, table) for words in names)
    in_class = scope.kind == "class" and _is_strong([*words_of(scope.name), *_base_words(scope)], table)
    direct = called in table.called or (place.context == "argument" and place.name in table.keywords)
    near = _is_strong(around, table)
    weak = any(word in table.weak_words for words in names for word in words)
    long = count_words(text) >= LONG
    hints = near or not table.near_words.isdisjoint(around)
    score = 4 * (strong or in_class) + 3 * direct + near + hints + weak + long + _phrase_score(text)
    return Verdict(Evidence.NAMED, _role([*own, *around])) if score >= 4 else None


def _base_words(scope: Scope) -> list[str]:
    names = (dotted(base.value) if isinstance(base, Item) else dotted(base) for base in scope.bases)
    return [word for name in names for word in words_of(name)]


def _is_strong(words: list[str], table: _Table) -> bool:
    return not table.strong_words.isdisjoint(words) or any(pair in table.strong_pairs for pair in pairwise(words))


def _phrase_score(text: str) -> int:
    """How much a text reads like one written to a model, 0 to 3."""
    return min(3, sum(1 for phrase in _table().phrases if phrase.search(text)))


_FOREIGN = re.compile(
    r"\A\s*(?:<(?:!doctype|html|div|style|script|svg)\b|select\b.+\bfrom\b|insert into\b|create (?:table|index)\b"
    r"|match \(|merge \(|import \w+\n|def \w+\(|#!/)",
    re.IGNORECASE | re.DOTALL,
)


def _looks_foreign(text: str) -> bool:
    """Whether a text is markup, a query or a program."""
    return _FOREIGN.match(text) is not None


def _role(words: list[str]) -> Role:
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
