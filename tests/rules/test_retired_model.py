"""retired-model, from source to findings, on a day that the test fixes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from promptlint.finding import Confidence, Finding, Severity
from promptlint.measure import Meter
from promptlint.measure.lifecycle import lifecycle, retirement, tier_of
from promptlint.measure.models import table
from promptlint.rule import Context
from promptlint_rules.retired_model import RetiredModel
from rule_run import analyse

TODAY = date(2026, 11, 22)


def check(source: str | Mapping[str, str], today: date = TODAY, days: int = 90) -> list[Finding]:
    return list(RetiredModel(days=days).check_project(Context(analyse(source).project, Meter(None, today))))


def openai(model: str, client: str = "OpenAI()") -> str:
    return f"""from openai import AzureOpenAI, OpenAI

client = {client}


def ask(question):
    messages = [{{"role": "user", "content": question}}]
    return client.chat.completions.create(model="{model}", messages=messages)
"""


def test_a_model_that_is_gone() -> None:
    [finding] = check(openai("gpt-3.5-turbo"))
    assert finding.message == "gpt-3.5-turbo was retired on 2026-10-23: requests fail"
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert finding.help == "move to gpt-5.4-mini, which the provider names in its place"
    assert any("2026-06" in sentence for sentence in finding.evidence)


def test_an_announced_date_counts_from_the_day_of_the_run() -> None:
    [finding] = check(openai("gpt-4o"))
    assert finding.message == "gpt-4o is retired on 2027-01-14, in 53 days; then requests fail"
    assert finding.severity is Severity.MEDIUM
    [last] = check(openai("gpt-4o"), date(2027, 1, 13))
    assert "in 1 day;" in last.message
    [gone] = check(openai("gpt-4o"), date(2027, 1, 14))
    assert "was retired on 2027-01-14" in gone.message
    assert check(openai("gpt-4o"), date(2026, 10, 15)) == []
    assert len(check(openai("gpt-4o"), date(2026, 10, 15), days=91)) == 1


def test_a_wrapper_for_azure_gets_no_date_of_openai() -> None:
    source = """from openai import AzureOpenAI, OpenAI


def complete(model, prompt, use_azure=False):
    client = OpenAI() if not use_azure else AzureOpenAI()
    return client.responses.create(model=model, input=prompt)


def {name}(prompt):
    return complete("gpt-4o", prompt, use_azure=True)
"""
    assert len(check(source.format(name="complete_text"))) == 1
    assert check(source.format(name="azure_complete")) == []


def test_requests_that_another_model_answers_do_not_fail() -> None:
    source = """from google import genai

client = genai.Client()


def ask(question):
    return client.models.generate_content(model="gemini-2.5-pro", contents=question)
"""
    [finding] = check(source, date(2026, 12, 2))
    assert "requests are answered by gemini-3.8-flash at its price" in finding.message
    assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize("model", ["gpt-5.5", "gpt-4-my-own", "ft:gpt-3.5-turbo:acme::abc", "openrouter/openai/gpt-4"])
def test_models_without_a_known_end_are_silent(model: str) -> None:
    assert check(openai(model)) == []


def test_azure_has_its_own_calendar() -> None:
    assert check(openai("gpt-4", "AzureOpenAI()")) == []


def test_a_literal_that_several_calls_use_is_told_once_where_it_stands() -> None:
    source = """from openai import OpenAI

client = OpenAI()
DEFAULT = "gpt-4"


def ask(question, model=DEFAULT):
    messages = [{"role": "user", "content": question}]
    return client.chat.completions.create(model=model, messages=messages)


def list_all(question, model=DEFAULT):
    return client.responses.create(model=model, input=question)
