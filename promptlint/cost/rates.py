"""From a list price to the rates of a request: life of the cache, and the discount of a batch."""

from __future__ import annotations

from dataclasses import replace

from promptlint.cost.scenario import Rates
from promptlint.measure import Price
from promptlint.measure.batch import Batch


def rates_of(price: Price, *, long: bool = False) -> Rates:
    """The rates of a list price; `long` stores for the longer life (an hour at Anthropic)."""
    write = (price.cache_write_1h if long else None) or price.cache_write_5m
    return Rates(
        input=price.input,
        output=price.output,
        cache_write=price.input if write is None else write,
        cache_read=price.input if price.cache_read is None else price.cache_read,
    )


def in_batch(rates: Rates, batch: Batch) -> Rates:
    """The rates to which the discount of a batch is applied, so that cached tokens come out at what is billed.

    Where it is not known whether discounts add up, cached tokens keep their standard price, the dearer of the two.
    """
    if batch.cached == "stacks":
        return rates
    if batch.cached == "none":
        return replace(rates, cache_read=rates.input, cache_write=rates.input)
    return replace(rates, cache_read=rates.cache_read / batch.pays)
