"""The rule whitespace-bloat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from promptlint.deliberate import layout_fix
from promptlint.finding import Confidence, Finding, Fix, Severity
from promptlint.local import COSTS_TIME, runs_locally
from promptlint.project import Evidence, Place, Project, Prompt
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of, input_saving, severity_of
from promptlint.template import Edit, Hole, Template
from promptlint.unused import Unused, unused_around
from promptlint.wording.dedenting import dedented
from promptlint.wording.layout import Cut, Kind, Layout
from promptlint.wording.places import place_in
from promptlint.wording.tidy import tidied
from promptlint_rules.pretty_json import PrettyJson

PADDED = re.compile(r"\.to_markdown\((?:index=\w+)?\)$")
"""Ends the expression of a table that pandas writes with every cell padded to the width of its column."""
MEASURED = (
    "Measured on o200k_base: 25 rows of an index and four short columns are 566 tokens with to_markdown(), "
    "361 with to_csv(), 310 with to_csv(index=False)."
)


@dataclass(frozen=True)
class WhitespaceBloat(Rule):
    """
    ## What it does
    Finds blanks that are only layout and still reach the model: the indentation of the Python code around a
    triple-quoted prompt, trailing blanks, runs of spaces inside a sentence, surplus blank lines. Also finds tables of
    pandas that are filled in with `to_markdown()`, which pads every cell to the width of its column.

    ## Why is this bad?
    A triple-quoted string keeps the indentation of the code it stands in. It is paid for on every call
    and tells the model nothing. The tokens are counted with the tokenizer of the model that the call names, and only
    what it charges for is reported: on `o200k_base` an indented line costs one token more, however deep, and a run of
    blank lines costs no more than one. Text that is dedented before it is sent is not reported. Indented JSON that
    pretty-json reports is counted there, and here only where that rule does not run. A padded table is longer than the
    same data as CSV by some 80 %; how much of it is sent depends on the data, so there the finding has no figure of its
    own.

    ## Example
    ```python
    def ask(question):
        prompt = f\"\"\"
            Answer the question.
            Be brief.

            {question}
            \"\"\"
    ```
    Use instead:
    ```python
    def ask(question):
        prompt = f\"\"\"
    Answer the question.
    Be brief.

    {question}
    \"\"\"
    ```

    ## Fix safety
    Safe: only blanks and line breaks go. All lines are shifted by the same width, so lists, code and data
    keep their shape; inside code fences, tables and quotes nothing else is touched. Where the text begins on the line
    of the opening quotes, lines below it are shifted only as far as the closing quotes, or the statement, are indented.
    Unsafe where code splits the text, or replaces blanks or rows in it.

    ## Options
    - `min_tokens`: report a prompt from this many tokens saved per call (default 5).
    - `min_share`: and only from this share of its fixed text (default 0.01).
    - `indent_style`: `flush` moves the lines of the string to the margin, `dedent` leaves the string indented as the
      code around it and passes it through `textwrap.dedent`, with an import where there is none (default flush).
      `dedent` takes one triple-quoted string without placeholders, since a value of several lines would upset the
      margin; other strings are moved.

    ## References
    - tiktoken 0.14.0, `o200k_base`: measured
    - [CommonMark: hard line breaks](https://spec.commonmark.org/0.31.2/#hard-line-breaks)
    """

    code = "TOK101"
    name = "whitespace-bloat"
    good = (
        '''from openai import OpenAI
from textwrap import dedent

client = OpenAI()


def ask(question):
    prompt = dedent("""
        Answer the question of the customer.
        Name the page of the manual.
        Keep it to three sentences.
        Do not guess prices.
        Do not promise dates.
        Use the language of the question.
        """)
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=question)
''',
        """from openai import OpenAI

client = OpenAI()


def ask(question):
    prompt = "Answer the question.\\n\\n\\n\\nBe brief.\\n\\n\\n\\nUse English.\\n\\n\\n\\nSay so when you do not know."
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=question)
""",
    )
    bad = (
        Bad(
            '''from openai import OpenAI

client = OpenAI()


def ask(question):
    prompt = """
        Answer the question of the customer.
        Name the page of the manual.
        Keep it to three sentences.
        Do not guess prices.
          - not even roughly
        Use the language of the question.
        """
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=question)
''',
            "source indentation of 8 blanks on 7 lines",
            fixed='''from openai import OpenAI

client = OpenAI()


def ask(question):
    prompt = """
Answer the question of the customer.
Name the page of the manual.
Keep it to three sentences.
Do not guess prices.
  - not even roughly
