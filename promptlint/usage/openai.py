"""Usage exports of OpenAI: the completions usage of the Admin API (JSON) and the export of the dashboard (CSV), read
2026-11. `input_tokens` holds cached and cache-write tokens too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptlint.usage import fields
from promptlint.usage.buckets import buckets, results
from promptlint.usage.documents import Document
from promptlint.usage.record import Record

NAME = "OpenAI"
COUNT = "num_model_requests"


def fits(document: Document) -> bool:
    """Whether a document is a page or a bucket of usage, or a row of the dashboard's export."""
    return COUNT in document or any("start_time" in bucket and "results" in bucket for bucket in buckets(document))


def records(document: Document) -> Iterator[Record]:
    """A record for each model of each bucket, or for a row."""
    if COUNT in document:
        yield from _record(document, document)
    for bucket in buckets(document):
        for result in results(bucket):
            yield from _record(result, bucket)


def _record(result: Mapping[str, object], bucket: Mapping[str, object]) -> Iterator[Record]:
    """None for a bucket of the export in which nothing was sent."""
    requests = fields.whole(result.get(COUNT))
    read, stored = fields.whole(result.get("input_cached_tokens")), fields.whole(result.get("input_cache_write_tokens"))
    given, written = fields.whole(result.get("input_tokens")), fields.whole(result.get("output_tokens"))
    if requests or given or written:
        yield Record(
            model=fields.text(result.get("model")),
            requests=requests,
            input=max(0, given - read - stored),
            cache_read=read,
            cache_write=stored,
            output=written,
            times=fields.times(bucket.get("start_time"), bucket.get("end_time")),
        )
