"""Measured usage of a call site as averages of its requests."""

from __future__ import annotations

from dataclasses import dataclass

from promptlint.usage.record import Totals

LEAST_REQUESTS = 1e-6
"""With `calls` next to nothing, the average of a request is no number that JSON can hold."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Tokens per call on average, and `calls` a month. `input` are the tokens that no cache is used for."""

    calls: float
    input: float
    cache_read: float
    cache_write: float
    output: float

    @property
    def all_input(self) -> float:
        """Input tokens, whatever they are billed as."""
        return self.input + self.cache_read + self.cache_write


def measured_of(totals: Totals | None, months: float, calls: float | None) -> Measured | None:
    """The averages of usage that covers `months`; `calls` a month as configured, for exports that count no requests.

    None where there is no usage, or nothing says how many requests it was.
    """
    if totals is None:
        return None
    requests = (calls or 0.0) * months if totals.uncounted else float(totals.requests)
    if requests < LEAST_REQUESTS:
        return None
    return Measured(
        calls=requests / months,
        input=totals.input / requests,
        cache_read=totals.cache_read / requests,
        cache_write=totals.cache_write / requests,
        output=totals.output / requests,
    )
