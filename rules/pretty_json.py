"""The rule pretty-json."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptlint.deliberate import is_deliberate
from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.measure import Count
from promptlint.project import CallSite, Dump, Evidence, Project, Prompt
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of, input_saving, severity_of
from promptlint.template import Edit, Template
from promptlint.unused import Unused, unused_around
from promptlint.wording.payloads import Payload, payloads
from promptlint.wording.places import place_in
from promptlint.wording.tidy import tidied

BLANK = re.compile(r'<[^<>]*>|.*(?:\.\.\.|\u2026).*|\[[^\[\]]*\]|"?"|string|str|int|float|bool(?:ean)?', re.DOTALL)
"""What stands in a string that is only a placeholder: the JSON then shows a form to fill in, not data."""
FORM_SHARE = 0.25
"""Share of its strings that are placeholders from which JSON counts as a form."""
LEAST_BREAKS = 0.4
"""Share of the blanks between its tokens that hold a line break from which JSON counts as laid out."""
MEASURED = (
    "measured on o200k_base: 20 records of six short fields are 1,008 tokens with indent=4 and with indent=2, "
    'without indent 807, with separators=(",", ":") 588'
)
WANTED = "the code works on its lines, or a docstring says that it has to look so: it may be indented on purpose"
READ = "it is a docstring, which people read as well"


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """JSON that is laid out in a prompt: the ranges of the text to take out, and the tokens that this saves."""

    found: tuple[Payload, ...]
    ranges: tuple[tuple[int, int], ...]
    before: Count
    tokens: int


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

    JSON of more than 300 characters keeps one line for each item of its array or object, so that people can still read
    it: that costs one token an item. Measured with `o200k_base`, a trace of seven keys is 581 tokens indented, 368 with
    a key on each line and 364 on one line of 1,436 characters; 20 records are 1,042, 642 and 623.

    ## Fix safety
    Unsafe: the data stays the same, but the model may answer in another layout, and code that cuts the prompt apart by
    lines would see other lines. The fix takes the argument `indent=` out, or replaces it by `separators=`, or takes the
    blanks between the JSON tokens away. There is none where code works on the lines of the JSON, or the docstring of
    the function says that the text has to look like another one, and none in docstrings, which people read too.

    ## Options
    - `min_tokens`: report JSON that the source spells from this many tokens saved per call (default 40).
    - `min_share`: and from this share of the prompt (default 0.1).
    - `max_line`: JSON of more characters than this keeps one line for each of its items (default 300).

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
    min_share: float = 0.1
    max_line: int = 300

    def layout_of(self, prompt: Prompt, context: Context) -> JsonLayout | None:
        """The layout of the JSON in a prompt; None where it is not worth a finding."""
        template = prompt.template
        laid_out = [one for one in payloads(template.masked) if one.breaks >= LEAST_BREAKS * len(one.blanks)]
        found = tuple(one for one in laid_out if not _is_form(template.text, one))
        ranges = tuple(each for one in found for each in one.layout(template.text, self.max_line))
        if not ranges:
            return None
        model = basis_of(context.project.call_by_id[call] for call in prompt.calls).model
        before = context.meter.count_template(template, model)
        after = context.meter.count_template(template.after([(*each, "") for each in ranges]), model)
        saved = before.tokens - after.tokens
        return (
            JsonLayout(found, ranges, before, saved)
            if saved >= max(self.min_tokens, self.min_share * before.tokens)
            else None
        )

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        layout, unused = self.layout_of(prompt, context), unused_around(prompt, context.project)
        wanted = _why_wanted(prompt, context.project)
        if layout is None or (unused and (wanted or not unused.is_public)):
            return
        basis = basis_of(context.project.call_by_id[call] for call in prompt.calls)
        saving = input_saving(layout.tokens, layout.before, basis, context.meter)
        several = f" in {len(layout.found)} places" if len(layout.found) > 1 else ""
        is_doubtful = prompt.evidence is Evidence.NAMED or unused or wanted
        evidence = ["a model also answers in the layout of the examples it is shown"]
        evidence += [wanted] if wanted else []
        evidence += [unused.evidence] if unused else []
        yield self.finding(
            place_in(prompt, layout.found[0].start, layout.found[0].end, context.project),
            f"{saving.input_tokens} of {layout.before.tokens} tokens are the layout of JSON{several}",
            severity=severity_of(saving.usd_per_1k_calls),
            confidence=Confidence.LOW if is_doubtful else Confidence.HIGH,
            evidence=tuple(evidence),
            help="write it without indentation and without blanks between its tokens; where it is long, an item a line",
            prompt=prompt,
            model=basis.model,
            saving=saving,
            fix=None if wanted else _minified(prompt.template, layout.ranges, context.project),
        )

    def check_project(self, context: Context) -> Iterator[Finding]:
        for dump in context.project.dumps:
            unused = None if dump.calls else context.project.references.unused(dump.place)
            wanted = is_deliberate(dump.place, context.project.modules[dump.place.path])
            if not (unused and (wanted or not unused.is_public)):
                yield self._dumped(dump, unused, wanted, context)

    def _dumped(self, dump: Dump, unused: Unused | None, wanted: bool, context: Context) -> Finding:
        call, prompt = _goes_to(dump, context)
        evidence = ["how much it costs depends on the data", MEASURED]
        evidence += [WANTED] if wanted else []
        evidence += [unused.evidence] if unused else []
        sure = Confidence.HIGH if dump.calls else Confidence.MEDIUM
        instead = f"write {dump.compact} instead of the indentation" if dump.compact else "leave the argument out"
        edit = Edit(dump.indent.path, dump.indent.start, dump.indent.end, dump.compact)
        does = f"Replace the indentation by {dump.compact}" if dump.compact else "Take the indentation out"
        return self.finding(
            dump.place,
            f"{dump.function}(indent=…) writes indented JSON into a prompt",
            severity=Severity.LOW if wanted or unused else Severity.MEDIUM,
            confidence=Confidence.LOW if wanted or unused else sure,
            evidence=tuple(evidence),
            help=f"{instead}; a model reads compact JSON as well",
            call=call,
            prompt=prompt,
            fix=None if wanted else Fix(Applicability.UNSAFE, does, (edit,)),
        )


def _why_wanted(prompt: Prompt, project: Project) -> str | None:
    """Why the layout of a prompt may be wanted, None where nothing says so."""
    if (prompt.name or "").endswith(".__doc__"):
        return READ
    return WANTED if is_deliberate(prompt.place, project.modules[prompt.place.path]) else None


def _is_form(text: str, payload: Payload) -> bool:
    """Whether JSON shows a shape to fill in: many of its strings are placeholders."""
    strings = [text[start + 1 : end - 1] for start, end in payload.strings]
    return sum(BLANK.fullmatch(string) is not None for string in strings) > FORM_SHARE * len(strings)


def _minified(template: Template, ranges: Sequence[tuple[int, int]], project: Project) -> Fix | None:
    edits: list[Edit] = []
    for start, end in ranges:
        change = template.replace(start, end)
        if change is None:
            return None
        edits += change
    return Fix(Applicability.UNSAFE, "Write the JSON without its layout", tidied(edits, template, project))


def _goes_to(dump: Dump, context: Context) -> tuple[CallSite | None, Prompt | None]:
    """The first call and the first prompt that indented JSON goes to."""
    project = context.project
    call = project.call_by_id[dump.calls[0]] if dump.calls else None
    return call, project.prompt_by_id[dump.prompts[0]] if dump.prompts else None
