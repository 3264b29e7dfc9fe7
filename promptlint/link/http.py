"""Posts to the HTTP address of a model, without an SDK: by the address, or by a body that only a model takes."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from promptlint.link.arguments import Arguments
from promptlint.link.assembly import leaves
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.surfaces import Surface
from promptlint.link.tables import ArgumentNames, CallTable
from promptlint.link.values import Entries, Items, Text, Unknown, options
from promptlint.syntax import Call
from promptlint.template import Piece

POSTS = frozenset({"post", "request", "arequest", "stream", "send_request", "fetch", "Request", "urlopen"})
"""Last parts of the names of what sends a request: requests, httpx, aiohttp, urllib.request, tornado, pyodide."""

_URLS = ("url", 0, 1)
_BODIES = ("json", "data", "content", "body", "payload", "params", 1, 2)
_HOLE = "{}"
"""Stands in an address for what is not known."""


def posted(ev: Evaluator, call: Call, env: Env) -> Surface | None:
    """The surface of a post, its argument names those of this call's body; None where it asks no model."""
    arguments = Arguments(ev, call, env)
    for url in _addresses(arguments):
        for surface in ev.surfaces.by_url(url):
            names = _names(arguments, surface.table)
            if names is not None:
                return replace(surface, table=msgspec.structs.replace(surface.table, arguments=names))
    return None


def _addresses(arguments: Arguments) -> list[str]:
    """The texts that the address can be, with a mark for what is not known."""
    found = []
    for name in _URLS:
        given = arguments.value((name,))
        for option in options(given[0]) if given else ():
            if isinstance(option, Text):
                text = "".join(part.text if isinstance(part, Piece) else _HOLE for part in leaves(option))
                if "/" in text or _HOLE in text:
                    found.append(text)
            elif not isinstance(option, Entries | Items):
                found.append(_HOLE)
    return found


def _names(arguments: Arguments, table: CallTable) -> ArgumentNames | None:
    """The argument names within the body of a post, None where it does not hold what a model is asked."""
    for body in _BODIES:
        given = arguments.value((body,))
        if given is None or isinstance(given[0], Text):
            continue
        names = within(table.arguments, body)
        if table.distinct and isinstance(given[0], Unknown):
            return names
        if arguments.value(names.messages) and (table.distinct or arguments.value(names.model)):
            return names
    return None


def within(names: ArgumentNames, body: str | int) -> ArgumentNames:
    """The argument names of a body as paths into it; `body` is the argument, or the path in one, that holds it."""
    paths = {
        concept: tuple(f"{body}.{name}" for name in getattr(names, concept)) for concept in names.__struct_fields__
    }
    return ArgumentNames(**paths)
