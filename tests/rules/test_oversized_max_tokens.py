"""oversized-max-tokens, from source to findings and rewritten source."""

from __future__ import annotations

import pytest

from promptlint.finding import Finding, Severity
from promptlint.wording.answers import expected_answer
from rule_run import FILE, findings, fixed

RULE = "oversized-max-tokens"


def anthropic(prompt: str, cap: object = 4096, *, model: str = "claude-haiku-4-5", more: str = "") -> str:
    return f"""from anthropic import Anthropic

client = Anthropic()


def ask(text):
    return client.messages.create(
        model="{model}",
        max_tokens={cap},
        messages=[{{"role": "user", "content": f"{prompt}\\n{{text}}"}}],{more}
    )
"""


def openai(prompt: str, cap: int = 4096, *, model: str = "gpt-4.1", more: str = "") -> str:
    return f"""from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.chat.completions.create(
        model="{model}",
        max_completion_tokens={cap},
        messages=[{{"role": "system", "content": "{prompt}"}}, {{"role": "user", "content": text}}],{more}
    )
"""


def check(source: str, options: dict[str, object] | None = None) -> list[Finding]:
    return findings(source, RULE, options=options)


@pytest.mark.parametrize(
    ("prompt", "tokens", "what"),
    [
        ("Classify the sentiment as positive, negative or neutral. Answer with one word.", 8, "one word"),
        ("Answer in a single word: positive, negative, or neutral.", 8, "one word"),
        ("Classify sentiment: 'Amazing product!'", 60, "a sentiment"),
        ("Is it spam? Answer yes or no.", 8, "yes or no"),
        ('Respond with "True" if PASSAGE is relevant to QUERY and "False" otherwise.', 8, "yes or no"),
        ("Answer yes or no. Do not explain.", 8, "yes or no"),
        ("Output ONLY the sentiment label, with no explanation or other text.", 20, "a label"),
        ("Respond with one of: billing, shipping, other.", 20, "a label"),
        ("Classify the ticket as a bug, a feature or a question", 20, "a label"),
        ("Your answer must be either 'relevant' or 'irrelevant'.", 20, "a label"),
        ("Respond with 'refund' or 'exchange' only.", 20, "a label"),
        ("Reply with PASS or FAIL.", 20, "a label"),
        ("Output the score as a number between 0 and 10, nothing else.", 12, "a number"),
        ("Summarize the text in at most 100 tokens.", 100, "100 tokens"),
        ("Return only the number.", 12, "a number"),
        ("Answer in at most 50 words.", 200, "50 words"),
        ("Keep it under 1,000 characters.", 500, "1000 characters"),
        ("Summarize the article in 2-3 sentences.", 180, "3 sentences"),
        ("Answer in one sentence.", 60, "1 sentence"),
        ("Say yes or no, in at most two sentences.", 120, "2 sentences"),
    ],
)
def test_what_a_prompt_asks_for(prompt: str, tokens: int, what: str) -> None:
    expected = expected_answer(prompt)
    assert expected is not None
    assert (expected.tokens, expected.what) == (tokens, what)


@pytest.mark.parametrize(
    "prompt",
    [
        "You are a helpful assistant.",
        "Start with yes or no, then explain why.",
        "Answer yes or no and give a reason.",
        "Think step by step, and answer with one word at the end.",
        "Answer with one word for each review.",
        "Return JSON with one word as the label.",
        "Return only code or text.",
        "Your answer must be useful and polite.",
        "Give a number between 1 and 5, and what speaks against it.",
        "Write a blog post. Answer in one word if you cannot.",
        "The title must be at most 10 words.",
        "Do not answer only yes or no: explain it.",
    ],
)
def test_what_says_nothing_about_the_length(prompt: str) -> None:
    assert expected_answer(prompt) is None


def test_a_cap_far_above_one_word_is_found_and_a_small_one_is_not() -> None:
    prompt = "Classify the sentiment. Answer with one word."
    [finding] = check(anthropic(prompt, 4096))
    assert "max_tokens is 4,096, but the prompt asks for one word" in finding.message
    assert finding.saving is None
    assert check(anthropic(prompt, 50)) == []
    assert check(anthropic(prompt, 255)) == []


