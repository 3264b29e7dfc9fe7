"""What calls cost, worked out by hand to the cent, and what is said of what cannot be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from promptlint.cost.audit import Audit, audit_of
from promptlint.cost.calls import CallCost, cost_of
from promptlint.cost.measured import Measured, measured_of
from promptlint.cost.rates import in_batch, rates_of
from promptlint.cost.requests import requests
from promptlint.cost.scenario import Rates, Scenario, usd
from promptlint.cost.traffic import Traffic
from promptlint.measure import Price
from promptlint.measure.batch import Batch, batch_of
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.settings import SettingsError
from promptlint.tree import tree_of
from promptlint.usage.record import Record, Totals
from word_audit import DAY, FLASH, GPT, SOL, SONNET, WordMeter, audit


def only(found: Audit) -> CallCost:
    (cost,) = found.costs
    return cost


# 2,000 tokens that can be cached, 500 others, 300 of the answer; 10,000 calls a month, nine of ten read the cache.
PLAIN = Scenario(prefix=2000, rest=500, output=300)
CACHED = replace(PLAIN, share=0.9, caching=True)


@pytest.mark.parametrize(
    ("scenario", "rates", "monthly"),
    [
        pytest.param(PLAIN, rates_of(SONNET), 120.00, id="Anthropic: 2,500 x 3 + 300 x 15 = 12,000"),
        pytest.param(CACHED, rates_of(SONNET), 72.90, id="5 minutes: 1,500 + 1,800 x 0.3 + 200 x 3.75 + 4,500"),
        pytest.param(CACHED, rates_of(SONNET, long=True), 77.40, id="1 hour: 1,500 + 540 + 200 x 6 + 4,500"),
        pytest.param(PLAIN, rates_of(GPT), 74.00, id="OpenAI: 2,500 x 2 + 300 x 8"),
        pytest.param(CACHED, rates_of(GPT), 47.00, id="automatic: 1,000 + 1,800 x 0.5 + 200 x 2 + 2,400"),
        pytest.param(CACHED, rates_of(SOL), 46.80, id="write fee: 1,000 + 1,800 x 0.1 + 200 x 2.5 + 3,000"),
        pytest.param(CACHED, rates_of(FLASH), 10.14, id="Gemini: 150 + 1,800 x 0.03 + 200 x 0.3 + 750"),
        pytest.param(replace(PLAIN, discount=0.5), rates_of(SONNET), 60.00, id="batch: half of 120"),
        pytest.param(replace(CACHED, discount=0.5), rates_of(SONNET), 36.45, id="batch and cache: half of 72.90"),
    ],
)
def test_the_cost_of_a_month_by_hand(scenario: Scenario, rates: Rates, monthly: float) -> None:
    assert 10_000 * usd(scenario, rates) == pytest.approx(monthly, abs=0.005)


@pytest.mark.parametrize(
    ("model", "provider", "price", "monthly"),
    [
        # Anthropic: half of everything. 72.90 / 2
        ("claude-sonnet-4-6", "anthropic", SONNET, 36.45),
        # gpt-4.1 keeps its cache price: (1,000 + 400 + 2,400) / 2 + 900
        ("gpt-4.1", "openai", GPT, 28.00),
        # Gemini 2.5 likewise: (150 + 60 + 750) / 2 + 54
        ("gemini-2.5-flash", "google", FLASH, 5.34),
        # Groq has no cache price in a batch: (2,500 x 0.3 + 300 x 2.5) / 2
        ("llama-3.3-70b-versatile", "groq", FLASH, 7.50),
    ],
)
def test_what_a_batch_does_to_cached_tokens(model: str, provider: str, price: Price, monthly: float) -> None:
    batch = batch_of(model, provider)
    assert batch is not None
    scenario = replace(CACHED, discount=batch.pays)
    assert 10_000 * usd(scenario, in_batch(rates_of(price), batch)) == pytest.approx(monthly, abs=0.005)


def test_batch_terms_are_those_of_who_serves_the_model() -> None:
    def terms(model: str, provider: str | None) -> tuple[str, str | None] | None:
        found = batch_of(model, provider)
        return (found.provider, found.cached) if isinstance(found, Batch) else None

    assert terms("gemini-2.5-flash", "vertex") == ("vertex", "standard")
    assert terms("anthropic/claude-sonnet-4-6", None) == ("anthropic", "stacks")
    assert terms("bedrock/anthropic.claude-sonnet-4-6-v1:0", None) == ("bedrock", None)
    assert terms("gpt-5.5-mini", "openai") == ("openai", "stacks")
    assert terms("grok-4.5", "xai") is None
    assert terms("a-model-of-nobody", None) is None


WORDS = "word " * 2000

ANTHROPIC = f"""
from anthropic import Anthropic

