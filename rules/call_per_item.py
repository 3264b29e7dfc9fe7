"""The rule call-per-item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.finding import Confidence, Finding, Saving, Severity
from promptlint.measure import Count
from promptlint.project import CallSite, ItemLoop, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of, severity_of
from promptlint.wording.answers import Expected, expected_answer
from promptlint.wording.text import HOLE, mask

TOGETHER = 10
"""Items that one call takes in the reckoning of what merging saves."""
SHORT = 60
"""Tokens; a longer answer per item makes a call for several items hard to check."""
LEAST_STATIC = 40
"""Static tokens per call from which sending them again for every item is worth a word."""


class BatchApi(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a provider takes requests in a batch: `discount` is the share of the price that is saved."""

    call: str
    discount: float
    source: str


class Batches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/batch_apis.yaml`; the file says what each part is."""

    apis: dict[str, BatchApi]
    unbilled: frozenset[str]
    helpers: dict[str, frozenset[str]]


@cache
def batches() -> Batches:
    """The table, read once."""
    data = Path(__file__).parent / "data" / "batch_apis.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=Batches)


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
    agent, or walk over the parts of one long text are left alone, as are loops over a few literal items.

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
    None.

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

    def check_project(self, context: Context) -> Iterator[Finding]:
        for loop in context.project.item_loops:
            calls = [context.project.call_by_id[one] for one in loop.calls]
            if calls and not any(_is_free(call) or "logprobs" in call.keywords for call in calls):
                yield self._loop(loop, calls, context)

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        helper = call.api.rpartition(".")[2]
        if call.hops or helper not in batches().helpers.get(call.sdk, ()) or _is_free(call):
            return
        api = batches().apis.get(call.provider)
        yield self.finding(
            call.place,
            f"{helper} sends one request per item at once, each at the full price: it is no batch API",
            severity=Severity.MEDIUM if api else Severity.LOW,
            confidence=Confidence.MEDIUM,
            evidence=tuple(_of_api(api)),
            help=f"where answers can wait, use the batch API ({api.call})" if api else _ANY_BATCH,
            call=call,
        )

    def _loop(self, loop: ItemLoop, calls: list[CallSite], context: Context) -> Finding:
        sent = _sent(calls, context)
        api = batches().apis.get(sent.call.provider) if len({call.provider for call in calls}) == 1 else None
        saving = _saving(sent, api, context)
        short = sent.expected if sent.expected and sent.expected.tokens <= SHORT else None
        again = f", at least {sent.static.tokens:,} static tokens sent again each time" if sent.static.tokens else ""
        advice = [f"ask for several items in one call, as each answer is {short.what}"] if short else []
        advice += [f"where answers can wait, use the batch API ({api.call})" if api else _ANY_BATCH]
        return self.finding(
            loop.place,
            f"one call for each of {loop.over}{again}",
            severity=severity_of(saving.usd_per_1k_calls if saving else None),
            confidence=Confidence.HIGH if loop.hops == 0 and short else Confidence.MEDIUM,
            evidence=tuple(_evidence(loop, sent, api)),
            help="; or ".join(advice),
            call=sent.call,
            saving=saving,
        )


_ANY_BATCH = "where answers can wait, the batch APIs of OpenAI, Anthropic and Google take half the price"


def _sent(calls: list[CallSite], context: Context) -> Sent:
    """What is sent for each item, by the nearest call that says anything.

    Tokens are not counted where one text or another is sent: together they are more than anybody pays.
    """
    found: Sent | None = None
    for call in calls:
        texts = [mask(message.template) for message in call.messages if message.role is not Role.ASSISTANT]
        spoken = [message for message in call.messages if message.template.stretches]
        known = len(call.prompts) <= len(spoken)
        static = context.meter.count("\n".join(texts).replace(HOLE, "") if known else "", call.model)
        sent = Sent(call, static, expected_answer("\n".join(texts).replace(HOLE, "_")))
        if call.messages and static.tokens >= LEAST_STATIC:
            return sent
        found = found or sent
    assert found is not None
    return found


def _is_free(call: CallSite) -> bool:
    return call.provider in batches().unbilled


def _evidence(loop: ItemLoop, sent: Sent, api: BatchApi | None) -> Iterator[str]:
    if loop.hops:
        yield f"The call of the model is {sent.call.id}, reached through {loop.hops} function{'s' * (loop.hops > 1)}."
    if loop.others:
        yield f"{loop.others} more call{'s' * (loop.others > 1)} in this loop reach{'es' * (loop.others == 1)} a model."
    if loop.concurrent:
        yield "The calls run at the same time: that saves time, not tokens; each costs the full price."
    yield from _of_api(api)


def _of_api(api: BatchApi | None) -> Iterator[str]:
    if api:
        yield f"The batch API takes {api.discount:.0%} off all tokens and answers within 24 hours ({api.source})."


def _saving(sent: Sent, api: BatchApi | None, context: Context) -> Saving | None:
    """What one call for several items saves where the answer is short, else what the batch API saves on static text."""
    call, tokens = sent.call, sent.static.tokens
    price = context.meter.price(call.model, provider_of(call)) if call.model else None
    merged = sent.expected is not None and sent.expected.tokens <= SHORT
    if not tokens or not (merged or (api and price)):
        return None
    saved = tokens * (TOGETHER - 1) // TOGETHER if merged else 0
    share = 1.0 if merged else api.discount if api else 0.0
    money = price.input * (saved if merged else tokens) * share / 1000 if price else None
    what = (
        f"{TOGETHER} items in one call: the static text is sent once for all of them"
        if merged
        else "the static text at the price of the batch API; what is filled in and the answers save as much again"
    )
    dated = f"list price of {price.as_of}, {price.input:g} USD per million input tokens" if price else "no price known"
    return Saving(saved, 0, money, sent.static.tokenizer, sent.static.exact, f"per item, {what}; {dated}")