Use the language of the question.
"""
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=question)
''',
        ),
    )

    min_tokens: int = 5
    min_share: float = 0.01
    indent_style: Literal["flush", "dedent"] = "flush"

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        unused = unused_around(prompt, context.project)
        if unused and not unused.is_public:
            return
        yield from self._layout(prompt, unused, context)
        for part in prompt.template.parts:
            if isinstance(part, Hole) and PADDED.search(part.name) and _imports_pandas(part.path, context.project):
                yield self._padded(part, prompt)

    def _padded(self, table: Hole, prompt: Prompt) -> Finding:
        return self.finding(
            Place(table.path, table.start, table.end),
            f"`{table.name}` pads every cell to the width of its column: the same data is shorter as CSV",
            severity=Severity.LOW,
            confidence=Confidence.LOW if prompt.evidence is Evidence.NAMED else Confidence.MEDIUM,
            evidence=(MEASURED,),
            help="write it with to_csv(index=False), and without the rows and columns that the task does not need",
            prompt=prompt,
        )

    def _layout(self, prompt: Prompt, unused: Unused | None, context: Context) -> Iterator[Finding]:
        template = prompt.template
        layout = Layout.of(template, context.project)
        margin = layout.margin(prompt.indentation)
        kinds = frozenset(cut.kind for cut in layout.cuts(frozenset(Kind), margin))
        if not kinds:
            return
        basis = basis_of(context.project.call_by_id[call] for call in prompt.calls)
        before = context.meter.count_template(template, basis.model)
        json = _json_layout(prompt, context)

        def saved(kinds: frozenset[Kind]) -> int:
            cuts = [(cut.start, cut.end) for cut in layout.cuts(kinds, margin)]
            rest = template.after([(*each, "") for each in _united([*cuts, *json])])
            return before.tokens - context.meter.count_template(rest, basis.model).tokens

        for kind in Kind:
            if kind in kinds and saved(kinds - {kind}) >= saved(kinds):
                kinds -= {kind}
        tokens = saved(kinds) - saved(frozenset())
        if tokens < max(self.min_tokens, self.min_share * before.tokens):
            return
        cuts = list(layout.cuts(kinds, margin))
        first = next(line for line in layout.lines if line.end >= cuts[0].start)
        is_local = runs_locally(prompt, context.project)
        evidence = [COSTS_TIME] if is_local else []
        evidence += [unused.evidence] if unused else []
        evidence += ["the JSON in it is not counted here: pretty-json reports it"] if json else []
        saving = input_saving(tokens, before, basis, context.meter)
        yield self.finding(
            place_in(prompt, first.start, first.end, context.project),
            f"{tokens} of {before.tokens} tokens are layout: {_summary(cuts, margin)}",
            severity=Severity.LOW if is_local else severity_of(saving.usd_per_1k_calls),
            confidence=Confidence.LOW if prompt.evidence is Evidence.NAMED or unused else Confidence.HIGH,
            evidence=tuple(evidence),
            help="remove it in the string, or pass the text through textwrap.dedent() before sending it",
            prompt=prompt,
            model=basis.model,
            saving=saving,
            fix=self._fix(prompt, cuts, context.project),
        )

    def _fix(self, prompt: Prompt, cuts: Sequence[Cut], project: Project) -> Fix | None:
        template = prompt.template
        if self.indent_style == "dedent":
            inner = [cut for cut in cuts if cut.kind is not Kind.INDENTATION]
            wrapped = dedented(_without(template, inner), _without(template, cuts).text, project)
            if wrapped is not None:
                return layout_fix(prompt, "Dedent the text", (*_edits(template, inner), *wrapped))
        return layout_fix(prompt, "Remove the layout", tidied(_edits(template, cuts), template, project))


def _imports_pandas(path: str, project: Project) -> bool:
    return any(one.module.split(".")[0] == "pandas" for one in project.modules[path].imports)


def _json_layout(prompt: Prompt, context: Context) -> tuple[tuple[int, int], ...]:
    """The ranges of the text that pretty-json reports, where it runs too."""
    pretty = next((rule for rule in context.rules if isinstance(rule, PrettyJson)), None)
    found = pretty.layout_of(prompt, context) if pretty else None
    return found.ranges if found else ()


def _united(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The ranges in order, those that overlap made one."""
    held: tuple[int, int] | None = None
    for start, end in sorted(ranges):
        if held and start <= held[1]:
            held = held[0], max(held[1], end)
        else:
            if held:
                yield held
            held = start, end
    if held:
        yield held


def _without(template: Template, cuts: Iterable[Cut]) -> Template:
    return template.after([(cut.start, cut.end, "") for cut in cuts])


def _edits(template: Template, cuts: Iterable[Cut]) -> list[Edit]:
    return [edit for cut in cuts for edit in template.replace(cut.start, cut.end) or ()]


def _summary(cuts: list[Cut], margin: int) -> str:
    """The kinds of layout and how many lines have them."""
    parts = []
    for kind, count in Counter(cut.kind for cut in reversed(cuts)).items():
        lines = f"{count} line{'s' * (count != 1)}"
        what = f"{kind} of {margin} blank{'s' * (margin != 1)}" if kind is Kind.INDENTATION else str(kind)
        parts.append(f"{count} {kind}" if kind is Kind.BLANK_LINES else f"{what} on {lines}")
    return ", ".join(parts)
