"""A module with one prompt, which one rule looks at."""

from __future__ import annotations

from dataclasses import dataclass

from promptlint.finding import Finding
from rule_run import FILE, findings, fixed

HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"


def app(prompt: str) -> str:
    """A module with one call that sends a triple-quoted prompt."""
    return (
        f'{HEAD}SYSTEM = """{prompt}"""\n\n\ndef ask(question):\n'
        '    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)\n'
    )


@dataclass(frozen=True)
class OnePrompt:
    """What a rule says of a prompt, and makes of it."""

    rule: str

    def check(self, prompt: str) -> list[Finding]:
        return findings(app(prompt), self.rule)

    def after_fix(self, prompt: str) -> str:
        return fixed(app(prompt), self.rule)[FILE].partition('"""')[2].partition('"""')[0]
