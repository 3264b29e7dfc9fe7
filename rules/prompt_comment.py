"""The rule prompt-comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.project import Evidence, Prompt, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of, input_saving, severity_of
from promptlint.template import HOLE
from promptlint.wording.protected import Protected, in_prose
from promptlint.wording.rewording import Change, reword
from promptlint.wording.text import lines
from promptlint.wording.tidy import tidied

HTML = re.compile(r"<!--(?P<note>(?:(?!<!--).)*?)-->", re.DOTALL)
MARKUP = re.compile(r"</?(?:html|head|body|div|span|p|a|li|ul|table|script|style|img|h[1-6])\b[^<>]*>", re.IGNORECASE)
CODE = re.compile(
    rf"[;{{}}][ \t]*$|[`{HOLE}]|^[ \t]*(?:def|class|import|function|const|let|var|return)\b", re.MULTILINE
)
MIN_WORDS = 3
"""A shorter HTML comment is more likely a mark than a note."""
AUTHORED = (Role.SYSTEM, Role.USER, Role.UNKNOWN)
SHOWN = 50
"""Characters of a comment that a message quotes."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/comments.yaml`."""

    markers: str
    lines: dict[str, str]
    delimiters: str


@cache
def table() -> Table:
    """The table, read once."""
    data = Path(__file__).parent / "data" / "comments.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=Table)


@cache
def pattern(kind: str) -> re.Pattern[str]:
    """A whole line of a kind, with its blanks."""
    return re.compile(r"[ \t]*(?:" + table().lines[kind].replace("{markers}", table().markers) + r")[ \t]*")


@dataclass(frozen=True)
class PromptComment(Rule):
    """
    ## What it does
    Finds notes to developers inside a prompt, which the model reads too: TODOs, HTML comments, lines behind `//`,
    directives such as `# noqa`.

    ## Why is this bad?
    There are no comments in a prompt. A note is paid for on every call, and the model may act on it: what `//` was
    meant to switch off is still an instruction. Code, examples, headings, quotations, and comments that the prompt
    speaks of or that mark a place are not reported.

    ## Example
    ```python
    SYSTEM = \"\"\"Answer from the manual.
    TODO: ask legal about the next line
    Name the page of the manual.\"\"\"
    ```
    Use instead:
    ```python
    # TODO: ask legal about the page
    SYSTEM = \"\"\"Answer from the manual.
    Name the page of the manual.\"\"\"
    ```

    ## Fix safety
    Unsafe: the model reads less. The fix deletes the notes, each with its line where nothing else stands on it.

    ## Options
    None.

    ## References
    - The patterns: `rules/data/comments.yaml`
    """

    code = "TOK106"
    name = "prompt-comment"
    good = (
        '''from openai import OpenAI

client = OpenAI()
SYSTEM = """# Rules for reviews
Find every TODO comment in the code and say what is missing.
```python
# TODO: read the file again
```
<!-- answer -->
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)
''',
    )
    bad = (
        Bad(
            '''from openai import OpenAI

client = OpenAI()
SYSTEM = """You answer questions of customers.
<!-- Agreed with support in May, ask Ana before you change it. -->
Name the page of the manual.
TODO: add the new tariffs
// Offer a discount of ten percent.
Be brief.
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)
''',
            "3 notes to developers are sent",
            fixed='''from openai import OpenAI

client = OpenAI()
SYSTEM = """You answer questions of customers.
Name the page of the manual.
Be brief.
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)
''',
        ),
    )

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        if prompt.role not in AUTHORED:
            return
        masked = prompt.template.masked
        changes = [Change(masked[start:end].strip(), (_cut(masked, start, end),)) for start, end in _notes(masked)]
        if not changes:
            return
        basis = basis_of(context.project.call_by_id[call] for call in prompt.calls)
        reworded = reword(prompt.template, changes, basis, context.meter)
        if not reworded.changes:
            return
        saving = input_saving(reworded.tokens, reworded.before, basis, context.meter)
        by_money = severity_of(saving.usd_per_1k_calls)
        count = len(reworded.changes)
        yield self.finding(
            prompt.place,
            f"{count} note{'s' * (count != 1)} to developers {'are' if count != 1 else 'is'} sent "
            f"({reworded.tokens} tokens): {_shortened(reworded.changes[0].what)}",
            severity=Severity.HIGH if by_money is Severity.HIGH else Severity.MEDIUM,
            confidence=Confidence.LOW if prompt.evidence is Evidence.NAMED else Confidence.MEDIUM,
            evidence=("A model reads a comment as text and may act on it.",),
            help="keep notes in comments of the program",
            prompt=prompt,
            model=basis.model,
            saving=saving,
            fix=Fix(Applicability.UNSAFE, "Delete the notes", tidied(reworded.edits, prompt.template, context.project)),
        )


def _notes(masked: str) -> list[tuple[int, int]]:
    """Where the notes stand."""
    guarded = Protected.of(masked)
    html = list(_html(masked))
    possible = [
        (start, end)
        for start, end in (*html, *_lines(masked, html))
        if HOLE not in masked[start:end] and not guarded.touches(start, end)
    ]
    return in_prose(masked, possible)


def _html(masked: str) -> Iterator[tuple[int, int]]:
    """HTML comments that are sentences, in a prompt that is not about HTML."""
    if MARKUP.search(masked):
        return
    for match in HTML.finditer(masked):
        note = match["note"].strip()
        is_mark = re.match(table().delimiters, note, re.IGNORECASE) or len(note.split()) < MIN_WORDS
        if not is_mark and masked.count(match[0]) == 1:
            yield match.span()


def _lines(masked: str, html: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Lines that are notes, where the prompt besides them does not speak of such notes and shows no code."""
    by_kind = {
        kind: [
            (line.start, line.end) for line in lines(masked) if not line.fenced and pattern(kind).fullmatch(line.text)
        ]
        for kind in table().lines
    }
    rest = masked
    for start, end in (*html, *(span for spans in by_kind.values() for span in spans)):
        rest = rest[:start] + " " * (end - start) + rest[end:]
    speaks_of_notes = re.search(rf"\b{table().markers}", rest, re.IGNORECASE)
    yield from by_kind["directive"]
    yield from () if speaks_of_notes else by_kind["note"]
    yield from () if CODE.search(rest) else by_kind["disabled"]


def _cut(masked: str, start: int, end: int) -> tuple[int, int, str]:
    """The range of a note, with its line break where it has its lines for itself, else with the blanks before it."""
    first = masked.rfind("\n", 0, start) + 1
    last = masked.find("\n", end)
    last = len(masked) if last < 0 else last
    if not masked[first:start].strip() and not masked[end:last].strip():
        return (first, last + 1, "") if last < len(masked) else (max(first - 1, 0), last, "")
    return len(masked[:start].rstrip(" \t")), end, ""


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "\u2026"
