"""duplicate-instruction, from source to findings and rewritten source."""

from __future__ import annotations

import re

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
    assert re.search(r" repeats? app\.py:", finding.message)
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
    [finding] = check(prompt)
    assert "restates app.py:" in finding.message
    assert finding.confidence is Confidence.MEDIUM
    assert any("there it says" in sentence for sentence in finding.evidence)
    assert after_fix(prompt) == expected


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
    assert check(prompt) == []


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
    assert len(check(prompt)) == 1
    assert after_fix(prompt) == expected


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
    [finding] = check(prompt)
    assert finding.fix is None
    assert after_fix(prompt) == prompt
    for free in ("Name the number of the page.", "All answers are short.", "Each page has a number."):
        assert check(prompt.replace(behind, free))[0].fix is not None


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
    [finding] = check(prompt)
    assert finding.message.startswith('"Name the page of the manual." repeats app.py:4 (')
    assert finding.message.endswith(" tokens, with 2 more repeats in this text)")
    assert [text.partition(" app.py")[0] for text in finding.evidence] == [
        'also "Never promise a delivery date to anybody." restates',
        'also "Name the page of the manual." repeats',
    ]
    assert after_fix(prompt) == (
        "- Name the page of the manual.\n- Be kind.\n- Be brief.\n- Thank them.\n"
        "- Never promise a delivery date to anybody.\n- Go.\n"
    )


def test_the_fix_takes_out_what_it_can() -> None:
    prompt = (
        "Name the page of the manual. Never promise a delivery date. Be kind.\n\n"
        "Name the page of the manual. They are numbered. Never promise a delivery date. Thank them.\n"
    )
    assert len(check(prompt)) == 1
    assert after_fix(prompt) == prompt.replace("numbered. Never promise a delivery date.", "numbered.")


def test_what_is_lost_in_a_long_text_is_left_alone() -> None:
    twice = "Use only the manual page given. Be kind.\n{}Use only the manual page given. Be brief.\n"
    long = twice.format("".join(f"Chapter {at} of the manual tells of part {at * 7}.\n" for at in range(150)))
    assert len(check(twice.format(LONG))) == 1
    assert check(long) == []
    assert len(findings(app(long), RULE, options={"min-share": 0.0})) == 1


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
    assert len(check(prompt)) == count
