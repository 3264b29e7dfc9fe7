"""call-per-item, from source to findings."""

from __future__ import annotations

import pytest

from promptlint.finding import Finding, Severity
from rule_run import FILE, findings

RULE = "call-per-item"
ASK = '''from openai import OpenAI

client = OpenAI()
RULES = """You read reviews of hotels. Sarcasm counts as what is meant. A review of another place is negative.
Prices alone say nothing about a hotel. Weather says nothing either. Answer with one word: positive or negative."""


def ask(text):
    return client.responses.create(model="gpt-4.1", instructions=RULES, input=text).output_text


async def later(text):
    return ask(text)


def retried(text):
    for attempt in range(3):
        try:
            return ask(text)
        except TimeoutError:
            continue


'''


def found(body: str) -> list[Finding]:
    return findings(ASK + body, RULE)


def line_of(finding: Finding, source: str) -> str:
    return source[: finding.place.end].splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("body", "over"),
    [
        ("def run(reviews):\n    for review in reviews:\n        print(ask(review))\n", "reviews"),
        ("def run(reviews):\n    return [ask(f'Is it good? {one}') for one in reviews]\n", "reviews"),
        ("def run(reviews):\n    return {one: ask(one) for one in tqdm(reviews)}\n", "reviews"),
        ("def run(rows):\n    for i in range(len(rows)):\n        rows[i].label = ask(rows[i].text)\n", "rows"),
        (
            "def run(rows):\n    for number, row in enumerate(rows):\n        print(number, ask(row['text'][:500]))\n",
            "rows",
        ),
        ("async def run(reviews):\n    return await asyncio.gather(*[later(one) for one in reviews])\n", "reviews"),
        ("async def run(reviews):\n    jobs = [later(one) for one in reviews]\n    await gather(*jobs)\n", "reviews"),
        ("def run(pool, reviews):\n    return list(pool.map(ask, reviews))\n", "reviews"),
        ("def run(pool, reviews):\n    return list(pool.map(lambda one: ask(one), reviews))\n", "reviews"),
        ("def run(pool, reviews):\n    return [pool.submit(ask, one) for one in reviews]\n", "reviews"),
        ("def run(frame):\n    return frame.apply(ask)\n", "frame"),
        ("def run(reviews):\n    for one in reviews:\n        print(retried(one))\n", "reviews"),
        ("def run(sample):\n    for review in sample['reviews']:\n        print(ask(review))\n", "reviews"),
        (
            "def run(reviews):\n    for one in reviews:\n        for attempt in range(3):\n"
            "            label = ask(one)\n            if label:\n                break\n",
            "reviews",
        ),
        (
            "def run(reviews, n):\n    good = []\n    for one in reviews:\n        if len(good) >= n:\n"
            "            break\n"
            "        good.append(ask(one))\n",
            "reviews",
        ),
        (
            "class Judge:\n    def label(self, text):\n        return ask(text)\n\n    def run(self, reviews):\n"
            "        return [self.label(one) for one in reviews]\n",
            "reviews",
        ),
    ],
)
def test_finds_one_call_for_each_item(body: str, over: str) -> None:
    (finding,) = found(body)
    assert finding.message.startswith(f"one call for each of {over}, ")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("def run(one):\n    for attempt in range(3):\n        label = ask(one)\n", id="retries"),
        pytest.param("def run(one, n):\n    return [ask(one) for _ in range(n)]\n", id="samples of one answer"),
        pytest.param(
            "def run(notes):\n    text = ''\n    for note in notes:\n        text = ask(text + note)\n",
            id="accumulates",
        ),
        pytest.param(
            "def run(notes):\n    log = []\n    for note in notes:\n        log.append(ask(f'{log} {note}'))\n",
            id="history",
        ),
        pytest.param(
            "def run(places):\n    for place in places:\n        if ask(place) == 'positive':\n"
            "            return place\n",
            id="first success",
        ),
        pytest.param(
            "def run(places):\n    for place in places:\n        label = ask(place)\n        if label:\n"
            "            break\n",
            id="breaks with the answer",
        ),
        pytest.param(
            "def run(calls):\n    for call in calls:\n        if call.ready:\n            return ask(call)\n",
            id="returns it",
        ),
        pytest.param("def run():\n    for one in ('good', 'bad'):\n        ask(one)\n", id="two literals"),
        pytest.param(
            "def run(reviews):\n    few = reviews.sample(5)\n    for one in few:\n        ask(one)\n",
            id="a small sample",
        ),
        pytest.param("def run(reviews):\n    for one in reviews[:3]:\n        ask(one)\n", id="the first three"),
        pytest.param("def run(text):\n    for part in split_text(text):\n        ask(part)\n", id="parts of a text"),
        pytest.param("def run(chunks):\n    for chunk in chunks:\n        ask(chunk)\n", id="chunks of a text"),
        pytest.param("def run(batches):\n    for batch in batches:\n        ask(batch)\n", id="batches"),
        pytest.param(
            "def run(rows):\n    groups = [rows[i : i + 9] for i in range(0, len(rows), 9)]\n"
            "    for one in groups:\n        ask(one)\n",
            id="groups cut here",
        ),
        pytest.param("def run(models, text):\n    for model in models:\n        ask(model + text)\n", id="models"),
        pytest.param("def run(plan):\n    for step in plan.steps:\n        ask(step)\n", id="steps of an agent"),
        pytest.param("def run(source):\n    for event in source.stream():\n        ask(event)\n", id="a stream"),
        pytest.param("def run(text):\n    for one in reviews():\n        ask(text)\n", id="the item is not sent"),
        pytest.param(
            "def run(record):\n    for key in record.keys():\n        ask(record[key])\n", id="fields of a thing"
        ),
        pytest.param(
            "def run(reviews):\n    for one in reviews:\n        try:\n            read(one)\n"
            "        except ValueError:\n            ask(one)\n",
            id="only where something fails",
        ),
        pytest.param(
            "def run(reviews):\n    for one in reviews:\n        seen.add(one)\n    return ask('all')\n", id="after"
        ),
    ],
)
def test_leaves_other_loops_alone(body: str) -> None:
    assert found(body) == []


