"""Usage exports of Anthropic: the usage report of the Admin API (JSON) and the export of the Console (CSV).

Both as read 2026-11. Neither counts requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.usage import fields
from promptlint.usage.buckets import buckets, results
from promptlint.usage.documents import Document
from promptlint.usage.record import Record

NAME = "Anthropic"
DAY = 86_400
"""Seconds that a row of the Console covers."""


def fits(document: Document) -> bool:
    """Whether a document is a page or a bucket of the usage report, or a row of the Console's export."""
    return "usage_input_tokens_no_cache" in document or any("starting_at" in bucket for bucket in buckets(document))


def records(document: Document) -> Iterator[Record]:
    """A record for each model of each bucket, or for a row."""
    if "usage_input_tokens_no_cache" in document:
        yield _row(document)
    for bucket in buckets(document):
        for result in results(bucket):
            stored = fields.mapping(result.get("cache_creation"))
            yield Record(
                model=fields.text(result.get("model")),
                requests=None,
                input=fields.whole(result.get("uncached_input_tokens")),
                cache_read=fields.whole(result.get("cache_read_input_tokens")),
                cache_write=sum(fields.whole(amount) for amount in stored.values()),
                output=fields.whole(result.get("output_tokens")),
                times=fields.times(bucket.get("starting_at"), bucket.get("ending_at")),
            )


def _row(row: Document) -> Record:
    start = fields.seconds(row.get("usage_date_utc"))
    stored = ("usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h")
    return Record(
        model=fields.text(row.get("model_version")),
        requests=None,
        input=fields.whole(row.get("usage_input_tokens_no_cache")),
        cache_read=fields.whole(row.get("usage_input_tokens_cache_read")),
        cache_write=sum(fields.whole(row.get(key)) for key in stored),
        output=fields.whole(row.get("usage_output_tokens")),
        times=None if start is None else (start, start + DAY),
    )
