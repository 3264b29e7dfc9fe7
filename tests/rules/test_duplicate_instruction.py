"""duplicate-instruction, from source to findings and rewritten source."""

from __future__ import annotations

import re

import pytest

from one_prompt import HEAD, OnePrompt, app
from promptlint.finding import Applicability, Confidence
from promptlint.measure import Meter
from rule_run import FILE, analyse, findings, fixed

RULE = "duplicate-instruction"
PROMPTS = OnePrompt(RULE)


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
    [finding] = PROMPTS.check(prompt)
    assert re.search(r" repeats? app\.py:", finding.message)
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert finding.saving is not None
    assert PROMPTS.after_fix(prompt) == expected
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
    assert PROMPTS.check(prompt) == []


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


def test_system_and_user_prompts_that_their_names_put_together() -> None:
    source = (
        "from openai import OpenAI\n\n"
        'SUMMARY_SYSTEM_PROMPT = """You sum up texts. Name the page of the manual."""\n'
        'SUMMARY_USER_PROMPT = """Sum up: {text}\nRemember: name the page of the manual."""\n'
        'TITLE_USER_PROMPT = """Find a title: {text}\nName the page of the manual."""\n'
    )
    [finding] = findings(source, RULE)
    assert '"Remember: name the page of the manual." repeats app.py:3' in finding.message
    assert finding.prompt is not None
    assert any("their names say" in sentence for sentence in finding.evidence)


LONG = "".join(
    f"- Step {at}: look at chapter {at} of the manual, and note what it says of the part.\n" for at in range(30)
)


@pytest.mark.parametrize(
    "prompt",
    [
        "Be kind.\nUSE ONLY THE MANUAL PAGE GIVEN.\nBe brief.\nUSE ONLY THE MANUAL PAGE GIVEN.\nThank them.\n",
        f"Use only the manual page given.\n{LONG}Use only the manual page given.\n",
        f"Use only the manual page given.\n{LONG}IMPORTANT: Use only the manual page given.\n\nThank them.\n",
        f"Use only the manual page given.\n{LONG}\nCRITICAL:\n- Be brief.\n- Use only the manual page given.\n- Go.\n",
        f"Use only the manual page given.\n{LONG}\n**IMPORTANT**: Be brief. Use only the manual page given.\n\nGo.\n",
    ],
    ids=["capitals", "the last word", "marked", "in a marked list", "in a marked paragraph"],
)
def test_emphasis_is_doubted_and_kept(prompt: str) -> None:
    [finding] = findings(app(prompt), RULE, options={"min-share": 0.001})
    assert finding.confidence is Confidence.LOW
    assert any("emphasis" in one for one in finding.evidence)
    assert finding.fix is None


def test_all_that_one_text_says_again_is_one_finding() -> None:
    prompt = (
        "- Name the page of the manual.\n- Be kind.\n- Never promise a delivery date.\n- Be brief.\n"
        "- Name the page of the manual.\n- Thank them.\n- Never promise a delivery date to anybody.\n- Go.\n"
        "- Name the page of the manual.\n"
    )
    [finding] = PROMPTS.check(prompt)
    assert finding.message.startswith('"Name the page of the manual." repeats app.py:4 (')
    assert finding.message.endswith(" tokens, with 2 more repeats in this text)")
    assert [text.partition(" app.py")[0] for text in finding.evidence] == [
        'also "Never promise a delivery date to anybody." restates',
        'also "Name the page of the manual." repeats',
    ]
    assert PROMPTS.after_fix(prompt) == (
        "- Name the page of the manual.\n- Be kind.\n- Be brief.\n- Thank them.\n"
        "- Never promise a delivery date to anybody.\n- Go.\n"
    )


def test_what_is_lost_in_a_long_text_is_left_alone() -> None:
    twice = "Use only the manual page given. Be kind.\n{}Use only the manual page given. Be brief.\n"
    long = twice.format("".join(f"Chapter {at} of the manual tells of part {at * 7}.\n" for at in range(150)))
    assert len(PROMPTS.check(twice.format(LONG))) == 1
    assert PROMPTS.check(long) == []
    assert len(findings(app(long), RULE, options={"min-share": 0.0})) == 1
