"""The words that say what a loop is for (`promptlint/data/loops.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec

from promptlint.link.vocabulary import words_of


class LoopWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table; its file says what each list is."""

    workers: frozenset[str]
    steps: frozenset[str]
    streams: frozenset[str]
    parts: frozenset[str]
    groups: frozenset[str]
    few: frozenset[str]
    cutting: frozenset[str]
    wrapping: frozenset[str]
    mapping: frozenset[str]
    concurrent: frozenset[str]
    retrying: frozenset[str]
    sampling: frozenset[str]
    asking: frozenset[str]
    bounding: frozenset[str]
    ending: frozenset[str]


@cache
def loop_words() -> LoopWords:
    """The shipped table."""
    text = (resources.files("promptlint") / "data" / "loops.yaml").read_text(encoding="utf-8")
    return msgspec.yaml.decode(text, type=LoopWords)


def singular_words(names: Iterable[str]) -> set[str]:
    """The words of identifiers, each as it is written and without its plural ending."""
    words = {word for name in names for word in words_of(name)}
    return words | {_singular(word) for word in words}


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word.removesuffix("s")
