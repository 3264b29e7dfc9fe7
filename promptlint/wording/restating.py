"""Instructions in other words: which text says nothing that another one does not say too.

Two texts are compared as sets of word stems (`promptlint/data/restating.yaml`). One restates the other where all its
stems are there too, with the same conditions and negations; rare stems of the prompt weigh more than its topic words.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import msgspec

from promptlint.wording.repeats import FUNCTION_WORDS, MOST_COMPARED, MOST_HOLDERS, Likeness, Repeat, words

ENOUGH = 4
"""Stems that a restatement shares at least; a hole counts as two."""
BALANCE = 0.5
"""Weight of the shared stems in that of both texts: a few words are found in any long sentence by chance."""
IN_ORDER = 0.8
"""Share of the stems that come in the same order where there is a condition: what is tested and what is done."""
ASIDE = re.compile(r"\b(?:which|who|whose|whom)\b", re.IGNORECASE)
BEGINNING = re.compile(r"[^\w\s\"'\u201c]*(?=[A-Z{])")
INTRODUCING = re.compile(r":\W*\{[^{}]*\}\W*$")
"""A label with a value behind it: data, not an instruction."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table; its file says what each list is."""

    classes: dict[str, tuple[str, ...]]
    empty: frozenset[str]
    demanding: frozenset[str]
    opposites: tuple[tuple[str, str], ...]
    endings: tuple[str, ...]


@cache
def _table() -> Table:
    text = (resources.files("promptlint") / "data" / "restating.yaml").read_text(encoding="utf-8")
    return msgspec.yaml.decode(text, type=Table)


@cache
def _class_of() -> dict[str, str]:
    return {word: f"<{name}>" for name, members in _table().classes.items() for word in members}


@cache
def _stem(word: str) -> str:
    """What stands for a word: its class, its stem, or nothing."""
    if word in _class_of():
        return _class_of()[word]
    if word in _table().empty or word in FUNCTION_WORDS or (len(word) == 1 and not word.isdigit()):
        return ""
    if word.startswith("{"):
        return word
    ending = next((one for one in _table().endings if word.endswith(one) and len(word) - len(one) >= 4), "")
    word = word.removesuffix(ending).removesuffix("e")
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word


@dataclass(frozen=True)
class Sense:
    """A text as what it is compared by."""

    text: str

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(stem for word in words(self.text) if (stem := _stem(word)))

    @cached_property
    def main(self) -> tuple[str, ...]:
        """The stems of the main clause, before "which" and the like."""
        aside = ASIDE.search(self.text)
        return Sense(self.text[: aside.start()]).stems if aside else self.stems

    @property
    def is_sentence(self) -> bool:
        """Whether it can be an instruction: no question, no quotation, no piece of a sentence, no label of a value."""
        return bool(BEGINNING.match(self.text) and not self.text.endswith("?") and not INTRODUCING.search(self.text))

    @property
    def demands(self) -> bool:
        return self.stems[:1] == ("<reply>",) or not _table().demanding.isdisjoint(words(self.text))


def restatements(texts: Sequence[str]) -> Iterator[Repeat]:
    """For each text that restates another in other words, the pair; a text is redundant once.

    Of two that say the same the later one is redundant; where one says more, the one that says less is.
    """
    senses = [Sense(text) for text in texts]
    counts = Counter(stem for sense in senses for stem in {*sense.stems})
    weights = {stem: _size(stem) * math.log((len(senses) + 1) / count) for stem, count in counts.items()}
    by_stem: dict[str, list[int]] = defaultdict(list)
    gone: set[int] = set()
    for index, sense in enumerate(senses):
        if not sense.is_sentence:
            continue
        shared = Counter(other for stem in {*sense.stems} for other in by_stem[stem])
        for stem in {*sense.stems}:
            if len(by_stem[stem]) < MOST_HOLDERS:
                by_stem[stem].append(index)
        for other, count in shared.most_common(MOST_COMPARED):
            if count < ENOUGH - 1:
                break
            for redundant, kept in ((index, other), (other, index)):
                if not gone & {redundant, kept} and _restates(senses[redundant], senses[kept], weights):
                    gone.add(redundant)
                    yield Repeat(redundant, kept, Likeness.RESTATED)


def _restates(short: Sense, long: Sense, weights: dict[str, float]) -> bool:
    stems, others = {*short.stems}, {*long.stems}
    enough = sum(map(_size, stems)) >= ENOUGH
    if not (enough or _is_format(stems)) or not stems <= {*long.main}:
        return False
    if _are_opposed(short.text, long.text):
        return False
    if not (short.demands or long.demands) or ("<if>" in stems) != ("<if>" in others):
        return False
    if "<not>" in others - stems and stems & {*long.stems[long.stems.index("<not>") + 1 :]}:
        return False
    if "<if>" in stems and _in_order(short.stems, long.stems) < IN_ORDER * len(short.stems):
        return False
    shared = 2 * sum(weights[stem] for stem in stems)
    return shared >= BALANCE * sum(weights[stem] for stem in (*stems, *others))


def _are_opposed(one: str, other: str) -> bool:
    """Whether a text has a word whose opposite only the other one has."""
    mine, theirs = {*words(one)}, {*words(other)}
    return any(
        (a in mine - theirs and b in theirs - mine) or (b in mine - theirs and a in theirs - mine)
        for a, b in _table().opposites
    )


def _size(stem: str) -> int:
    """For how many words a stem counts: the same value in two sentences says more than a word."""
    return 2 if stem.startswith("{") else 1


def _is_format(stems: set[str]) -> bool:
    """Whether a short text says what alone is to be answered: "Return only JSON."."""
    return len(stems) == ENOUGH - 1 and "<reply>" in stems and not stems.isdisjoint(("<only>", "<not>"))


def _in_order(short: Sequence[str], long: Sequence[str]) -> int:
    """How many stems of one text the other has in the same order: the longest common subsequence."""
    row = [0] * (len(long) + 1)
    for stem in short:
        above = row[:]
        for at, other in enumerate(long):
            row[at + 1] = above[at] + 1 if stem == other else max(above[at + 1], row[at])
    return row[-1]
