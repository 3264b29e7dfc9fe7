"""outdated-model, from source to findings and rewritten source, with the prices of a day that the test fixes."""

from __future__ import annotations

from datetime import date

import pytest

from promptlint.finding import Finding
from promptlint.measure import Meter
from promptlint.measure.switching import change
from promptlint.rule import Context
from promptlint_rules.outdated_model import OutdatedModel
from rule_run import FILE, analyse, fixed

TODAY = date(2026, 11, 22)


def anthropic(model: str, more: str = "", prompt: str = "") -> str:
    return f"""from anthropic import Anthropic

client = Anthropic()


def ask(question):
    messages = [{{"role": "user", "content": f"{prompt}{{question}}"}}]
    return client.messages.create(model="{model}", max_tokens=1024, messages=messages{more})
"""


def check(source: str, today: date = TODAY) -> list[Finding]:
    return list(OutdatedModel().check_project(Context(analyse(source).project, Meter(None, today))))


def test_a_newer_small_model_that_costs_a_tenth_is_told_with_its_tokens_counted_in() -> None:
    [finding] = check(anthropic("claude-haiku-4-5-20251001", prompt="Summarize the text in three sentences. " * 20))
    assert finding.message == "claude-haiku-5-5 is newer, at least as large and costs 87 % less for the same text"
    assert any("29 % more tokens" in sentence for sentence in finding.evidence)
    assert finding.saving is not None
    assert finding.saving.usd_per_1k_calls is not None
    assert 0.1 < finding.saving.usd_per_1k_calls < 0.2


def test_a_few_known_words_do_not_say_what_a_call_costs() -> None:
    [finding] = check(anthropic("claude-haiku-4-5-20251001", prompt="Summarize the text in three sentences. "))
    assert finding.saving is None


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("claude-haiku-5-5", id="the newest"),
        pytest.param("claude-opus-4-6", id="cheaper by the token, dearer by the text"),
        pytest.param("claude-opus-5", id="the newer one always reasons"),
        pytest.param("claude-sonnet-4-5", id="retired, told by retired-model"),
        pytest.param("our-model", id="not known"),
    ],
)
def test_models_that_are_no_better_off(model: str) -> None:
    assert check(anthropic(model)) == []


@pytest.mark.parametrize(
    ("old", "new"), [("gpt-5.5", "gpt-6.2-sol"), ("grok-4", "grok-4.7"), ("mistral-medium-3-5", "mistral-large-4")]
)
def test_other_providers(old: str, new: str) -> None:
    source = f"""import litellm

def ask(question):
    return litellm.completion(model="{old}", messages=[{{"role": "user", "content": question}}])
"""
    [finding] = check(source)
    assert finding.message.startswith(new)


def test_the_dearer_of_today_and_in_90_days_counts() -> None:
    made = change("gemini-3.1-pro-preview", "gemini-4-argon", None, Meter(None, date(2026, 11, 22)))
    assert made is not None
    assert made.input == 2  # 2 USD until 2026-11-30, 4 from then on


def test_the_fix_replaces_the_id_behind_its_prefix() -> None:
    source = """import litellm

def ask(question):
    return litellm.completion(model="anthropic/claude-haiku-4-5", messages=[{"role": "user", "content": question}])
"""
    assert 'model="anthropic/claude-haiku-5-5"' in fixed(source, "outdated-model")[FILE]
    assert fixed(source, "outdated-model", unsafe=False)[FILE] == source


def test_no_fix_where_the_newer_model_refuses_a_parameter() -> None:
    [finding] = check(anthropic("claude-haiku-4-5", ", temperature=0"))
    assert finding.fix is None
    assert finding.help is not None
    assert "without temperature" in finding.help
