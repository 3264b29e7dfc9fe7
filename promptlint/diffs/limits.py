"""What a change may cost at most: `--fail-above`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from promptlint.diffs import Difference
from promptlint.report.terminal import usd

_AMOUNT = r"(\d+(?:\.\d+)?)"
_FORMS = {
    "tokens": re.compile(rf"{_AMOUNT} ?tokens?", re.IGNORECASE),
    "percent": re.compile(rf"{_AMOUNT} ?%"),
    "monthly": re.compile(rf"(?:\$ ?{_AMOUNT}|{_AMOUNT} ?usd)/month", re.IGNORECASE),
    "usd": re.compile(rf"\$ ?{_AMOUNT}|{_AMOUNT} ?usd", re.IGNORECASE),
}
_ROUNDING = 1e-9
"""USD that adding fractions may be off."""
_MONEY: dict[str, tuple[Callable[[Difference], float | None], str]] = {
    "usd": (lambda difference: difference.input_usd, "per 1,000 calls of each call site"),
    "monthly": (lambda difference: difference.monthly_usd, "a month"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """The growth of all calls together that is still allowed.

    `unit` is "tokens" (input tokens, each call called once), "percent" (of those before), "usd" (for input per 1,000
    calls of each) or "monthly" (USD for input, of the calls whose traffic is known).
    """

    amount: float
    unit: str

    @classmethod
    def parse(cls, text: str) -> Limit:
        """`100tokens`, `5%`, `0.50usd`, `$0.50` or `50usd/month`. Raises ValueError for anything else."""
        for unit, form in _FORMS.items():
            if found := form.fullmatch(text.strip()):
                return cls(float(next(filter(None, found.groups()))), unit)
        raise ValueError(f"`{text}` is no limit: write 100tokens, 5%, 0.50usd or 50usd/month")

    def exceeded_by(self, difference: Difference) -> str | None:
        """How the change goes over the limit, None where it does not."""
        more = difference.input_tokens
        if self.unit == "tokens":
            return f"+{more:,} input tokens, more than {self.amount:g}" if more > self.amount else None
        if self.unit in _MONEY:
            look, basis = _MONEY[self.unit]
            cost = look(difference) or 0.0
            return f"+{usd(cost)} {basis}, more than {usd(self.amount)}" if cost - self.amount > _ROUNDING else None
        before = difference.tokens_before
        if more * 100 <= self.amount * before:
            return None
        growth = f"+{more / before:.1%}" if before else f"+{more:,} input tokens where there were none"
        return f"{growth}, more than {self.amount:g} %"
