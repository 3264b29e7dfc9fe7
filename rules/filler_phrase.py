"""The rule filler-phrase."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.finding import Applicability, Confidence, Finding, Fix
from promptlint.project import Evidence, Prompt, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of, input_saving, severity_of
from promptlint.unused import unused_around
from promptlint.wording.cutting import cuts
from promptlint.wording.protected import NEGATION, Protected
from promptlint.wording.rewording import Change, Replacement, reword
from promptlint.wording.segments import Segment, segments
from promptlint.wording.tidy import tidied

CLAUSE_END = re.compile(r"[,;:()]")
FIRST_WORD = re.compile(r"[a-z]+(?![\w(]|\.\w)")
"""A plain word in small letters: it may be given a capital letter, the name of something in code may not."""
INSTRUCTING = (Role.SYSTEM, Role.USER, Role.UNKNOWN)
SHOWN = 3
"""How many phrases a message names."""


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"text": "with"}):
    """Words and what takes their place; `opens`: only where a sentence begins; `holds`: letters in every match."""

    pattern: str
    holds: str = ""
    text: str = ""
    opens: bool = False


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/fillers.yaml`."""

    phrases: tuple[Phrase, ...]
    sentences: tuple[str, ...]


@cache
def phrases() -> tuple[tuple[re.Pattern[str], Phrase], ...]:
    """The phrases, each with its pattern, which takes the blanks behind a phrase that goes whole."""
    return tuple((_compiled(rf"\b{one.pattern}(?!\w)"), one) for one in table().phrases)


@cache
def sentences() -> re.Pattern[str]:
    return _compiled("|".join(table().sentences))


@cache
def table() -> Table:
    """The table, read once."""
    data = Path(__file__).parent / "data" / "fillers.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=Table)


@dataclass(frozen=True)
class FillerPhrase(Rule):
    """
    ## What it does
    Finds words that say nothing to a model: "please note that", "in order to", "you should make sure to", thanks.

    ## Why is this bad?
    A model follows "Use the table." as well as "Please make sure to use the table.", and the longer form is paid for on
    every call. One such phrase is not worth a change; prompts that collect them are. Only instructions are looked at,
    not quotations, code, examples, data and headings, and nothing is taken out behind a negation. What carries
    weight, such as "important" or "always", is no filler.

    ## Example
    ```python
    client.responses.create(
        model="gpt-4.1",
        instructions="Please make sure to answer in English. Please note that you should use the table in order to ...",
        input=question,
    )
    ```
    Use instead:
    ```python
    client.responses.create(
        model="gpt-4.1",
        instructions="Answer in English. You should use the table to ...",
        input=question,
    )
    ```

    ## Fix safety
    Unsafe: the model reads other words. The sentence stays whole: a new first word gets the capital letter.

    ## Options
    - `min_tokens`: report a prompt from this many tokens saved per call (default 10).

    ## References
    - The phrases: `rules/data/fillers.yaml`, from 3,400 prompts read
    """

    code = "TOK103"
    name = "filler-phrase"
    good = (
        """from openai import OpenAI

client = OpenAI()
client.responses.create(
    model="gpt-4.1",
    instructions="Please answer in English. Make sure the price is right. Say 'Please note that we are closed.'",
    input="When do you open?",
)
""",
    )
    bad = (
        Bad(
            '''from openai import OpenAI

client = OpenAI()
SYSTEM = """You help the customers of a shop.
- Please make sure to answer in the language of the customer.
- Please note that prices are net prices.
- You should make sure to read the manual in order to find the page.
Thank you in advance for your help!
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)
''',
            'tokens say nothing to a model: "Please make sure to", "Please note that", "You should make sure to"',
            fixed='''from openai import OpenAI

client = OpenAI()
SYSTEM = """You help the customers of a shop.
- Answer in the language of the customer.
- Prices are net prices.
- Read the manual to find the page.
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)
''',
        ),
    )

    min_tokens: int = 10

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        if prompt.role not in INSTRUCTING:
            return
        changes, unused = list(_changes(prompt.template.masked)), unused_around(prompt, context.project)
        if not changes or (unused and not unused.is_public):
            return
        basis = basis_of(context.project.call_by_id[call] for call in prompt.calls)
        reworded = reword(prompt.template, changes, basis, context.meter)
        if reworded.tokens < self.min_tokens or not reworded.changes:
            return
        saving = input_saving(reworded.tokens, reworded.before, basis, context.meter)
        yield self.finding(
            prompt.place,
            f"{reworded.tokens} of {reworded.before.tokens} tokens say nothing to a model: "
            f"{_named([change.what for change in reworded.changes])}",
            severity=severity_of(saving.usd_per_1k_calls),
            confidence=Confidence.LOW if prompt.evidence is Evidence.NAMED or unused else Confidence.MEDIUM,
            evidence=(unused.evidence,) if unused else (),
            help="say it without them; if the model needs the emphasis, suppress this finding",
            prompt=prompt,
            model=basis.model,
            saving=saving,
            fix=Fix(
                Applicability.UNSAFE,
                "Take the filler words out",
                tidied(reworded.edits, prompt.template, context.project),
            ),
        )


def _changes(masked: str) -> Iterator[Change]:
    """Every phrase and sentence that can go."""
    guarded = Protected.of(masked)
    for segment in segments(masked):
        text = masked[segment.start : segment.end]
        if sentences().fullmatch(text) and not guarded.touches(segment.start, segment.end):
            [cut] = cuts(masked, [segment])
            if not cut.leaves_gap:
                yield Change(text, ((cut.start, cut.end, ""),))
            continue
        folded = text.casefold()
        for pattern, phrase in phrases():
            if phrase.holds not in folded:
                continue
            for match in pattern.finditer(masked, segment.start, segment.end):
                change = _change(masked, segment, match.span(), phrase)
                if change and not guarded.touches(*match.span()):
                    yield change


def _change(masked: str, segment: Segment, span: tuple[int, int], phrase: Phrase) -> Change | None:
    """The replacements for one phrase; None where it must stay."""
    start, end = span
    found = masked[start:end]
    opening = masked[segment.start : start].rstrip(" *_")
    begins = not opening or opening.endswith(":")
    clause = CLAUSE_END.split(masked[segment.start : start])[-1]
    if (phrase.opens and not begins) or NEGATION.search(clause):
        return None
    what = " ".join(found.split())
    if phrase.text:
        text = phrase.text.upper() if found.isupper() else phrase.text
        return Change(what, ((start, end, text[0].upper() + text[1:] if found[0].isupper() else text),))
    rest = masked[end : segment.end]
    blanks = len(rest) - len(rest.lstrip())
    after = rest[blanks:]
    if not blanks or not after:
        return None
    cut: Replacement = (start, end + blanks, "")
    if not found[0].isupper() or not after[0].islower():
        return Change(what, (cut,))
    if not FIRST_WORD.match(after):
        return None
    at = end + blanks
    return Change(what, (cut, (at, at + 1, after[0].upper())))


def _named(phrases: list[str]) -> str:
    """The first phrases, each once, and how many more there are."""
    counts = Counter(phrases)
    shown = [f'"{phrase}"' + (f" ({times} times)" if times > 1 else "") for phrase, times in counts.items()]
    more = len(shown) - SHOWN
    return ", ".join(shown[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"(?:[ \t]+|[ \t]*\n[ \t]*)"), re.IGNORECASE)