client = Anthropic()
RULES = "{WORDS}"


def answer(question):
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1000,
        system=SYSTEM,
        messages=[{{"role": "user", "content": question}}],
    )
"""
UNMARKED = ANTHROPIC.replace("SYSTEM", "RULES")
MARKED = ANTHROPIC.replace("SYSTEM", '[{"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}]')
HOUR = MARKED.replace('"ephemeral"', '"ephemeral", "ttl": "1h"')
OPENAI = f"""
from openai import OpenAI

client = OpenAI()
RULES = "{WORDS}"


def answer(question):
    return client.responses.create(model="gpt-4.1", instructions=RULES, input=question)
"""
GEMINI = f"""
from google import genai

client = genai.Client()
RULES = "{"word " * 2100}"


def answer(question):
    return client.models.generate_content(model="gemini-2.5-flash", contents=[RULES, question])
"""
TRAFFIC = {"calls": 10_000, "dynamic-tokens": 500, "output-tokens": 300, "cached-share": 0.9}


@pytest.mark.parametrize(
    ("source", "traffic", "monthly"),
    [
        pytest.param(UNMARKED, TRAFFIC, 120.00, id="Anthropic without a marker"),
        pytest.param(MARKED, TRAFFIC, 72.90, id="Anthropic, 5 minutes"),
        pytest.param(HOUR, TRAFFIC, 77.40, id="Anthropic, 1 hour"),
        pytest.param(OPENAI, TRAFFIC, 47.00, id="OpenAI caches by itself"),
        pytest.param(OPENAI.replace("gpt-4.1", "gpt-6.2-sol"), TRAFFIC, 46.80, id="OpenAI with a write fee"),
        # 500 x 0.3 + 1,890 x 0.03 + 210 x 0.3 + 300 x 2.5 = 1,019.70
        pytest.param(GEMINI, TRAFFIC, 10.197, id="Gemini caches by itself"),
        pytest.param(MARKED, {**TRAFFIC, "batch": True}, 36.45, id="Anthropic, 5 minutes, batch"),
        pytest.param(OPENAI, {**TRAFFIC, "batch": True}, 28.00, id="OpenAI, batch"),
        # Words under the minimum of 1,024 are not cached: 1,000 x 3 + 500 x 3 + 300 x 15 = 9,000
        pytest.param(MARKED.replace(WORDS, "word " * 1000), TRAFFIC, 90.00, id="Anthropic, marked but too short"),
    ],
)
def test_the_cost_of_a_call_site_by_hand(source: str, traffic: Mapping[str, object], monthly: float) -> None:
    found = audit(source, traffic)
    assert found.plan.before.monthly == pytest.approx(monthly, abs=0.005)
    cost = only(found)
    # All is configured, so there is nothing to assume and no range.
    assert [cost.low, cost.high] == pytest.approx([monthly / 10_000] * 2)


def test_without_traffic_everything_is_per_1000_calls_and_says_what_it_leaves_out() -> None:
    found = audit(UNMARKED)
    cost = only(found)
    assert cost.calls is None
    # 2,000 x 3: what is filled in and the answer are not in it.
    assert found.plan.before.rank == pytest.approx((0, 6.0))
    assert not cost.is_whole
    assert cost.high is None
    assert cost.assumptions == (
        "What is filled into the prompt is not counted (`dynamic-tokens`).",
        "The answer is not counted (`output-tokens`); at most 1,000 tokens.",
    )


def test_a_cache_that_may_or_may_not_be_read_gives_a_range() -> None:
    cost = only(audit(MARKED, {"dynamic-tokens": 0, "output-tokens": 0}))
    # Read by every call 2,000 x 0.3, by none 2,000 x 3.75.
    assert [1000 * cost.low, 1000 * cost.expected] == pytest.approx([0.6, 0.6])
    assert cost.high is not None
    assert 1000 * cost.high == pytest.approx(7.5)
    assert "Assumed: all calls read the 2,000 cached tokens (`cached-share`)." in cost.assumptions


def test_a_marker_behind_the_time_of_day_is_written_by_every_call() -> None:
    clock = MARKED.replace('"text": RULES', '"text": f"{datetime.now()} {RULES}"')
    cost = only(audit("from datetime import datetime\n" + clock, {"dynamic-tokens": 0, "output-tokens": 0}))
    assert 1000 * cost.expected == pytest.approx(7.5)
    assert "A value before the cache marker is new every time: every call writes the cache." in cost.assumptions


def test_an_answer_that_the_prompt_bounds_is_assumed_and_the_cap_is_the_most() -> None:
    source = UNMARKED.replace(WORDS, "Answer with yes or no.")
    cost = only(audit(source, {"dynamic-tokens": 0}))
    assert cost.output.how == "asked for"
    assert cost.output.tokens is not None
    assert 0 < cost.output.tokens < 20
    assert cost.high == pytest.approx((5 * 3 + 1000 * 15) / 1e6)


def test_a_history_that_grows_has_no_upper_end() -> None:
    source = """
