"""Requests written to the file of a batch: a JSON object each, with the address and the body of a post."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec

from promptlint.link.arguments import Arguments
from promptlint.link.env import Env, literal_text
from promptlint.link.evaluate import Evaluator
from promptlint.link.http import within
from promptlint.link.surfaces import Surface
from promptlint.link.tables import Batch
from promptlint.link.values import Entries, Items, Value, options
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import callee_name
from promptlint.syntax import Call


def spelled_batches(ev: Evaluator) -> tuple[tuple[str, Batch], ...]:
    """The batch files, with their SDK, of which some file spells all keys of a request."""
    modules = ev.index.modules.values()
    return tuple(
        (sdk, batch)
        for sdk, batch in ev.surfaces.batches
        if all(any(one.facts.spells(frozenset((key,))) for one in modules) for key in batch.keys)
    )


def batched(ev: Evaluator, batches: Sequence[tuple[str, Batch]], call: Call, env: Env) -> Surface | None:
    """The surface of a call that writes or serialises requests of one of the batches, its argument names those of their
    bodies; None for any other call."""
    words = words_of(callee_name(call))
    for sdk, batch in batches:
        if batch.written_by.isdisjoint(words):
            continue
        arguments = Arguments(ev, call, env)
        for name in (*range(len(call.args)), *(one.name for one in call.keywords if one.name)):
            given = arguments.value((name,))
            for path, request in _requests(given[0]) if given else ():
                address, body = request.get(batch.address), request.get(batch.body)
                if body is None or any(request.get(key) is None for key in batch.keys):
                    continue
                for url in filter(None, map(literal_text, options(address) if address else ())):
                    for surface in ev.surfaces.by_url(batch.host + url):
                        if surface.provider != sdk:
                            continue
                        names = within(surface.table.arguments, f"{name}{path}.{batch.body}")
                        table = msgspec.structs.replace(surface.table, arguments=names)
                        return replace(surface, sdk=sdk, api=batch.api, provider=sdk, table=table)
    return None


def _requests(value: Value) -> Iterator[tuple[str, Entries]]:
    """The dicts that a value is or holds, with the path to them."""
    for option in options(value):
        if isinstance(option, Entries):
            yield "", option
        elif isinstance(option, Items):
            yield from ((".[]", one) for item in option.items for one in options(item) if isinstance(one, Entries))
