"""The words and phrases that tell a prompt, and the words of identifiers (`promptlint/data/named.yaml`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

import msgspec

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table; its file says what each list is."""

    strong_words: frozenset[str]
    strong_pairs: tuple[tuple[str, str], ...]
    weak_words: frozenset[str]
    near_words: frozenset[str]
    agent_words: frozenset[str]
    agent_fields: frozenset[str]
    tool_words: frozenset[str]
    tool_fields: frozenset[str]
    describing: frozenset[str]
    example_words: frozenset[str]
    not_words: frozenset[str]
    never_words: frozenset[str]
    not_called: frozenset[str]
    not_called_words: frozenset[str]
    asking: frozenset[str]
    writing: frozenset[str]
    parsing: frozenset[str]
    called: frozenset[str]
    keywords: frozenset[str]
    complaints: tuple[str, ...]
    openings: tuple[str, ...]
    phrases: tuple[str, ...]
    to_people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """The table, and its phrases compiled."""

    words: Words
    complaints: re.Pattern[str]
    openings: re.Pattern[str]
    phrases: tuple[re.Pattern[str], ...]
    to_people: re.Pattern[str]


@cache
def table() -> Named:
    """The shipped table."""
    text = (resources.files("promptlint") / "data" / "named.yaml").read_text(encoding="utf-8")
    words = msgspec.yaml.decode(text, type=Words)
    phrases = tuple(re.compile(phrase, re.IGNORECASE | re.MULTILINE) for phrase in words.phrases)
    complaints, openings, to_people = (
        re.compile("|".join(forms), re.IGNORECASE) for forms in (words.complaints, words.openings, words.to_people)
    )
    return Named(words, complaints, openings, phrases, to_people)


def words_of(name: str | None) -> list[str]:
    """The words of an identifier, lower case: `SYSTEM_PROMPT` and `systemPrompt` are system, prompt."""
    return list(_words(name or ""))


@cache
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


def says_prompt(names: list[str]) -> bool:
    """Whether the words of an identifier say "prompt" by themselves."""
    words = table().words
    return not words.strong_words.isdisjoint(names) or any(pair in words.strong_pairs for pair in pairwise(names))
