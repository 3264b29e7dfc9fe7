"""Model ids of every spelling lead to the right facts, and ids that only look alike lead to none."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptlint.measure import Meter
from promptlint.measure.models import DATA, ModelFacts, parse, table


def facts(model: str, provider: str | None = None) -> ModelFacts:
    found = Meter().facts(model, provider)
    assert found is not None, model
    return found


@pytest.mark.parametrize(
    "spelling",
    [
        "claude-sonnet-4-6-20260217",
        "Claude-Sonnet-4-6",
        "anthropic/claude-sonnet-4-6",
        "anthropic:claude-sonnet-4-6",
        "litellm_proxy/anthropic/claude-sonnet-4-6",
        "openrouter/anthropic/claude-sonnet-4.6",
        "anthropic/claude-sonnet-4.6:thinking",
        "vertex_ai/claude-sonnet-4-6@20260217",
        "claude-sonnet-4-6@default",
        "google_anthropic_vertex:claude-sonnet-4-6",
        "publishers/anthropic/models/claude-sonnet-4-6",
    ],
)
def test_spellings_of_one_model_have_its_facts(spelling: str) -> None:
    assert facts(spelling) == facts("claude-sonnet-4-6")


@pytest.mark.parametrize(
    "spelling",
    [
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
        "bedrock/us-east-1/anthropic.claude-sonnet-4-5-20250929-v1:0",
        "bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "bedrock_converse:anthropic.claude-sonnet-4-5-20250929-v1:0:200k",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
        "bedrock/arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ],
)
def test_bedrock_ids_have_the_facts_of_bedrock(spelling: str) -> None:
    assert parse(spelling).host == "bedrock"
    cache = facts(spelling).cache
    assert cache is not None
    assert cache.minimum == 4096  # 1,024 at Anthropic


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        ("openai:gpt-4o-2024-08-06", "gpt-4o"),
        ("azure/gpt-4o", "gpt-4o"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc123", "gpt-4o-mini"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("google_genai:gemini-2.5-flash", "gemini-2.5-flash"),
        ("projects/p/locations/l/publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("gpt-5-chat-latest", "gpt-5-chat"),
        ("openai.gpt-oss-120b-1:0", "gpt-oss-120b"),
        ("deepseek/deepseek-chat", "deepseek-chat"),
        ("xai/grok-4", "grok-4"),
        ("mistralai:mistral-small-2603", "mistral-small"),
        ("moonshot/kimi-k3", "kimi-k3"),
        ("us.amazon.nova-pro-v1:0", "nova-pro"),
    ],
)
def test_prefix_date_and_suffix_make_no_difference(spelling: str, plain: str) -> None:
    assert facts(spelling) == facts(plain)


@pytest.mark.parametrize(
    "model",
    [
        "",
        "my-claude-sonnet-4-6",
        "claude-sonnet-4-66",
        "gpt-4o-mini-summariser",
        "azure/triage-gpt-4o",
        "gpt-4o-audio-preview",
        "text-embedding-3-small",
        "ollama/llama3:8b",
        "gpt-7",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/ab12cd34",
    ],
)
def test_an_id_that_is_not_in_the_table_is_not_known(model: str) -> None:
    assert Meter().facts(model) is None


def test_no_model_is_not_known() -> None:
    assert Meter().facts(None) is None


def test_the_default_model_stands_in_for_what_is_not_known() -> None:
    meter = Meter("claude-opus-4-6")
    assert meter.facts(None) == meter.facts("our-deployment") == facts("claude-opus-4-6")
    assert meter.facts("gpt-4o") == facts("gpt-4o")


@given(st.text(st.sampled_from("abgpt4o-.:/@ \n\ud800") | st.characters()))
@example("ft:")
@example("models/")
@example("arn:aws:bedrock:::")
@example("bedrock/us-east-1/")
def test_any_text_can_be_looked_up(model: str) -> None:
    found = Meter().facts(model)
    assert found is None or parse(model).candidates


@pytest.mark.parametrize(
    ("model", "minimum"),
    [
        ("claude-opus-5-5", 512),
        ("claude-haiku-5-5", 512),
        ("claude-fable-5-1", 512),
        ("claude-sonnet-5", 1024),
        ("claude-sonnet-4-5", 1024),
        ("claude-opus-4-7", 2048),
        ("bedrock/anthropic.claude-opus-4-7", 4096),
        ("claude-haiku-4-5", 4096),
        ("claude-fable-5-2", None),  # not published in any page read
        ("gpt-6-sol", 1024),
        ("gemini-2.5-pro", 2048),
        ("gemini-3.8-flash", 4096),
        ("gemini-4-argon", 4096),
        ("vertex_ai/gemini-4-argon", 6144),
        ("mistral-small-2603", 64),
        ("deepseek-flash", None),
    ],
)
def test_cache_minimum_is_per_model(model: str, minimum: int | None) -> None:
    cache = facts(model).cache
    assert cache is not None
    assert cache.minimum == minimum


@pytest.mark.parametrize(
    ("model", "kind", "write", "read"),
    [
        ("claude-sonnet-4-6", "explicit", 1.25, 0.1),
        ("claude-sonnet-5-5", "explicit", 1.25, 0.05),
        ("claude-fable-5-2", "explicit", 1.25, 0.025),
        ("claude-3-haiku-20240307", "explicit", 1.2, 0.12),
        ("gpt-4o", "automatic", 1.0, 0.5),
        ("gpt-4.1-mini", "automatic", 1.0, 0.25),
        ("gpt-6.2-sol", "both", 1.25, 0.05),
        ("gpt-4-turbo", "none", None, None),
        ("gpt-5.5-pro", "none", None, None),
        ("gemini-2.5-flash", "both", 1.0, 0.1),
        ("deepseek-flash", "automatic", 1.0, 0.02),
        ("mistral-large-4", "explicit", 1.0, 0.1),
        ("groq/openai/gpt-oss-20b", "automatic", 1.0, 0.5),
        ("groq/llama-3.3-70b-versatile", "none", None, None),
    ],
)
def test_how_a_model_caches(model: str, kind: str, write: float | None, read: float | None) -> None:
    cache = facts(model).cache
    assert cache is not None
    assert (cache.kind, cache.write, cache.read) == (kind, write, read)


def test_a_dated_id_can_differ_from_its_family() -> None:
    assert facts("gpt-4o-2024-05-13").output_maximum == 4096
    assert facts("gpt-4o-2024-11-20").output_maximum == 16384


def test_who_serves_a_model_decides_its_caching() -> None:
    assert facts("openai/gpt-oss-20b").cache is None
    served_by_groq = facts("openai/gpt-oss-20b", "groq").cache
    assert served_by_groq is not None
    assert served_by_groq.kind == "automatic"


@pytest.mark.parametrize(
    ("model", "reasoning"),
    [("gpt-5-mini", True), ("o3", True), ("claude-opus-5-5", True), ("gpt-4o", False), ("claude-sonnet-5-5", None)],
)
def test_whether_the_cap_pays_for_hidden_reasoning(model: str, reasoning: bool | None) -> None:
    assert facts(model).reasoning is reasoning


def test_everything_the_table_refers_to_exists() -> None:
    known = table()
    assert {family.tokenizer for family in known.families} <= set(known.tokenizers)
    assert {tokenizer.encoding for tokenizer in known.tokenizers.values()} <= set(known.encodings)
    assert {f"{name}.tiktoken" for name in known.encodings} == {path.name for path in (DATA / "vocab").iterdir()}
    assert {family.provider for family in known.families if family.provider} <= set(known.prices.providers)
    assert {override.provider for override in known.prices.overrides} <= set(known.prices.providers)
    served = {host for host in known.routes.values() if host}
    assert set(known.hosts) <= served
    assert set(known.prices.providers) <= served


def test_every_fact_has_a_source_and_a_date() -> None:
    for family in table().families:
        assert family.source
        if family.cache:
            assert family.cache.source
            assert re.fullmatch(r"20\d\d(-\d\d){0,2}", family.cache.as_of)
