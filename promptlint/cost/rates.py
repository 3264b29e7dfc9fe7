"""From a list price to the rates of a request: life of the cache, and the batch API. Facts in `data/batch.yaml`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Literal

import msgspec

from promptlint.cost.scenario import Rates
from promptlint.measure import Price
from promptlint.measure.models import DATA, find, parse, table


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The batch API of a provider; `data/batch.yaml` says what each field is."""

    provider: str
    pays: float
    cached: Literal["stacks", "standard", "none"] | None
    source: str
    as_of: str
    match: tuple[str, ...] = (".*",)


class Batches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/batch.yaml`."""

    batches: tuple[Batch, ...]
    calls: tuple[str, ...]


@cache
def batches() -> Batches:
    """The table, read once."""
    return msgspec.yaml.decode((DATA / "batch.yaml").read_bytes(), type=Batches)


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


def batch_of(model: str, provider: str | None) -> Batch | None:
    """The batch API that takes a model, None where none is known. `provider` is who serves the call, where known."""
    server = server_of(model, provider)
    candidates = parse(model, provider).candidates
    for batch in batches().batches:
        if batch.provider == server and any(
            re.fullmatch(pattern, name) for pattern in batch.match for name in candidates
        ):
            return batch
    return None


def server_of(model: str, provider: str | None) -> str | None:
    """Who serves a model: the host that the id or the code names, else its maker; None where neither is known."""
    identity, facts = parse(model, provider), find(model, provider)
    if identity.host in table().hosts:
        return identity.host
    return facts.provider if facts and facts.provider else identity.host or provider


def is_batch(api: str) -> bool:
    """Whether a call puts requests into a batch API ("anthropic.Anthropic.messages.batches.create")."""
    return any(api.endswith(f".{name}") for name in batches().calls)
