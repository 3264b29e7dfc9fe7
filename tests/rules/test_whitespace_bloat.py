"""whitespace-bloat, from source to findings and rewritten source."""

from __future__ import annotations

import ast
import json
import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indented import RULE, app, fix
from promptlint.finding import Applicability, Finding, Severity
from promptlint.measure import Meter
from rule_run import FILE, analyse, findings, fixed

SENTENCES = [f"Sentence number {number} tells the model what to do." for number in range(20)]


def check(source: str, *, min_tokens: int = 1) -> list[Finding]:
    return findings(source, RULE, options={"min-tokens": min_tokens})


def sent(source: str) -> str:
    """The text of the (only) prompt as the model receives it."""
    [prompt] = [prompt for prompt in analyse(source, RULE).project.prompts if prompt.calls]
    return prompt.template.text


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-4", "claude-haiku-4-5", "claude-opus-5", "some-model"])
def test_the_saving_is_what_a_recount_of_the_fixed_text_shows(model: str) -> None:
    body = textwrap.indent("\n".join(SENTENCES), " " * 16)
    source = app(f'"""\n{body}\n{" " * 16}"""', indent=16, model=model)
    [finding] = check(source)
    after = fixed(source, RULE)[FILE]
    assert sent(after) == "\n" + "\n".join(SENTENCES) + "\n"
    count = Meter().count
    saved = count(sent(source), model).tokens - count(sent(after), model).tokens
    assert finding.saving is not None
    assert finding.saving.input_tokens == saved > 0
    assert finding.message.startswith(f"{saved} of {count(sent(source), model).tokens} tokens are layout")
    assert "16 blanks on 21 lines" in finding.message


@pytest.mark.parametrize("function", ["dedent", "cleandoc"])
def test_text_that_is_cleaned_before_sending_is_silent(function: str) -> None:
    body = textwrap.indent("\n".join(SENTENCES), " " * 16)
    assert check(app(f'{function}("""\n{body}\n    """)')) == []


def test_blank_lines_are_silent_where_the_tokenizer_does_not_charge_for_them() -> None:
    assert check(app('"""' + "\n\n\n\n".join(SENTENCES) + '"""')) == []


def test_findings_below_the_option_are_silent() -> None:
    source = app('"""\n    Be brief.\n    Be kind.\n    """')
    [finding] = check(source)
    assert finding.saving is not None
    assert check(source, min_tokens=finding.saving.input_tokens + 1) == []
    assert finding.severity is Severity.LOW


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        pytest.param(
            '"""\n        Rules:\n          - one\n            two\n        End.\n    """',
            "\nRules:\n  - one\n    two\nEnd.\n",
            id="relative indentation stays",
        ),
        pytest.param(
            '"""You answer.\n    Be brief and to the point.\n    Be kind to everybody.\n    """',
            "You answer.\nBe brief and to the point.\nBe kind to everybody.\n",
            id="closing quotes at the margin",
        ),
        pytest.param(
            '"""Rules:\n      - Be brief.\n      - Be kind.\n    """',
            "Rules:\n  - Be brief.\n  - Be kind.\n",
            id="only as deep as the closing quotes",
        ),
        pytest.param(
            '"""\n    Rules:\n      - Be brief and kind.\n    Never guess a price.\n    """.strip()',
            "Rules:\n  - Be brief and kind.\nNever guess a price.",
            id="stripped",
        ),
        pytest.param(
            '"""You answer questions.\n    Be brief and kind.\n    Say so when unsure."""',
            "You answer questions.\nBe brief and kind.\nSay so when unsure.",
            id="as deep as the statement",
        ),
        pytest.param(
            '"""\\\n    Be brief and kind.\n    Say so when unsure.\n    """',
            "Be brief and kind.\nSay so when unsure.\n",
            id="first line joined to the quotes by a backslash",
        ),
        pytest.param(
            '"""\n\tBe brief and kind.\n\tSay so when unsure.\n\t\tAnd why.\n\t"""',
            "\nBe brief and kind.\nSay so when unsure.\n\tAnd why.\n",
            id="tabs",
        ),
        pytest.param(
            'f"""\n    Greet {name}.\n    Answer with {{"a": 1}} as in the manual.\n    {question}\n    """',
            '\nGreet {name}.\nAnswer with {"a": 1} as in the manual.\n{question}\n',
            id="placeholders and doubled braces",
        ),
        pytest.param(
            '"""\n    Run it and say what you see:\n    ```\n    a:   \n      b   \n    ```\n    Done.\n    """',
            "\nRun it and say what you see:\n```\na:   \n  b   \n```\nDone.\n",
            id="code fences are shifted, not changed",
        ),
        pytest.param(
            '"""Be brief,   \nkind and honest.   \n\nSay so when unsure. \t \nNever guess.\n"""',
            "Be brief,\nkind and honest.\n\nSay so when unsure.\nNever guess.\n",
            id="trailing blanks",
        ),
        pytest.param(
            '"""Be brief, kind and  honest to all of them."""',
            "Be brief, kind and honest to all of them.",
            id="a run of spaces in a sentence",
        ),
        pytest.param(
            '"""Be brief, kind \\\n        and honest to all \\\n        of them."""',
            "Be brief, kind and honest to all of them.",
            id="source indentation inside a joined line",
        ),
    ],
)
def test_what_is_removed(literal: str, expected: str) -> None:
    assert sent(fix(app(literal))) == expected


