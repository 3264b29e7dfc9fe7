"""Small rules and a small program, for tests of what handles rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from promptlint.finding import Applicability, Finding, Fix, Saving, Severity
from promptlint.project import Place, Prompt
from promptlint.rule import Bad, Context, Rule

PROGRAM = '''\
from openai import OpenAI

client = OpenAI()
SYSTEM = """You are a very helpful assistant.
Answer each question, please, in one sentence."""


def ask(question: str) -> str | None:
    response = client.chat.completions.create(
        model="gpt-4o",
        max_tokens=100,
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}],
    )
    return response.choices[0].message.content
'''
"""One call and one prompt, which holds a `very` (safe to delete) and a `please` (unsafe to delete)."""


def at(prompt: Prompt, start: int, end: int) -> Place:
    """The place of `prompt.template.text[start:end]`."""
    found = prompt.template.source_range(start, end)
    assert found
    return Place(*found)


def deletions(
    rule: Rule, prompt: Prompt, context: Context, text: str, severity: Severity, applicability: Applicability
) -> Iterable[Finding]:
    """A finding with a fix for every occurrence of `text`."""
    start = prompt.template.text.find(text)
    while start >= 0:
        end = start + len(text)
        edits = prompt.template.replace(start, end)
        assert edits
        yield rule.finding(
            at(prompt, start, end),
            f"{text.strip()!r} says nothing",
            severity=severity,
            evidence=("It stands in every request.",),
            help="delete the word",
            prompt=prompt,
            model="gpt-4o",
            saving=Saving(1, 0, 0.0025, "o200k_base", True, "counted with it and without it"),
            fix=Fix(applicability, f"Delete {text.strip()!r}", edits),
        )
        start = prompt.template.text.find(text, end)


@dataclass(frozen=True)
class VeryWord(Rule):
    """
    ## What it does
    Finds the word very. It is short.

    ## Why is this bad?
    It says nothing.

    ## Options
    - `word`: the word to find.
    """

    code = "TST101"
    name = "very-word"
    good = ('PROMPT = "a helpful assistant"\n',)
    bad = (Bad('PROMPT = "a very helpful assistant"\n', "'very' says", fixed='PROMPT = "a helpful assistant"\n'),)

    word: str = "very"

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        return deletions(self, prompt, context, f"{self.word} ", Severity.LOW, Applicability.SAFE)


@dataclass(frozen=True)
class PleaseWord(Rule):
    """
    ## What it does
    Finds the word please.
    """

    code = "TST102"
    name = "please-word"

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        return deletions(self, prompt, context, " please,", Severity.MEDIUM, Applicability.UNSAFE)


@dataclass(frozen=True)
class Crash(Rule):
    """
    ## What it does
    Fails on prompts that hold the word boom.
    """

    code = "TST103"
    name = "crash"

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        if "boom" in prompt.template.text:
            raise RuntimeError("no luck")
        return ()
