"""Rows of the table LiteLLM_SpendLogs (schema.prisma of LiteLLM, read 2026-11), from its API or the database.

`prompt_tokens` holds cached tokens too; how many is in `metadata.additional_usage_values`.
"""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.usage import fields
from promptlint.usage.documents import Document
from promptlint.usage.record import Record

NAME = "LiteLLM"


def fits(document: Document) -> bool:
    """Whether a document is a row of the spend log."""
    return {"spend", "prompt_tokens", "completion_tokens"} <= document.keys()


def records(document: Document) -> Iterator[Record]:
    """The request of a row; none where LiteLLM answered from its own cache, as nothing was sent."""
    if str(document.get("cache_hit")).lower() == "true":
        return
    usage = fields.mapping(fields.mapping(document.get("metadata")).get("additional_usage_values"))
    details = fields.mapping(usage.get("prompt_tokens_details"))
    read = fields.whole(fields.first(usage, "cache_read_input_tokens") or details.get("cached_tokens"))
    stored = fields.whole(fields.first(usage, "cache_creation_input_tokens"))
    yield Record(
        model=fields.text(fields.first(document, "model", "model_group")),
        requests=1,
        input=max(0, fields.whole(document.get("prompt_tokens")) - read - stored),
        cache_read=read,
        cache_write=stored,
        output=fields.whole(document.get("completion_tokens")),
        usd=fields.usd(document.get("spend")),
        times=fields.times(document.get("startTime"), document.get("endTime")),
        sent=[document.get("messages"), document.get("proxy_server_request")],
    )
