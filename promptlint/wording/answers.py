"""How long an answer a prompt asks for, as far as it says so. The table is `promptlint/data/answers.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.project import CallSite, Role
from promptlint.template import HOLE

SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\w)[^.!?\n]*)*")
MOST_DIGITS = 9
"""Of a number of items; Python refuses to read thousands of digits."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to ask for a short answer.

    `tokens` is the longest answer, or `each` the tokens per unit of {n}; a `loose` one names only the task.
    """

    what: str
    pattern: str
    tokens: int = 0
    each: float = 0
    loose: bool = False


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/answers.yaml`."""

    words: dict[str, str]
    numbers: dict[str, int]
    answers: tuple[Answer, ...]
    denials: tuple[str, ...]
    longer: tuple[str, ...]
    parts: tuple[str, ...]
    limited_parts: tuple[str, ...]

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """A pattern with its {words} filled in."""
        for name, words in self.words.items():
            pattern = pattern.replace("{" + name + "}", words)
        return re.compile(pattern, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Expected:
    """The longest answer that a prompt asks for."""

    tokens: int
    what: str
    loose: bool = False


@cache
def table() -> Table:
    """The table, read once."""
    return msgspec.yaml.decode((Path(__file__).parent.parent / "data" / "answers.yaml").read_bytes(), type=Table)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Answer], ...]:
    return tuple((table().compiled(answer.pattern), answer) for answer in table().answers)


@cache
def _any(group: str) -> re.Pattern[str]:
    return re.compile("|".join(getattr(table(), group)), re.IGNORECASE)


def expected_from(call: CallSite) -> Expected | None:
    """How long an answer a call asks for; None where tools or a response format make it another one."""
    if call.has_tools or "response_format" in call.expects:
        return None
    texts = [message.template.masked for message in call.messages if message.role is not Role.ASSISTANT]
    return expected_answer("\n".join(texts).replace(HOLE, "_"))


def says_all(call: CallSite) -> bool:
    """Whether what a call asks for is known: all of it, or the system prompt, to which the rest is input."""
    return all(message.complete or message.role is Role.SYSTEM for message in call.messages)


LONGEST = 40_000
"""Characters of a text that are looked at. What an answer has to be is said at its beginning or at its end."""
LONGEST_SENTENCE = 2_000
"""Characters; what is longer is data."""


def expected_answer(text: str) -> Expected | None:
    """How long an answer `text` asks for; None where it does not say, or also asks for something longer."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}"
    text = _any("denials").sub(" ", text)
    if _any("longer").search(text):
        return None
    found = [expected for sentence in _sentences(text) for expected in _expected(" ".join(sentence.split()))]
    plain = [expected for expected in found if not expected.loose]
    return max(plain or found, key=lambda expected: expected.tokens, default=None)


def _sentences(text: str) -> Iterator[str]:
    return (sentence for sentence in SENTENCE.findall(text) if len(sentence) <= LONGEST_SENTENCE)


def _expected(sentence: str) -> Iterator[Expected]:
    if _any("parts").search(sentence):
        return
    for pattern, answer in _patterns():
        match = pattern.search(sentence)
        if match is None or (answer.each and _any("limited_parts").search(sentence)):
            continue
        if not answer.each:
            yield Expected(answer.tokens, answer.what, answer.loose)
            continue
        number = match["n"].lower().replace(",", "")
        count = table().numbers.get(number) or int(number[:MOST_DIGITS])
        what = answer.what.replace("{n}", str(count))
        yield Expected(max(1, round(answer.each * count)), what if count != 1 else what.removesuffix("s"))
