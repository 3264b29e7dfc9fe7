"""unstable-serialization, from source to findings and rewritten source."""

from __future__ import annotations

import pytest

from promptlint.finding import Finding, Severity
from rule_run import FILE, analyse, findings, fixed

RULE = "unstable-serialization"
STATIC = "Name the page of the handbook that says so. "


def app(value: str, *, repeat: int = 300, before: str = "pass") -> str:
    return f'''import glob
import json
import os

from openai import OpenAI

client = OpenAI()
HANDBOOK = """{STATIC * repeat}"""


def ask(question, topics):
    {before}
    system = "Topics: " + {value} + HANDBOOK
    return client.responses.create(model="gpt-5.5", instructions=system, input=question)
'''


def check(source: str) -> list[Finding]:
    return findings(source, RULE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('", ".join(set(topics))', '", ".join(sorted(set(topics)))'),
        ("json.dumps(list(set(topics)))", "json.dumps(list(sorted(set(topics))))"),
        ("str(set(topics))", "str(sorted(set(topics)))"),
        ('", ".join(os.listdir("pages"))', '", ".join(sorted(os.listdir("pages")))'),
        ('" ".join(glob.glob("*.md"))', '" ".join(sorted(glob.glob("*.md")))'),
    ],
)
def test_what_has_no_order_is_sorted(value: str, expected: str) -> None:
    [finding] = check(app(value))
    assert finding.severity is (Severity.MEDIUM if "set(" in value else Severity.LOW)
    after = fixed(app(value), RULE)[FILE]
    assert after == app(expected)
    assert check(after) == []


def test_a_set_that_is_made_elsewhere_is_found_without_a_fix() -> None:
    [finding] = check(app('", ".join(names)', before="names = set(topics)"))
    assert finding.fix is None


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(app("json.dumps({'a': 1, 'b': 2})"), id="a dict keeps its order"),
        pytest.param(app('", ".join(sorted(set(topics)))'), id="sorted"),
        pytest.param(app("str(len(set(topics)))"), id="only counted"),
        pytest.param(app('", ".join(dict.fromkeys(topics))'), id="in the order of the input"),
        pytest.param(app('", ".join(set(topics))', repeat=20), id="under the minimum"),
        pytest.param(app('question + ", ".join(set(topics))'), id="behind what changes anyway"),
    ],
)
def test_what_is_always_the_same(source: str) -> None:
    assert len(analyse(source, RULE).project.calls) == 1
    assert check(source) == []
