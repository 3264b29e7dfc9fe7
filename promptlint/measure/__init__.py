"""Measure prompts: tokens, prices and what is known about models, all offline.

A rule asks its `Meter`: `count("Answer in one word.", "gpt-4o")` gives `Count(5, "o200k_base", exact=True)`,
`facts("claude-sonnet-5-5").cache.minimum` gives 512.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from promptlint.measure.models import Cache, ModelFacts, Tokenizer, find, table
from promptlint.measure.prices import Price, price
from promptlint.measure.tokens import UNKNOWN, Count, count, label

if TYPE_CHECKING:
    from promptlint.template import Template

__all__ = ["Cache", "Count", "Meter", "ModelFacts", "Price", "TokenRow", "describe"]


def current_day() -> date:
    """Today (UTC), or the day of SOURCE_DATE_EPOCH (seconds since 1970): a report of the past can be made again."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(given), UTC).date() if given.isdecimal() else datetime.now(UTC).date()


class Meter:
    """Counts and prices for the models that calls name.

    `default_model` stands in where a model is None or not known. `today` is the day whose prices count, by default
    `current_day()`.
    """

    def __init__(self, default_model: str | None = None, today: date | None = None) -> None:
        self.default_model = default_model
        self.today = today or current_day()

    def prepare(self) -> None:
        """Read the vocabulary that most counts need, and the price list, which are else read when first asked for."""
        self.count("", self.default_model)
        self.price("gpt-4o")  # or any other

    def count(self, text: str, model: str | None) -> Count:
        """The tokens of `text` for `model`."""
        return count((text,), self._tokenizer(model))

    def count_template(self, template: Template, model: str | None) -> Count:
        """The tokens of the literal text of `template`; holes count nothing."""
        return count(template.stretches, self._tokenizer(model))

    def tokenizer(self, model: str | None) -> tuple[str, bool]:
        """What counts the tokens of `model`, and whether the count is exact."""
        return label(self._tokenizer(model))

    def facts(self, model: str | None, provider: str | None = None) -> ModelFacts | None:
        """What is known about `model`, None when the id is not known. `provider` is who serves it, where known."""
        assumed, served_by = self._resolve(model, provider)
        return find(assumed, served_by) if assumed else None

    def price(self, model: str | None, provider: str | None = None) -> Price | None:
        """The list price, None when unknown. `provider` is who serves the call, where the code says it."""
        own = price(model, provider, self.today) if model else None
        assumed, served_by = self._resolve(model, provider)
        return own or (price(assumed, served_by, self.today) if assumed else None)

    def usd_per_1k_calls(
        self, input_tokens: int, output_tokens: int, model: str | None, provider: str | None = None
    ) -> float | None:
        """USD for 1,000 calls of so many tokens each at list price, None when the price is unknown."""
        found = self.price(model, provider)
        return (input_tokens * found.input + output_tokens * found.output) / 1000 if found else None

    def _resolve(self, model: str | None, provider: str | None) -> tuple[str | None, str | None]:
        """`model` and who serves it, or the default where the model is not known."""
        if self.default_model and (model is None or find(model, provider) is None):
            return self.default_model, None
        return model, provider

    def _tokenizer(self, model: str | None) -> Tokenizer:
        facts = self.facts(model)
        return table().tokenizers[facts.tokenizer if facts else UNKNOWN]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A text measured for one model. `usd_per_1k_calls` is its input alone, None where the price is unknown."""

    model: str
    tokens: int
    tokenizer: str
    exact: bool
    usd_per_1k_calls: float | None
    price_as_of: str | None


def describe(text: str, models: Sequence[str], meter: Meter) -> list[TokenRow]:
    """One row per model, in the order given."""
    rows = []
    for model in models:
        counted, listed = meter.count(text, model), meter.price(model)
        usd = meter.usd_per_1k_calls(counted.tokens, 0, model)
        rows.append(
            TokenRow(model, counted.tokens, counted.tokenizer, counted.exact, usd, listed.as_of if listed else None)
        )
    return rows
