"""The rule duplicate-instruction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.project import CallSite, Evidence, Place, Project, Prompt
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import input_saving, severity_of
from promptlint.template import Edit, Template
from promptlint.unused import Unused, unused_around
from promptlint.wording.cutting import Cut, cuts
from promptlint.wording.emphasis import is_emphasis
from promptlint.wording.filled import filled_twice
from promptlint.wording.leaning import is_leant_on, with_announcement
from promptlint.wording.repeats import Likeness
from promptlint.wording.schematwice import schemas_sent_twice
from promptlint.wording.segments import segments
from promptlint.wording.statements import Repeated, runs, statements
from promptlint.wording.text import PLACEHOLDER, mask
from promptlint.wording.tidy import tidied
from promptlint.wording.together import Together, requests, sent_by, sent_with

SHOWN = 60
"""Characters of an instruction that a message quotes."""
VERBS = {Likeness.EXACT: "repeats", Likeness.NEAR: "nearly repeats", Likeness.RESTATED: "restates"}
"""How a message puts it."""


@dataclass(frozen=True)
class DuplicateInstruction(Rule):
    """
    ## What it does
    Finds an instruction that is given twice or more in what one call sends, in the same words, nearly so, or in other
    words that say no more, within one text or across system and user messages. Where no call is known, a system and
    a user prompt of one file go together by their names (`SUMMARY_SYSTEM_PROMPT`, `SUMMARY_USER_PROMPT`). Also finds a
    value that is filled in twice, and a schema that stands in the prompt and is given to the API as well.

    ## Why is this bad?
    The second copy is paid for on every call and says nothing new. Long prompts that several people edit collect them,
    and copies that are edited apart contradict each other later. A repeat may be meant as emphasis: then
    suppress the finding, or better say it once where it counts most. Examples, code, data, tables and headings are
    not compared, nor what stands in each of several blocks of one layout.

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
    A sentence that only announces it ("I repeat.") goes with it. There is none where the copy holds a placeholder, has
    a number in a numbered list, or is also sent by a call that does not send the other copy; where the next sentence
    leans on it ("They are ...", "Otherwise ..."); where it is emphasis (in capitals, marked as important or last in a
    long prompt); for values and schemas; and where only names put two prompts together.

    ## Options
    - `min_words`: shorter instructions are not compared word for word (default 5).

    ## References
    - Near repeats: three-word runs, see `promptlint.wording.repeats`
    - The same in other words: stems, see `promptlint.wording.restating`
    - Sentences that lean on others: `promptlint/data/leaning.yaml`
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
            """from openai import OpenAI

SYSTEM = "Respond with SQL only, without explanations. Name each column. Respond only with SQL."
OpenAI().responses.create(model="gpt-4.1", instructions=SYSTEM, input="Who is late?")
""",
            '"Respond only with SQL." restates',
            fixed="""from openai import OpenAI

SYSTEM = "Respond with SQL only, without explanations. Name each column."
OpenAI().responses.create(model="gpt-4.1", instructions=SYSTEM, input="Who is late?")
""",
        ),
        Bad(
            """from openai import OpenAI


def ask(question, notes):
    prompt = f"Question: {question}\\nNotes: {notes}\\nNow answer this: {question}"
    return OpenAI().responses.create(model="gpt-4.1", input=prompt)
""",
            "the value of question is filled in here and at",
        ),
    )

    min_words: int = 5

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        yield from self._check(sent_by(call, context.project), context)

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        together = sent_with(prompt, context.project)
        if together:
            yield from self._check(together, context)

    def check_project(self, context: Context) -> Iterator[Finding]:
        yield from self._values(context)
        yield from self._schemas(context)

    def _check(self, together: Together, context: Context) -> Iterator[Finding]:
        found = [statement for template in together.templates for statement in statements(template)]
        for run in runs(found, self.min_words):
            owner, other = together.owner(run[0].redundant.place), together.owner(run[0].kept.place)
            unused = unused_around(owner, context.project) if owner else None
            if together.tells(owner, other) and not (unused and not unused.is_public):
                yield self._repeat(run, together, (owner, other), unused, context)

    def _repeat(
        self,
        run: Sequence[Repeated],
        together: Together,
        owners: tuple[Prompt | None, Prompt | None],
        unused: Unused | None,
        context: Context,
    ) -> Finding:
        owner, other = owners
        first, last, basis = run[0], run[-1], together.basis
        template = first.redundant.template
        text, sentences = template.text, segments(mask(template))
        said = [repeat.redundant.segment for repeat in run]
        gone = list(cuts(text, with_announcement(text, said, sentences)))
        before = context.meter.count_template(template, basis.model)
        rest = template.after([(cut.start, cut.end, "") for cut in gone])
        after = context.meter.count_template(rest, basis.model)
        saving = input_saving(before.tokens - after.tokens, before, basis, context.meter)
        likeness = next((one.likeness for one in run if one.likeness is not Likeness.EXACT), Likeness.EXACT)
        more = f" and {len(run) - 1} more" if len(run) > 1 else ""
        is_guessed = together.is_guessed and owner is not other
        is_emphasised = any(is_emphasis(text, segment) for segment in said)
        is_doubtful = is_emphasised or unused is not None or (owner is not None and owner.evidence is Evidence.NAMED)
        evidence = [] if likeness is Likeness.EXACT else [f'there it says: "{_shortened(first.earlier.text)}"']
        evidence += ["their names say that the two prompts are sent together"] if is_guessed else []
        evidence += (
            ["it may be repeated for emphasis: in capitals, or where a long prompt ends"] if is_emphasised else []
        )
        evidence += [unused.evidence] if unused else []
        is_kept = is_guessed or is_emphasised or is_leant_on(text, said, sentences)
        return self.finding(
            Place(first.later.place.path, first.later.place.start, last.later.place.end),
            f'"{_shortened(first.later.text)}"{more} {VERBS[likeness]} '
            f"{_where(first.earlier.place, context)} ({saving.input_tokens} tokens)",
            severity=severity_of(saving.usd_per_1k_calls),
            confidence=_confidence(likeness, is_doubtful=is_doubtful),
            evidence=tuple(evidence),
            help="say it once; if the repeat is meant as emphasis, suppress this finding",
            call=together.call,
            prompt=owner,
            model=basis.model,
            saving=saving,
            fix=None if is_kept else _fix(template, gone, owner, other, context.project),
        )

    def _values(self, context: Context) -> Iterator[Finding]:
        told: set[Place] = set()
        for together in requests(context.project):
            formatted = not any(prompt.calls for prompt in together.prompts)
            for value in filled_twice(together.templates, context.project.modules, formatted=formatted):
                owner = together.owner(value.again)
                unused = unused_around(owner, context.project) if owner else None
                if value.again not in told and not (unused and not unused.is_public):
                    told.add(value.again)
                    yield self.finding(
                        value.again,
                        f"the value of {value.name} is filled in here and at {_where(value.first, context)}",
                        severity=Severity.LOW,
                        confidence=Confidence.LOW if together.is_guessed or unused else Confidence.MEDIUM,
                        evidence=("what it costs depends on the value: both copies are paid for in every call",),
                        help="fill it in once and refer to it by its heading",
                        call=together.call,
                        prompt=owner,
                    )

    def _schemas(self, context: Context) -> Iterator[Finding]:
        told: set[Place] = set()
        for call in context.project.calls:
            for hole, api in schemas_sent_twice(call, context.project):
                place = Place(hole.path, hole.start, hole.end)
                if place not in told:
                    told.add(place)
                    yield self.finding(
                        place,
                        f"a schema is written into the prompt, and {api.api} is given one as well at "
                        f"{_where(api.place, context)}",
                        severity=Severity.MEDIUM,
                        confidence=Confidence.MEDIUM,
                        evidence=("the schema that the API is given goes into the context of the model too",),
                        help="leave the schema out of the prompt",
                        call=call,
                        prompt=sent_by(call, context.project).owner(place),
                    )


def _where(place: Place, context: Context) -> str:
    return f"{place.path}:{context.project.locate(place.path, place.start).row}"


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


def _confidence(likeness: Likeness, *, is_doubtful: bool) -> Confidence:
    if is_doubtful:
        return Confidence.LOW
    return Confidence.HIGH if likeness is Likeness.EXACT else Confidence.MEDIUM
