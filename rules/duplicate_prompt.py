"""The rule duplicate-prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import msgspec

from promptlint.compared import only_compared
from promptlint.finding import Confidence, Finding, Severity
from promptlint.project import Evidence, Project, Prompt, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.unused import unused_around
from promptlint.wording.likeness import likenesses
from promptlint.wording.repeats import words

LEAST_SHARE = 0.85
"""Share of their five-word runs that two texts have in common from which they count as nearly the same."""

LEAST_TOKENS = 40
"""Shorter texts are not compared."""
INSTRUCTING = (Role.SYSTEM, Role.USER, Role.UNKNOWN)
EXAMPLES = re.compile(r"(?:.*[._])?(?:examples?|few_?shots?|shots|demos?|demonstrations?|samples?)", re.IGNORECASE)
"""What a collection of examples is called."""
DRIFT = "copies drift apart when one is edited; where their wording differs they cannot share a cached prefix"


class Variants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/variants.yaml`."""

    generations: tuple[str, ...]
    standalone: tuple[str, ...]


@cache
def variants() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The names of generations and of folders of files that stand alone; the table is read once."""
    data = Path(__file__).parent / "data" / "variants.yaml"
    table = msgspec.yaml.decode(data.read_bytes(), type=Variants)
    generations, standalone = (
        re.compile("|".join(one), re.IGNORECASE) for one in (table.generations, table.standalone)
    )
    return generations, standalone


@dataclass(frozen=True)
class DuplicatePrompt(Rule):
    """
    ## What it does
    Finds a long prompt that the project keeps twice or more: the same text, or nearly, in several files or constants.

    ## Why is this bad?
    Copies drift apart: a correction reaches one of them, and two parts of the program then ask for different things.
    Where the wording differs by a word, a provider's prompt cache cannot share the beginning of the two either. No
    tokens are saved by keeping the text once, so the finding names none.

    Variants that are kept side by side on purpose are not reported: texts that are alike but not the same in one file,
    and in one file also the same ones where nothing is seen to send them; text files of one folder (a strict and a
    lenient template), text files that are alike but not the same (one template for each metric), and files whose names
    say that one is of another generation (`legacy`, `v1`) or that both stand alone (`profiles`, `examples`).
    Nor are copies in two packages that are distributed apart (each has a `pyproject.toml`, `setup.py`, `setup.cfg` or
    `.dist-info` of its own) and import nothing of each other: neither could import the other's.
    Answers of the assistant, descriptions of tools, and texts that are only compared with others are not compared. What
    one file shares with another is one finding, at the longest copy; of several others it names one with the same text.

    ## Example
    ```python
    # billing.py
    SYSTEM = "You are the assistant of a shop. Answer in the language of the customer. ..."
    # refunds.py
    SYSTEM = "You are the assistant of a shop. Answer in the language of the customer. ..."
    ```
    Use instead:
    ```python
    # refunds.py
    from billing import SYSTEM
    ```

    ## Fix safety
    There is no fix: which copy stays, and where, is for the author to say.

    ## Options
    - `min_tokens`: report a file that shares at least so many tokens of prompts with another (default 60).

    ## References
    - Nearly the same: five-word runs, see `promptlint.wording.likeness`
    """

    code = "TOK107"
    name = "duplicate-prompt"
    good = (
        '''from openai import OpenAI

client = OpenAI()
STRICT = """You judge answers of a support team. Read the question, then the answer, and compare both with the manual.
Give one point for each statement that the manual supports. Take one point away for each that it contradicts. Do not
give points for politeness. Name the page of the manual for each statement. Score: 0 or 1, nothing between."""
LENIENT = """You judge answers of a support team. Read the question, then the answer, and compare both with the manual.
Give one point for each statement that the manual supports. Take one point away for each that it contradicts. Do not
give points for politeness. Name the page of the manual for each statement. Score: 0 to 10, halves allowed."""


def judge(answer, strict):
    return client.responses.create(model="gpt-4.1", instructions=STRICT if strict else LENIENT, input=answer)
''',
    )
    bad = (
        Bad(
            '''from openai import OpenAI

client = OpenAI()
SYSTEM = """You are the assistant of a shop for garden tools. Answer in the language of the customer.
Name the page of the manual that your answer is taken from. Never promise a date of delivery or a refund.
When a customer is angry, apologise once and offer to call back. Keep each answer below eighty words."""
CHAT = """You are the assistant of a shop for garden tools. Answer in the language of the customer.
Name the page of the manual that your answer is taken from. Never promise a date of delivery or a refund.
When a customer is angry, apologise once and offer to call back. Keep each answer below eighty words."""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)


def chat(question):
    return client.responses.create(model="gpt-4.1", instructions=CHAT, input=question)
''',
            "is also kept at",
        ),
    )

    min_tokens: int = 60

    def check_project(self, context: Context) -> Iterator[Finding]:
        project = context.project
        prompts = sorted(
            (prompt for prompt in project.prompts if prompt.role in INSTRUCTING),
            key=lambda prompt: (prompt.place.path.lower(), prompt.place.start),
        )
        # What is too short to hold so many tokens is not counted: a token is one character at least.
        long = [prompt for prompt in prompts if sum(map(len, prompt.template.stretches)) >= LEAST_TOKENS]
        sent = [prompt for prompt in long if not only_compared(prompt.place.start, project.modules[prompt.place.path])]
        sized = [_Sized(prompt, _tokens(prompt, context)) for prompt in sent]
        kept = [one for one in sized if one.tokens >= LEAST_TOKENS]
        best: dict[str, _Copy] = {}
        for like in likenesses([words(one.prompt.template.text) for one in kept], LEAST_SHARE):
            copy = _Copy(kept[like.later].prompt, kept[like.earlier].prompt, kept[like.later].tokens, like.share)
            known = best.get(copy.prompt.id)
            if not copy.is_variant and (known is None or copy.closeness > known.closeness):
                best[copy.prompt.id] = copy
        groups: dict[tuple[str, str], list[_Copy]] = {}
        for copy in best.values():
            groups.setdefault((copy.prompt.place.path, copy.other.place.path), []).append(copy)
        for copies in groups.values():
            if sum(copy.tokens for copy in copies) >= self.min_tokens:
                yield self._finding(copies, context)

    def _finding(self, copies: Sequence[_Copy], context: Context) -> Finding:
        """The finding for what one file keeps of another; it stands at the longest copy."""
        longest = max(copies, key=lambda copy: copy.tokens)
        kept = longest.other.place
        line = context.project.locate(kept.path, kept.start).row
        nearly = (
            ""
            if longest.is_same
            else ", nearly"
            if longest.share == 1
            else f", nearly ({longest.share:.0%} of its word runs)"
        )
        more = len(copies) - 1
        others = f"; so {'is' if more == 1 else 'are'} {more} more of this file" if more else ""
        what = "example text" if _is_example(longest.prompt, context.project) else "prompt"
        is_sure = longest.is_same and Evidence.NAMED not in (longest.prompt.evidence, longest.other.evidence)
        unused = unused_around(longest.prompt, context.project)
        evidence = [DRIFT, *([unused.evidence] if unused else [])]
        return self.finding(
            longest.prompt.place,
            f"this {what} of {longest.tokens} tokens is also kept at {kept.path}:{line}{nearly}{others}",
            severity=Severity.LOW,
            confidence=Confidence.HIGH if is_sure else Confidence.MEDIUM,
            evidence=tuple(evidence),
            help="delete this copy if nobody needs it" if unused else "keep it once and import it",
            prompt=longest.prompt,
        )


@dataclass(frozen=True, slots=True)
class _Sized:
    """A prompt and the tokens of its literal text."""

    prompt: Prompt
    tokens: int


@dataclass(frozen=True, slots=True)
class _Copy:
    """A prompt of so many tokens that says what an earlier one, `other`, says; `share` as in `Likeness`."""

    prompt: Prompt
    other: Prompt
    tokens: int
    share: float

    @property
    def is_same(self) -> bool:
        return self.prompt.template.text == self.other.template.text

    @property
    def closeness(self) -> tuple[bool, float]:
        """How good the other one is to be named: the same text, else the one with most runs in common."""
        return self.is_same, self.share

    @property
    def is_variant(self) -> bool:
        """Whether the two are kept side by side on purpose, or one is a part of the other."""
        one, two = PurePosixPath(self.prompt.place.path), PurePosixPath(self.other.place.path)
        if one == two:
            is_sent = Evidence.NAMED not in (self.prompt.evidence, self.other.evidence)
            return self.share < 1 or not is_sent or self.prompt.place.start < self.other.place.end
        if ".py" not in (one.suffix, two.suffix) and (self.share < 1 or one.parent == two.parent):
            return True
        return _are_apart(one, two)


def _are_apart(one: PurePosixPath, two: PurePosixPath) -> bool:
    """Whether the names of two files say why both keep a text: another generation, or files to copy or run alone."""
    generations, standalone = variants()
    first, second = ({name for name in _names(path) if generations.fullmatch(name)} for path in (one, two))
    return first != second or all(any(standalone.fullmatch(name) for name in path.parts[:-1]) for path in (one, two))


def _is_example(prompt: Prompt, project: Project) -> bool:
    """Whether a text stands in a collection of examples: as a field of one, not as a prompt."""
    facts = project.modules[prompt.place.path]
    place = next((one for one in facts.texts if one.expr.start == prompt.place.start), None)
    held = place is not None and place.context in ("argument", "entry", "item")
    return held and EXAMPLES.fullmatch((place and place.within) or "") is not None


def _names(path: PurePosixPath) -> tuple[str, ...]:
    """The names of the folders of a file and its own."""
    return (*path.parts[:-1], path.stem)


def _tokens(prompt: Prompt, context: Context) -> int:
    return sum(context.meter.count(stretch, None).tokens for stretch in prompt.template.stretches)
