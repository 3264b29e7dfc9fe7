"""missing-max-tokens, from source to findings."""

from __future__ import annotations

import pytest

from promptlint.finding import Severity
from rule_run import findings

RULE = "missing-max-tokens"


def openai(prompt: str, model: str = "gpt-4.1", more: str = "") -> str:
    return f"""from openai import OpenAI

client = OpenAI()


def ask(text):
    messages = [{{"role": "user", "content": f"{prompt} {{text}}"}}]
    return client.chat.completions.create(model="{model}", messages=messages{more})
"""


def adapter(name: str, more: str) -> str:
    return f"""from openai import OpenAI


class {name}:
    def __init__(self, config):
        self.client = OpenAI()
        self.config = config

    def submit_prompt(self, messages):
        return self.client.chat.completions.create(model=self.config.model, messages=messages{more})
"""


CAP = ", max_tokens=self.config.max_tokens"


def test_a_short_answer_without_a_cap_is_told_with_the_worst_case() -> None:
    [finding] = findings(openai("Is it spam? Answer yes or no."), RULE)
    assert finding.message == "no output cap, but the prompt asks for yes or no (about 8 tokens at most)"
    assert any("32,768 tokens of gpt-4.1, 0.26 USD for one reply" in sentence for sentence in finding.evidence)
    assert finding.saving is None


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(openai("Tell a story."), id="a free task"),
        pytest.param(openai("Write about 900 words."), id="a long answer"),
        pytest.param(openai("Answer yes or no.", more=", max_tokens=5"), id="a cap"),
        pytest.param(openai("Answer yes or no.", more=", max_tokens=None"), id="given as None"),
        pytest.param(openai("Answer yes or no.", more=", **OPTIONS"), id="arguments that are not shown"),
        pytest.param(openai("Answer yes or no.", model="o3"), id="a model that reasons"),
        pytest.param(openai("Answer yes or no.", more=", tools=TOOLS"), id="tools"),
        pytest.param(openai("Answer yes or no.").replace("chat.completions", "completions"), id="an implied cap"),
        pytest.param(
            "import ollama\nollama.chat(model='x', messages=[{'role': 'user', 'content': 'Answer yes or no.'}])\n",
            id="a local model",
        ),
    ],
)
def test_calls_that_need_no_cap_are_silent(source: str) -> None:
    assert findings(source, RULE) == []


def test_bedrock_reserves_the_maximum_without_a_cap() -> None:
    source = """import boto3

client = boto3.client("bedrock-runtime")


def ask(text):
    messages = [{"role": "user", "content": [{"text": f"Is it spam? Answer yes or no. {text}"}]}]
    return client.converse(modelId="anthropic.claude-haiku-4-5-20251001-v1:0", messages=messages)
"""
    [finding] = findings(source, RULE)
    assert finding.severity is Severity.MEDIUM
    assert any("reserves it" in sentence for sentence in finding.evidence)


def test_the_one_adapter_that_drops_the_setting() -> None:
    sources = {"llms/a.py": adapter("A", CAP), "llms/b.py": adapter("B", CAP), "llms/c.py": adapter("C", "")}
    [finding] = findings(sources, RULE)
    assert finding.place.path == "llms/c.py"
    assert finding.message == "submit_prompt() sends no output cap; other implementations of it do"
    assert finding.evidence[0] == "A cap is sent in a.py, b.py."
    assert findings(sources, RULE, options={"peers": 3}) == []


def test_what_most_adapters_do_is_no_slip() -> None:
    sources = {f"llms/{name}.py": adapter(name.upper(), CAP if name in "ab" else "") for name in "abcdef"}
    assert findings(sources, RULE) == []


def test_every_call_that_drops_it_is_told() -> None:
    call = "return self.client.chat.completions.create(model=self.config.model, messages=messages)"
    twice = adapter("C", "").replace(call, f"if not messages:\n            {call}\n        {call}")
    sources = {"llms/a.py": adapter("A", CAP), "llms/b.py": adapter("B", CAP), "llms/c.py": twice}
    assert len(findings(sources, RULE)) == 2


def test_it_is_told_where_the_arguments_are_put_together() -> None:
    source = adapter("C", "").replace("model=self.config.model, messages=messages", "**self._options(messages)") + (
        '\n    def _options(self, messages):\n        return {"model": self.config.model, "messages": messages}\n'
    )
    sources = {"llms/a.py": adapter("A", CAP), "llms/b.py": adapter("B", CAP), "llms/c.py": source}
    [finding] = findings(sources, RULE)
    assert source[finding.place.start : finding.place.end].startswith('{"model"')


def test_code_elsewhere_is_no_measure() -> None:
    sources = {"one/x/a.py": adapter("A", CAP), "two/y/b.py": adapter("B", CAP), "llms/c.py": adapter("C", "")}
    assert findings(sources, RULE) == []
