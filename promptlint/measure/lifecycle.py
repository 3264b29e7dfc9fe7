"""When models are retired, and how large each is within its provider. The table is `promptlint/data/lifecycle.yaml`."""

from __future__ import annotations

import datetime
import re
from functools import cache
from typing import Literal, TypeVar

import msgspec

from promptlint.measure.models import DATA, find, parse, table

SIZES = ("small", "mid", "large", "pro")
"""The tiers, smallest first."""


class Retirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The end of models.

    `date`: the first day without them, None where they are gone and the day was not found. `replacement`: the model
    that the provider names. `then`: what happens to requests from that day on, None where they fail. `firm`: whether
    the provider itself says so.
    """

    match: tuple[str, ...]
    provider: str
    date: datetime.date | None
    replacement: str | None
    source: str
    as_of: str
    then: str | None = None
    firm: bool = True

    def is_past(self, today: datetime.date) -> bool:
        """Whether the models are gone on a day."""
        return self.date is None or self.date <= today


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models of one size of a provider; `newest` is the newest of them, which `refuses` these parameters."""

    match: tuple[str, ...]
    provider: str
    tier: Literal["small", "mid", "large", "pro"]
    newest: str
    refuses: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """0 for the smallest."""
        return SIZES.index(self.tier)


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where facts come from, and the day of the copy that was read ("2026-11-22")."""

    source: str
    as_of: str


class Lifecycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/lifecycle.yaml`."""

    retirements: tuple[Retirement, ...]
    tiers: tuple[Tier, ...]
    tiers_source: Source


_Entry = TypeVar("_Entry", Retirement, Tier)


@cache
def lifecycle() -> Lifecycle:
    """The table, read once."""
    return msgspec.yaml.decode((DATA / "lifecycle.yaml").read_bytes(), type=Lifecycle)


@cache
def retirement(model: str, provider: str | None = None) -> Retirement | None:
    """The end of a model, None where none is known. `provider` is who serves the call, where the code says it."""
    return _first(lifecycle().retirements, model, provider)


@cache
def tier_of(model: str, provider: str | None = None) -> Tier | None:
    """The tier of a model, None where it is not known, or served by somebody who names and prices models otherwise."""
    return _first(lifecycle().tiers, model, provider)


def tiers(provider: str) -> tuple[Tier, ...]:
    """The tiers of a provider, smallest first."""
    return tuple(sorted((one for one in lifecycle().tiers if one.provider == provider), key=lambda one: one.rank))


def _first(entries: tuple[_Entry, ...], model: str, provider: str | None) -> _Entry | None:
    """The first entry of whoever serves the model that matches its id. A fine-tuned model has its own life."""
    identity = parse(model, provider)
    facts = find(model, provider)
    server = identity.host if identity.host in table().hosts else facts.provider if facts else None
    if identity.tuned:
        return None
    mine = [entry for entry in entries if server in (None, entry.provider)]
    for candidate in identity.candidates:
        for entry in mine:
            if any(re.fullmatch(pattern, candidate) for pattern in entry.match):
                return entry
    return None
