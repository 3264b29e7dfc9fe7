"""overpowered-model, from source to findings."""

from __future__ import annotations

import pytest

from rule_run import findings

RULE = "overpowered-model"
LABEL = "Classify the ticket as bug, feature or question. Respond with only the label."


def openai(prompt: str, model: str = "gpt-6.2-sol", more: str = "") -> str:
    return f"""from openai import OpenAI

client = OpenAI()
MODEL = "{model}"


def ask(text):
    messages = [{{"role": "system", "content": "{prompt}"}}, {{"role": "user", "content": text}}]
    return client.chat.completions.create(model=MODEL, messages=messages{more})
"""


def test_a_large_model_for_a_label_is_told_at_the_literal_with_the_money() -> None:
    source = openai(LABEL)
    [finding] = findings(source, RULE)
    assert finding.message == "gpt-6.2-sol is asked for a label: gpt-6-luna costs 20 times less"
    assert finding.place.start == source.index("gpt-6.2-sol")
    assert finding.help == "worth testing gpt-6-luna on your own examples"
    assert finding.saving is not None
    assert any("may reason" in sentence for sentence in finding.evidence)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(openai(LABEL, "gpt-6-luna"), id="the small model"),
        pytest.param(openai(LABEL, "gpt-6.1-terra"), id="a middle one"),
        pytest.param(openai(LABEL, "gpt-4"), id="a retired one"),
        pytest.param(openai("You are a helpful assistant."), id="any task"),
        pytest.param(openai(LABEL + " Think step by step first."), id="reasoning is asked for"),
        pytest.param(openai("Classify the ticket as a bug, a feature or a question"), id="the form is not said"),
        pytest.param(openai("A rule of the house. " * 100 + LABEL), id="a long prompt"),
        pytest.param(openai(LABEL, more=", tools=TOOLS"), id="tools"),
        pytest.param(openai(LABEL, more=", reasoning_effort='high'"), id="reasoning is switched on"),
        pytest.param(openai("Write a poem in 200 words."), id="a longer answer"),
    ],
)
def test_what_may_need_a_large_model_is_silent(source: str) -> None:
    assert findings(source, RULE) == []


def test_a_literal_that_also_serves_another_task_is_silent() -> None:
    other = """

def poem(topic):
    return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": f"A poem on {topic}"}])
"""
    assert findings(openai(LABEL) + other, RULE) == []


def test_two_simple_tasks_with_one_literal_are_told_once() -> None:
    other = """

def is_spam(text):
    messages = [{"role": "user", "content": f"Is it spam? Answer yes or no. {text}"}]
    return client.chat.completions.create(model=MODEL, messages=messages)
"""
    [finding] = findings(openai(LABEL) + other, RULE)
    assert "All 2 calls with this model ask for no more." in finding.evidence
