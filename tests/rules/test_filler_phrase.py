"""filler-phrase, from source to findings and rewritten source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.finding import Applicability, Finding
from promptlint.measure import Meter
from promptlint_rules.filler_phrase import Phrase, phrases
from rule_run import FILE, findings, fixed

RULE = "filler-phrase"
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"
EAGER = {"min-tokens": 1}


def app(prompt: str, model: str = "gpt-4.1") -> str:
    """A module with one call that sends a triple-quoted prompt."""
    return (
        f'{HEAD}SYSTEM = """{prompt}"""\n\n\ndef ask(question):\n'
        f'    return client.responses.create(model="{model}", instructions=SYSTEM, input=question)\n'
    )


def check(prompt: str) -> list[Finding]:
    return findings(app(prompt), RULE, options=EAGER)


def after_fix(prompt: str) -> str:
    return fixed(app(prompt), RULE, options=EAGER)[FILE].partition('"""')[2].partition('"""')[0]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        pytest.param("Please make sure to answer.", "Answer.", id="a new first word gets a capital"),
        pytest.param("If you can, make sure to answer.", "If you can, answer.", id="within a sentence"),
        pytest.param("You must make sure to answer.", "Answer.", id="with its subject"),
        pytest.param("IMPORTANT: Please be sure to answer.", "IMPORTANT: Answer.", id="behind a colon"),
        pytest.param("Be kind. Make sure to `stop` now.", "Be kind. `stop` now.", id="before code"),
        pytest.param("- Please note that prices are net.", "- Prices are net.", id="an announcement"),
        pytest.param("In order to help, ask.", "To help, ask.", id="a shorter word, with its capital"),
        pytest.param("ASK IN ORDER TO HELP.", "ASK TO HELP.", id="in capitals"),
        pytest.param("Ask them in order\n  to help.", "Ask them to help.", id="across a line break"),
        pytest.param("Make sure you never ask.", "Never ask.", id="a negation behind it stays"),
        pytest.param("Please note that you must be sure to ask.", "You must ask.", id="one behind the other"),
        pytest.param("Be kind.\nThank you in advance!\n", "Be kind.\n", id="a sentence and its line"),
        pytest.param("Be kind. I WILL TIP YOU $200.", "Be kind.", id="a promise"),
    ],
)
def test_phrases_go_and_the_sentence_stays_whole(prompt: str, expected: str) -> None:
    [finding] = check(prompt)
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert after_fix(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param('Never say "please make sure to call".', id="a quotation"),
        pytest.param("Never say “please make sure to call”.", id="a quotation in typographic quotes"),
        pytest.param("Search for `in order to` in the text.", id="inline code"),
        pytest.param("```\nPlease make sure to answer.\n```", id="a fenced block"),
        pytest.param("<example>\nPlease make sure to answer.\n</example>", id="an example"),
        pytest.param("Input: Please make sure to answer.\nOutput: x\n\nInput: b\nOutput: y", id="a few-shot dialogue"),
        pytest.param('{"text": "please make sure to answer in order to help"}', id="JSON"),
        pytest.param("# Please note that this is a heading", id="a heading"),
        pytest.param("Do not ask them in order to help.", id="behind a negation"),
        pytest.param("Make sure to not ask.", id="before a bare negation"),
        pytest.param("Make sure you are kind.", id="no verb that can stand alone"),
        pytest.param("Make sure that the price is right.", id="not the words of an instruction"),
        pytest.param("Briefly note that relationship at the end.", id="the same words with another meaning"),
        pytest.param("Please make sure to get_price first.", id="a name that must keep its letters"),
        pytest.param("Please answer. It is important to be kind. Feel free to ask.", id="words that carry weight"),
    ],
)
def test_what_carries_meaning_or_is_no_prose_is_left_alone(prompt: str) -> None:
    assert check(prompt) == []


def test_few_tokens_are_not_reported_and_the_option_says_how_few() -> None:
    prompt = "Please make sure to answer. Ask in order to help."
    assert findings(app(prompt), RULE) == []
    assert len(findings(app(prompt), RULE, options={"min-tokens": 6})) == 1
    assert findings(app(prompt), RULE, options={"min-tokens": 7}) == []


def test_the_saving_is_counted_for_the_model_of_the_call() -> None:
    prompt = "Please make sure to answer. Ask in order to help."
    for model in ("gpt-4.1", "gpt-4", "claude-sonnet-4-6"):
        [finding] = findings(app(prompt, model), RULE, options=EAGER)
        assert finding.saving is not None
        count = Meter().count
        assert count(prompt, model).tokens - count("Answer. Ask to help.", model).tokens == finding.saving.input_tokens


def test_strings_in_pieces_and_placeholders_stay_as_they_are() -> None:
    source = f"""{HEAD}

def ask(name):
    prompt = (
        f"Please make sure to "
        f"greet {{name}} \\"politely\\" in order to"
        " help."
    )
    return client.responses.create(model="gpt-4.1", input=prompt)
"""
    expected = (
        source.replace('        f"Please make sure to "\n', "")
        .replace('f"greet', 'f"Greet')
        .replace("in order to", "to")
    )
    assert fixed(source, RULE, options=EAGER)[FILE] == expected


@given(
    st.sampled_from(phrases()).flatmap(lambda one: st.tuples(st.from_regex(one[0], fullmatch=True), st.just(one[1])))
)
def test_every_match_of_a_phrase_holds_the_letters_that_are_looked_for_first(found: tuple[str, Phrase]) -> None:
    text, phrase = found
    assert phrase.holds in text.casefold()
