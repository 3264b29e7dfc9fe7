"""Observations of Langfuse: exports of the page, of the API and to blob storage (field reference, read 2026-11).

Names are written with "_" in blob exports and with capitals elsewhere. `usage_details` has a number for each kind of
token, `input` without the cached ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptlint.usage import fields, opentelemetry
from promptlint.usage.documents import Document
from promptlint.usage.record import Record

NAME = "Langfuse"
REQUEST = ("", "GENERATION")
"""Types of an observation that is a request."""


def fits(document: Document) -> bool:
    """Whether a document is an observation, or a page of them."""
    if isinstance(document.get("data"), list):
        return any(fits(item) for item in _items(document))
    names = {_plain(key) for key in document}
    return "traceid" in names and bool(names & {"usagedetails", "providedmodelname", "prompttokens", "inputusage"})


def records(document: Document) -> Iterator[Record]:
    """The requests of a document."""
    for item in _items(document):
        values = {_plain(key): value for key, value in item.items()}
        if str(values.get("type") or "").upper() in REQUEST:
            yield from _record(values)


def _record(values: Mapping[str, object]) -> Iterator[Record]:
    usage = dict(fields.mapping(values.get("usagedetails"))) or {
        "input": fields.first(values, "inputusage", "prompttokens"),
        "output": fields.first(values, "outputusage", "completiontokens"),
    }
    counted = {key.lower(): fields.whole(amount) for key, amount in usage.items()}
    if not any(counted.values()):
        return
    stored = sum(amount for key, amount in counted.items() if "cache" in key and ("creat" in key or "writ" in key))
    cached = sum(amount for key, amount in counted.items() if "cache" in key)
    metadata = fields.mapping(values.get("metadata"))
    path, line, function = opentelemetry.place(fields.mapping(metadata.get("attributes")) or metadata)
    yield Record(
        model=fields.text(fields.first(values, "providedmodelname", "model")),
        requests=1,
        input=sum(amount for key, amount in counted.items() if key.startswith("input") and "cache" not in key),
        cache_read=cached - stored,
        cache_write=stored,
        output=sum(amount for key, amount in counted.items() if key.startswith("output")),
        usd=fields.usd(fields.first(values, "totalcost", "calculatedtotalcost")),
        times=fields.times(values.get("starttime"), values.get("endtime")),
        path=path,
        line=line,
        function=function,
        sent=values.get("input"),
    )


def _items(document: Document) -> Iterator[Document]:
    held = document.get("data")
    if isinstance(held, list):
        yield from (item for item in held if isinstance(item, dict))
    else:
        yield document


def _plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").lower()
