"""Measured usage: what a request, or many together, used according to a log or an export."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a usage file: a request, or several of one model added up.

    `input` are the tokens that no cache is used for. `requests` is None where the export does not count them. `usd` is
    what the file says it cost. `times` are the first and the last second (Unix time). `path`, `line` and `function` are
    the place in the code that made the request; `sent` the messages as they were logged. None where the file is silent.
    """

    model: str | None
    requests: int | None
    input: int
    cache_read: int
    cache_write: int
    output: int
    usd: float | None = None
    times: tuple[float, float] | None = None
    path: str | None = None
    line: int | None = None
    function: str | None = None
    sent: object = None


@dataclass(slots=True)
class Totals:
    """Usage added up. `requests` counts those of records that count them; `usd` likewise."""

    records: int = 0
    requests: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    usd: float = 0.0
    uncounted: int = 0
    """Records that do not say how many requests they stand for."""
    unpriced: int = 0
    """Records that do not say what they cost."""

    def add(self, record: Record) -> None:
        self.records += 1
        self.requests += record.requests or 0
        self.uncounted += record.requests is None
        self.input += record.input
        self.cache_read += record.cache_read
        self.cache_write += record.cache_write
        self.output += record.output
        self.usd += record.usd or 0.0
        self.unpriced += record.usd is None

    @property
    def all_input(self) -> int:
        """Input tokens, whatever they are billed as."""
        return self.input + self.cache_read + self.cache_write
