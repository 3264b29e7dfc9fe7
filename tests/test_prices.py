"""Prices are list prices of the right host with their date, or nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import genai_prices  # noqa: TID253 -- the tests compare with it
import pytest

from promptlint.measure import Meter, Price, describe, prices
from promptlint.measure.models import table

DAY = date(2026, 11, 22)


@pytest.fixture
def meter() -> Meter:
    return Meter(today=DAY)


@pytest.fixture
def fresh_prices() -> Iterator[None]:
    """For a test that changes what the package says of itself."""
    prices.as_of.cache_clear()
    prices.price.cache_clear()
    yield
    prices.as_of.cache_clear()
    prices.price.cache_clear()


def price(meter: Meter, model: str, provider: str | None = None) -> Price:
    found = meter.price(model, provider)
    assert found is not None, model
    return found


def test_a_list_price_with_cache_prices(meter: Meter) -> None:
    found = price(meter, "claude-opus-4-1-20250805", "anthropic")
    assert (found.input, found.output) == (15, 75)
    assert (found.cache_write_5m, found.cache_write_1h, found.cache_read) == (18.75, 30, 1.5)


def test_where_nothing_is_charged_for_writes_there_is_no_write_price(meter: Meter) -> None:
    found = price(meter, "gpt-4o")
    assert (found.cache_write_5m, found.cache_write_1h, found.cache_read) == (None, None, 1.25)


def test_a_price_names_its_source_and_date(meter: Meter) -> None:
    found = price(meter, "gpt-4o")
    assert found.source == f"genai-prices {genai_prices.__version__}"
    assert date.fromisoformat(found.as_of) <= DAY


def test_the_date_is_that_of_the_release_where_it_is_known(
    meter: Meter, monkeypatch: pytest.MonkeyPatch, fresh_prices: None
) -> None:
    package = table().prices.package
    monkeypatch.setattr(genai_prices, "__version__", package.version)
    assert price(meter, "gpt-4o").as_of == package.released


def test_the_date_of_another_release_is_that_of_its_newest_price_change(
    meter: Meter, monkeypatch: pytest.MonkeyPatch, fresh_prices: None
) -> None:
    monkeypatch.setattr(genai_prices, "__version__", "0.0.0")
    newest = prices.as_of(DAY)
    assert "2026-11-09" <= newest <= DAY.isoformat()
    assert price(meter, "gpt-4o").as_of == newest
    assert prices.as_of(date(2026, 10, 10)) <= "2026-10-10"  # not the date of a change still to come


def test_a_price_with_a_threshold_is_that_of_ordinary_prompts(meter: Meter) -> None:
    found = price(meter, "claude-haiku-5-5")  # five times as much above 100,000 tokens
    assert (found.input, found.output) == (0.1, 0.5)


def test_an_announced_change_counts_from_its_day() -> None:
    assert price(Meter(today=date(2026, 11, 30)), "gemini-4-argon").input == 2
    assert price(Meter(today=date(2026, 12, 1)), "gemini-4-argon").input == 4


@pytest.mark.parametrize("spelling", ["gpt-6.2-sol", "openai/gpt-6.2-sol", "gpt-6.2-sol-2026-11-17"])
def test_a_model_newer_than_the_package(meter: Meter, spelling: str) -> None:
    found = price(meter, spelling)
    assert (found.input, found.output, found.cache_read) == (2, 10, 0.1)
    assert found.as_of == "2026-11-17"
    assert "gpt-6.2-sol" in found.source


@pytest.mark.parametrize(
    ("model", "provider", "usd"),
    [
        ("claude-sonnet-4-5", "anthropic", 3),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock", 3.3),  # regional endpoints cost 10 % more
        ("bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "unknown", 3.3),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock", 3),
        ("claude-sonnet-4-5@20250929", "vertex", 3),
        ("anthropic/claude-sonnet-4.5", "openrouter", 3),
        ("openai/gpt-oss-20b", "groq", 0.075),
        ("groq/openai/gpt-oss-20b", None, 0.075),
        ("deepseek-chat", "openai", 0.27),  # through the OpenAI SDK with another base_url
        ("gpt-4o", "some-framework", 2.5),
        ("azure/gpt-4o", None, 2.5),
    ],
)
def test_the_host_sets_the_price(meter: Meter, model: str, provider: str | None, usd: float) -> None:
    assert price(meter, model, provider).input == usd


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        (None, "openai"),
        ("gpt-7", "openai"),
        ("my-gpt-4o", "openai"),
        ("gpt-4o-of-our-team", "azure"),  # a deployment name
        ("gpt-6.2-astra", "openai"),  # announced without a price
        ("ft:gpt-4o-mini-2024-07-18:acme::abc123", "openai"),
        ("mistral-large-latest", "mistral"),  # an alias that moves between models
        ("gpt-oss-20b", "openai"),  # open weights: whoever serves it sets the price
        ("gpt-oss-20b", None),
        ("claude-sonnet-4-5", "bedrock"),  # not an id of Bedrock
        ("llama3", "ollama"),
        ("text-embedding-3-small", "openai"),
    ],
)
def test_a_price_is_never_guessed(meter: Meter, model: str | None, provider: str | None) -> None:
    assert meter.price(model, provider) is None
    assert meter.usd_per_1k_calls(100, 10, model, provider) is None


def test_the_default_model_gives_the_price_where_there_is_no_other(meter: Meter) -> None:
    with_default = Meter("gpt-4o", DAY)
    expected = price(meter, "gpt-4o")
    assert with_default.price(None) == with_default.price("our-deployment", "azure") == expected
    for model, provider in (("gpt-4o-mini", None), ("minimax/minimax-m2", "openrouter")):
        assert with_default.price(model, provider) == price(meter, model, provider) != expected
    assert with_default.price("gpt-6.2-astra") is None  # known, but its price is not


def test_usd_per_thousand_calls(meter: Meter) -> None:
    # 2,000 x 15 + 500 x 75 USD per million tokens, a thousand times
    assert meter.usd_per_1k_calls(2000, 500, "claude-opus-4-1") == pytest.approx(67.5)


@pytest.mark.parametrize(
    "model",
    [
        "claude-haiku-4-5",
        "claude-sonnet-5-5",
        "claude-fable-5-2",
        "claude-3-haiku",
        "gpt-4o",
        "gpt-4.1",
        "gpt-5.5",
        "gpt-6.1-sol",
        "gemini-3.8-flash",
        "deepseek-v4-pro",
        "grok-4.7",
        "mistral-large-4",
        "kimi-k3",
    ],
)
def test_cache_multipliers_agree_with_the_prices(meter: Meter, model: str) -> None:
    found, facts = price(meter, model), meter.facts(model)
    assert facts is not None
    assert facts.cache is not None
    assert found.cache_read == pytest.approx(found.input * (facts.cache.read or 0), rel=0.02)
    assert (found.cache_write_5m or found.input) == pytest.approx(found.input * (facts.cache.write or 0), rel=0.001)


def test_a_table_for_the_tokens_command(meter: Meter) -> None:
    rows = describe("Answer in one word.", ["gpt-4o", "claude-opus-4-1", "our-deployment"], meter)
    assert [row.model for row in rows] == ["gpt-4o", "claude-opus-4-1", "our-deployment"]
    assert (rows[0].tokens, rows[0].tokenizer, rows[0].exact) == (5, "o200k_base", True)
    assert rows[0].usd_per_1k_calls == pytest.approx(0.0125)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", rows[0].price_as_of or "")
    assert rows[1].usd_per_1k_calls == pytest.approx(rows[1].tokens * 15 / 1000)
    assert (rows[2].exact, rows[2].usd_per_1k_calls, rows[2].price_as_of) == (False, None, None)


def test_the_price_package_is_imported_for_prices_only() -> None:
    code = """
import sys
from promptlint.measure import Meter
meter = Meter()
meter.facts("gpt-4o")
assert "tiktoken" not in sys.modules
meter.count("Answer in one word.", "gpt-4o")
meter.price("our-deployment")
assert "genai_prices" not in sys.modules
meter.price("gpt-4o")
assert "genai_prices" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
