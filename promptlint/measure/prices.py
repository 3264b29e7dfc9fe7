"""List prices, from the package genai-prices and, for newer models, from `data/models.yaml`.

genai-prices is imported when the first price is asked for. It only reads the data inside the package; its background
update, which would use the network, is never started.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING

from promptlint.measure.models import ModelId, Override, find, parse, table

if TYPE_CHECKING:
    from decimal import Decimal

    from genai_prices.types import ModelPrice, TieredPrices

NOON = time(12, tzinfo=UTC)
"""Prices that depend on the hour are taken at noon UTC, off-peak (DeepSeek doubles its price at 01-04 and 06-10)."""


@dataclass(frozen=True, slots=True)
class Price:
    """List price in USD per million tokens, for prompts below every long-prompt threshold.

    `cache_write_5m` is the price of storing for the default life (5 minutes at Anthropic, 30 at OpenAI),
    `cache_write_1h` for the long one (1 hour, 12 hours); None where nothing is charged or nothing is known. `as_of` is
    the date of the list ("2026-11-10"), `source` what it is.
    """

    input: float
    output: float
    cache_write_5m: float | None
    cache_write_1h: float | None
    cache_read: float | None
    as_of: str
    source: str


@cache
def price(model: str, provider: str | None, day: date) -> Price | None:
    """The list price of a model on a day, None when the model, its host or its price is not known.

    `provider` is who serves the call, where the code says it; a host named in the model id counts before it.
    Fine-tuned models and aliases that move between models have no price here.
    """
    identity = parse(model, provider)
    if identity.tuned or any(re.fullmatch(alias, identity.name) for alias in table().prices.moving):
        return None
    for host in _hosts(identity, model, provider):
        for override in table().prices.overrides:
            if override.provider == host and override.model in identity.candidates:
                return _overridden(override)
        if found := _listed(identity, host, day, known=find(model, provider) is not None):
            return found
    return None


def _hosts(identity: ModelId, model: str, provider: str | None) -> list[str]:
    """Whose price lists to look into, in order. A provider without a list is as good as unknown."""
    facts = find(model, provider)
    maker = facts.provider if facts else None
    protocols = table().prices.protocols
    if identity.host and identity.host not in protocols:
        return [identity.host]
    named = [host for host in (identity.host, provider) if host in table().prices.providers]
    if facts and maker is None:  # open weights: the SDK does not say who serves them
        named = [host for host in named if host not in protocols]
    if maker and all(host in protocols for host in named):
        named.append(maker)
    return list(dict.fromkeys(named))


def _listed(identity: ModelId, host: str, day: date, *, known: bool) -> Price | None:
    """The price in genai-prices. A model that our table does not know counts only under its full id there."""
    from genai_prices import Usage, __version__, calc_price

    listed_as = table().prices.providers.get(host)
    for reference in dict.fromkeys((identity.reference, identity.name, identity.undated)) if listed_as else ():
        try:
            found = calc_price(
                Usage(input_tokens=1),
                reference,
                provider_id=listed_as,
                genai_request_timestamp=datetime.combine(day, NOON),
            )
        except LookupError:
            continue
        if known or found.model.id == reference:
            return _price(found.model_price, as_of(day), f"genai-prices {__version__}")
    return None


def _price(prices: ModelPrice, dated: str, source: str) -> Price | None:
    """None for a model that is not billed by text tokens."""
    if prices.input_mtok is None or prices.output_mtok is None:
        return None
    return Price(
        input=_base(prices.input_mtok),
        output=_base(prices.output_mtok),
        cache_write_5m=None if prices.cache_write_mtok is None else _base(prices.cache_write_mtok),
        cache_write_1h=None if prices.cache_write_1h_mtok is None else _base(prices.cache_write_1h_mtok),
        cache_read=None if prices.cache_read_mtok is None else _base(prices.cache_read_mtok),
        as_of=dated,
        source=source,
    )


def _base(value: Decimal | TieredPrices) -> float:
    """The price below the first threshold."""
    from genai_prices.types import TieredPrices

    return float(value.base if isinstance(value, TieredPrices) else value)


def _overridden(override: Override) -> Price:
    return Price(
        input=override.input,
        output=override.output,
        cache_write_5m=override.cache_write,
        cache_write_1h=override.cache_write_long,
        cache_read=override.cache_read,
        as_of=override.as_of,
        source=override.source,
    )


@cache
def as_of(day: date) -> str:
    """The date of the installed price list, "YYYY-MM-DD".

    The package does not date its data. For the release in the table this is its day of release; for another one the
    newest dated price change in it that is not after `day`, "date unknown" where it has none.
    """
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import StartDateConstraint

    package = table().prices.package
    if genai_prices.__version__ == package.version:
        return package.released
    starts = (
        conditional.constraint.start_date
        for provider in get_snapshot().providers
        for model in provider.models
        if isinstance(model.prices, list)
        for conditional in model.prices
        if isinstance(conditional.constraint, StartDateConstraint)
    )
    newest = max((start for start in starts if start <= day), default=None)
    return newest.isoformat() if newest else "date unknown"
