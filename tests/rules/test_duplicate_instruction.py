"""duplicate-instruction, from source to findings and rewritten source."""

from __future__ import annotations

import pytest

from promptlint.finding import Applicability, Confidence, Finding
from promptlint.measure import Meter
from rule_run import FILE, analyse, findings, fixed

RULE = "duplicate-instruction"
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"


def app(prompt: str) -> str:
    """A module with one call that sends a triple-quoted prompt."""
    return (
        f'{HEAD}SYSTEM = """{prompt}"""\n\n\ndef ask(question):\n'
        '    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)\n'
    )


def check(prompt: str) -> list[Finding]:
    return findings(app(prompt), RULE)


def after_fix(prompt: str) -> str:
    return fixed(app(prompt), RULE)[FILE].partition('"""')[2].partition('"""')[0]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        pytest.param(
            "- Use only the manual page given.\n- Be kind.\n- use ONLY the manual page given!\n- Be brief.",
            "- Use only the manual page given.\n- Be kind.\n- Be brief.",
            id="case and punctuation",
        ),
        pytest.param(
            "Use only the manual page given. Be kind. Use only the manual page given. Be brief.",
            "Use only the manual page given. Be kind. Be brief.",
            id="a sentence in the middle",
        ),
        pytest.param(
            "Use only the manual page given. Be kind. Use only the manual page given.",
            "Use only the manual page given. Be kind.",
            id="a sentence at the end",
        ),
        pytest.param(
            "Hi.\n\nUse only the manual page given.\n\nBe kind.\n\nUse only the manual page given.\n\nBe brief.\n",
            "Hi.\n\nUse only the manual page given.\n\nBe kind.\n\nBe brief.\n",
            id="a paragraph",
        ),
        pytest.param(
            "Use only the manual\npage given.\nBe kind.\nIMPORTANT: Use only the manual page given.\n",
            "Use only the manual\npage given.\nBe kind.\n",
            id="wrapped, and with an introduction",
        ),
        pytest.param(
            "Name the page of the manual.\nBe kind.\nPlease make sure to always name the page of the manual.\n",
            "Be kind.\nPlease make sure to always name the page of the manual.\n",
            id="the one that says less goes",
        ),
        pytest.param(
            "Be kind.\n- Use only the page given. Name its number in the text.\n"
            "- Be brief.\n- Use only the page given. Name its number in the text.\n- Thank them.",
            "Be kind.\n- Use only the page given. Name its number in the text.\n- Be brief.\n- Thank them.",
            id="two sentences of one item",
        ),
    ],
)
def test_repeats_are_found_and_deleted(prompt: str, expected: str) -> None:
    [finding] = check(prompt)
    assert "repeats app.py:" in finding.message
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert finding.saving is not None
    assert after_fix(prompt) == expected
    count = Meter().count
    assert count(prompt, "gpt-4.1").tokens - count(expected, "gpt-4.1").tokens == finding.saving.input_tokens


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("Use English. Be kind. Use English.", id="too short to matter"),
        pytest.param(
            "If they ask about billing, send them to the billing desk.\n"
            "If they ask about shipping, send them to the shipping desk.",
            id="the same pattern for different things",
        ),
        pytest.param(
            "Always add the price of the product to the answer you give.\n"
            "Never add the price of the product to the answer you give.",
            id="the opposite",
        ),
        pytest.param(
            "Write 3 short bullet points for every product on the page.\n"
            "Write 5 short bullet points for every product on the page.",
            id="another number",
        ),
        pytest.param(
            "Example 1:\nInput: Where is my parcel from last week?\nOutput: delivery\n\n"
            "Example 2:\nInput: Where is my parcel from last week?\nOutput: delivery",
            id="examples",
        ),
        pytest.param(
            "<example>\nThe customer wants to know the price.\n</example>\n"
            "<example>\nThe customer wants to know the price.\n</example>",
            id="examples in tags",
        ),
        pytest.param(
            "```\nrun the tool with both options\n```\n```\nrun the tool with both options\n```", id="code fences"
        ),
        pytest.param(
            '{"task": "name the page of the manual"}\n{"task": "name the page of the manual"}',
            id="JSON",
        ),
        pytest.param(
            "# What to say about the price\nIt is 5.\n# What to say about the price\nIt is 6.",
            id="headings",
        ),
        pytest.param(
            "| name of the page to show | 5 |\n| name of the page to show | 5 |",
            id="tables",
        ),
        pytest.param(
            "These are the reasons of the customer:\n1\n\nThese are the reasons of the customer:\n2",
            id="labels of what comes behind",
        ),
        pytest.param(
            "- `source`: A name. Use the same name as before.\n- `target`: Its end. Use the same name as before.",
            id="what is said of two fields",
        ),
        pytest.param(
            "Q: Who?\nLet us think step by step about it.\nA: Me.\n\n"
            "Q: When?\nLet us think step by step about it.\nA: Now.",
            id="few-shot dialogues",
        ),
    ],
)
def test_what_is_not_a_repeat(prompt: str) -> None:
    assert check(prompt) == []


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
    [finding] = check(prompt)
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


CHAT = (
    HEAD
    + """RULES = "Name the page of the manual. Be kind to everybody."


def ask(question):
    return client.chat.completions.create(
        model="gpt-4.1",
        messages=[
            {{"role": "system", "content": RULES}},
            {{"role": "user", "content": f"{{question}}\\nName the page of the manual."}},
        ],
    )
{more}"""
)


def test_repeats_across_system_and_user_messages() -> None:
    [finding] = findings(CHAT.format(more=""), RULE)
    assert '"Name the page of the manual." repeats app.py:4' in finding.message
    assert finding.call is not None
    assert finding.confidence is Confidence.HIGH
    assert "Name the page" not in fixed(CHAT.format(more=""), RULE)[FILE].partition("def ask")[2]


def test_a_repeat_that_several_calls_send_is_reported_once() -> None:
    two = CHAT.format(
        more="\n\nALSO = client.responses.create(model='gpt-4', instructions=RULES + RULES, input='Hi')\n"
    )
    assert len(findings(two, RULE)) == 1
    prompt = "Use only the manual page given. Be kind. Use only the manual page given."
    source = app(prompt) + '\n\nclient.responses.create(model="gpt-4", instructions=SYSTEM, input="Hello")\n'
    assert len(findings(source, RULE)) == 1


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


def test_few_shot_turns_are_not_compared() -> None:
    source = (
        HEAD
        + """client.chat.completions.create(
    model="gpt-4.1",
    messages=[
        {"role": "user", "content": "Name the page of the manual for this. Cable."},
        {"role": "assistant", "content": "Page 4"},
        {"role": "user", "content": "Name the page of the manual for this. Screen."},
    ],
)
"""
    )
    assert len(analyse(source, RULE).project.calls) == 1
    assert findings(source, RULE) == []


def test_prompts_that_reach_no_known_call_are_checked_too() -> None:
    prompt = "You answer questions about the manual. Name the page you mean. You answer questions about the manual."
    [finding] = findings(f'from openai import OpenAI\n\nSYSTEM_PROMPT = """{prompt}"""\n', RULE)
    assert finding.call is None
    assert finding.prompt is not None


def test_shorter_repeats_on_request() -> None:
    source = app("Use English only. Be kind. Use English only.")
    assert len(findings(source, RULE, options={"min-words": 3})) == 1


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
