"""What a change of code does to LLM calls and prompts: their tokens, their cost, and new findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from promptlint.diffs.calls import CallChange, CallSide, call_changes, call_sides
from promptlint.diffs.prompts import PromptChange, prompt_changes, prompt_sides
from promptlint.finding import Finding
from promptlint.fingerprint import fingerprint
from promptlint.run import Analysis
from promptlint.session import Session
from promptlint.since import Earlier, new_findings


@dataclass(frozen=True)
class Difference:
    """What is different between two states of a project.

    `base` and `head` name them. Tokens and USD are summed over the requests that changed, each counted once; USD are
    per 1,000 calls of each, at list prices.
    """

    base: str
    head: str
    calls: tuple[CallChange, ...]
    prompts: tuple[PromptChange, ...]
    findings: tuple[Finding, ...]
    now: Analysis
    tokens_before: int
    """Input tokens of all calls before the change, each called once."""

    @property
    def input_tokens(self) -> int:
        """Input tokens more, each call called once."""
        return sum(request.input_tokens for request in self._requests)

    @property
    def input_usd(self) -> float | None:
        """USD more per 1,000 calls of each for input; None where no price is known."""
        return _total([request.input_usd for request in self._requests])

    @property
    def monthly_usd(self) -> float | None:
        """USD more a month for input, of the calls whose traffic is known; None where none is."""
        return _total([request.monthly_usd for request in self._requests])

    @property
    def unpriced(self) -> int:
        """Requests that changed and whose price is not known, before or after."""
        return sum(request.input_usd is None for request in self._requests)

    @property
    def is_empty(self) -> bool:
        return not (self.calls or self.prompts or self.findings)

    @property
    def _requests(self) -> list[CallChange]:
        return [request for change in self.calls for request in change.requests]


def compare(now: Analysis, before: Analysis, past: Earlier, session: Session, base: str, head: str) -> Difference:
    """What is different in `now`; `past` is the tree of `before`, and which files were renamed since."""
    old = call_sides(before.tree, session)
    calls = tuple(call_changes(old, call_sides(now.tree, session), past.now))
    prompts = prompt_changes(prompt_sides(before.tree, session), prompt_sides(now.tree, session), calls, past.now)
    return Difference(
        base=base,
        head=head,
        calls=calls,
        prompts=tuple(prompts),
        findings=_unmoved(now, before, new_findings(now, before, past)),
        now=now,
        tokens_before=sum(side.input_tokens for side in old if side.is_request),
    )


def _unmoved(now: Analysis, before: Analysis, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those of the findings that are new in the whole project: a finding on code that only moved is not."""

    def mark(finding: Finding, analysis: Analysis) -> str:
        return fingerprint(finding, analysis.sources, "")

    known = Counter(mark(finding, before) for finding in before.findings)
    fresh = set(map(id, found))
    known.subtract(mark(finding, now) for finding in now.findings if id(finding) not in fresh)
    new = []
    for finding in found:
        known[mark(finding, now)] -= 1
        if known[mark(finding, now)] < 0:
            new.append(finding)
    return tuple(new)


def _total(amounts: list[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


__all__ = ["CallChange", "CallSide", "Difference", "PromptChange", "compare"]
