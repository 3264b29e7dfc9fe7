"""pretty-json, from source to findings and rewritten source."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from promptlint.finding import Confidence, Finding, Severity
from promptlint.template import HOLE
from promptlint.wording.payloads import payloads
from rule_run import FILE, findings, fixed

RULE = "pretty-json"
HEAD = "import json\nfrom openai import OpenAI\n\nclient = OpenAI()\n"
RECORDS = [{"id": number, "name": f"Item {number}", "tags": ["new", "blue"]} for number in range(8)]
PRETTY = json.dumps(RECORDS, indent=4)
COMPACT = "[\n" + ",\n".join(json.dumps(record, separators=(",", ":")) for record in RECORDS) + "\n]"


def check(body: str) -> list[Finding]:
    return findings(HEAD + dedent(body), RULE)


def fix(body: str) -> str:
    return fixed(HEAD + dedent(body), RULE)[FILE].removeprefix(HEAD)


def sends(value: str, before: str = "") -> str:
    """A function that sends what the expression `value` gives."""
    setup = "".join(f"    {line}\n" for line in dedent(before).splitlines())
    return f'def ask(data, mode):\n{setup}    return client.responses.create(model="gpt-4.1", input={value})\n'


@pytest.mark.parametrize(
    "body",
    [
        sends('"Sum this up: " + json.dumps(data, indent=4)'),
        sends("f'Sum this up: {json.dumps(data, indent=2)}'"),
        sends('"Sum this up: {}".format(text)', "text = json.dumps(data, indent=4)"),
        sends('"Sum this up: %s" % json.dumps(data, indent="  ")'),
        sends("json.dumps(data, indent=4)"),
        sends('f"Sum this up: {data.model_dump_json(indent=4)}"'),
        sends('f"Sum this up: {data.json(indent=4)}"'),
        sends(
            '"Sum these up:\\n" + "\\n".join(rows)',
            "rows = []\nfor one in data:\n    rows.append(json.dumps(one, indent=4))",
        ),
        "def shown(value):\n    return json.dumps(value, indent=4)\n\n\n" + sends('f"Sum this up: {shown(data)}"'),
        "def shown(value, **options):\n    return json.dumps(vars(value), **options)\n\n\n"
        "def to_json(value, **options):\n    return shown(value, **options)\n\n\n"
        + sends('f"Sum this up: {to_json(data, indent=2)}"'),
        "def question(data):\n    text = json.dumps(data, indent=4)\n    return f'Sum this up: {text}'\n\n\n"
        + sends("question(data)"),
    ],
)
def test_indented_json_is_followed_into_the_prompt(body: str) -> None:
    (finding,) = check(body)
    assert "writes indented JSON into a prompt" in finding.message
    assert finding.severity is Severity.MEDIUM
    assert finding.confidence is Confidence.HIGH
    assert finding.call is not None
    assert finding.saving is None


@pytest.mark.parametrize(
    "body",
    [
        sends('f"Sum this up: {json.dumps(data)}"'),
        sends('f"Sum this up: {json.dumps(data, indent=None)}"'),
        sends('f"Sum this up: {json.dumps(data, indent=0)}"'),
        sends('f"Sum this up: {json.dumps(data, indent=mode)}"'),
        sends('f"Sum this up: {data}"', "print(json.dumps(data, indent=4))"),
        sends(
            'f"Sum this up: {data}"', 'with open("data.json", "w") as file:\n    file.write(json.dumps(data, indent=4))'
        ),
        sends('f"Sum this up: {yaml.dump(data, indent=4)}"'),
        "def to_json(value, indent=None):\n    return json.dumps(value, indent=indent)\n\n\n"
        + sends('f"Sum this up: {to_json(data)}"'),
    ],
)
def test_what_is_not_indented_or_goes_elsewhere_is_silent(body: str) -> None:
    assert check(body) == []


def test_json_given_to_a_function_that_makes_a_prompt_is_found() -> None:
    body = """
    class PromptJudge:
        def judge(self, trace):
            text = json.dumps(trace, indent=2)
            return self.send(self._get_prompt("judge", trace=text))

        def log(self, trace):
            self.store("judge", trace=json.dumps(trace, indent=2))
            return PromptJudge(json.dumps(trace, indent=2)), self.log_prompt(json.dumps(trace, indent=2))
    """
    (finding,) = check(body)
    assert finding.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("value", "rewritten"),
    [
        ('"Sum up: " + json.dumps(data, indent=4)', '"Sum up: " + json.dumps(data, separators=(",", ":"))'),
        ('f"Sum up: {json.dumps(data, indent=4)}"', "f\"Sum up: {json.dumps(data, separators=(',', ':'))}\""),
        ("f'Sum up: {json.dumps(data, indent=4)}'", 'f\'Sum up: {json.dumps(data, separators=(",", ":"))}\''),
        ("f'''{json.dumps(data, indent=4)}'''", "f'''{json.dumps(data)}'''"),
        (
            '"Sum up: " + json.dumps((data or mode), indent=4, sort_keys=True)',
            '"Sum up: " + json.dumps((data or mode), separators=(",", ":"), sort_keys=True)',
        ),
        (
            '"Sum up: " + json.dumps(data, indent=4, separators=(", ", ": "))',
            '"Sum up: " + json.dumps(data, separators=(", ", ": "))',
        ),
        ('"Sum up: " + data.model_dump_json(indent=4)', '"Sum up: " + data.model_dump_json()'),
        (
            '"Sum up: " + data.model_dump_json(by_alias=True, indent=4)',
            '"Sum up: " + data.model_dump_json(by_alias=True)',
        ),
        (
            '"Sum up: " + data.model_dump_json(\n        indent=4,\n        by_alias=True,\n    )',
            '"Sum up: " + data.model_dump_json(\n        by_alias=True,\n    )',
        ),
        (
            '"Sum up: " + data.model_dump_json(\n        indent=4,\n    )',
            '"Sum up: " + data.model_dump_json(\n        indent=None,\n    )',
        ),
        (
            '"Sum up: " + data.model_dump_json(include=(mode), indent=4)',
            '"Sum up: " + data.model_dump_json(include=(mode), indent=None)',
        ),
        ('"Sum up: " + data.as_json(indent=4)', '"Sum up: " + data.as_json(indent=None)'),
    ],
)
def test_the_fix_replaces_the_argument(value: str, rewritten: str) -> None:
    assert fix(sends(value)) == sends(rewritten)


@pytest.mark.parametrize(
    ("signature", "rewritten"),
    [
        ("value, indent=None", "to_json(data)"),
        ("value, **options", "to_json(data)"),
        ("value, indent=2", "to_json(data, indent=None)"),
        ("value, indent", "to_json(data, indent=None)"),
    ],
)
def test_the_argument_goes_where_the_function_indents_only_when_asked(signature: str, rewritten: str) -> None:
    given = "**options" if "options" in signature else "indent=indent"
    function = f"def to_json({signature}):\n    return json.dumps(value, {given})\n\n\n"
    assert fix(function + sends('f"Sum up: {to_json(data, indent=2)}"')) == function + sends(
        f'f"Sum up: {{{rewritten}}}"'
    )


@pytest.mark.parametrize(
    "setup",
    [
        'text = json.dumps(data, indent=4).replace("\\n", "\\n    ")',
        'rows = json.dumps(data, indent=4)\ntext = "\\n".join(rows.splitlines()[1:])\ntext = rows + text',
        '"""Writes the prompt exactly like model_dump_json(indent=4) does."""\ntext = json.dumps(data, indent=4)',
        '"""V1-identical prompt."""\ntext = json.dumps(data, indent=4)',
    ],
)
def test_what_is_indented_on_purpose_is_doubted_and_kept(setup: str) -> None:
    body = sends('f"Sum this up: {text}"', setup)
    (finding,) = check(body)
    assert finding.confidence is Confidence.LOW
    assert any("on purpose" in one for one in finding.evidence)
    assert finding.fix is None


def test_literal_json_is_minified_without_loss() -> None:
    source = f'SYSTEM = """Data:\n{PRETTY}\nSum it up."""\n\n\n' + sends("SYSTEM")
    (finding,) = findings(HEAD + source, RULE)
    assert finding.saving is not None
    assert finding.saving.input_tokens > 100
    assert finding.message.startswith(f"{finding.saving.input_tokens} of ")
    assert fixed(HEAD + source, RULE)[FILE] == HEAD + source.replace(PRETTY, COMPACT)


def test_a_short_value_goes_on_one_line() -> None:
    texts = [json.dumps(RECORDS[:4], indent=4), json.dumps(RECORDS[4:], indent=4)]
    source = 'SYSTEM = """Data:\n{}\nMore:\n{}"""\n\n\n' + sends("SYSTEM")
    assert fix(source.format(*texts)) == source.format(
        *(json.dumps(json.loads(text), separators=(",", ":")) for text in texts)
    )


def test_in_a_text_file_the_finding_stands_at_the_json() -> None:
    text = f"Sum up the records that follow.\n\nRecords: {PRETTY}\nUse one sentence for each.\n"
    code = HEAD + sends('open("prompts/sum_up.txt").read()')
    sources = {"app.py": code, "prompts/sum_up.txt": text}
    (finding,) = findings(sources, RULE)
    assert finding.place.path == "prompts/sum_up.txt"
    assert text[finding.place.start : finding.place.end] == PRETTY
    assert fixed(sources, RULE)["prompts/sum_up.txt"] == text.replace(PRETTY, COMPACT)


def test_json_in_an_f_string_keeps_its_braces_and_holes() -> None:
    pretty = (
        PRETTY.replace("{", "{{").replace("}", "}}").replace('"Item 3"', '"Item {mode}"').replace('"Item 4"', "{data}")
    )
    compact = (
        COMPACT.replace("{", "{{").replace("}", "}}").replace('"Item 3"', '"Item {mode}"').replace('"Item 4"', "{data}")
    )
    source = HEAD + sends(f'f"""Data:\n{pretty}\nSum it up."""')
    assert fixed(source, RULE)[FILE] == HEAD + sends(f'f"""Data:\n{compact}\nSum it up."""')


def test_json_in_the_docstring_of_a_tool_is_doubted_and_kept() -> None:
    example = PRETTY.replace("\n", "\n    ")
    source = f'''from agents import Agent, function_tool


@function_tool
def store(records: str) -> str:
    """Store records of the shop.

    The records are given like these:
    {example}
    """
    return "stored"


agent = Agent(name="clerk", instructions="Store what the customer tells you.", tools=[store], model="gpt-4.1")
'''
    (finding,) = findings(source, RULE)
    assert (finding.confidence, finding.fix) == (Confidence.LOW, None)
    assert "it is a docstring, which people read as well" in finding.evidence


@pytest.mark.parametrize(
    "text",
    [
        "Data:\n" + json.dumps(RECORDS),
        "Data:\n" + json.dumps(RECORDS[:1], indent=4),
        "Data:\n" + "[" + ",\n ".join(map(json.dumps, RECORDS)) + "]",
        "Answer in this form:\n"
        + json.dumps({f"field_{at}": {"name": "<name>", "why": "..."} for at in range(9)}, indent=4),
        "Data:\n" + PRETTY.replace('"new"', "new", 1),
        "Data:\n" + PRETTY + "\n" + " ".join(f"Rule {at}: say it in other words." for at in range(200)),
    ],
    ids=["one line", "small", "a record on each line", "a form", "not JSON", "a small share"],
)
def test_what_is_no_layout_worth_a_finding_is_silent(text: str) -> None:
    assert findings(HEAD + sends(repr(text)), RULE) == []


def test_payloads_are_the_outermost_values_with_holes_for_values() -> None:
    text = f'A {{b}} [1] {{\n  "c": {HOLE * 3},\n  "d": [\n    true\n  ]\n}} and {{\n  e: 1\n}} [\n  2\n]'
    found = [text[one.start : one.end] for one in payloads(text)]
    assert found == [f'{{\n  "c": {HOLE * 3},\n  "d": [\n    true\n  ]\n}}', "[\n  2\n]"]
