"""The rule duplicate-instruction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptlint.cutting import Cut, cuts
from promptlint.finding import Applicability, Confidence, Finding, Fix
from promptlint.project import CallSite, Evidence, Message, Place, Project, Prompt, Role
from promptlint.repeats import repeats, words
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import Basis, basis_of, input_saving, severity_of
from promptlint.segments import Segment, segments
from promptlint.template import Edit, Template
from promptlint.text import PLACEHOLDER, mask
from promptlint.tidy import tidied

LABEL = re.compile(r"\s*\S+\s+[`*_\"']*[\w.-]+(?: [\w.-]+){0,2}[`*_\"']*:")
"""A list item that begins with a name and a colon."""

SHOWN = 60
"""Characters of an instruction that a message quotes."""
INSTRUCTING = (Role.SYSTEM, Role.USER, Role.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Statement:
    """One instruction, the text it is in and its place in the source."""

    template: Template
    segment: Segment
    text: str
    place: Place

    @property
    def words(self) -> tuple[str, ...]:
        return words(self.text)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A statement that says no more than another one; `forward` says that it is the later of the two."""

    redundant: Statement
    kept: Statement
    exact: bool
    forward: bool

    @property
    def later(self) -> Statement:
        return self.redundant if self.forward else self.kept

    @property
    def earlier(self) -> Statement:
        return self.kept if self.forward else self.redundant


@dataclass(frozen=True)
class DuplicateInstruction(Rule):
    """
    ## What it does
    Finds an instruction that is given twice or more in what one call sends, in the same words or nearly so,
    within one text or across system and user messages.

    ## Why is this bad?
    The second copy is paid for on every call and says nothing new. Long prompts that several people edit collect them,
    and copies that are edited apart contradict each other later. A repeat may be meant as emphasis: then
    suppress the finding, or better say it once where it counts most. Examples, code, data, tables and headings are
    not compared.

    ## Example
    ```python
    client.responses.create(
        model="gpt-4.1",
        instructions="Answer in one short paragraph. Use plain English. Answer in one short paragraph.",
        input=question,
    )
    ```
    Use instead:
    ```python
    client.responses.create(
        model="gpt-4.1",
        instructions="Answer in one short paragraph. Use plain English.",
        input=question,
    )
    ```

    ## Fix safety
    Unsafe: it takes words away that the model reads. The fix deletes the copy that says less, or else the later one.
    There is none where the copy holds a placeholder, has a number in a numbered list, or is also sent by a call that
    does not send the other copy.

    ## Options
    - `min_words`: shorter instructions are not compared (default 5).

    ## References
    - Near repeats: three-word runs, see `promptlint.repeats`
    """

    code = "TOK102"
    name = "duplicate-instruction"
    good = (
        """from openai import OpenAI

client = OpenAI()
client.responses.create(
    model="gpt-4.1",
    instructions="If they ask for a refund, name the refund page. If they ask for a price, name the price page.",
    input="Where is my money?",
)
""",
    )
    bad = (
        Bad(
            '''from openai import OpenAI

client = OpenAI()
SYSTEM = """You answer questions about our product.
- Answer in one short paragraph.
- Never promise a delivery date.
- Use the language of the customer.
"""


def ask(question):
    return client.chat.completions.create(
        model="gpt-4.1",
        messages=[
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"{question}\\n\\nRemember: never promise a delivery date!"},
        ],
    )
''',
            '"Remember: never promise a delivery date!" repeats',
            fixed='''from openai import OpenAI

client = OpenAI()
SYSTEM = """You answer questions about our product.
- Answer in one short paragraph.
- Never promise a delivery date.
- Use the language of the customer.
"""


def ask(question):
    return client.chat.completions.create(
        model="gpt-4.1",
        messages=[
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"{question}"},
        ],
    )
''',
        ),
        Bad(
            '''from openai import OpenAI

client = OpenAI()
SYSTEM = """You answer questions about our product.
- Answer in one short paragraph.
- Never promise a delivery date.
- Answer in one short paragraph.
- Use the language of the customer.
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)
''',
            '"Answer in one short paragraph." repeats',
            fixed='''from openai import OpenAI

client = OpenAI()
SYSTEM = """You answer questions about our product.
- Answer in one short paragraph.
- Never promise a delivery date.
- Use the language of the customer.
"""


def ask(question):
    return client.responses.create(model="gpt-4.1", instructions=SYSTEM, input=question)
''',
        ),
    )

    min_words: int = 5

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        templates = [message.template for message in _instructing(call.messages)]
        yield from self._check(templates, context, basis_of([call]), call=call)

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        if not prompt.calls and prompt.role in INSTRUCTING:
            yield from self._check([prompt.template], context, Basis(None, None), prompt=prompt)

    def _check(
        self,
        templates: Sequence[Template],
        context: Context,
        basis: Basis,
        call: CallSite | None = None,
        prompt: Prompt | None = None,
    ) -> Iterator[Finding]:
        found = [statement for template in templates for statement in _statements(template)]
        for run in _runs([statement for statement in found if len(statement.words) >= self.min_words]):
            first, last = run[0], run[-1]
            owner = prompt or _owner(first.redundant, call, context.project)
            other = prompt or _owner(first.kept, call, context.project)
            if call and not _is_first(call, owner, other):
                continue
            template = first.redundant.template
            gone = list(cuts(template.text, [repeat.redundant.segment for repeat in run]))
            before = context.meter.count_template(template, basis.model)
            rest = template.after([(cut.start, cut.end, "") for cut in gone])
            after = context.meter.count_template(rest, basis.model)
            saving = input_saving(before.tokens - after.tokens, before, basis, context.meter)
            earlier = first.earlier.place
            line = context.project.locate(earlier.path, earlier.start).row
            exact = all(repeat.exact for repeat in run)
            more = f" and {len(run) - 1} more" if len(run) > 1 else ""
            yield self.finding(
                Place(first.later.place.path, first.later.place.start, last.later.place.end),
                f'"{_shortened(first.later.text)}"{more} {"repeats" if exact else "nearly repeats"} '
                f"{earlier.path}:{line} ({saving.input_tokens} tokens)",
                severity=severity_of(saving.usd_per_1k_calls),
                confidence=_confidence(owner, exact=exact),
                evidence=() if exact else (f'there it says: "{_shortened(first.earlier.text)}"',),
                help="say it once; if the repeat is meant as emphasis, suppress this finding",
                call=call,
                prompt=owner,
                model=basis.model,
                saving=saving,
                fix=_fix(template, gone, owner, other, context.project),
            )


