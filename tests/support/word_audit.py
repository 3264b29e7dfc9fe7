"""Audits whose figures a hand can check: a word is a token, and the prices are made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from promptlint.cost.audit import Audit, audit_of
from promptlint.cost.requests import requests
from promptlint.measure import Count, Meter, Price
from promptlint.registry import Registry
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.template import Template
from promptlint.tree import tree_of

DAY = date(2026, 11, 22)
SONNET = Price(3.0, 15.0, 3.75, 6.0, 0.3, "2026-11-10", "by hand")
GPT = Price(2.0, 8.0, None, None, 0.5, "2026-11-10", "by hand")
SOL = Price(2.0, 10.0, 2.5, 5.0, 0.1, "2026-11-10", "by hand")
FLASH = Price(0.3, 2.5, None, None, 0.03, "2026-11-10", "by hand")
OPUS = Price(20.0, 100.0, 25.0, 40.0, 1.0, "2026-11-10", "by hand")
OLD_HAIKU = Price(1.0, 5.0, 1.25, 2.0, 0.1, "2026-11-10", "by hand")
HAIKU = Price(0.5, 2.5, 0.625, 1.0, 0.05, "2026-11-10", "by hand")
PRICES = {
    "claude-sonnet-4-6": SONNET,
    "claude-opus-5-5": OPUS,
    "claude-haiku-4-5": OLD_HAIKU,
    "claude-haiku-5-5": HAIKU,
    "gpt-4.1": GPT,
    "gpt-6.2-sol": SOL,
    "gemini-2.5-flash": FLASH,
}


class WordMeter(Meter):
    """Counts a word as a token and has prices that were made up, so that a hand can check what comes out."""

    def count(self, text: str, model: str | None) -> Count:
        return Count(len(text.split()), "words", True)

    def count_template(self, template: Template, model: str | None) -> Count:
        return self.count(" ".join(template.stretches), model)

    def price(self, model: str | None, provider: str | None = None) -> Price | None:
        return PRICES.get(model or self.default_model or "")


def audit(
    sources: str | Mapping[str, str],
    traffic: Mapping[str, object] | None = None,
    rules: Iterable[str] = ("TOK900",),
    default_model: str | None = None,
    registry: Registry | None = None,
) -> Audit:
    """The audit of sources by path, or of app.py, with word counts and the prices above.

    Only `rules` run, those of `registry` or the built-in ones.
    """
    by_path = {"app.py": sources} if isinstance(sources, str) else sources
    overrides: dict[str, object] = {"select": list(rules)} | ({"traffic": traffic} if traffic else {})
    session = open_session(Path.cwd(), isolated=True, overrides=overrides, rules=registry)
    analysis = examine(tree_of({path: text.encode() for path, text in by_path.items()}), session)
    assert analysis.problems == ()
    counted = requests(analysis.project)
    return audit_of(analysis, session, counted, meter_for=lambda _: WordMeter(default_model, DAY))
