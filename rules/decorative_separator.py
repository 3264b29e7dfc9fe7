"""The rule decorative-separator."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.deliberate import layout_fix
from promptlint.finding import Confidence, Finding
from promptlint.project import Evidence, Prompt
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of, input_saving, severity_of
from promptlint.template import HOLE
from promptlint.wording.rewording import Change, reword
from promptlint.wording.text import Line, lines
from promptlint.wording.tidy import tidied

COLUMNS = re.compile(r"[|\t│┃║]|\S {3,}\S")
"""A line of a table, next to which a ruler belongs to it."""
UNDERLINE = 3
"""A ruler whose length differs by no more than this from the line above it underlines a heading."""


class Ruler(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Characters that lines are drawn with; `keep` of them are enough; `untitled`: not where words follow."""

    characters: str
    keep: int
    untitled: bool = False


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/separators.yaml`."""

    rulers: tuple[Ruler, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A row of decoration in a text, and how many of its characters stay."""

    start: int
    end: int
    kept: int
    text: str


@cache
def patterns() -> tuple[tuple[re.Pattern[str], Ruler], ...]:
    """For each ruler, a line of it: a run, perhaps with a title and a second run behind it."""
    data = Path(__file__).parent / "data" / "separators.yaml"
    table = msgspec.yaml.decode(data.read_bytes(), type=Table)
    every = re.escape("".join(ruler.characters for ruler in table.rulers))
    return tuple((_pattern(ruler, every), ruler) for ruler in table.rulers)


def _pattern(ruler: Ruler, every: str) -> re.Pattern[str]:
    own, times = re.escape(ruler.characters), ruler.keep
    one = rf"(?P<lead>(?P<unit>[{own}])(?P=unit){{{times},}}|(?P<pair>[{own}][{every} ])(?P=pair){{{times},}}[{own}]?)"
    if ruler.untitled:
        return re.compile(rf"[ \t]*{one}[ \t]*")
    other = rf"(?P<trail>(?P<last>[{own}])(?P=last){{{times},}})"
    title = rf"(?P<title>[^\n]*?[\w{HOLE}][^\n]*?)"
    return re.compile(rf"[ \t]*{one}(?:[ \t]*{title}[ \t]*{other}?)?[ \t]*")


@dataclass(frozen=True)
class DecorativeSeparator(Rule):
    """
    ## What it does
    Finds banners and rulers (`=====`, `* * *`, box drawing) that are longer than it takes to separate.

    ## Why is this bad?
    Decoration is for people. A model sees the end of a section as well in three characters as in eighty, and pays for
    the rest on every call. How much depends on the characters: on `o200k_base` 40 `=` are 2 tokens, 60 `═` are 10, 20
    `* ` are 20. Only what costs tokens is reported. Tables, underlined headings, code fences and short separators
    are left alone, and so is a separator that the prompt speaks of.

    ## Example
    ```python
    SYSTEM = "═════════════════════════ RULES ═════════════════════════\\n..."
    ```
    Use instead:
    ```python
    SYSTEM = "═══ RULES ═══\\n..."
    ```

    ## Fix safety
    Safe: a row of the same character becomes a shorter row of the same character. All rows that are alike change
    together. Unsafe where code splits the text, or looks for rows in it.

    ## Options
    - `min_tokens`: report a prompt from this many tokens saved per call (default 10).

    ## References
    - The characters: `rules/data/separators.yaml`
    - tiktoken 0.14.0, `o200k_base`: measured
    """

    code = "TOK104"
    name = "decorative-separator"
    good = (
        f"""from openai import OpenAI

client = OpenAI()
RULES = "{"=" * 40}\\nAnswer in English.\\n{"=" * 40}\\nBe brief.\\n"


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=RULES, input=question)
""",
    )
    bad = (
        Bad(
            f'''from openai import OpenAI

client = OpenAI()
RULES = """
{"═" * 60}
RULES FOR THE DESK
{"═" * 60}
Answer in English.
{"═" * 20} STYLE {"═" * 20}
Be brief.
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=RULES, input=question)
''',
            "tokens are decoration on 3 lines",
            fixed='''from openai import OpenAI

client = OpenAI()
RULES = """
═══
RULES FOR THE DESK
═══
Answer in English.
═══ STYLE ═══
Be brief.
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=RULES, input=question)
''',
        ),
    )

    min_tokens: int = 10

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        masked = prompt.template.masked
        groups = _groups(masked)
        if not groups:
            return
        calls = [context.project.call_by_id[call] for call in prompt.calls]
        if any(name.startswith("stop") for call in calls for name in call.expects):
            return  # the row may be what ends the answer
        others = [message.template.masked for call in calls for message in call.messages]
        changes = [
            Change(text, tuple((run.start + run.kept, run.end, "") for run in runs))
            for text, runs in groups.items()
            if not any(_speaks_of(text, other) for other in others)
        ]
        basis = basis_of(calls)
        reworded = reword(prompt.template, changes, basis, context.meter)
        if reworded.tokens < self.min_tokens or not reworded.changes:
            return
        count = len({masked.count("\n", 0, at) for change in reworded.changes for at, _, _ in change.replacements})
        saving = input_saving(reworded.tokens, reworded.before, basis, context.meter)
        edits = tidied(reworded.edits, prompt.template, context.project)
        yield self.finding(
            prompt.place,
            f"{reworded.tokens} of {reworded.before.tokens} tokens are decoration on {count} line{'s' * (count != 1)}",
            severity=severity_of(saving.usd_per_1k_calls),
            confidence=Confidence.LOW if prompt.evidence is Evidence.NAMED else Confidence.HIGH,
            help="a short row separates as well",
            prompt=prompt,
            model=basis.model,
            saving=saving,
            fix=layout_fix(prompt, "Shorten the rows", edits),
        )


def _groups(masked: str) -> dict[str, list[Run]]:
    """The rows of decoration by their text; without those of which one like them is no decoration."""
    all_lines = lines(masked)
    groups: dict[str, list[Run]] = defaultdict(list)
    for number, line in enumerate(all_lines):
        for run in _runs(line):
            if not _belongs_to_table_or_heading(all_lines, number):
                groups[run.text].append(run)
    return {text: runs for text, runs in groups.items() if len(runs) == len(_mentions(text, masked))}


def _runs(line: Line) -> Iterator[Run]:
    if line.fenced:
        return
    for pattern, ruler in patterns():
        match = pattern.fullmatch(line.text)
        if match is None:
            continue
        is_title = "title" in pattern.groupindex and match["title"]
        if is_title and (
            COLUMNS.search(match["title"]) or match["pair"] or not (match["trail"] or match["unit"] == "-")
        ):
            continue
        kept = ruler.keep * (2 if match["pair"] else 1) - bool(match["pair"] and match["pair"].endswith(" "))
        for name in ("lead", "trail"):
            if match.groupdict().get(name):
                start, end = match.span(name)
                yield Run(line.start + start, line.start + end, kept, match[name])
        return


def _belongs_to_table_or_heading(all_lines: tuple[Line, ...], number: int) -> bool:
    around = all_lines[max(0, number - 1) : number] + all_lines[number + 1 : number + 2]
    if any(COLUMNS.search(line.text) for line in around):
        return True
    above = all_lines[number - 1].text.strip() if number else ""
    return bool(above) and abs(len(above) - len(all_lines[number].text.strip())) <= UNDERLINE


def _mentions(text: str, masked: str) -> list[re.Match[str]]:
    """Where a row stands in a text, and not as a part of a longer one."""
    first, last = re.escape(text[0]), re.escape(text[-1])
    return list(re.finditer(rf"(?<!{first}){re.escape(text)}(?!{last})", masked))


def _speaks_of(text: str, other: str) -> bool:
    """Whether another text of the call has the row as something else than decoration."""
    return len(_mentions(text, other)) > len([run for line in lines(other) for run in _runs(line) if run.text == text])
