"""Spans of the OpenTelemetry conventions for generative AI: OTLP JSON lines, or a span a line.

Attributes as in semantic-conventions-genai (read 2026-11), and as in version 1.36 and before. `input_tokens` holds
cached tokens too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptlint.usage import fields
from promptlint.usage.documents import Document
from promptlint.usage.record import Record

NAME = "OpenTelemetry"
INFERENCE = frozenset({"chat", "text_completion", "generate_content"})
"""Operations that are a request; spans of agents add up those below them."""
VALUES = ("stringValue", "intValue", "doubleValue", "boolValue")
SENT = ("gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.prompt")


def fits(document: Document) -> bool:
    """Whether a document is a span or holds spans."""
    return "resourceSpans" in document or ("attributes" in document and "name" in document)


def records(document: Document) -> Iterator[Record]:
    """The requests of a document."""
    for span in _spans(document):
        found = _record(span, _attributes(span.get("attributes")))
        if found:
            yield found


def place(attributes: Mapping[str, object]) -> tuple[str | None, int | None, str | None]:
    """Path, line and function in the code, from the `code.*` attributes."""
    return (
        fields.text(fields.first(attributes, "code.file.path", "code.filepath")),
        fields.whole(fields.first(attributes, "code.line.number", "code.lineno")) or None,
        fields.text(fields.first(attributes, "code.function.name", "code.function")),
    )


def _record(span: Mapping[str, object], attributes: Mapping[str, object]) -> Record | None:
    usage = "gen_ai.usage."
    given = fields.first(attributes, f"{usage}input_tokens", f"{usage}prompt_tokens")
    written = fields.first(attributes, f"{usage}output_tokens", f"{usage}completion_tokens")
    if attributes.get("gen_ai.operation.name", "chat") not in INFERENCE or (given is None and written is None):
        return None
    read = fields.whole(fields.first(attributes, f"{usage}cache_read.input_tokens", f"{usage}cache_read_input_tokens"))
    stored = fields.whole(
        fields.first(attributes, f"{usage}cache_creation.input_tokens", f"{usage}cache_creation_input_tokens")
    )
    path, line, function = place(attributes)
    start = fields.first(span, "startTimeUnixNano", "start_time", "startTime")
    end = fields.first(span, "endTimeUnixNano", "end_time", "endTime")
    return Record(
        model=fields.text(fields.first(attributes, "gen_ai.request.model", "gen_ai.response.model")),
        requests=1,
        input=max(0, fields.whole(given) - read - stored),
        cache_read=read,
        cache_write=stored,
        output=fields.whole(written),
        times=fields.times(start, end),
        path=path,
        line=line,
        function=function,
        sent=[value for key, value in attributes.items() if key.startswith(SENT)],
    )


def _spans(document: Document) -> Iterator[Mapping[str, object]]:
    if "resourceSpans" not in document:
        yield document
        return
    for resource in _objects(document["resourceSpans"]):
        for scope in _objects(fields.first(resource, "scopeSpans", "instrumentationLibrarySpans")):
            yield from _objects(scope.get("spans"))


def _attributes(value: object) -> Mapping[str, object]:
    """Attributes by name, from the list of OTLP or from a plain object."""
    if not isinstance(value, list):
        return fields.mapping(value)
    return {
        name: fields.first(fields.mapping(item.get("value")), *VALUES)
        for item in _objects(value)
        if (name := fields.text(item.get("key")))
    }


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
