"""Where the values that are filled into a prompt come from."""

from __future__ import annotations

import pytest

from linked import only_call
from promptlint.template import Hole, Source

HEAD = """
import json, os, time, uuid, random, platform
from datetime import date, datetime
from openai import OpenAI

client = OpenAI()
STARTED = datetime.now()
"""


def source_of(expression: str, before: str = "", parameters: str = "question") -> Source:
    body = f"    {before}\n" if before else ""
    call = only_call(
        f"{HEAD}\n\ndef as_json(value):\n    return json.dumps(value)\n\n\ndef now():\n    return datetime.now()\n\n\n"
        f"def ask({parameters}):\n{body}"
        f'    return client.responses.create(model="gpt-5.5", input=f"Answer this in one word: {{{expression}}}")\n'
    )
    [hole] = [part for part in call.messages[0].template.parts if isinstance(part, Hole)]
    return hole.origin.source


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("datetime.now()", Source.CLOCK),
        ("datetime.now().isoformat()", Source.CLOCK),
        ("datetime.now():%H:%M:%S", Source.CLOCK),
        ("datetime.now().strftime('%H:%M')", Source.CLOCK),
        ("time.time()", Source.CLOCK),
        ("now()", Source.CLOCK),
        ("datetime.now():%Y-%m-%d", Source.DAY),
        ("datetime.now().strftime('%A, %d %B %Y')", Source.DAY),
        ("datetime.now().date()", Source.DAY),
        ("datetime.now().year", Source.DAY),
        ("date.today()", Source.DAY),
        ("uuid.uuid4()", Source.RANDOM),
        ("random.randint(1, 9)", Source.RANDOM),
        ("os.getenv('TEAM')", Source.SESSION),
        ("platform.system()", Source.SESSION),
        ("STARTED", Source.SESSION),
        ("question", Source.REQUEST),
        ("question[:100]", Source.REQUEST),
        ("question['text']", Source.REQUEST),
        ("question.text.strip()", Source.REQUEST),
        ("as_json(question)", Source.REQUEST),
        ("set(question)", Source.UNORDERED),
        ("json.dumps(list(set(question)))", Source.UNORDERED),
        ("os.listdir('pages')", Source.UNORDERED),
        ("sorted(set(question))", Source.UNKNOWN),
        ("load()", Source.UNKNOWN),
    ],
)
def test_the_source_of_an_expression(expression: str, expected: Source) -> None:
    assert source_of(expression) is expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("value = datetime.now()", Source.CLOCK),
        ("value = datetime.now().strftime('%d.%m.%Y')", Source.DAY),
        ("value = question.strip().lower()", Source.REQUEST),
        ("value = load(); value = uuid.uuid4().hex", Source.RANDOM),
    ],
)
def test_names_are_followed(before: str, expected: Source) -> None:
    assert source_of("value", before) is expected


@pytest.mark.parametrize("parameter", ["language", "output_format", "value: int", "max_words"])
def test_parameters_that_steer_stay_the_same(parameter: str) -> None:
    name = parameter.partition(":")[0]
    assert source_of(name, parameters=parameter) not in (Source.REQUEST, Source.CLOCK, Source.RANDOM)


def test_a_value_that_a_caller_gives_to_a_wrapper() -> None:
    call = only_call(
        f"{HEAD}\n\ndef ask(text):\n"
        '    return client.responses.create(model="gpt-5.5", input="Answer in one word: {x}".format(x=text))\n'
    )
    [hole] = [part for part in call.messages[0].template.parts if isinstance(part, Hole)]
    assert (hole.origin.source, hole.origin.name) == (Source.REQUEST, "text")