"""
    [finding] = check(source)
    assert finding.place.start == source.index('gpt-4"')
    assert "2 calls of the API can get their model from here." in finding.evidence


def test_both_arms_of_a_choice_are_told() -> None:
    source = openai("X").replace('"X"', '"gpt-4-32k" if len(question) > 9000 else "gpt-4"')
    assert [finding.model for finding in check(source)] == ["gpt-4-32k", "gpt-4"]


@pytest.mark.parametrize(
    "line",
    [
        'DEFAULT_MODEL = "gpt-4-vision-preview"',
        'llm.model = "gpt-4-vision-preview"',
        'model_name: str = os.getenv("MODEL", "gpt-4-vision-preview")',
        'def ask(question, model="gpt-4-vision-preview"): ...',
    ],
)
def test_a_setting_that_reaches_no_known_call(line: str) -> None:
    [finding] = check(f"import os\nfrom openai import OpenAI\n\nclient = OpenAI()\n{line}\n")
    assert finding.confidence is Confidence.MEDIUM
    assert "No call is known that it reaches." in finding.evidence


@pytest.mark.parametrize(
    "line",
    [
        'def count_tokens(text, model="gpt-4"): ...',
        'MODELS = ["gpt-4"]',
        'PRICES = {"gpt-4": 30}',
        'embedding_model = "gpt-4"',
        'found = model == "gpt-4"',
    ],
)
def test_what_only_mentions_a_model_is_silent(line: str) -> None:
    assert check(f"from openai import OpenAI\n\nclient = OpenAI()\n{line}\n") == []


@pytest.mark.parametrize(
    ("model", "provider", "ends"),
    [
        ("claude-3-5-sonnet-20241022", None, date(2025, 10, 28)),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", None, date(2026, 10, 14)),
        ("claude-sonnet-4-20250514", "anthropic", date(2026, 6, 15)),
        ("gpt-4o-2024-05-13", "openai", date(2026, 10, 23)),
        ("gpt-4o-2024-11-20", "openai", date(2027, 1, 14)),
        ("anthropic/claude-3-opus-latest", "litellm", date(2026, 1, 5)),
    ],
)
def test_when_a_model_ends(model: str, provider: str | None, ends: date) -> None:
    end = retirement(model, provider)
    assert end is not None
    assert end.date == ends


def test_the_newest_models_have_no_end_and_a_tier() -> None:
    for tier in lifecycle().tiers:
        assert retirement(tier.newest) is None
        found = tier_of(tier.newest)
        assert found == tier
        assert tier.provider in table().prices.providers


def test_replacements_outlive_what_they_replace() -> None:
    for end in lifecycle().retirements:
        after = retirement(end.replacement) if end.replacement else None
        assert after is None or (end.date and after.date and after.date > end.date)


@pytest.mark.parametrize(
    ("source", "reported"),
    [
        ('def cut(text, model="gpt-4"):\n    return text[:count_tokens(text, model)]', False),
        ('def cut(text, model):\n    model_name = model or "gpt-4"\n    tokenizer = get_tokenizer(model_name)', False),
        ('def cut(text, model="gpt-4"):\n    keep(size=count_tokens(text, model=model))', False),
        ('def ask(text, model="gpt-4"):\n    check(count_tokens(text, model))\n    return send(text, model)', True),
        (
            'def ask(text, model="gpt-4"):\n    check(count_tokens(text, model))\n    return send({"model": model})',
            True,
        ),
        ('def ask(text, model="gpt-4"):\n    check(count_tokens(text, model))\n    return f"azure/{model}"', True),
        ('def ask(text, model="gpt-4"):\n    return send(text)', True),
        ('model = "gpt-4"\nsize = count_tokens(text, model)', True),
        ('def ask(text, model="gpt-4"):\n    return get_completion_and_token_count(text, model)', True),
        ('def ask(text, model="gpt-4"):\n    check(count_tokens(text, model))\n    def later(which=model): ...', True),
        ('model = None\ndef ask(text):\n    global model\n    model = "gpt-4"\n    count_tokens(text, model)', True),
    ],
)
def test_a_model_that_only_counts_tokens_is_not_asked(source: str, reported: bool) -> None:
    assert bool(check(f"import openai\n{source}\n")) is reported
