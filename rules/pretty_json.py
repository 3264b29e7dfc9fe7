"""The rule pretty-json."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.project import CallSite, Dump, Evidence, Project, Prompt
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of, input_saving, severity_of
from promptlint.template import Edit, Template
from promptlint.wording.payloads import Payload, payloads
from promptlint.wording.text import mask
from promptlint.wording.tidy import tidied

BLANK = re.compile(r'<[^<>]*>|.*(?:\.\.\.|\u2026).*|\[[^\[\]]*\]|"?"|string|str|int|float|bool(?:ean)?', re.DOTALL)
"""What stands in a string that is only a placeholder: the JSON then shows a form to fill in, not data."""
FORM_SHARE = 0.25
"""Share of its strings that are placeholders from which JSON counts as a form."""
LEAST_BREAKS = 0.4
"""Share of the blanks between its tokens that hold a line break from which JSON counts as laid out."""
LEAST_SHARE = 0.1
"""Share of a prompt that the layout takes up from which it is worth a finding."""
MEASURED = (
    "measured on o200k_base: 20 records of six short fields are 1,008 tokens with indent=4 and with indent=2, "
    'without indent 807, with separators=(",", ":") 588'
)


@dataclass(frozen=True)
class PrettyJson(Rule):
    """
    ## What it does
    Finds JSON that is laid out on several lines in a prompt, and calls such as `json.dumps(value, indent=4)` whose
    result is filled into one.

    ## Why is this bad?
    A model reads compact JSON as well as indented JSON, and pays for each line break, indentation and blank. Measured
    with `o200k_base`, 20 records of six short fields are 1,008 tokens with `indent=4` (the same with `indent=2`: a
    run of blanks is one token however long), 807 without `indent` and 588 with `separators=(",", ":")`, which drops the
    blanks behind commas and colons too. A model also answers in the layout of the examples it is shown.

    Of JSON that the source spells the saving is counted; a form with placeholders for values, which shows the shape of
    an answer, is not reported. What `json.dumps` will write depends on the data, so there the finding has no figure.

    ## Example
    ```python
    prompt = f"Summarise these orders:\\n{json.dumps(orders, indent=4)}"
    ```
    Use instead:
    ```python
    prompt = f"Summarise these orders:\\n{json.dumps(orders, separators=(',', ':'))}"
    ```

    ## Fix safety
    Unsafe: the data stays the same, but the model may answer in another layout, and code that cuts the prompt apart by
    lines would see other lines. The fix replaces the argument `indent=` or takes the blanks between the JSON tokens
    away.

    ## Options
    - `min_tokens`: report JSON that the source spells from this many tokens saved per call (default 40),
      where they are a tenth of the prompt or more.

    ## References
    - [Python: json.dumps, compact encoding](https://docs.python.org/3/library/json.html#json.dump)
    - tiktoken 0.14.0, `o200k_base`: measured
    """

    code = "TOK105"
    name = "pretty-json"
    good = (
        """import json

from openai import OpenAI

client = OpenAI()


def ask(order):
    with open("order.json", "w") as file:
        file.write(json.dumps(order, indent=4))
    return client.responses.create(model="gpt-4.1", input=f"Summarise this order:\\n{json.dumps(order)}")
""",
    )
    bad = (
        Bad(
            """import json

from openai import OpenAI

client = OpenAI()


def ask(orders):
    data = json.dumps(orders, indent=4)
    return client.responses.create(model="gpt-4.1", input=f"Summarise these orders:\\n{data}")
""",
            "json.dumps(indent=…) writes indented JSON into a prompt",
            fixed="""import json

from openai import OpenAI

client = OpenAI()


def ask(orders):
    data = json.dumps(orders, separators=(",", ":"))
    return client.responses.create(model="gpt-4.1", input=f"Summarise these orders:\\n{data}")
""",
        ),
        Bad(
            '''from openai import OpenAI

client = OpenAI()
SYSTEM = """You find the people that a text names.

Text: Ada met Grace and Alan in Bletchley.
Answer:
[
    {
        "name": "Ada",
        "met": ["Grace", "Alan"],
        "place": "Bletchley"
    },
    {
        "name": "Grace",
        "met": ["Ada"],
        "place": "Bletchley"
    },
    {
        "name": "Alan",
        "met": ["Ada"],
        "place": "Bletchley"
    },
    {
        "name": "Joan",
        "met": [],
        "place": "Bletchley"
    },
    {
        "name": "Mavis",
        "met": [],
        "place": "Bletchley"
    }
]
"""


def ask(text):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=text)
''',
            "tokens are the layout of JSON",
            fixed='''from openai import OpenAI

client = OpenAI()
SYSTEM = """You find the people that a text names.

Text: Ada met Grace and Alan in Bletchley.
Answer:
[{"name":"Ada","met":["Grace","Alan"],"place":"Bletchley"},{"name":"Grace","met":["Ada"],"place":"Bletchley"},\
{"name":"Alan","met":["Ada"],"place":"Bletchley"},{"name":"Joan","met":[],"place":"Bletchley"},\
{"name":"Mavis","met":[],"place":"Bletchley"}]
"""


def ask(text):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=text)
''',
        ),
    )

    min_tokens: int = 40

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        template = prompt.template
        laid_out = [one for one in payloads(mask(template)) if one.breaks >= LEAST_BREAKS * len(one.blanks)]
        found = [one for one in laid_out if not _is_form(template.text, one)]
        if not found:
            return
        blanks = [blank for payload in found for blank in payload.blanks]
        basis = basis_of(context.project.call_by_id[call] for call in prompt.calls)
        before = context.meter.count_template(template, basis.model)
        after = context.meter.count_template(template.after([(*blank, "") for blank in blanks]), basis.model)
        saving = input_saving(before.tokens - after.tokens, before, basis, context.meter)
        if saving.input_tokens < max(self.min_tokens, LEAST_SHARE * before.tokens):
            return
        several = f" in {len(found)} places" if len(found) > 1 else ""
        yield self.finding(
            prompt.place,
            f"{saving.input_tokens} of {before.tokens} tokens are the layout of JSON{several}",
            severity=severity_of(saving.usd_per_1k_calls),
            confidence=Confidence.LOW if prompt.evidence is Evidence.NAMED else Confidence.HIGH,
            evidence=("a model also answers in the layout of the examples it is shown",),
            help="write it on one line, without blanks between its tokens",
            prompt=prompt,
            model=basis.model,
            saving=saving,
            fix=_minified(template, blanks, context.project),
        )

    def check_project(self, context: Context) -> Iterator[Finding]:
        for dump in context.project.dumps:
            call, prompt = _goes_to(dump, context)
            edit = Edit(dump.indent.path, dump.indent.start, dump.indent.end, dump.compact)
            yield self.finding(
                dump.place,
                f"{dump.function}(indent=…) writes indented JSON into a prompt",
                severity=Severity.MEDIUM,
                confidence=Confidence.HIGH if dump.calls else Confidence.MEDIUM,
                evidence=("how much it costs depends on the data", MEASURED),
                help=f"write {dump.compact} instead of the indentation; a model reads compact JSON as well",
                call=call,
                prompt=prompt,
                fix=Fix(Applicability.UNSAFE, f"Replace the indentation by {dump.compact}", (edit,)),
            )


def _is_form(text: str, payload: Payload) -> bool:
    """Whether JSON shows a shape to fill in: many of its strings are placeholders."""
    strings = [text[start + 1 : end - 1] for start, end in payload.strings]
    return sum(BLANK.fullmatch(string) is not None for string in strings) > FORM_SHARE * len(strings)


def _minified(template: Template, blanks: Sequence[tuple[int, int]], project: Project) -> Fix | None:
    edits: list[Edit] = []
    for start, end in blanks:
        change = template.replace(start, end)
        if change is None:
            return None
        edits += change
    return Fix(Applicability.UNSAFE, "Write the JSON on one line", tidied(edits, template, project))


def _goes_to(dump: Dump, context: Context) -> tuple[CallSite | None, Prompt | None]:
    """The first call and the first prompt that indented JSON goes to."""
    project = context.project
    call = project.call_by_id[dump.calls[0]] if dump.calls else None
    return call, project.prompt_by_id[dump.prompts[0]] if dump.prompts else None
