"""Measured usage and call sites: every record goes to its call, and the sums are those of the records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linked import project as project_of
from promptlint.cost.calls import function_of
from promptlint.cost.requests import requests
from promptlint.project import Project
from promptlint.usage.match import Matcher, Usage
from promptlint.usage.read import FileRead, records
from promptlint.usage.record import Record

OCTOBER = 1_759_276_800.0
"""2025-10-01T00:00:00Z."""

APP = """
from anthropic import Anthropic
from openai import OpenAI

client = OpenAI()
claude = Anthropic()


def answer(question):
    return client.responses.create(model="gpt-4.1", input=f"Answer the question of the customer: {question}")


def label(ticket):
    return client.responses.create(model="gpt-4.1", input=f"Sort the ticket into one of three groups: {ticket}")


def translate(text):
    return claude.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=100,
        messages=[{"role": "user", "content": f"Translate this text into English: {text}"}],
    )


class Bot:
    def answer(self, model, question):
        return client.responses.create(model=model, input=f"Answer as the bot of the shop would: {question}")
"""


@pytest.fixture(scope="module")
def app() -> Project:
    return project_of(src__shop__app=APP)


def found_in(project: Project, record: Record) -> str:
    """The function of the call that a record is matched to, or why there is none."""
    call, reason = Matcher(project, requests(project)).find(record)
    return function_of(project.call_by_id[call], project) or "no function" if call else reason


def sent(text: str) -> list[object]:
    return [json.dumps([{"role": "user", "content": [{"type": "text", "text": text}]}])]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"path": "/srv/shop/app.py", "line": 10}, "answer"),
        ({"path": "C:\\code\\src\\shop\\app.py", "line": 21}, "translate"),
        ({"path": "/srv/shop/app.py", "function": "src.shop.app.label"}, "label"),
        ({"path": "/srv/shop/app.py", "line": 1, "function": "Bot.answer"}, "Bot.answer"),
        ({"path": "/srv/shop/app.py", "line": 10, "model": "a-model-of-nobody"}, "answer"),
        ({"model": "claude-sonnet-4-6"}, "translate"),
        ({"model": "anthropic/claude-sonnet-4-6-20260101"}, "translate"),
        ({"model": "gpt-4.1"}, "several call sites use its model"),
        ({"model": "gpt-4.1", "sent": sent("Sort the ticket into one of three groups: late")}, "label"),
        ({"model": "gpt-4.1", "sent": sent("Write a poem")}, "no call site has its text"),
        ({"model": "gpt-5", "sent": sent("Answer as the bot of the shop would: hello")}, "Bot.answer"),
        ({"model": "gpt-5"}, "no call site names its model"),
        ({}, "it names neither a place in the code nor a model"),
        ({"path": "/srv/other.py", "line": 10}, "it names neither a place in the code nor a model"),
    ],
)
def test_a_record_is_matched_by_place_then_by_model_then_by_text(
    app: Project, given: Mapping[str, Any], expected: str
) -> None:
    assert found_in(app, replace(Record(None, 1, 1, 0, 0, 1), **given)) == expected


def test_a_record_of_a_wrapper_belongs_to_its_only_caller() -> None:
    project = project_of(
        llm="""
        from openai import OpenAI

        client = OpenAI()


        def ask(prompt):
            return client.responses.create(model="gpt-4.1", input=prompt)
        """,
        app="""
        from llm import ask


        def one():
            return ask("Name one good reason to stay at home.")
        """,
    )
    record = Record("gpt-4.1", 1, 1, 0, 0, 1, path="/srv/llm.py", function="ask")
    call, _ = Matcher(project, requests(project)).find(record)
    assert call is not None
    assert project.call_by_id[call].function == "app.one"


def test_totals_agree_with_a_plain_sum(tmp_path: Path, app: Project) -> None:
    models = ("gpt-4.1", "claude-sonnet-4-6", "mistral-large", "")
    texts = ("Sort the ticket into one of three groups: ", "Write a poem about ")
    rows = [
        {
            "call_type": "acompletion",
            "request_id": str(number),
            "model": models[number % 4],
            "prompt_tokens": 1000 + number,
            "completion_tokens": number % 97,
            "spend": number / 64,
            "messages": [{"role": "user", "content": texts[number % 2] + str(number)}],
        }
        for number in range(1000)
    ]
    file = tmp_path / "spend.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    matcher, usage = Matcher(app, requests(app)), Usage()
    for record in records(FileRead(file)):
        usage.add(record, *matcher.find(record))
    parts = [*usage.matched.values(), *usage.unmatched.values()]
    assert sum(part.requests for part in parts) == usage.total.requests == 1000
    plain = sum(1000 + number for number in range(1000))
    assert sum(part.all_input for part in parts) == usage.total.all_input == plain
    assert sum(part.output for part in parts) == usage.total.output == sum(number % 97 for number in range(1000))
    assert sum(part.usd for part in parts) == usage.total.usd == sum(number / 64 for number in range(1000))
    assert {model for _, model in usage.unmatched} == {"mistral-large", None}


def test_usage_is_scaled_to_a_month_of_30_days() -> None:
    usage = Usage()
    assert usage.months == 1
    record = Record("gpt-4.1", 1, 1, 0, 0, 1, times=(OCTOBER, OCTOBER + 5))
    usage.add(record, None, "a reason")
    assert usage.months == pytest.approx(1 / 30)
    usage.add(Record("gpt-4.1", 1, 1, 0, 0, 1, times=(OCTOBER, OCTOBER + 15 * 86_400)), None, "a reason")
    assert usage.months == pytest.approx(0.5)
