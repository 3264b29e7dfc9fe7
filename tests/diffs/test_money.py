"""Tokens become money, and money has limits."""

from __future__ import annotations

import json

import pytest

from diffing import INDENTED, History, promptlint
from promptlint.measure import Meter
from repository import GitFolder

TRAFFIC = """\
select: [whitespace-bloat]
traffic:
  sites:
    "app.py::ask": {calls: 2000000}
"""


def test_tokens_become_money_at_list_prices(history: History) -> None:
    document = history.diff(history.commits["start"], history.commits["model swapped"])
    translate = next(call for call in document["calls"] if call["after"]["function"] == "translate")
    before, after = (Meter().price(model, "openai") for model in ("gpt-4.1", "gpt-4.1-mini"))
    assert before
    assert after
    assert translate["before"]["usd_per_1k_calls"] == pytest.approx(15 * before.input / 1000)
    assert translate["after"]["usd_per_call"] == pytest.approx(18 * after.input / 1_000_000)
    assert translate["after"]["max_output_usd_per_1k_calls"] == pytest.approx(1000 * after.output / 1000)
    assert document["summary"]["usd_per_1k_calls"] == pytest.approx(
        (18 * after.input - 15 * before.input + 2 * before.input) / 1000
    )


def test_money_a_month_where_the_traffic_is_known(repository: GitFolder) -> None:
    repository.commit({"promptlint.yaml": TRAFFIC, "app.py": INDENTED})
    repository.write({"app.py": INDENTED.replace("three sentences", "three sentences at most")})
    document = json.loads(promptlint("HEAD", "--output-format", "json").stdout)
    price = Meter().price("gpt-4.1", "openai")
    assert price
    more = 2 * 2_000_000 * price.input / 1_000_000
    assert document["summary"]["usd_per_month"] == pytest.approx(more)
    assert f"At your traffic: +${more:,.2f} a month." in promptlint("HEAD").stdout
    assert promptlint("HEAD", "--fail-above", f"{more}usd/month").exit_code == 0
    assert promptlint("HEAD", "--fail-above", f"${more - 0.01:.2f}/month").exit_code == 1


def test_the_model_that_the_settings_assume_is_named_and_small_sums_are_told(repository: GitFolder) -> None:
    program = INDENTED.replace('model="gpt-4.1", ', "").replace("Do not guess prices.", "Do not guess prices. " * 900)
    repository.commit({"promptlint.yaml": "select: [whitespace-bloat]\ndefault-model: gpt-4.1\n", "app.py": program})
    repository.write({"app.py": program.replace("three sentences", "three sentences at most")})
    price = Meter().price("gpt-4.1", "openai")
    assert price
    more = 2 * price.input / 1000
    assert f"{more:.4f}" == "0.0040"
    (call,) = json.loads(promptlint("HEAD", "--output-format", "json").stdout)["calls"]
    assert (call["after"]["model"], call["after"]["assumed_model"]) == (None, "gpt-4.1")
    text = promptlint("HEAD").stdout
    assert "ask(), gpt-4.1 (`default-model`)" in text
    assert "cost of input: $0.0091 per call, $9.07 per 1,000 calls (+$0.0040)" in text
    assert (
        "| \\$0.0091 (+\\$0.0000040) | \\$9.07 (+\\$0.0040) |"
        in promptlint("HEAD", "--output-format", "markdown").stdout
    )


@pytest.mark.parametrize(
    ("limit", "exit_code", "message"),
    [
        ("3tokens", 0, ""),
        ("2.5 tokens", 1, "error: --fail-above: +3 input tokens, more than 2.5\n"),
        ("3%", 0, ""),
        ("2%", 1, "error: --fail-above: +2.2%, more than 2 %\n"),
        ("1usd", 0, ""),
        ("$0.001", 1, "error: --fail-above: +$0.0060 per 1,000 calls of each call site, more than $0.0010\n"),
        ("3", 2, "`3` is no limit: write 100tokens, 5%, 0.50usd or 50usd/month"),
    ],
)
def test_a_limit_is_for_the_growth_of_all_calls(history: History, limit: str, exit_code: int, message: str) -> None:
    edited = history.commits["prompt edited"]
    result = promptlint(f"{edited}^", edited, "--fail-above", limit)
    assert result.exit_code == exit_code
    assert (message in result.stderr) if exit_code == 2 else (result.stderr == message)