def test_a_loop_is_reported_once_where_it_stands() -> None:
    body = (
        "def label(text):\n    return ask(text)\n\n\ndef run(days):\n    for day in days:\n"
        "        for review in day.reviews:\n            first = label(review)\n            second = ask(review)\n"
    )
    (finding,) = found(body)
    assert line_of(finding, ASK + body).startswith("first = label(review)")
    assert any("1 more call" in sentence for sentence in finding.evidence)


def test_across_files() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/llm.py": ASK,
        "pkg/llm_work.py": "from pkg.llm import ask\n\n\ndef label(text):\n    return ask(text)\n",
        "pkg/job.py": "from pkg.llm_work import label\n\n\ndef run(reviews):\n"
        "    return [label(one) for one in reviews]\n",
    }
    (finding,) = findings(files, RULE)
    assert finding.place.path == "pkg/job.py"
    assert any("reached through 2 functions" in sentence for sentence in finding.evidence)


def test_says_what_one_call_for_several_items_saves() -> None:
    (finding,) = found("def run(reviews):\n    return [ask(one) for one in reviews]\n")
    assert finding.saving is not None
    assert finding.saving.input_tokens > 30
    assert finding.saving.usd_per_1k_calls is not None
    assert "several items in one call" in (finding.help or "")
    assert "client.batches.create" in (finding.help or "")
    assert any("50% off" in sentence for sentence in finding.evidence)


def test_says_that_concurrency_is_no_discount() -> None:
    (finding,) = found("async def run(reviews):\n    await asyncio.gather(*[later(one) for one in reviews])\n")
    assert any("each costs the full price" in sentence for sentence in finding.evidence)


def test_local_models_cost_no_tokens() -> None:
    source = (
        "import ollama\n\n\ndef run(reviews):\n    for one in reviews:\n"
        "        ollama.chat(model='llama3.2', messages=[{'role': 'user', 'content': one}])\n"
    )
    assert findings(source, RULE) == []


def test_batch_helpers_are_no_batch_api() -> None:
    source = (
        "import litellm\n\n\ndef run(texts):\n    return litellm.batch_completion(\n        model='gpt-4.1',\n"
        "        messages=[[{'role': 'user', 'content': one}] for one in texts],\n    )\n"
    )
    messages = [finding.message for finding in findings(source, RULE)]
    assert messages == [
        "batch_completion sends one request per item at once, each at the full price: it is no batch API"
    ]


def test_unknown_price_is_no_reason_for_high() -> None:
    body = (
        "def quiet(text, model):\n    return client.responses.create(model=model, instructions=RULES, input=text)\n\n\n"
        "def run(reviews, model):\n    return [quiet(one, model) for one in reviews]\n"
    )
    (finding,) = found(body)
    assert (finding.severity, finding.place.path) == (Severity.LOW, FILE)


JUDGES = """
from dataclasses import dataclass, field

from openai import OpenAI


class Prompt:
    instruction: str
    client = OpenAI()

    def generate(self, data, model):
        request = self.join(data)
        return self.client.responses.create(model=model, input=request)


class VerdictPrompt(Prompt):
    instruction = "Say whether the review is of use to customers. A review that only repeats another one is of none."


@dataclass
class Judge:
    verdict_prompt: Prompt = {field}

    def judge(self, reviews, model):
        return [self.verdict_prompt.generate(review, model) for review in reviews]
"""


@pytest.mark.parametrize("field", ["VerdictPrompt()", "field(default_factory=VerdictPrompt)"])
def test_the_text_of_the_object_that_is_asked_is_sent_again(field: str) -> None:
    (finding,) = findings(JUDGES.replace("{field}", field), RULE)
    assert finding.message == "one call for each of reviews, at least 21 static tokens sent again each time"


def test_where_no_text_is_known_nothing_is_said() -> None:
    source = JUDGES.replace("{field}", "None")
    assert findings(source, RULE) == []
    (finding,) = findings(source, RULE, options={"min-tokens": 0})
    assert finding.message == "one call for each of reviews"


def test_a_text_that_a_wrapper_sends_in_a_way_that_is_not_followed_is_sent_again() -> None:
    source = """
from chat import to_openai
from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.chat.completions.create(model="gpt-4.1", messages=to_openai(text))


def judge(reviews):
    return [ask(f"Say whether this review is of use to customers, with yes or no: {one}") for one in reviews]
"""
    (finding,) = findings(source, RULE)
    assert finding.message == "one call for each of reviews, at least 16 static tokens sent again each time"


def test_texts_inside_each_other_are_counted_once() -> None:
    source = ASK + (
        "\n\nFRAME = 'You read reviews, and you answer in the language of the customer: '\n\n\n"
        "class Prompt:\n    instruction = 'Say whether it is positive.'\n\n"
        "    def text(self, data):\n        return f'{FRAME}\\n{self.instruction}\\n{data}'\n\n\n"
        "def run(reviews):\n    prompt = Prompt()\n    for one in reviews:\n"
        "        client.responses.create(model='gpt-4.1', input=prompt.text(one))\n"
    )
    (finding,) = findings(source, RULE)
    assert "at least 21 static tokens" in finding.message