from openai import OpenAI

client = OpenAI()


def main():
    messages = [{"role": "system", "content": "You are a guide."}]
    while True:
        messages.append({"role": "user", "content": input("> ")})
        answer = client.chat.completions.create(model="gpt-4.1", messages=messages, max_tokens=100)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
"""
    cost = only(audit(source, {"dynamic-tokens": 100, "output-tokens": 50}))
    assert cost.high is None
    assert any("grows with every turn" in sentence for sentence in cost.assumptions)


WRAPPED = {
    "llm.py": """
from openai import OpenAI

client = OpenAI()


def ask(prompt):
    return client.responses.create(model="gpt-4.1", input=prompt)
""",
    "app.py": """
from llm import ask


def one():
    return ask("one two three four")


def two():
    return ask("one two")
""",
}


def test_a_request_through_a_wrapper_is_counted_once() -> None:
    found = audit(WRAPPED, {"calls": 1000, "output-tokens": 0})
    assert {cost.function: cost.static.tokens for cost in found.costs} == {"one": 4, "two": 2}
    # 6 tokens x 2 USD per million x 1,000 calls
    assert found.plan.before.monthly == pytest.approx(0.012)


def test_a_wrapper_that_nobody_is_seen_to_call_counts_itself() -> None:
    assert only(audit(WRAPPED["llm.py"])).function == "ask"


def test_calls_in_tests_do_not_stand_in_for_the_wrapper() -> None:
    session = open_session(Path.cwd(), isolated=True)
    project = examine(tree_of({path: text.encode() for path, text in WRAPPED.items()}), session).project
    assert [call.function for call in requests(project, {"app.py"}).counted] == ["llm.ask"]


def test_calls_without_model_or_price_are_named() -> None:
    found = audit(OPENAI.replace('"gpt-4.1"', "MODEL") + OPENAI.replace("gpt-4.1", "a-model-of-nobody"))
    assert found.costs == ()
    assert [one.reason for one in found.unpriced] == [
        "model not known (`default-model` is what to assume)",
        "no list price known for a-model-of-nobody",
    ]


def test_the_default_model_is_an_assumption() -> None:
    cost = only(audit(OPENAI.replace('"gpt-4.1"', "MODEL"), default_model="gpt-4.1"))
    assert cost.basis.model == "gpt-4.1"
    assert "Assumed: the model is gpt-4.1, the default model." in cost.assumptions


def test_a_site_has_its_own_traffic_over_the_default() -> None:
    sites = {"app.py::two": {"calls": 5}, "app.py::tow": {"calls": 7}}
    found = audit(WRAPPED, {"calls": 1000, "sites": sites})
    assert {cost.function: cost.calls for cost in found.costs} == {"one": 1000, "two": 5}
    assert found.notices == ("traffic: no call of a model is at `app.py::tow`: did you mean `app.py::two`?",)


def test_a_site_inside_a_wrapper_is_told_where_its_requests_are_reckoned() -> None:
    found = audit(WRAPPED, {"sites": {"llm.py::ask": {"calls": 5}}})
    assert found.notices == (
        "traffic: the requests of `llm.py::ask` are reckoned where it is called: name those functions instead",
    )


def test_an_export_without_requests_needs_the_number_of_calls() -> None:
    totals = Totals()
    totals.add(Record("gpt-4.1", None, input=300_000, cache_read=600_000, cache_write=0, output=50_000))
    assert measured_of(totals, 0.5, None) is None
    assert measured_of(totals, 0.5, 1e-300) is None
    # Half a month: 500 of 1,000 calls.
    found = measured_of(totals, 0.5, 1000)
    assert found == Measured(calls=1000, input=600, cache_read=1200, cache_write=0, output=100)


def test_measured_requests_cost_what_they_used() -> None:
    totals = Totals()
    for _ in range(100):
        totals.add(Record("gpt-4.1", 1, input=700, cache_read=1800, cache_write=0, output=300))
    call = only(audit(OPENAI)).call
    analysis = audit(OPENAI).analysis
    cost = cost_of(call, analysis.project, analysis.sources, WordMeter(None, DAY), Traffic(), totals, 0.5)
    assert isinstance(cost, CallCost)
    # 700 x 2 + 1,800 x 0.5 + 300 x 8 = 4,700, 200 times a month
    assert cost.amount.monthly == pytest.approx(0.94)
    assert (cost.dynamic.tokens, cost.dynamic.how) == (500, "measured")
    assert cost.assumptions == ()


@pytest.mark.parametrize(
    ("traffic", "message"),
    [
        ({"call": 1}, "`traffic`: unknown key `call`, did you mean `calls`?"),
        ({"calls": "many"}, "`traffic`: `calls` has to be a number from 0 to 1,000,000,000,000, not 'many'"),
        ({"calls": -1}, "`traffic`: `calls` has to be a number from 0 to 1,000,000,000,000, not -1"),
        ({"calls": float("nan")}, "`traffic`: `calls` has to be a number from 0 to 1,000,000,000,000, not nan"),
        ({"calls": float("inf")}, "`traffic`: `calls` has to be a number from 0 to 1,000,000,000,000, not inf"),
        ({"calls": 1e308}, "`traffic`: `calls` has to be a number from 0 to 1,000,000,000,000, not 1e+308"),
        ({"output-tokens": 9 * 10**18}, "`traffic`: `output-tokens` has to be a number from 0 to 1,000,000,000, not 9"),
        ({"calls": True}, "`traffic`: `calls` has to be a number from 0 to 1,000,000,000,000, not True"),
        ({"cached-share": 90}, "`traffic`: `cached-share` has to be a number from 0 to 1, not 90"),
        ({"batch": 1}, "`traffic`: `batch` has to be true or false, not 1"),
        ({"sites": 1}, "`traffic`: `sites` has to be a table, not 1"),
        ({"sites": {"a.py::f": 1}}, "`traffic`: the site `a.py::f` has to be a table, not 1"),
        (
            {"sites": {"a.py::f": {"output": 1}}},
            "`traffic.sites.a.py::f`: unknown key `output`, did you mean `output-tokens`?",
        ),
    ],
)
def test_what_is_wrong_with_traffic(traffic: Mapping[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        audit(OPENAI, traffic)
    assert caught.value.message.startswith(f"command line: {message}")


def test_errors_in_traffic_point_at_the_line(tmp_path: Path) -> None:
    config = '[tool.promptlint.traffic]\ncalls = 5\n\n[tool.promptlint.traffic.sites."app.py::f"]\nshare = 1\n'
    (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
    session = open_session(tmp_path)
    analysis = examine(tree_of({"app.py": OPENAI.encode()}), session)
    with pytest.raises(SettingsError) as caught:
        audit_of(analysis, session, requests(analysis.project), meter_for=lambda _: WordMeter(None, DAY))
    assert (caught.value.path, caught.value.line) == ("pyproject.toml", 5)
