"""The rule call-per-item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.finding import Confidence, Finding, Saving, Severity
from promptlint.measure import Count
from promptlint.measure.batch import Batch, batch_of
from promptlint.project import CallSite, ItemLoop, Place, Project, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of, severity_of
from promptlint.template import HOLE, Template
from promptlint.unused import is_dead
from promptlint.wording.answers import Expected, expected_answer

TOGETHER = 10
"""Items that one call takes in the reckoning of what merging saves."""
SHORT = 60
"""Tokens; a longer answer per item makes a call for several items hard to check."""
LEAST_STATIC = 40
"""Static tokens per call from which sending them again for every item is worth a word."""
TOGETHER_IF_SHORT = "where answers are short, ask for several items in one call"
ANY_BATCH = "where answers can wait, the batch APIs of OpenAI, Anthropic and Google take half the price"


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/call_per_item.yaml`; the file says what each part is."""

    calls: dict[str, str]
    unbilled: frozenset[str]
    helpers: dict[str, frozenset[str]]


@cache
def table() -> Table:
    """The table, read once."""
    data = Path(__file__).parent / "data" / "call_per_item.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=Table)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one pass of a loop sends: the call that says most, its static text counted, and the answer it asks for."""

    call: CallSite
    static: Count
    expected: Expected | None


@dataclass(frozen=True)
class CallPerItem(Rule):
    """
    ## What it does
    Finds loops that call a model once per item of a collection, and "batch" helpers that only do so at once.

    ## Why is this bad?
    Each call pays again for everything that does not change: instructions, examples, the question. Where the answer
    per item is short, one call can take several items and pays for the instructions once. Where nobody waits for the
    answers, the batch API of the provider does the same calls for half the price. Helpers such as `Runnable.batch` or
    `litellm.batch_completion` run the calls at the same time; each costs the full price.

    Loops that try again, end with the first success, build on the last answer, read a stream, take the steps of an
    agent, or walk over the parts of one long text are left alone, as are loops over a few literal items, and loops that
    send again no text that is known: the text of the call itself, or that of the object that is asked
    (`self.verdict_prompt.generate(item)`).

    ## Example
    ```python
    for review in reviews:
        client.responses.create(
            model="gpt-5.5-mini",
            instructions=RULES,
            input=f"Is this review positive? Answer yes or no.\\n{review}",
        )
    ```
    Use instead:
    ```python
    client.responses.create(
        model="gpt-5.5-mini",
        instructions=RULES,
        input="Which of these reviews are positive? Answer yes or no for each.\\n" + numbered(reviews),
    )
    ```

    ## Fix safety
    There is no fix: how answers are told apart, and whether they can wait, is for the author to say.

    ## Options
    - `min_tokens`: report loops that send at least so many static tokens again each time (default 1; 0 for all).

    ## References
    - [Message Batches](https://platform.claude.com/docs/en/build-with-claude/batch-processing), 2026-08-21
    - [OpenAI Batch API](https://developers.openai.com/api/docs/guides/batch), 2026-10
    - [Gemini API rate limits](https://ai.google.dev/gemini-api/docs/rate-limits), 2026
    """

    code = "TOK401"
    name = "call-per-item"
    good = (
        """from openai import OpenAI

client = OpenAI()


def ask(question):
    for attempt in range(3):
        answer = client.responses.create(model="gpt-4.1", input=f"Answer the question with yes or no: {question}")
        if answer.output_text in ("yes", "no"):
            return answer.output_text
""",
        """from openai import OpenAI

client = OpenAI()


def refine(notes):
    summary = ""
    for note in notes:
        answer = client.responses.create(model="gpt-4.1", input=f"Add the note to the summary.\\n{summary}\\n{note}")
        summary = answer.output_text
    return summary
""",
    )
    bad = (
        Bad(
            """from openai import OpenAI

client = OpenAI()
RULES = "You read reviews of hotels. Sarcasm counts as what is meant. A review of another place is negative. "
RULES += "Prices alone say nothing. Answer with one word: positive or negative."


def judge(reviews):
    return [client.responses.create(model="gpt-4.1", instructions=RULES, input=review) for review in reviews]
""",
            "one call for each of reviews",
        ),
    )

    min_tokens: int = 1

    def check_project(self, context: Context) -> Iterator[Finding]:
        for loop in context.project.item_loops:
            calls = [context.project.call_by_id[one] for one in loop.calls]
            asked = calls and not any(_is_free(call) or "logprobs" in call.keywords for call in calls)
            if asked and not is_dead(loop.place, context.project):
                sent = _sent(loop, calls, context)
                if sent.static.tokens >= self.min_tokens:
                    yield self._loop(loop, calls, sent, context)

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        helper = call.api.rpartition(".")[2]
        if call.hops or helper not in table().helpers.get(call.sdk, ()) or _is_free(call):
            return
        batch = _batch_of(call)
        yield self.finding(
            call.place,
            f"{helper} sends one request per item at once, each at the full price: it is no batch API",
            severity=Severity.MEDIUM if batch else Severity.LOW,
            confidence=Confidence.MEDIUM,
            evidence=tuple(_of_batch(batch)),
            help=_ask_later(call),
            call=call,
        )

    def _loop(self, loop: ItemLoop, calls: list[CallSite], sent: Sent, context: Context) -> Finding:
        served_alike = len({call.provider for call in calls}) == 1
        batch = _batch_of(sent.call) if served_alike else None
        saving = _saving(sent, batch, context)
        short = sent.expected if sent.expected and sent.expected.tokens <= SHORT else None
        # Where one provider or another is asked, a few tokens may be the markup of one of them.
        many = sent.static.tokens >= (1 if served_alike else LEAST_STATIC)
        again = f", at least {sent.static.tokens:,} static tokens sent again each time" if many else ""
        together = f"ask for several items in one call, as each answer is {short.what}" if short else TOGETHER_IF_SHORT
        advice = [together] if short or sent.expected is None else []
        advice += [_ask_later(sent.call) if served_alike else ANY_BATCH]
        return self.finding(
            loop.place,
            f"one call for each of {loop.over}{again}",
            severity=severity_of(saving.usd_per_1k_calls if saving else None),
            confidence=Confidence.HIGH if loop.hops == 0 and short else Confidence.MEDIUM,
            evidence=tuple(_evidence(loop, sent, batch)),
            help="; or ".join(advice),
            call=sent.call,
            saving=saving,
        )


