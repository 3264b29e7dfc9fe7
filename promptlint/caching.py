"""Prompt caching: what begins a request and stays the same, from how many tokens that is cached, and what it saves.

A request is cached as a prefix: tools, then the system prompt, then messages (Anthropic prompt caching page,
2026-09-26).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from promptlint.finding import Saving
from promptlint.measure import Cache, Count, Meter
from promptlint.project import CallSite, Role
from promptlint.saving import Basis
from promptlint.template import CHANGING, Hole, Piece

MARGIN = 1.15
"""An estimated count must be over or under a minimum by this much: estimates of Claude counts are within 15 %."""
COMMON_MINIMUM = 1024
"""Tokens, for a model that is not known: what most ask for (Anthropic and OpenAI prompt caching pages, 2026-09)."""
LIFE = "5 min"
"""For how long a prefix stays cached where the model is not known: the shortest life of a provider."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a model caches. `minimum` is in tokens of the model; `known` says that it is the model's own."""

    minimum: int
    known: bool
    cache: Cache | None

    @property
    def life(self) -> str:
        return (self.cache.life if self.cache else None) or LIFE

    def reached(self, count: Count) -> bool:
        """Whether a prefix is long enough to be cached, for certain."""
        return count.tokens >= self.minimum * (1 if count.exact else MARGIN)

    def missed(self, count: Count) -> bool:
        """Whether a prefix is too short to be cached, for certain."""
        return count.tokens * (1 if count.exact else MARGIN) < self.minimum


def terms_of(basis: Basis, meter: Meter) -> Terms | None:
    """The terms of a model, the common ones where it is not known; None where it does not cache."""
    facts = meter.facts(basis.model, basis.provider) if basis.model else None
    if facts is None:
        return Terms(COMMON_MINIMUM, known=False, cache=None)
    if facts.cache is None or facts.cache.kind == "none":
        return None
    return Terms(facts.cache.minimum or COMMON_MINIMUM, known=facts.cache.minimum is not None, cache=facts.cache)


@dataclass(frozen=True, slots=True)
class Break:
    """The first value of a request that changes with every call, and the literal text before and behind it."""

    hole: Hole
    before: str
    behind: str


def first_break(parts: Iterable[Piece | Hole]) -> Break | None:
    """Where the part of a request ends that stays the same, None where no value is known to change."""
    found: Hole | None = None
    before, behind = "", ""
    for part in parts:
        if isinstance(part, Hole):
            found = found or (part if part.origin.source in CHANGING else None)
        elif found:
            behind += part.text
        else:
            before += part.text
    return Break(found, before, behind) if found else None


def parts_in_order(call: CallSite) -> Iterator[Piece | Hole]:
    """What a request is made of, in the order in which it is cached; of a conversation that is not known whole, the
    system prompt and the first message."""
    for message in call.messages:
        yield from message.template.parts
        if not message.complete and message.role is not Role.SYSTEM:
            return


def reading_saves(count: Count, basis: Basis, meter: Meter) -> Saving | None:
    """What it saves to read `count` tokens from the cache, None where a price is not known.

    No tokens are saved: the same ones are billed at the price of a cache read.
    """
    price = meter.price(basis.model, basis.provider) if basis.model else None
    if price is None or price.cache_read is None:
        return None
    return Saving(
        input_tokens=0,
        output_tokens=0,
        usd_per_1k_calls=count.tokens * (price.input - price.cache_read) / 1000,
        tokenizer=count.tokenizer,
        exact=count.exact,
        basis=f"{count.tokens:,} tokens at {price.cache_read:g} instead of {price.input:g} USD per million "
        f"(list price of {price.as_of}), assuming all calls after the first read the cache",
    )


def minimum_sentences(basis: Basis, terms: Terms, count: Count) -> Iterator[str]:
    """Evidence: from how many tokens on the model caches, and how these were counted."""
    counted = "exactly" if count.exact else f"an estimate: {MARGIN - 1:.0%} more is asked for"
    source = f" ({terms.cache.source}, {terms.cache.as_of})" if terms.known and terms.cache else ""
    who = f"{basis.model} caches" if terms.known else "The minimum of the model is not known; most models cache"
    yield f"{who} a prefix of {terms.minimum:,} tokens or more{source}; counted with {count.tokenizer}, {counted}."
