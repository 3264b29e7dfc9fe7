"""What one request costs: arithmetic alone, no lookups."""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices in USD per million tokens.

    `cache_write` is what it costs to store a token, `cache_read` to read a stored one; both are the input price where
    the provider makes no difference.
    """

    input: float
    output: float
    cache_write: float
    cache_read: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """One request as it is sent on average, in tokens.

    `prefix` is what the cache covers, `rest` the other input. `share` is the part (0 to 1) of the calls that read the
    prefix from the cache; the others write it. Without `caching` the prefix is plain input. `discount` is the part of
    the price that is paid (0.5 in most batch APIs).
    """

    prefix: float
    rest: float
    output: float
    share: float = 0.0
    caching: bool = False
    discount: float = 1.0

    @property
    def input(self) -> float:
        """All input tokens."""
        return self.prefix + self.rest


@dataclass(frozen=True, slots=True)
class Bill:
    """USD per request by what is paid for; `input` is all that no cache is used for."""

    input: float
    cache_write: float
    cache_read: float
    output: float

    @property
    def usd(self) -> float:
        return self.input + self.cache_write + self.cache_read + self.output


def bill(scenario: Scenario, rates: Rates) -> Bill:
    """What one request costs, in USD."""
    plain = scenario.rest + (0 if scenario.caching else scenario.prefix)
    stored = scenario.prefix if scenario.caching else 0
    unit = scenario.discount / MILLION
    return Bill(
        input=unit * plain * rates.input,
        cache_write=unit * stored * (1 - scenario.share) * rates.cache_write,
        cache_read=unit * stored * scenario.share * rates.cache_read,
        output=unit * scenario.output * rates.output,
    )


def usd(scenario: Scenario, rates: Rates) -> float:
    """What one request costs, in USD."""
    return bill(scenario, rates).usd
