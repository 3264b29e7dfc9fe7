"""duplicate-instruction: what is said again in other words, by a value or by a schema."""

from __future__ import annotations

import pytest

from one_prompt import HEAD, OnePrompt
from promptlint.finding import Confidence
from rule_run import findings

RULE = "duplicate-instruction"
PROMPTS = OnePrompt(RULE)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        pytest.param(
            "Write the reply from an objective, third-person view.\nBe kind.\n"
            "Ensure the reply is written from an objective, third-person view; name the product you write of.\n",
            "Be kind.\n"
            "Ensure the reply is written from an objective, third-person view; name the product you write of.\n",
            id="other forms of the words",
        ),
        pytest.param(
            "You will only respond with SQL code and not with any explanations.\nBe quick.\n"
            "Respond with only SQL code.\n",
            "You will only respond with SQL code and not with any explanations.\nBe quick.\n",
            id="the format of the answer",
        ),
        pytest.param(
            "The section 'Output Format' contains output format templates only.\nBe quick.\n"
            "The following content is an output format template only.\n",
            "The section 'Output Format' contains output format templates only.\nBe quick.\n",
            id="a rule, and a reminder where it applies",
        ),
    ],
)
def test_repeats_in_other_words(prompt: str, expected: str) -> None:
    [finding] = PROMPTS.check(prompt)
    assert "restates app.py:" in finding.message
    assert finding.confidence is Confidence.MEDIUM
    assert any("there it says" in sentence for sentence in finding.evidence)
    assert PROMPTS.after_fix(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param(
            "Include three lines of context before the change.\nBe brief.\n"
            "Include three lines of context after the change.",
            id="the other side",
        ),
        pytest.param(
            "Only return code with the write tool.\nBe brief.\nNever return code with the write tool to the customer.",
            id="the opposite",
        ),
        pytest.param(
            "You must check the price of the order.\nBe brief.\n"
            "If the order is late, you must check the price of the order and the date.",
            id="under a condition",
        ),
        pytest.param(
            "If the order looks correct, check the price of the parcel.\nBe brief.\n"
            "If the price looks correct, check the order of the parcel.",
            id="conditions with the parts changed round",
        ),
        pytest.param(
            "Each document must directly support the facts.\nBe brief.\n"
            "Note the number of the document which directly supports the facts you state.",
            id="an aside of another instruction",
        ),
        pytest.param(
            "Can you write a mail with this subject please?\nBe brief.\n"
            "Would you write a mail with this subject for me?",
            id="questions",
        ),
        pytest.param(
            "You get the overall analysis of the report.\nBe brief.\nOverall analysis of the report: {analysis}",
            id="the label of a value",
        ),
        pytest.param(
            "Deep learning for language processing\nBe brief.\n"
            "Deep learning has changed the field of language processing.",
            id="statements that ask for nothing",
        ),
        pytest.param(
            "The page scrolls up. It is suitable when you want to see the elements above the viewport.\nBe brief.\n"
            "The page scrolls down. It is suitable when you want to see the elements below the viewport.",
            id="opposite places",
        ),
        pytest.param(
            "The text does not provide an answer here.\nBe brief.\n"
            "The text does not specify the answer to this question here.",
            id="statements that say what is not",
        ),
    ],
)
def test_what_other_words_do_not_repeat(prompt: str) -> None:
    assert PROMPTS.check(prompt) == []


VALUES = (
    HEAD
    + '''
def ask(question, notes):
    {before}
    return client.responses.create(model="gpt-4.1", input=f"""{prompt}""")
'''
)


@pytest.mark.parametrize(
    "prompt",
    [
        "Answer from these notes: {notes}\n\nQuestion:\n{question}\n\nThe notes once more: {notes}",
        'Notes: "{notes}"\nThink first.\n\n{notes}\n',
        "<notes>{notes}</notes>\n```\n{notes}\n```",
    ],
)
def test_a_long_value_that_is_filled_in_twice(prompt: str) -> None:
    [finding] = findings(VALUES.format(before="pass", prompt=prompt), RULE)
    assert "the value of notes is filled in here and at app.py:" in finding.message
    assert finding.fix is None
    assert finding.saving is None


@pytest.mark.parametrize(
    ("before", "prompt"),
    [
        pytest.param("pass", "Question: {question}\nNotes: {notes}", id="once"),
        pytest.param("pass", "Are {notes} some notes?\nNotes: {notes}", id="a mention in a sentence"),
        pytest.param("pass", "Question: {question}\nNotes: {notes}\nNow answer: {question}", id="a reminder"),
        pytest.param(
            "notes_format = notes", "Format: {notes_format}\nAnswer in this format: {notes_format}", id="a small value"
        ),
        pytest.param(
            "code_opening_tag = notes",
            "Task: count\n{code_opening_tag}\nlen(x)\n\nTask: add\n{code_opening_tag}\nsum(x)",
            id="a delimiter",
        ),
    ],
)
def test_values_that_cost_nothing_more(before: str, prompt: str) -> None:
    assert findings(VALUES.format(before=before, prompt=prompt), RULE) == []


def test_a_name_that_is_set_anew_is_another_value() -> None:
    source = HEAD + (
        "def ask(pages):\n    text = 'Pages:'\n    for page in pages:\n        text += f'\\nPage: {page}'\n"
        "    for page in reversed(pages):\n        text += f'\\nAgain: {page}'\n"
        "    return client.responses.create(model='gpt-4.1', input=text)\n"
    )
    assert findings(source, RULE) == []


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("response_format=Answer", 0),
        ('response_format={"type": "json_object"}', 0),
        ("text_format=Answer", 1),
    ],
)
def test_a_schema_in_the_prompt_and_in_the_request(given: str, count: int) -> None:
    api = "responses.parse" if "text" in given else "chat.completions.create"
    text = "input" if "text" in given else "messages"
    value = "prompt" if "text" in given else '[{"role": "user", "content": prompt}]'
    source = (
        "import json\n\nfrom openai import OpenAI\nfrom pydantic import BaseModel\n\nclient = OpenAI()\n\n\n"
        "class Answer(BaseModel):\n    page: int\n\n\ndef ask(question):\n"
        "    schema = json.dumps(Answer.model_json_schema())\n"
        '    prompt = f"Answer {question} as JSON with this schema: {schema}"\n'
        f'    return client.{api}(model="gpt-4.1", {text}={value}, {given})\n'
    )
    found = findings(source, RULE)
    assert len(found) == count
    assert all("a schema is written into the prompt" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("second", "count"),
    [
        ("Jane lives in Dover.\nJane can go to: school, park.\n", 0),
        ("Jane lives in Dover.\nJane works at night.\nJane can go to: school, park.\n", 0),
        ("Sam lives in London.\nSam can go to: house, pub.\n", 1),
        ("Write short sentences.\nNever guess a price.\n", 1),
    ],
    ids=["filled with other values", "with a line more", "the same once more", "other instructions"],
)
def test_blocks_of_one_layout_repeat_their_rules(second: str, count: int) -> None:
    rule = "* Stay where you are if the work can be done there.\n"
    prompt = f"Choose a place.\n\nSam lives in London.\nSam can go to: house, pub.\n{rule}---\n{second}{rule}"
    assert len(PROMPTS.check(prompt)) == count
