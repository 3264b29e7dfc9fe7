"""The batch APIs of providers: half the price or so for answers that can wait. Facts in `data/batch.yaml`."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import msgspec

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
