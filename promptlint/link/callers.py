"""Which calls of wrappers lead to a call of a model: all of them, where a call through wrappers is read by a few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from promptlint.link.callgraph import FunctionKey
from promptlint.link.values import FunctionRef
from promptlint.link.wrappers import MAX_DEPTH, Wrappers
from promptlint.project import Place

MAX_CALLERS = 200
"""Callers kept of one call of a model."""


def callers(wrappers: Wrappers) -> Mapping[tuple[str, int], tuple[Place, ...]]:
    """The places of the calls that lead to each call of a model, by its path and offset, in order of their place."""
    found: defaultdict[tuple[str, int], list[Place]] = defaultdict(list)
    ends: dict[FunctionKey, frozenset[tuple[str, int]]] = {}
    for _, site in sorted(wrappers.sites.items()):
        here = Place(site.module.path, site.place.expr.start, site.place.expr.end)
        for end in sorted({end for target in site.targets for end in _ends(wrappers, target, ends)}):
            if len(found[end]) < MAX_CALLERS:
                found[end].append(here)
    return {end: tuple(places) for end, places in found.items()}


def _ends(
    wrappers: Wrappers, target: FunctionRef, known: dict[FunctionKey, frozenset[tuple[str, int]]]
) -> frozenset[tuple[str, int]]:
    """Path and offset of the calls of a model that a wrapper can come to."""
    key = FunctionKey(target.path, target.scope)
    if key not in known:
        known[key] = frozenset(_walked(wrappers, target))
    return known[key]


def _walked(wrappers: Wrappers, target: FunctionRef) -> Iterator[tuple[str, int]]:
    seen = {FunctionKey(target.path, target.scope)}
    level = [target]
    for _ in range(MAX_DEPTH):
        following: list[FunctionRef] = []
        for sender in (sender for one in level for sender in wrappers.senders_of(one)):
            if sender.match is not None:
                yield sender.module.path, sender.match.call.start
            for inner in sender.targets:
                key = FunctionKey(inner.path, inner.scope)
                if key not in seen:
                    seen.add(key)
                    following.append(inner)
        level = following
