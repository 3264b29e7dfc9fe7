"""Bills of small programs, with rules that cut what a test wants cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from promptlint.cost.actions import Action
from promptlint.cost.audit import Audit
from promptlint.finding import Applicability, Finding, Fix, Saving, Severity
from promptlint.project import CallSite, Place, Prompt
from promptlint.registry import Registry, load
from promptlint.rule import Context, Rule
from word_audit import audit

TRAFFIC = {"calls": 10_000, "dynamic-tokens": 500, "output-tokens": 300, "cached-share": 0.9}


class _Cut(Rule):
    """Finds the run of a word in a prompt, and says that taking it out saves as many tokens as it has words."""

    word = ""
    applicability = Applicability.UNSAFE

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        whole = prompt.template.text
        words = whole.split().count(self.word)
        start, end = whole.find(self.word), whole.rfind(self.word) + len(self.word)
        found, edits = prompt.template.source_range(start, end), prompt.template.replace(start, end)
        if words and found and edits:
            yield self.finding(
                Place(*found),
                f"{words} times {self.word}",
                severity=Severity.LOW,
                prompt=prompt,
                saving=Saving(words, 0, None, "words", True, "by hand"),
                fix=Fix(self.applicability, "Cut", edits),
            )


@dataclass(frozen=True)
class Filler(_Cut):
    """Finds filler."""

    code = "TST201"
    name = "filler"
    word = "filler"


@dataclass(frozen=True)
class FillerAgain(_Cut):
    """Finds the same."""

    code = "TST202"
    name = "filler-again"
    word = "filler"


@dataclass(frozen=True)
class Blank(_Cut):
    """Finds what is safe to cut."""

    code = "TST203"
    name = "blank"
    word = "blank"
    applicability = Applicability.SAFE


@dataclass(frozen=True)
class Money(Rule):
    """States money and no tokens: 2 USD per 1,000 calls."""

    code = "TST204"
    name = "money"

    def check_call(self, call: CallSite, context: Context) -> Iterable[Finding]:
        saving = Saving(0, 0, 2.0, "words", True, "by hand")
        yield self.finding(call.place, "costs money", severity=Severity.LOW, call=call, saving=saving)


@dataclass(frozen=True)
class Risk(Rule):
    """Has no figure."""

    code = "TST205"
    name = "risk"

    def check_call(self, call: CallSite, context: Context) -> Iterable[Finding]:
        yield self.finding(call.place, "may go wrong", severity=Severity.LOW, call=call)


OWN = (Filler, FillerAgain, Blank, Money, Risk)
RULES = Registry((*load().rules, *OWN))


def audited(source: str | Mapping[str, str], *rules: str, traffic: Mapping[str, object] = TRAFFIC) -> Audit:
    return audit(source, traffic, rules, registry=RULES)


def only(found: Audit) -> Action:
    (action,) = found.plan.actions
    return action


def monthly(*amounts: float) -> list[object]:
    return [pytest.approx(amount, abs=0.005) for amount in amounts]


def anthropic(words: str, system: str = "RULES", model: str = "claude-sonnet-4-6") -> str:
    return f"""
from anthropic import Anthropic

client = Anthropic()
RULES = "{words}"


def answer(question):
    return client.messages.create(
        model="{model}",
        max_tokens=1000,
        system={system},
        messages=[{{"role": "user", "content": question}}],
    )
"""


MARKED = '[{"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}]'
TWO_THOUSAND = "word " * 1900 + "filler " * 100
LOOP = f"""
from anthropic import Anthropic

client = Anthropic()
RULES = "{"word " * 100}"


def summaries(texts):
    found = []
    for text in texts:
        found.append(
            client.messages.create(
                model="claude-sonnet-4-6",
                max_tokens=1000,
                system=RULES,
                messages=[{{"role": "user", "content": text}}],
            )
        )
    return found
"""
