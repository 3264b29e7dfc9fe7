"""What the same text costs with another model: list prices, corrected for how many tokens each model makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from promptlint.measure import Meter, Price
from promptlint.measure.models import table

AHEAD = timedelta(days=90)
"""A price has to hold this long: some are promotions with an end."""


@dataclass(frozen=True, slots=True)
class Change:
    """From one model to another. `input` and `output` are prices for the same text, new over old (0.5: half)."""

    input: float
    output: float
    old: Price
    new: Price


def change(old: str, new: str, provider: str | None, meter: Meter) -> Change | None:
    """What moving from `old` to `new` does to the price, the dearer of today and in 90 days; None where unknown."""
    days = [_on(old, new, provider, one) for one in (meter, Meter(None, meter.today + AHEAD))]
    known = [one for one in days if one]
    return max(known, key=lambda one: one.input + one.output) if len(known) == len(days) else None


def _on(old: str, new: str, provider: str | None, meter: Meter) -> Change | None:
    before, after = meter.price(old, provider), meter.price(new, provider)
    if before is None or after is None or not before.input or not before.output:
        return None
    more = _factor(new, meter) / _factor(old, meter)
    return Change(after.input * more / before.input, after.output * more / before.output, before, after)


def _factor(model: str, meter: Meter) -> float:
    """Tokens per token of o200k_base, measured on English prompts; 1 where not measured."""
    facts = meter.facts(model)
    return table().tokenizers[facts.tokenizer].factor or 1 if facts else 1
