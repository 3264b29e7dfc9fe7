"""A module with one prompt that is written in an indented block, for the tests of whitespace-bloat."""

from __future__ import annotations

from rule_run import FILE, fixed

RULE = "whitespace-bloat"


def app(literal: str, *, indent: int = 4, model: str = "gpt-4.1") -> str:
    """A module with one call that sends `literal`, assigned in a block that is indented by `indent` blanks."""
    opening = "".join(" " * depth + "if question:\n" for depth in range(4, indent, 4))
    return (
        "from inspect import cleandoc\nfrom textwrap import dedent\nfrom openai import OpenAI\n\n"
        "client = OpenAI()\n\n\n"
        f"def ask(question, name):\n{opening}"
        f"{' ' * indent}prompt = {literal}\n"
        f'{" " * indent}return client.responses.create(model="{model}", instructions=prompt, input=question)\n'
    )


def fix(source: str) -> str:
    return fixed(source, RULE, unsafe=False, options={"min-tokens": 1})[FILE]