def _instructing(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages that instruct: not the turns of few-shot examples, which end with an answer of the model."""
    answers = [index for index, message in enumerate(messages) if message.role is Role.ASSISTANT]
    for index, message in enumerate(messages):
        is_example = message.role is Role.USER and any(index < answer < len(messages) - 1 for answer in answers)
        if message.role in INSTRUCTING and not is_example:
            yield message


def _statements(template: Template) -> Iterator[Statement]:
    for segment in segments(mask(template)):
        place = template.source_range(segment.start, segment.end)
        # What ends in a colon names what comes behind it.
        if place and template.text[segment.end - 1] != ":":
            yield Statement(template, segment, template.text[segment.start : segment.end], Place(*place))


def _runs(statements: Sequence[Statement]) -> Iterator[list[Repeated]]:
    """The repeats; those that follow each other in both places go together.

    Left out: the same piece of source sent twice (a constant used in two places), where nothing can be cut, and near
    repeats of what begins with a small letter: such a piece of a sentence means what the rest of it says; and what is
    said of one field in one list item and of another in the next.
    """
    run: list[Repeated] = []
    last = (-2, -2)
    for repeat in sorted(repeats([statement.words for statement in statements]), key=lambda repeat: repeat.redundant):
        redundant, kept = statements[repeat.redundant], statements[repeat.kept]
        if _overlap(redundant.place, kept.place) or (not repeat.exact and redundant.text[0].islower()):
            continue
        if _is_labelled(redundant) and _is_labelled(kept):
            continue
        here = (redundant.template, redundant.place.path, kept.place.path)
        there = run and (run[-1].redundant.template, run[-1].redundant.place.path, run[-1].kept.place.path)
        if run and ((repeat.redundant - 1, repeat.kept - 1) != last or here != there):
            yield run
            run = []
        run.append(Repeated(redundant, kept, repeat.exact, forward=repeat.redundant > repeat.kept))
        last = (repeat.redundant, repeat.kept)
    if run:
        yield run


def _is_labelled(statement: Statement) -> bool:
    """Whether a sentence is one of several in a list item that begins with the name of what it is about."""
    segment = statement.segment
    item = statement.template.text[segment.block.start : segment.block.end]
    return bool(segment.block.marker) and segment.siblings > 1 and LABEL.match(item) is not None


def _overlap(one: Place, other: Place) -> bool:
    return one.path == other.path and one.start < other.end and other.start < one.end


def _owner(statement: Statement, call: CallSite | None, project: Project) -> Prompt | None:
    """The prompt that spells a statement, among those of the call."""
    prompts = [project.prompt_by_id[prompt] for prompt in call.prompts] if call else []
    return next((prompt for prompt in prompts if _overlap(prompt.place, statement.place)), None)


def _is_first(call: CallSite, owner: Prompt | None, other: Prompt | None) -> bool:
    """Whether `call` is the first that sends both prompts, so that a repeat is reported once."""
    if owner is None or other is None:
        return True
    return call.id == next((each for each in owner.calls if each in other.calls), call.id)


def _fix(
    template: Template, gone: Sequence[Cut], owner: Prompt | None, other: Prompt | None, project: Project
) -> Fix | None:
    """Deletes the copies; None where that would leave a gap, cut a placeholder, or take more from another call."""
    if owner is None or other is None or not {*owner.calls} <= {*other.calls}:
        return None
    edits: list[Edit] = []
    for cut in gone:
        lossy = cut.leaves_gap or PLACEHOLDER.search(template.text, cut.start, cut.end)
        change = None if lossy else template.replace(cut.start, cut.end)
        if change is None:
            return None
        edits += change
    return Fix(Applicability.UNSAFE, "Delete the repeated instruction", tidied(edits, template, project))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "\u2026"


def _confidence(owner: Prompt | None, *, exact: bool) -> Confidence:
    if owner and owner.evidence is Evidence.NAMED:
        return Confidence.LOW
    return Confidence.HIGH if exact else Confidence.MEDIUM
