"""A module with one prompt, before and after duplicate-instruction."""

from __future__ import annotations

from promptlint.finding import Finding
from rule_run import FILE, findings, fixed

RULE = "duplicate-instruction"
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"


def app(prompt: str) -> str:
    """A module with one call that sends a triple-quoted prompt."""
    return (
        f'{HEAD}SYSTEM = """{prompt}"""\n\n\ndef ask(question):\n'
        '    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)\n'
    )


def check(prompt: str) -> list[Finding]:
    return findings(app(prompt), RULE)


def after_fix(prompt: str) -> str:
    return fixed(app(prompt), RULE)[FILE].partition('"""')[2].partition('"""')[0]