@pytest.mark.parametrize(
    "literal",
    [
        pytest.param('"Options:\\n    - one of these\\n    - two of these\\n    - three"', id="typed with escapes"),
        pytest.param('"""config:\n      a: 1\n      b: 2\n      c: 3"""', id="YAML under its key"),
        pytest.param('"""def add(a, b):\n    c = a\n    return c + b\n    """', id="Python"),
        pytest.param('"""def add(a, b):  # wrong\n    c = a\n    c += b\n    return c\n    """', id="a comment"),
        pytest.param('"""description: |\n    Be brief.\n    Be kind.\n    Guess.\n"""', id="a block of YAML"),
        pytest.param('"""You help.\nBe brief.  \nBe kind.  \nNever guess."""', id="Markdown line breaks"),
        pytest.param('"""name    age\nAnn     31\nBob     27"""', id="columns"),
        pytest.param('"""| name  | age |\n| Ann   | 31  |"""', id="table"),
        pytest.param(
            '"""Say "one  two" to them.\n-   Item one of the list.\n1.  Item two."""', id="quotes and markers"
        ),
        pytest.param('"""Be brief.  Be  kind to people.  Never guess a price."""', id="runs here and there"),
        pytest.param('"Answer: " + question', id="the blank at the end of a piece"),
        pytest.param('"""Be brief.\n\n\n"""', id="line breaks at the end"),
        pytest.param('"""No layout here.\n  - Only a list.\n  - With two items."""', id="a list"),
    ],
)
def test_what_is_left_alone(literal: str) -> None:
    assert check(app(literal)) == []


def test_a_text_at_column_0_in_a_deep_block_is_silent() -> None:
    assert check(app('"""\nBe brief.\nBe kind.\nNever guess.\n"""', indent=12)) == []


def test_windows_line_breaks() -> None:
    source = app('"""\n    Be brief and kind.\n    Say so when unsure.\n    Never guess.\n    """').replace(
        "\n", "\r\n"
    )
    after = fix(source)
    assert "\r\nBe brief and kind.\r\nSay so when unsure.\r\nNever guess.\r\n" in after
    assert after.count("\n") == after.count("\r\n") == source.count("\n")


def test_only_blanks_go() -> None:
    source = app('f"""\n    Greet {name}. \n\n    Answer {question!r:>10} \\N{BULLET} \\t \\"now\\".  \n    """')
    after = fix(source)
    assert re.sub(r"\s", "", after) == re.sub(r"\s", "", source)


LINE = st.text(alphabet="ab{}\"'\\ \t#-|.:1é", max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=6), st.integers(0, 3))
def test_no_text_loses_anything_but_blanks(text_lines: list[str], margin: int) -> None:
    text = "\n".join(" " * 4 * margin + line for line in text_lines)
    literal = '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '\n    """'
    source = app(literal + ' + "Answer the question of the customer, and keep it short."')
    after = fix(source)
    before, now = (constant(each) for each in (source, after))
    assert said(before) == said(now)


def said(text: str) -> list[list[str]]:
    """The words of each line that has any."""
    return [line.split() for line in text.split("\n") if line.strip()]


def constant(source: str) -> str:
    """The first string that the function assigns."""
    function = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    strings = [node.value for node in ast.walk(function) if isinstance(node, ast.Constant)]
    return next(value for value in strings if isinstance(value, str))


def table(expression: str, imports: str = "import pandas as pd") -> str:
    return f"""{imports}
from openai import OpenAI

client = OpenAI()


def ask(frame):
    return client.responses.create(model="gpt-4.1", input=f"Describe this table:\\n{{{expression}}}")
