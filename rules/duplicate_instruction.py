"""The rule duplicate-instruction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.measure import Meter
from promptlint.project import CallSite, Evidence, Place, Project, Prompt
from promptlint.promptfiles import is_text_file
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import severity_of
from promptlint.unused import unused_around
from promptlint.wording.copies import Copies, copies, is_emphasised, taken_out
from promptlint.wording.filled import filled_twice
from promptlint.wording.repeats import Likeness
from promptlint.wording.schematwice import schemas_sent_twice
from promptlint.wording.statements import Repeated, runs, statements
from promptlint.wording.together import Together, requests, sent_by, sent_with

SHOWN = 60
"""Characters of an instruction that a message quotes."""
VERBS = {Likeness.EXACT: "repeats", Likeness.NEAR: "nearly repeats", Likeness.RESTATED: "restates"}
"""How a message puts it, the surest first."""


@dataclass(frozen=True)
class DuplicateInstruction(Rule):
    """
    ## What it does
    Finds an instruction that is given twice or more in what one call sends, in the same words, nearly so, or in other
    words that say no more, within one text or across system and user messages. Where no call is known, a system and
    a user prompt of one file go together by their names (`SUMMARY_SYSTEM_PROMPT`, `SUMMARY_USER_PROMPT`). All that one
    text says again is one finding. Also finds a long value that is filled in twice (by its name: a transcript, a
    document, examples), and a schema that stands in the prompt and is given to the API as well.

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
    A sentence that only announces it ("I repeat.") goes with it. A copy stays where it holds a placeholder, has a
    number in a numbered list, or is also sent by a call that does not send the other copy; where the next sentence
    leans on it ("They are ...", "Otherwise ..."); and where it is emphasis (in capitals, marked as important or last in
    a long prompt). There is no fix for values and schemas, nor where only names put two prompts together.

    ## Options
    - `min_words`: shorter instructions are not compared word for word (default 5).
    - `min_share`: what is repeated is this share of the fixed text of the request, or more (default 0.005).

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
    prompt = f"Notes: {notes}\\nAnswer this: {question}\\nUse these notes only: {notes}"
    return OpenAI().responses.create(model="gpt-4.1", input=prompt)
""",
            "the value of notes is filled in here and at",
        ),
    )

    min_words: int = 5
    min_share: float = 0.005

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
        said = [*copies(runs(found, self.min_words), together, context.meter)]
        if not said or not self._weighs(said, together, context.meter):
            return
        for one in said:
            if together.tells(one.owner, one.other) and _may_be_sent(one.owner, context.project):
                yield self._repeats(one, together, context)

    def _weighs(self, said: Sequence[Copies], together: Together, meter: Meter) -> bool:
        """Whether what is said again is worth a look beside all that the request says."""
        fixed = sum(meter.count_template(template, together.basis.model).tokens for template in together.templates)
        return sum(one.saving.input_tokens for one in said) >= self.min_share * fixed

    def _repeats(self, found: Copies, together: Together, context: Context) -> Finding:
        unused = unused_around(found.owner, context.project) if found.owner else None
        first, *others = found.runs
        here = Place(first[0].later.place.path, first[0].later.place.start, first[-1].later.place.end)
        last = max((run[-1].later.place for run in found.runs), key=lambda place: place.end)
        is_exact = all(repeat.likeness is Likeness.EXACT for run in found.runs for repeat in run)
        is_emphasis = all(is_emphasised(run) for run in found.runs)
        is_named = found.owner is not None and found.owner.evidence is Evidence.NAMED
        is_guessed = together.is_guessed and found.owner is not found.other
        is_doubtful = is_emphasis or is_named or unused is not None
        evidence = [
            *([] if first[0].likeness is Likeness.EXACT else [f'there it says: "{_shortened(first[0].earlier.text)}"']),
            *(f"also {_told(run, context)}" for run in others),
            *(["their names say that the two prompts are sent together"] if is_guessed else []),
            *(["it may be repeated for emphasis: in capitals, or where a long prompt ends"] if is_emphasis else []),
            *([unused.evidence] if unused else []),
        ]
        more = f", with {len(others)} more repeat{'s' * (len(others) > 1)} in this text" if others else ""
        return self.finding(
            Place(last.path, first[0].later.place.start, last.end) if last.path == here.path else here,
            f"{_told(first, context)} ({found.saving.input_tokens} tokens{more})",
            severity=severity_of(found.saving.usd_per_1k_calls),
            confidence=_confidence(is_exact=is_exact, is_doubtful=is_doubtful),
            evidence=tuple(evidence),
            help="say it once; if the repeat is meant as emphasis, suppress this finding",
            call=together.call,
            prompt=found.owner,
            model=together.basis.model,
            saving=found.saving,
            fix=None if is_guessed else _fix(found, context.project),
        )

    def _values(self, context: Context) -> Iterator[Finding]:
        told: set[Place] = set()
        for together in requests(context.project):
            formatted = not any(prompt.calls for prompt in together.prompts)
            for value in filled_twice(together.templates, context.project.modules, formatted=formatted):
                owner = together.owner(value.again)
                if value.again not in told and _may_be_sent(owner, context.project):
                    told.add(value.again)
                    yield self.finding(
                        value.again,
                        f"the value of {value.name} is filled in here and at {_where(value.first, context)}",
                        severity=Severity.LOW,
                        confidence=Confidence.LOW if together.is_guessed else Confidence.MEDIUM,
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


def _told(run: Sequence[Repeated], context: Context) -> str:
    """Which instructions repeat which."""
    more = f" and {len(run) - 1} more" if len(run) > 1 else ""
    verb = VERBS[next((one.likeness for one in run if one.likeness is not Likeness.EXACT), Likeness.EXACT)]
    says = verb.removesuffix("s") if more else verb
    return f'"{_shortened(run[0].later.text)}"{more} {says} {_where(run[0].earlier.place, context)}'


def _where(place: Place, context: Context) -> str:
    return f"{place.path}:{context.project.locate(place.path, place.start).row}"


def _may_be_sent(owner: Prompt | None, project: Project) -> bool:
    """Whether a text is used, or a text file that may be loaded in a way that is not seen."""
    return owner is None or is_text_file(owner.place.path) or unused_around(owner, project) is None


def _fix(found: Copies, project: Project) -> Fix | None:
    edits = taken_out(found, project)
    return Fix(Applicability.UNSAFE, "Delete the repeated instruction", edits) if edits else None


def _confidence(*, is_exact: bool, is_doubtful: bool) -> Confidence:
    if is_doubtful:
        return Confidence.LOW
    return Confidence.HIGH if is_exact else Confidence.MEDIUM


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "\u2026"
