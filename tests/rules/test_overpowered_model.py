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


SIZED = """from anthropic import Anthropic


class Claude:
    def __init__(self, config):
        self.client = Anthropic()
        self.config = config

    def generate(self, messages, model_size="medium"):
        chosen = BODY
        return self.client.messages.create(model=chosen, max_tokens=500, messages=messages)
"""
ASKING = """def classify(llm, messages):
    return llm.generate(messages, model_size=Size.small)
"""


def sized(body: str, caller: str = ASKING) -> dict[str, str]:
    return {"app/llm.py": SIZED.replace("BODY", body), "app/classify.py": "import openai\n" + caller}


@pytest.mark.parametrize("body", ["self.config.model", "self.config.model or MODEL"])
def test_a_request_for_a_smaller_model_that_nobody_reads_is_told_where_the_model_is_chosen(body: str) -> None:
    sources = sized(body)
    [finding] = findings(sources, RULE)
    assert finding.message == "`model_size` is not read here: calls that ask for a smaller model get the usual one"
    assert finding.evidence == ("1 call asks for a smaller one, first at app/classify.py:3.",)
    assert sources["app/llm.py"][finding.place.start : finding.place.end] == body


@pytest.mark.parametrize(
    "sources",
    [
        pytest.param(sized("self.config.small if model_size == 'small' else self.config.model"), id="it is compared"),
        pytest.param(sized("self.config.models[model_size]"), id="it is looked up"),
        pytest.param(sized("self.pick(model_size)"), id="it is passed on"),
        pytest.param(sized("model_size == 'small' and self.config.small or self.config.model"), id="it is asked first"),
        pytest.param(sized("self.config.model", ASKING.replace("Size.small", "Size.large")), id="a larger one"),
        pytest.param(sized("self.config.model", ASKING.replace("Size.small", "size")), id="passed through"),
        pytest.param(sized("self.config.model", ""), id="nobody asks"),
    ],
)
def test_a_size_that_is_read_or_never_asked_for_is_silent(sources: dict[str, str]) -> None:
    assert findings(sources, RULE) == []
