"""Amounts of money whose traffic is known in part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """USD a month for the call sites whose traffic is known, and USD per 1,000 calls of each of the others."""

    monthly: float = 0.0
    per_1k: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.monthly + other.monthly, self.per_1k + other.per_1k)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.monthly - other.monthly, self.per_1k - other.per_1k)

    @property
    def rank(self) -> tuple[float, float]:
        """For sorting: money that is known to be spent first."""
        return self.monthly, self.per_1k


def amount(usd: float, calls: float | None) -> Amount:
    """What `usd` per call come to; `calls` a month, None where not known."""
    return Amount(per_1k=1000 * usd) if calls is None else Amount(monthly=calls * usd)


def total(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, Amount())
