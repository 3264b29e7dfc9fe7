"""What the usage APIs of the providers share: pages of time buckets, each with a result for each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptlint.usage.documents import Document


def buckets(document: Document) -> Iterator[Document]:
    """The buckets of a page, or the one bucket that a document is."""
    held = document.get("data", [document] if "results" in document else [])
    if isinstance(held, list):
        yield from (item for item in held if isinstance(item, dict))


def results(bucket: Document) -> Iterator[Mapping[str, object]]:
    held = bucket.get("results")
    if isinstance(held, list):
        yield from (item for item in held if isinstance(item, dict))