"""


@pytest.mark.parametrize("expression", ["frame.to_markdown()", "frame.head(25).to_markdown()"])
def test_a_padded_table_is_told_at_its_place(expression: str) -> None:
    source = table(expression)
    [finding] = findings(source, RULE)
    assert finding.message.startswith(f"`{expression}` pads every cell to the width of its column")
    assert expression in source[finding.place.start : finding.place.end]
    assert finding.saving is None


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(table("frame.to_csv(index=False)"), id="CSV"),
        pytest.param(table("frame.to_markdown()", imports="import documents"), id="no pandas"),
    ],
)
def test_other_tables_are_silent(source: str) -> None:
    assert findings(source, RULE) == []


RECORDS = json.dumps([{"id": at, "name": f"Item {at}", "tags": ["new", "blue"]} for at in range(8)], indent=4)


def test_the_layout_of_json_is_counted_once() -> None:
    """What pretty-json reports is counted there, and here only where that rule does not run."""
    body = textwrap.indent("\n".join([*SENTENCES, RECORDS]), " " * 8)
    source = app(f'"""\n{body}\n        """', indent=8)
    count, text = Meter().count, sent(source)
    both = {finding.rule: finding for finding in findings(source, RULE, "pretty-json")}
    [alone] = findings(source, RULE)
    assert alone.saving is not None
    saved = [finding.saving.input_tokens for finding in both.values() if finding.saving]
    after = sent(fixed(source, RULE, "pretty-json")[FILE])
    assert sum(saved) == count(text, "gpt-4.1").tokens - count(after, "gpt-4.1").tokens
    assert saved[0] < alone.saving.input_tokens
    assert any("pretty-json reports it" in one for one in both[RULE].evidence)


def test_json_too_small_for_pretty_json_is_counted_here() -> None:
    body = textwrap.indent("\n".join([*SENTENCES, '{\n    "id": 1\n}']), " " * 8)
    source = app(f'"""\n{body}\n        """', indent=8)
    assert findings(source, RULE, "pretty-json") == findings(source, RULE)


def test_in_a_text_file_the_finding_stands_at_the_first_line_that_wastes() -> None:
    text = "Answer the question.\nBe brief.   \nName the page.   \n\nUse English.   \nThank them.\n"
    code = app('open("prompts/answer.txt").read()')
    [finding] = findings({"app.py": code, "prompts/answer.txt": text}, RULE, options={"min-tokens": 1})
    assert finding.place.path == "prompts/answer.txt"
    assert text[finding.place.start : finding.place.end] == "Be brief.   "


@pytest.mark.parametrize(
    ("settings_", "is_local"),
    [
        ('agent.model = "ollama/llama3.1"\n', True),
        ('agent.model = "gpt-4.1"\nagent.offline = True\n', True),
        ('agent.model = "gpt-4.1"\n', False),
    ],
)
def test_a_model_on_the_same_machine_costs_no_money(settings_: str, is_local: bool) -> None:
    body = textwrap.indent("\n".join(SENTENCES), " " * 4)
    source = f'from agents_here import agent\n\n{settings_}agent.system_message = """\n{body}\n    """\n'
    [finding] = check(source)
    assert finding.severity is Severity.LOW
    assert any("same machine" in one for one in finding.evidence) is is_local


def test_a_call_of_a_local_model_is_of_low_severity() -> None:
    body = textwrap.indent("\n".join(SENTENCES * 20), " " * 8)
    source = app(f'"""\n{body}\n        """', indent=8)
    assert check(source)[0].severity is not Severity.LOW
    [finding] = check(source.replace("OpenAI()", 'OpenAI(base_url="http://localhost:8000/v1")'))
    assert finding.severity is Severity.LOW
    assert any("same machine" in one for one in finding.evidence)


def test_blanks_that_are_lost_in_a_long_text_are_left_alone() -> None:
    trailing = "".join(f"{sentence}   \n" for sentence in SENTENCES[:5])
    assert len(findings(app(f'"""{trailing}"""'), RULE)) == 1
    chapters = "".join(f"Chapter {number} of the manual says more of it, on three pages.\n" for number in range(40))
    long = app(f'"""{trailing}{chapters}"""')
    assert findings(long, RULE) == []
    assert len(findings(long, RULE, options={"min-share": 0.0})) == 1


WORKED_ON = """import re
from openai import OpenAI

TEXT = \'\'\'
{lines}    DOCUMENTS
\'\'\'


def ask(docs):
    {work}
    return OpenAI().responses.create(model="gpt-4.1", input=TEXT)
""".replace("{lines}", "".join(f"    Rule {number}: name the page of the manual.\n" for number in range(8)))


@pytest.mark.parametrize(
    ("work", "applicability"),
    [
        ('TEXT.replace("    DOCUMENTS", docs)', Applicability.UNSAFE),
        ('TEXT.replace("\\n    DOCUMENTS", docs)', Applicability.UNSAFE),
        ('TEXT.strip().replace("  ", " ")', Applicability.UNSAFE),
        ('TEXT.split("\\n")', Applicability.UNSAFE),
        ("TEXT.splitlines()", Applicability.UNSAFE),
        ('re.split(" +", TEXT)', Applicability.UNSAFE),
        ('TEXT.replace("DOCUMENTS", docs)', Applicability.SAFE),
        ('docs.split("\\n")', Applicability.SAFE),
    ],
)
def test_what_code_looks_for_is_not_taken_away_safely(work: str, applicability: Applicability) -> None:
    (finding,) = findings(WORKED_ON.replace("{work}", work), RULE)
    assert finding.fix
    assert finding.fix.applicability is applicability


def test_a_text_that_cannot_be_edited_has_no_fix() -> None:
    prompt = 'system: "' + "You are good.   \\n" * 6 + 'Be nice."\n'
    source = "import yaml\nfrom openai import OpenAI\n\nD = yaml.safe_load(open('p.yaml'))\n"
    source += "OpenAI().responses.create(model='gpt-4.1', input=D['system'])\n"
    (finding,) = findings({FILE: source, "p.yaml": prompt}, RULE)
    assert finding.fix is None
