"""The rule retired-model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from promptlint.finding import Confidence, Finding, Severity
from promptlint.link.vocabulary import words_of
from promptlint.literals import NamedModel, named_models
from promptlint.measure.lifecycle import Retirement, retirement, tier_of
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of


@dataclass(frozen=True)
class RetiredModel(Rule):
    """
    ## What it does
    Finds models that their provider has shut down, or will on a day that is announced.

    ## Why is this bad?
    From that day on every request fails, or is answered by another model at another price. A default argument or a
    fallback that nobody has used for a while fails first when it is needed.
    Each place where the code writes such a model is reported once, however many calls use it: literals that reach a
    call, and variables, settings and default arguments called a model. Amazon Bedrock, Vertex AI and Azure have dates
    of their own; what they serve is only reported where those are known.

    ## Example
    ```python
    client.messages.create(model="claude-3-opus-20240229", max_tokens=1024, messages=messages)
    ```
    Use instead:
    ```python
    client.messages.create(model="claude-opus-4-8", max_tokens=1024, messages=messages)
    ```

    ## Fix safety
    There is no fix: another model answers otherwise, and may refuse parameters that this one takes.

    ## Options
    - `days`: report a model this many days before its last one (default 90).

    ## References
    - [Anthropic deprecations](https://platform.claude.com/docs/en/about-claude/model-deprecations), 2026-09-26
    - [OpenAI deprecations](https://developers.openai.com/api/docs/deprecations), 2026-06; openai 3.54.0
    - [Gemini deprecations](https://ai.google.dev/gemini-api/docs/deprecations), 2026-11-10
    """

    code = "TOK502"
    name = "retired-model"
    good = (
        """from anthropic import Anthropic

client = Anthropic()


def ask(question):
    messages = [{"role": "user", "content": question}]
    return client.messages.create(model="claude-opus-4-8", max_tokens=1024, messages=messages)
""",
    )
    bad = (
        Bad(
            """from anthropic import Anthropic

client = Anthropic()


def ask(question):
    messages = [{"role": "user", "content": question}]
    return client.messages.create(model="claude-3-opus-20240229", max_tokens=1024, messages=messages)
""",
            "claude-3-opus-20240229 was retired on 2026-01-05: requests fail",
        ),
    )

    days: int = 90

    def check_project(self, context: Context) -> Iterator[Finding]:
        for named in named_models(context.project):
            end = next((found for one in _servers(named) if (found := retirement(named.id, one))), None)
            if end is not None and self._is_near(end, context.meter.today):
                yield self._retired(named, end, context.meter.today)

    def _is_near(self, end: Retirement, today: date) -> bool:
        return end.date is None or (end.date - today).days <= self.days

    def _retired(self, named: NamedModel, end: Retirement, today: date) -> Finding:
        is_gone = end.is_past(today)
        call = named.calls[0] if named.calls else None
        return self.finding(
            named.place,
            f"{named.id} {_when(end, today)}",
            severity=Severity.HIGH if is_gone and end.then is None else Severity.MEDIUM,
            confidence=Confidence.HIGH if end.firm and call else Confidence.MEDIUM,
            evidence=tuple(_evidence(named, end)),
            help=_how(named, end),
            call=call,
            model=named.id,
        )


def _servers(named: NamedModel) -> list[str | None]:
    """Who serves the calls of a model. One client often serves OpenAI and Azure, which has dates of its own: where all
    functions that name the model say Azure, it is that."""
    wrapped = [call for call in named.calls if call.hops]
    if wrapped and all("azure" in words_of(call.function) for call in wrapped):
        return ["azure"]
    direct = [call for call in named.calls if not call.hops] or named.calls
    return [provider_of(call) for call in direct] or [None]


def _when(end: Retirement, today: date) -> str:
    then = end.then or "requests fail"
    if end.date is None:
        return f"is no longer served: {then}"
    if end.date <= today:
        return f"was retired on {end.date}: {then}"
    left = (end.date - today).days
    return f"is retired on {end.date}, in {left} day{'s' * (left != 1)}; then {then}"


def _evidence(named: NamedModel, end: Retirement) -> Iterator[str]:
    yield f"Source: {end.source}, as of {end.as_of}."
    if named.sent_by > 1:
        yield f"{named.sent_by} calls of the API can get their model from here."
    if not named.calls:
        yield "No call is known that it reaches."
    if not end.firm:
        yield "The provider's own page was not read."


def _how(named: NamedModel, end: Retirement) -> str:
    if end.replacement:
        return f"move to {end.replacement}, which the provider names in its place"
    tier = tier_of(named.id)
    newest = f"; the newest of its size is {tier.newest}" if tier and tier.newest != named.id else ""
    return f"move to a current model{newest}"
