"""From tokens to money: the saving that a finding states, and the severity that follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from promptlint.finding import Saving, Severity
from promptlint.measure import Count, Meter
from promptlint.project import CallSite

HIGH_USD = 1.0
MEDIUM_USD = 0.1
"""USD per 1,000 calls from which a saving counts as high or medium: at a million calls a month, 1,000 and 100 USD."""


@dataclass(frozen=True, slots=True)
class Basis:
    """For what a text is counted and priced: the model, and who serves it (None where the code does not say)."""

    model: str | None
    provider: str | None


def basis_of(calls: Iterable[CallSite]) -> Basis:
    """The basis of a prompt that goes to `calls`: the first call that names a model, nothing where none does."""
    for call in calls:
        if call.model:
            return Basis(call.model, provider_of(call))
    return Basis(None, None)


def provider_of(call: CallSite) -> str | None:
    """Who serves the call, None where the code does not say."""
    return None if call.provider == "unknown" else call.provider


def input_saving(tokens: int, count: Count, basis: Basis, meter: Meter) -> Saving:
    """The saving of `tokens` input tokens per call, which were counted like `count`."""
    price = meter.price(basis.model, basis.provider) if basis.model else None
    money = f"list price of {price.as_of}, {price.input:g} USD per million input tokens" if price else "no price known"
    return Saving(
        input_tokens=tokens,
        output_tokens=0,
        usd_per_1k_calls=meter.usd_per_1k_calls(tokens, 0, basis.model, basis.provider) if price else None,
        tokenizer=count.tokenizer,
        exact=count.exact,
        basis=f"per call, text recounted without it; {money}",
    )


def severity_of(usd_per_1k_calls: float | None) -> Severity:
    """By money; LOW where no price is known."""
    if usd_per_1k_calls is None or usd_per_1k_calls < MEDIUM_USD:
        return Severity.LOW
    return Severity.HIGH if usd_per_1k_calls >= HIGH_USD else Severity.MEDIUM
