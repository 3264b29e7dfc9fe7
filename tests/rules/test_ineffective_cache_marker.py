"""ineffective-cache-marker, from source to findings and rewritten source."""

from __future__ import annotations

import ast

import pytest

from promptlint.finding import Finding, Severity
from rule_run import FILE, analyse, findings, fixed

RULE = "ineffective-cache-marker"
STATIC = "Name the page of the handbook that says so. "
MARKER = '"cache_control": {"type": "ephemeral"}'


def app(system: str, *, model: str = "claude-sonnet-4-6", repeat: int = 5, question: str = "question") -> str:
    return f'''import uuid
from datetime import datetime

from anthropic import Anthropic

client = Anthropic()
HANDBOOK = """{STATIC * repeat}"""


def ask(question):
    return client.messages.create(
        model="{model}",
        max_tokens=1024,
        system={system},
        messages=[{{"role": "user", "content": {question}}}],
    )
'''


def check(source: str) -> list[Finding]:
    return findings(source, RULE)


def system_after_fix(source: str) -> str:
    after = fixed(source, RULE)[FILE]
    ast.parse(after)
    assert check(after) == []
    return after.partition("system=")[2].partition(",\n        messages")[0]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (f'[{{"type": "text", "text": HANDBOOK, {MARKER}}}]', '[{"type": "text", "text": HANDBOOK}]'),
        (f'[{{{MARKER}, "type": "text", "text": HANDBOOK}}]', '[{"type": "text", "text": HANDBOOK}]'),
        (f'[{{"type": "text", {MARKER}, "text": HANDBOOK,}},]', '[{"type": "text", "text": HANDBOOK,},]'),
    ],
)
def test_a_marker_under_the_minimum_is_taken_out(system: str, expected: str) -> None:
    [finding] = check(app(system))
    assert finding.severity is Severity.LOW
    assert "claude-sonnet-4-6 caches from 1,024 on" in finding.message
    assert system_after_fix(app(system)) == expected


def test_a_cache_point_of_bedrock_is_taken_out() -> None:
    source = f'''import boto3

client = boto3.client("bedrock-runtime")


def ask(question):
    return client.converse(
        modelId="anthropic.claude-sonnet-4-20250514-v1:0",
        system=[{{"text": "{STATIC}"}}, {{"cachePoint": {{"type": "default"}}}}],
        messages=[{{"role": "user", "content": [{{"text": question}}]}}],
    )
'''
    assert len(check(source)) == 1
    assert system_after_fix(source) == f'[{{"text": "{STATIC}"}}]'


@pytest.mark.parametrize("value", ["datetime.now()", "uuid.uuid4()"])
def test_a_marker_behind_a_value_that_is_always_new_costs_money(value: str) -> None:
    system = f'[{{"type": "text", "text": f"{{{value}}} {{HANDBOOK}}", {MARKER}}}]'
    [finding] = check(app(system, repeat=400))
    assert "never read" in finding.message
    assert finding.saving is not None
    assert finding.saving.usd_per_1k_calls is not None
    assert finding.saving.usd_per_1k_calls > 0
    assert finding.fix is None


def test_a_fifth_marker() -> None:
    blocks = [f'{{"type": "text", "text": HANDBOOK + "{number}", {MARKER}}}' for number in range(5)]
    assert check(app(f"[{', '.join(blocks[:4])}]", repeat=400)) == []
    [finding] = check(app(f"[{', '.join(blocks)}]", repeat=400))
    assert finding.message.startswith("5 cache markers")


def test_a_model_of_openai_does_not_know_the_marker() -> None:
    source = f'''from openai import OpenAI

client = OpenAI()


def ask(question):
    return client.chat.completions.create(
        model="gpt-4o",
        messages=[{{"role": "system", "content": [{{"type": "text", "text": "{STATIC}", {MARKER}}}]}}],
    )
'''
    [finding] = check(source)
    assert "gpt-4o does not know `cache_control`" in finding.message
    assert MARKER not in fixed(source, RULE)[FILE]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(app(f'[{{"type": "text", "text": HANDBOOK, {MARKER}}}]', repeat=400), id="long enough"),
        pytest.param(
            app(f'[{{"type": "text", "text": f"{{HANDBOOK}} {{question}}", {MARKER}}}]'), id="of unknown length"
        ),
        pytest.param(
            app("HANDBOOK", question=f'[{{"type": "text", "text": question, {MARKER}}}]'), id="on what a user says"
        ),
        pytest.param(app(f'[{{"type": "text", "text": HANDBOOK, {MARKER}}}]', model="claude-9"), id="unknown model"),
        pytest.param(
            app(f'[{{"type": "text", "text": HANDBOOK, {MARKER}}}]').replace("max_tokens", "tools=TOOLS, max_tokens"),
            id="with tools before it",
        ),
        pytest.param(
            app(f'[{{"type": "text", "text": f"{{datetime.now():%Y-%m-%d}} {{HANDBOOK}}", {MARKER}}}]', repeat=400),
            id="behind the day",
        ),
    ],
)
def test_what_may_work(source: str) -> None:
    [call] = analyse(source, RULE).project.calls
    assert call.cache_markers == 1
    assert check(source) == []