def test_the_message_is_honest_about_what_a_cap_does() -> None:
    [direct] = check(anthropic("Answer yes or no."))
    assert direct.severity is Severity.LOW
    assert any("not billed" in sentence for sentence in direct.evidence)
    assert any("reserves nothing" in sentence for sentence in direct.evidence)
    assert any("20.48 USD per 1,000 calls" in sentence for sentence in direct.evidence)
    [reserved] = check(openai("Answer yes or no."))
    assert reserved.severity is Severity.MEDIUM
    assert any("counts the cap against" in sentence for sentence in reserved.evidence)


def test_options() -> None:
    source = anthropic("Answer in one sentence.", 400)
    assert check(source) == []
    assert len(check(source, {"ratio": 6.0})) == 1
    assert check(source, {"ratio": 6.0, "min-cap": 401}) == []


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(anthropic("Answer yes or no.", "limit"), id="a cap that is not known"),
        pytest.param(anthropic("Answer yes or no.", more="\n        tools=TOOLS,"), id="tools"),
        pytest.param(
            anthropic("Answer yes or no.", more='\n        thinking={"type": "enabled", "budget_tokens": 2048},'),
            id="thinking",
        ),
        pytest.param(openai("Answer yes or no.", model="o3"), id="a reasoning model"),
        pytest.param(openai("Answer yes or no.", more="\n        response_format=FORMAT,"), id="a response format"),
    ],
)
def test_calls_whose_answer_may_be_longer_are_silent(source: str) -> None:
    assert check(source) == []


def test_the_fix_writes_a_cap_with_room() -> None:
    assert "max_tokens=32," in fixed(anthropic("Answer yes or no."), RULE)[FILE]
    assert "max_tokens=128," in fixed(anthropic("Respond with one of: a, b."), RULE)[FILE]


def test_no_fix_where_the_model_is_not_known() -> None:
    [finding] = check(anthropic("Answer yes or no.", model="my-own-model"))
    assert finding.fix is None


def test_a_cap_that_several_calls_share_is_judged_by_the_longest_answer_and_not_rewritten() -> None:
    source = """from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model="gpt-4.1", max_tokens=4096)
llm.invoke("Is this a complaint? Answer yes or no.")
llm.invoke("{other}")
"""
    assert check(source.format(other="Write a story about a parcel.")) == []
    found = check(source.format(other="Is this about a parcel? Answer in one sentence."))
    assert len(found) == 2
    assert all(finding.fix is None and "1 sentence" in finding.message for finding in found)


def test_a_cap_above_the_maximum_of_the_model() -> None:
    [finding] = check(anthropic("Write a long story.", 200_000))
    assert "max_tokens is 200,000, more than the 64,000 that claude-haiku-4-5 can write" in finding.message
    assert any("answers 400" in sentence for sentence in finding.evidence)
    assert check(anthropic("Write a long story.", 64_000)) == []


def test_a_cap_in_a_wrapper_is_reported_once() -> None:
    source = anthropic("Answer with exactly one word:") + 'ask("good")\nask("what a day it is")\n'
    assert len(findings(source, RULE)) == 1


def test_a_cap_too_large_for_what_a_caller_asks() -> None:
    source = """from anthropic import Anthropic

client = Anthropic()


def ask(text):
    return client.messages.create(
        model="claude-haiku-4-5", max_tokens=4096, messages=[{"role": "user", "content": text}]
    )


ask("Is this review positive? Answer with exactly one word, positive or negative.")
"""
    [finding] = findings(source, RULE)
    assert finding.place.start == source.index('ask("Is')
    assert finding.fix is None


def test_a_cap_of_a_model_that_is_gone_is_not_told() -> None:
    assert findings(anthropic("Write a poem.", 8192, model="claude-3-opus-20240229"), RULE) == []
