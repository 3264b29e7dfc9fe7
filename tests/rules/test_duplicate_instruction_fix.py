"""duplicate-instruction: what the fix takes out, and where there is none."""

from __future__ import annotations

import pytest

from one_prompt import HEAD, OnePrompt
from rule_run import FILE, findings, fixed

RULE = "duplicate-instruction"
PROMPTS = OnePrompt(RULE)


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param(
            "1. Use only the manual page given.\n2. Be kind.\n3. Use only the manual page given.\n4. Be brief.",
            id="a numbered list would have a gap",
        ),
        pytest.param(
            "Use only the manual page given.\nIn every case:\n- Use only the manual page given.\n\nThank them.",
            id="an introduction would lead nowhere",
        ),
    ],
)
def test_no_fix_that_leaves_a_gap(prompt: str) -> None:
    [finding] = PROMPTS.check(prompt)
    assert finding.fix is None


def test_no_fix_that_would_lose_a_placeholder() -> None:
    source = f"""{HEAD}

def ask(question, product):
    prompt = f"Answer only about {{product}} and nothing else. Be kind. Answer only about {{product}} and nothing else."
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=question)
"""
    [finding] = findings(source, RULE)
    assert finding.fix is None
    assert fixed(source, RULE)[FILE] == source


def test_no_fix_that_would_lose_a_placeholder_filled_elsewhere() -> None:
    rule = "Answer only about {product} and nothing else."
    source = f'PROMPT = "{rule} Be kind. {rule}"\n'
    [finding] = findings(source, RULE)
    assert finding.fix is None


def test_no_fix_that_takes_the_instruction_from_another_call() -> None:
    shared = (
        HEAD
        + """RULES = "Be kind to everybody who asks. Name the page of the manual."
FIRST = "You answer questions. Be kind to everybody who asks.\\n"

client.responses.create(model="gpt-4.1", instructions=FIRST + RULES, input="Hello")
client.responses.create(model="gpt-4.1", instructions=RULES, input="Hello")
"""
    )
    [finding] = findings(shared, RULE)
    assert finding.fix is None


@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        (
            ['"Answer in one short paragraph. "', '"Use plain English, please."', '" Answer in one short paragraph."'],
            [0, 1],
        ),
        (
            [
                '"Answer in one short paragraph.\\n"',
                '"Use plain English here.\\n"',
                '"Answer in one short paragraph.\\n"',
                '"End with a question."',
            ],
            [0, 1, 3],
        ),
    ],
    ids=["the last", "in between"],
)
def test_no_empty_string_is_left_of_an_implicit_concatenation(pieces: list[str], left: list[int]) -> None:
    def app(lines: list[str]) -> str:
        body = "".join(f"    {line}\n" for line in lines)
        return (
            "from openai import OpenAI\n\nclient = OpenAI()\nSYSTEM = (\n" + body + ")\n"
            'client.responses.create(model="gpt-4.1", instructions=SYSTEM, input="Hello")\n'
        )

    rewritten = fixed(app(pieces), "duplicate-instruction")[FILE]
    assert rewritten == app([pieces[at] for at in left])


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("'{0} ''Be kind. ''{0} ''Go.'", "'{0} ''Be kind. ''Go.'"),
        ("'{0} ''Be kind.'' {0}'", "'{0} ''Be kind.'"),
        ("'{0} ''{0} '", "'{0}'' '"),
        ("'{0} ''{0} ''{0} ''Go.'", "'{0} ''Go.'"),
    ],
    ids=["in between", "at the end", "all but one", "two in a row"],
)
def test_the_quotes_of_an_emptied_string_do_not_run_into_the_next(spelled: str, expected: str) -> None:
    rule = "Answer in one short paragraph."
    source = (
        "from openai import OpenAI\n\nclient = OpenAI()\nSYSTEM = {0}\n"
        'client.responses.create(model="gpt-4.1", instructions=SYSTEM, input="Hello")\n'
    )
    rewritten = fixed(source.format(spelled.format(rule)), RULE)[FILE]
    assert rewritten == source.format(expected.format(rule))


def test_an_emptied_string_with_a_comment_keeps_its_line() -> None:
    source = (
        "from openai import OpenAI\n\nclient = OpenAI()\nSYSTEM = (\n"
        '    "Answer in one short paragraph.\\n"  # product\n'
        '    "Use plain English here.\\n"  # legal\n'
        '    "Answer in one short paragraph.\\n"  # again\n'
        '    "End with a question."  # sales\n'
        ")\n"
        'client.responses.create(model="gpt-4.1", instructions=SYSTEM, input="Hello")\n'
    )
    rewritten = fixed(source, "duplicate-instruction")[FILE]
    assert rewritten == source.replace('"Answer in one short paragraph.\\n"  # again', '""  # again')


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            "Never use an external page.\nBe kind.\n\nI repeat. Never use an external page. Be brief.\n",
            "Never use an external page.\nBe kind.\n\nBe brief.\n",
        ),
        (
            "Do not import the module again. They are loaded. Be kind.\n\nBe brief.\n"
            "Do not import the module again. They are loaded.\n\nThank them.",
            "Do not import the module again. They are loaded. Be kind.\n\nBe brief.\n\nThank them.",
        ),
    ],
    ids=["the sentence that announces it", "the same short sentence behind both"],
)
def test_what_belongs_to_a_repeat_goes_with_it(prompt: str, expected: str) -> None:
    assert len(PROMPTS.check(prompt)) == 1
    assert PROMPTS.after_fix(prompt) == expected


@pytest.mark.parametrize(
    "behind",
    [
        "They are already imported.",
        "Some pages can be read without it.",
        "Otherwise, name the page.",
        "However, you can say so.",
        "The same holds for tables.",
        "If not, ask for it.",
    ],
)
def test_no_fix_where_the_next_sentence_leans_on_it(behind: str) -> None:
    prompt = f"Use only the manual page given. Be kind.\n\nBe brief. Use only the manual page given. {behind}\n"
    [finding] = PROMPTS.check(prompt)
    assert finding.fix is None
    assert PROMPTS.after_fix(prompt) == prompt
    for free in ("Name the number of the page.", "All answers are short.", "Each page has a number."):
        assert PROMPTS.check(prompt.replace(behind, free))[0].fix is not None


def test_the_fix_takes_out_what_it_can() -> None:
    prompt = (
        "Name the page of the manual. Never promise a delivery date. Be kind.\n\n"
        "Name the page of the manual. They are numbered. Never promise a delivery date. Thank them.\n"
    )
    assert len(PROMPTS.check(prompt)) == 1
    assert PROMPTS.after_fix(prompt) == prompt.replace("numbered. Never promise a delivery date.", "numbered.")
