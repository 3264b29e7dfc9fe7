"""The rule oversized-max-tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.measure.lifecycle import retirement
from promptlint.project import CallSite, CapState, Place
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of
from promptlint.template import Edit
from promptlint.wording.answers import Expected, expected_from

HEADROOM = 4
"""The fix leaves this many times the expected answer."""
LEAST_CAP = 16
"""Tokens; the least that the OpenAI Responses API takes."""


class Effects(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/output_caps.yaml`: sentences by provider.

    `reserves` and `unreserved`: what a high cap does to the rate limit; `exceeded`: what one above the maximum of the
    model does.
    """

    reserves: dict[str, str]
    unreserved: dict[str, str]
    exceeded: dict[str, str]


@cache
def effects() -> Effects:
    """The table, read once."""
    data = Path(__file__).parent / "data" / "output_caps.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=Effects)


@dataclass(frozen=True)
class OversizedMaxTokens(Rule):
    """
    ## What it does
    Finds an output cap far above the answer that the prompt asks for (one word, yes or no, a label, a number, a few
    sentences), or above what the model can write at all.

    ## Why is this bad?
    A high cap costs nothing by itself: only tokens that are written are billed. But the cap is the one hard limit on
    the length and price of a reply that goes wrong, and OpenAI, Azure OpenAI and Amazon Bedrock reserve it from the
    rate limit on every call. Anthropic does not. A cap above the maximum of the model is refused.
    Nothing is reported where the prompt asks for reasons, JSON or steps, where the call has tools or
    a response format, or where the cap also pays for hidden reasoning.

    ## Example
    ```python
    client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=4096,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
    ```
    Use instead:
    ```python
    client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=32,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
    ```

    ## Fix safety
    Unsafe: a longer answer is cut off. The fix writes four times the longest answer expected, rounded up to a power of
    two, and only where the call names a model that is known not to reason and spells the cap itself.

    ## Options
    - `ratio`: report from a cap of this many times the expected answer (default 8).
    - `min_cap`: never report a smaller cap (default 256).

    ## References
    - [Anthropic rate limits](https://platform.claude.com/docs/en/api/rate-limits), 2026-08-21
    - [OpenAI rate limits](https://developers.openai.com/api/docs/guides/rate-limits), 2026
    - [Amazon Bedrock quotas](https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html), 2026
    """

    code = "TOK301"
    name = "oversized-max-tokens"
    good = (
        """from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=50,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
""",
        """from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=4096,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no, then explain why.\\n{text}"}],
    )
""",
    )
    bad = (
        Bad(
            """from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=4096,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
""",
            "max_tokens is 4,096, but the prompt asks for yes or no",
            fixed="""from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=32,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
""",
        ),
        Bad(
            """from anthropic import Anthropic

client = Anthropic()


def story(topic):
    return client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=100000,
        stream=True,
        messages=[{"role": "user", "content": f"Write a story about {topic}."}],
    )
""",
            "more than the 64,000 that claude-haiku-4-5 can write",
        ),
    )

    ratio: float = 8.0
    min_cap: int = 256

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        if call.cap.state is not CapState.LITERAL or call.cap.tokens is None or context.project.is_told_inside(call):
            return
        facts = context.meter.facts(call.model) if call.model else None
        maximum = facts.output_maximum if facts else None
        if maximum is not None and call.cap.tokens > maximum:
            end = retirement(call.model, provider_of(call)) if call.model else None
            if end is None or not end.is_past(context.meter.today):  # A model that is gone has no use for a lower cap.
                yield self._above_maximum(call, call.cap.tokens, maximum)
            return
        if (facts and facts.reasoning) or "reasoning" in call.expects:
            return
        expected = self._expected_of_all(call, context)
        if expected is not None and call.cap.tokens >= max(self.ratio * expected.tokens, self.min_cap):
            fixable = facts is not None and facts.reasoning is False
            yield self._above_need(call, call.cap.tokens, expected, context, fixable=fixable)

    def _expected_of_all(self, call: CallSite, context: Context) -> Expected | None:
        """The longest answer that the calls with this cap ask for; None where one of them does not say."""
        place = call.cap.place
        sharing = [each for each in context.project.calls if place is not None and each.cap.place == place] or [call]
        answers = [expected_from(each) for each in sharing]
        known = [answer for answer in answers if answer]
        return max(known, key=lambda answer: answer.tokens) if len(known) == len(answers) else None

    def _above_need(self, call: CallSite, cap: int, expected: Expected, context: Context, *, fixable: bool) -> Finding:
        known, provider = effects(), call.provider
        worst = context.meter.usd_per_1k_calls(0, cap, call.model, provider_of(call)) if call.model else None
        evidence = ["Tokens that are not written are not billed; the cap only limits what a runaway answer costs."]
        if worst is not None and (price := context.meter.price(call.model, provider_of(call))):
            usual = price.output * expected.tokens / 1000
            evidence.append(
                f"Worst case {worst:,.2f} USD per 1,000 calls, {usual:,.2f} USD for the answer asked for "
                f"(list price of {price.as_of})."
            )
        if limit := known.reserves.get(provider) or known.unreserved.get(provider):
            evidence.append(limit)
        complete = all(message.complete for message in call.messages)
        return self.finding(
            _place(call),
            f"{call.cap.parameter or 'the output cap'} is {cap:,}, but the prompt asks for {expected.what} "
            f"(about {expected.tokens:,} tokens at most)",
            severity=Severity.MEDIUM if provider in known.reserves else Severity.LOW,
            confidence=Confidence.MEDIUM if complete else Confidence.LOW,
            evidence=tuple(evidence),
            help=f"a cap of {_cap_for(expected):,} leaves room",
            call=call,
            fix=_fix(call, expected) if fixable else None,
        )

    def _above_maximum(self, call: CallSite, cap: int, maximum: int) -> Finding:
        effect = effects().exceeded.get(call.provider, "the API refuses it or lowers it")
        return self.finding(
            _place(call),
            f"{call.cap.parameter or 'the output cap'} is {cap:,}, "
            f"more than the {maximum:,} that {call.model} can write",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            evidence=(f"Above the maximum {effect}.",),
            help=f"set it to {maximum:,} or less",
            call=call,
        )


def _cap_for(expected: Expected) -> int:
    cap = LEAST_CAP
    while cap < HEADROOM * expected.tokens:
        cap *= 2
    return cap


def _place(call: CallSite) -> Place:
    """The cap where the call itself spells it, else the call."""
    cap = call.cap.place
    inside = cap and cap.path == call.place.path and call.place.start <= cap.start < call.place.end
    return cap if cap and inside else call.place


def _fix(call: CallSite, expected: Expected) -> Fix | None:
    """Writes the lower cap; None where the cap stands elsewhere, as other calls may use it too."""
    place = _place(call)
    if place != call.cap.place:
        return None
    edit = Edit(place.path, place.start, place.end, str(_cap_for(expected)))
    return Fix(Applicability.UNSAFE, f"Lower the cap to {_cap_for(expected):,}", (edit,))
