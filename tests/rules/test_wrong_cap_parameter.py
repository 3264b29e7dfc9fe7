"""wrong-cap-parameter, from source to findings and rewritten source."""

from __future__ import annotations

import pytest

from promptlint.finding import Severity
from rule_run import FILE, findings, fixed

RULE = "wrong-cap-parameter"


def openai(call: str) -> str:
    return f"from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef ask(messages, limit):\n    return client.{call}\n"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            'chat.completions.create(model="o3", max_tokens=500, messages=messages)',
            'chat.completions.create(model="o3", max_completion_tokens=500, messages=messages)',
        ),
        (
            'chat.completions.create(model="gpt-5-mini", max_tokens = 500, messages=messages)',
            'chat.completions.create(model="gpt-5-mini", max_completion_tokens = 500, messages=messages)',
        ),
        (
            'responses.create(model="gpt-4.1", input="Größe", max_tokens=limit)',
            'responses.create(model="gpt-4.1", input="Größe", max_output_tokens=limit)',
        ),
        (
            "chat.completions.create(model=limit, max_output_tokens=500, messages=messages)",
            "chat.completions.create(model=limit, max_completion_tokens=500, messages=messages)",
        ),
    ],
)
def test_the_keyword_is_renamed_and_nothing_else(wrong: str, right: str) -> None:
    [finding] = findings(openai(wrong), RULE)
    assert finding.severity is Severity.HIGH
    assert fixed(openai(wrong), RULE, unsafe=False)[FILE] == openai(right)


@pytest.mark.parametrize(
    "call",
    [
        'chat.completions.create(model="gpt-4.1", max_tokens=500, messages=messages)',
        'chat.completions.create(model="o3", max_completion_tokens=500, messages=messages)',
        "chat.completions.create(model=limit, max_tokens=500, messages=messages)",
        'chat.completions.create(model="o3", max_tokens=limit, messages=messages)',
        'chat.completions.create(model="gpt-4.1" if limit else "o3", max_tokens=500, messages=messages)',
        'responses.create(model="gpt-5", input="", max_output_tokens=limit)',
    ],
)
def test_what_may_be_right_is_silent(call: str) -> None:
    assert findings(openai(call), RULE) == []


def test_no_fix_where_the_cap_belongs_into_a_config() -> None:
    source = """from google import genai

client = genai.Client()


def ask(question):
    return client.models.generate_content(model="gemini-3.8-flash", contents=question, max_output_tokens=500)
"""
    [finding] = findings(source, RULE)
    assert finding.fix is None
    assert finding.help == "give it as config=GenerateContentConfig(max_output_tokens=...)"


def test_no_fix_where_the_right_parameter_is_given_too() -> None:
    source = openai('chat.completions.create(model="o3", max_tokens=5, max_completion_tokens=5, messages=messages)')
    [finding] = findings(source, RULE)
    assert finding.fix is None


def test_a_wrapper_is_told_once() -> None:
    source = openai('chat.completions.create(model="o3", max_tokens=500, messages=messages)')
    assert len(findings(source + '\n\nask([{"role": "user", "content": "Say hello"}], 5)\n', RULE)) == 1