def _batch_of(call: CallSite) -> Batch | None:
    """The batch API that takes what a call sends, None where none is known."""
    return batch_of(call.model or "", call.provider) if call.provider in table().calls else None


def _ask_later(call: CallSite) -> str:
    name = table().calls.get(call.provider)
    return f"where answers can wait, use the batch API ({name})" if name else ANY_BATCH


def _sent(loop: ItemLoop, calls: list[CallSite], context: Context) -> Sent:
    """What is sent for each item, by the nearest call that says anything; else by the object that is asked.

    Tokens are not counted where one text or another is sent: together they are more than anybody pays.
    """
    found: Sent | None = None
    for call in calls:
        templates = [message.template for message in call.messages if message.role is not Role.ASSISTANT]
        templates += [context.project.prompt_by_id[one].template for one in call.unseen]
        known = {*call.prompts} <= {*call.unseen, *(one for message in call.messages for one in message.prompts)}
        sent = _counted(call, templates, context, known=known)
        if templates and sent.static.tokens >= LEAST_STATIC:
            return sent
        found = found or sent
    assert found is not None
    for body in loop.asked:
        held = [prompt.template for prompt in context.project.prompts if _is_held(prompt.place, body, context.project)]
        sent = _counted(found.call, held, context, known=True)
        if sent.static.tokens > found.static.tokens:
            return sent
    return found


def _counted(call: CallSite, templates: Iterable[Template], context: Context, *, known: bool) -> Sent:
    texts = "\n".join(template.masked for template in templates)
    static = context.meter.count(texts.replace(HOLE, "") if known else "", call.model)
    return Sent(call, static, expected_answer(texts.replace(HOLE, "_")))


def _is_held(place: Place, body: Place, project: Project) -> bool:
    """Whether a text stands in the body of a class, not in a method."""
    if place.path != body.path or not body.start <= place.start < body.end:
        return False
    inside = (scope for scope in project.modules[place.path].scopes if scope.start > body.start)
    return not any(scope.start <= place.start < scope.end for scope in inside)


def _is_free(call: CallSite) -> bool:
    return call.provider in table().unbilled


def _evidence(loop: ItemLoop, sent: Sent, batch: Batch | None) -> Iterator[str]:
    if loop.hops:
        yield f"The call of the model is {sent.call.id}, reached through {loop.hops} function{'s' * (loop.hops > 1)}."
    if loop.others:
        yield f"{loop.others} more call{'s' * (loop.others > 1)} in this loop reach{'es' * (loop.others == 1)} a model."
    if loop.concurrent:
        yield "The calls run at the same time: that saves time, not tokens; each costs the full price."
    yield from _of_batch(batch)


def _of_batch(batch: Batch | None) -> Iterator[str]:
    if batch:
        off = f"{1 - batch.pays:.0%} off all tokens"
        yield f"The batch API takes {off} and answers within 24 hours ({batch.source}, {batch.as_of})."


def _saving(sent: Sent, batch: Batch | None, context: Context) -> Saving | None:
    """What one call for several items saves where the answer is short, else what the batch API saves on static text."""
    call, tokens = sent.call, sent.static.tokens
    price = context.meter.price(call.model, provider_of(call)) if call.model else None
    merged = sent.expected is not None and sent.expected.tokens <= SHORT
    if not tokens or not (merged or (batch and price)):
        return None
    saved = tokens * (TOGETHER - 1) // TOGETHER if merged else 0
    share = 1.0 if merged else 1 - batch.pays if batch else 0.0
    money = price.input * (saved if merged else tokens) * share / 1000 if price else None
    what = (
        f"{TOGETHER} items in one call: the static text is sent once for all of them"
        if merged
        else "the static text at the price of the batch API; what is filled in and the answers save as much again"
    )
    dated = f"list price of {price.as_of}, {price.input:g} USD per million input tokens" if price else "no price known"
    return Saving(saved, 0, money, sent.static.tokenizer, sent.static.exact, f"per item, {what}; {dated}")
