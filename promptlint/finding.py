"""What a rule reports: typed facts, no presentation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from promptlint.project import Place
from promptlint.template import Edit


class Severity(StrEnum):
    """By money: HIGH is being lost now, MEDIUM likely or capped by traffic, LOW tidy."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Applicability(StrEnum):
    """SAFE: the words, code, data and placeholders the model reads stay the same. Everything else is UNSAFE."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Fix:
    applicability: Applicability
    description: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Saving:
    """What acting on the finding saves, per call.

    `usd_per_1k_calls` is USD per 1,000 calls at list price, None where the model or its price is not known.
    `basis` says what was counted and assumed, with the date of the prices.
    """

    input_tokens: int
    output_tokens: int
    usd_per_1k_calls: float | None
    tokenizer: str
    exact: bool
    basis: str


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    code: str
    severity: Severity
    confidence: Confidence
    message: str
    place: Place
    evidence: tuple[str, ...] = ()
    """Further facts, a sentence each, shown below the source excerpt."""
    help: str | None = None
    """What to do."""
    call: str | None = None
    prompt: str | None = None
    model: str | None = None
    replacement: str | None = None
    """The model to move to."""
    saving: Saving | None = None
    fix: Fix | None = None
