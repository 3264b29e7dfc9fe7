"""The snippets of the article that gave the idea, as they stand there, and the advice it gives about each.

What it shows as right gives no finding, what it warns of does. Where its figures are wrong (120 tokens for the "BAD"
prompt) the true ones hold.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint.finding import Finding
from promptlint.measure import Meter
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.tree import tree_of

CACHED_CALL = '''\
import anthropic
client = anthropic.Anthropic()
# Long system prompt (e.g., 2000 tokens) — the part to cache
system_prompt = """
You are a financial analysis expert with 15 years of experience...
[full long instruction content here]
"""
response = client.messages.create(
    model="claude-sonnet-4-6",
    max_tokens=1024,
    system=[
        {
            "type": "text",
            "text": system_prompt,
            "cache_control": {"type": "ephemeral"} # Mark for caching
        }
    ],
    messages=[
        {"role": "user", "content": "Analyze this Q1 financial report..."}
    ]
)
# Check cache hits
usage = response.usage
print(f"Cache read tokens: {usage.cache_read_input_tokens}")
print(f"Cache write tokens: {usage.cache_creation_input_tokens}")
print(f"Regular input tokens: {usage.input_tokens}")
'''

BATCH = """\
import anthropic
import json
client = anthropic.Anthropic()
# Items to process
items_to_process = [
    {"id": "item_001", "text": "Classify sentiment: 'Amazing product!'"},
    {"id": "item_002", "text": "Classify sentiment: 'Delivery was way too slow.'"},
    {"id": "item_003", "text": "Classify sentiment: 'It was okay, nothing special.'"},
    # ... add hundreds/thousands of items
]
# Build batch requests
requests = [
    {
        "custom_id": item["id"],
        "params": {
            "model": "claude-haiku-4-5-20251001", # Cheaper model for simple tasks
            "max_tokens": 50, # Limit output length
            "messages": [{"role": "user", "content": item["text"]}]
        }
    }
    for item in items_to_process
]
# Send batch
batch = client.messages.batches.create(requests=requests)
print(f"Batch ID: {batch.id}")
print(f"Status: {batch.processing_status}")
"""

SENTIMENT = """\
import anthropic
client = anthropic.Anthropic()
response = client.messages.create(
    model="claude-haiku-4-5-20251001",
    max_tokens=4096,
    messages=[{"role": "user", "content": "Classify sentiment: 'Amazing product!' Answer with one word."}]
)
"""

BAD_AND_GOOD = '''\
# BAD — verbose, lots of extra whitespace (~120 tokens)
system_prompt_bad = """
You are a smart and helpful AI assistant.
You will help users answer their questions.
When responding, you should:
- Answer clearly and completely
- Use easy-to-understand language
- Don't say things you're not sure about
"""
# GOOD — concise, same meaning, saves ~70% tokens (~35 tokens)
system_prompt_good = "Helpful IT assistant. Answer concisely and accurately. Acknowledge when uncertain."
'''

SUBJECTS = (
    *("revenue", "gross margin", "operating cost", "personnel cost", "research cost", "marketing cost", "tax"),
    *("working capital", "free cash flow", "net debt", "inventory", "receivables", "investments", "goodwill", "equity"),
    *("order intake", "backlog", "head count", "deferred tax", "provisions"),
)
CHECKS = (
    "compare {} with the same quarter of the year before and with the guidance that the management gave",
    "name the one-off effects that are contained in {}, with the page of the report on which they are explained",
    "say whether the change of {} comes from price, from volume, from currency or from acquisitions",
    "list the assumptions on which the outlook for {} rests, and which of them you could not verify",
)
INSTRUCTIONS = "\n".join(f"- {check.format(subject).capitalize()}." for subject in SUBJECTS for check in CHECKS)
LONG_CALL = CACHED_CALL.replace("[full long instruction content here]", INSTRUCTIONS)
UNMARKED_CALL = LONG_CALL.replace('"text": system_prompt,', '"text": system_prompt').replace(
    '            "cache_control": {"type": "ephemeral"} # Mark for caching\n', ""
)


def findings(source: str, folder: Path, rule: str | None = None) -> list[Finding]:
    """What one rule, or any, finds in a file with this source, with default options."""
    analysis = examine(tree_of({"article.py": source.encode()}), open_session(folder, isolated=True))
    assert analysis.problems == ()
    return [finding for finding in analysis.findings if rule in (None, finding.rule)]


def test_the_long_system_prompt_has_the_2000_tokens_of_the_article() -> None:
    prompt = LONG_CALL.split('"""')[1]
    assert 1_800 < Meter().count(prompt, "claude-sonnet-4-6").tokens < 2_600


def test_a_long_system_prompt_without_a_marker_is_found(tmp_path: Path) -> None:
    (finding,) = findings(UNMARKED_CALL, tmp_path, "missing-cache-marker")
    assert finding.model == "claude-sonnet-4-6"
    assert finding.saving
    assert finding.saving.usd_per_1k_calls
    # 2,000 tokens x ($3.00 - $0.30) / million x 1,000 calls is $5.40.
    assert 4 < finding.saving.usd_per_1k_calls < 8


def test_a_long_system_prompt_without_a_marker_is_found_when_it_is_a_plain_string(tmp_path: Path) -> None:
    start = LONG_CALL.index("    system=[")
    end = LONG_CALL.index("    messages=[")
    source = LONG_CALL[:start] + "    system=system_prompt,\n" + LONG_CALL[end:]
    assert len(findings(source, tmp_path, "missing-cache-marker")) == 1


@pytest.mark.parametrize("source", [LONG_CALL, CACHED_CALL], ids=["long", "short"])
def test_with_the_marker_of_the_article_it_is_not(source: str, tmp_path: Path) -> None:
    assert findings(source, tmp_path, "missing-cache-marker") == []


def test_a_short_system_prompt_needs_no_marker(tmp_path: Path) -> None:
    source = CACHED_CALL.replace('            "cache_control": {"type": "ephemeral"} # Mark for caching\n', "")
    assert source != CACHED_CALL
    assert findings(source, tmp_path, "missing-cache-marker") == []


def test_a_cap_of_4096_on_a_one_word_answer_is_found(tmp_path: Path) -> None:
    (finding,) = findings(SENTIMENT, tmp_path, "oversized-max-tokens")
    assert "4096" in finding.message.replace(",", "")


def test_a_cap_of_50_on_a_one_word_answer_is_not(tmp_path: Path) -> None:
    assert findings(SENTIMENT.replace("4096", "50"), tmp_path, "oversized-max-tokens") == []


def test_the_batch_of_the_article_has_nothing_to_report_but_a_cheaper_model(tmp_path: Path) -> None:
    assert {finding.rule for finding in findings(BATCH, tmp_path)} <= {"outdated-model"}


def test_the_bad_prompt_has_47_tokens_and_no_whitespace_to_save(tmp_path: Path) -> None:
    namespace: dict[str, str] = {}
    exec(BAD_AND_GOOD, namespace)
    count = Meter().count(namespace["system_prompt_bad"], "gpt-4o")
    assert (count.tokens, count.tokenizer, count.exact) == (47, "o200k_base", True)
    assert findings(BAD_AND_GOOD, tmp_path, "whitespace-bloat") == []
