"""What of a request a cache covers, and whether the code makes use of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from promptlint.caching import Terms, parts_in_order, terms_of
from promptlint.measure import Count, Meter
from promptlint.project import CallSite, Message, Place
from promptlint.saving import Basis
from promptlint.source import Source
from promptlint.template import Hole, Piece
from promptlint.template import Source as Origin

STEADY = frozenset({Origin.CONSTANT, Origin.SESSION, Origin.DAY})
"""Sources of values that stay the same from one call to the next."""
NEW = frozenset({Origin.CLOCK, Origin.RANDOM})
"""Sources of values that are never the same again."""
LONG = re.compile(r"""["']ttl["']\s*:\s*["'](1h|12h)["']""")
"""A marker that asks for the long life (Anthropic 1 hour, OpenAI 12 hours)."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a request that a cache can cover, and whether it does.

    `count` are its fixed tokens, and `whole` those if everything that changes came last; `places` is its text in the
    source. `caching` says that the provider caches it as the code stands; `written` that it is stored anew by every
    call. `minimum` are the tokens from which the model caches, 0 where the model does not cache.
    """

    count: Count
    whole: Count
    places: tuple[Place, ...]
    caching: bool
    written: bool
    long: bool
    minimum: int
    notes: tuple[str, ...] = ()


def prefix_of(call: CallSite, basis: Basis, meter: Meter, sources: Mapping[str, Source]) -> Prefix:
    """What of a call is or can be cached. `sources` are the files by path, to read how long a marker asks for."""
    terms = terms_of(basis, meter)
    pieces = _steady(parts_in_order(call))
    marked = _marked(call)
    explicit = bool(call.cache_markers) and (terms is None or terms.cache is None or terms.cache.kind != "automatic")
    written = False
    notes: list[str] = []
    if explicit and marked:
        held = [part for message in marked for part in message.template.parts]
        written = any(isinstance(part, Hole) and part.origin.source in NEW for part in held)
        pieces = [part for part in held if isinstance(part, Piece)]
        if any(isinstance(part, Hole) and part.origin.source not in STEADY | NEW for part in held):
            notes.append("A value before the cache marker may change; assumed: it does not.")
    elif explicit and "cache_control" not in call.keywords:
        pieces = []
        notes.append("The tool definitions are cached; their tokens are not counted.")
    count = meter.count("".join(piece.text for piece in pieces), basis.model)
    whole = meter.count("".join(p.text for p in parts_in_order(call) if isinstance(p, Piece)), basis.model)
    caching = terms is not None and terms.reached(count) and (explicit or _caches_alone(terms))
    return Prefix(
        count=count,
        whole=whole,
        places=tuple(Place(piece.path, piece.start, piece.end) for piece in pieces),
        caching=caching,
        written=caching and written,
        long=any(_is_long(message, sources) for message in marked),
        minimum=terms.minimum if terms else 0,
        notes=tuple(notes) if caching or not pieces else (),
    )


def _caches_alone(terms: Terms) -> bool:
    return terms.cache is not None and terms.cache.kind in ("automatic", "both")


def _steady(parts: Iterable[Piece | Hole]) -> list[Piece]:
    """The text before the first value that may differ from call to call."""
    found: list[Piece] = []
    for part in parts:
        if isinstance(part, Piece):
            found.append(part)
        elif part.origin.source not in STEADY:
            break
    return found


def _marked(call: CallSite) -> tuple[Message, ...]:
    """The messages up to the last marker behind which nothing is new every time, else up to the last marker."""
    ends = [number + 1 for number, message in enumerate(call.messages) if message.cached]
    for end in reversed(ends):
        holes = [part for one in call.messages[:end] for part in one.template.parts if isinstance(part, Hole)]
        if not any(hole.origin.source in NEW for hole in holes):
            return call.messages[:end]
    return call.messages[: ends[-1]] if ends else ()


def _is_long(message: Message, sources: Mapping[str, Source]) -> bool:
    place = message.marker.place if message.marker else None
    source = sources.get(place.path) if place else None
    return bool(place and source and LONG.search(source.text, place.start, place.end))
