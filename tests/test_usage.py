"""Measured usage: every format to the same records, every record to its call site, and nothing lost on the way."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from promptlint.usage.documents import Documents, UsageError
from promptlint.usage.fields import sent_text
from promptlint.usage.read import FileRead, records
from promptlint.usage.record import Record

OCTOBER = 1_759_276_800.0
"""2025-10-01T00:00:00Z."""


def put(folder: Path, name: str, *documents: Mapping[str, object]) -> Path:
    """A JSON Lines file."""
    path = folder / name
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    return path


def put_csv(folder: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    path = folder / "usage.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> tuple[list[Record], FileRead]:
    file = FileRead(path)
    return list(records(file)), file


def only(path: Path, format: str) -> Record:
    found, file = read(path)
    assert (file.format, file.broken) == (format, 0)
    (record,) = found
    return record


ATTRIBUTES = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4.1",
    "gen_ai.response.model": "gpt-4.1-2025-04-14",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 50,
    "gen_ai.usage.cache_read.input_tokens": 600,
    "gen_ai.usage.cache_creation.input_tokens": 100,
    "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]}]',
    "code.file.path": "/srv/app/bot.py",
    "code.line.number": 12,
    "code.function.name": "app.bot.answer",
}


def as_otlp(attributes: Mapping[str, object]) -> list[dict[str, object]]:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in attributes.items()
    ]


def check_span(record: Record) -> None:
    assert (record.model, record.requests) == ("gpt-4.1", 1)
    assert (record.input, record.cache_read, record.cache_write, record.output) == (300, 600, 100, 50)
    assert (record.path, record.line, record.function) == ("/srv/app/bot.py", 12, "app.bot.answer")
    assert record.times == (OCTOBER, OCTOBER + 2)


def test_opentelemetry_spans_a_line(tmp_path: Path) -> None:
    span = {
        "name": "chat gpt-4.1",
        "start_time": "2025-10-01T00:00:00Z",
        "end_time": "2025-10-01T00:00:02Z",
        "attributes": ATTRIBUTES,
    }
    check_span(only(put(tmp_path, "spans.jsonl", span), "OpenTelemetry"))


def test_opentelemetry_otlp_lines(tmp_path: Path) -> None:
    span = {
        "name": "chat gpt-4.1",
        "startTimeUnixNano": str(int(OCTOBER) * 10**9),
        "endTimeUnixNano": str((int(OCTOBER) + 2) * 10**9),
        "attributes": as_otlp(ATTRIBUTES),
    }
    document = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": [span]}]}]}
    check_span(only(put(tmp_path, "spans.jsonl", document), "OpenTelemetry"))


def test_opentelemetry_names_of_older_versions(tmp_path: Path) -> None:
    attributes = {
        "gen_ai.request.model": "gpt-4.1",
        "gen_ai.usage.prompt_tokens": 10,
        "gen_ai.usage.completion_tokens": 5,
        "code.filepath": "bot.py",
        "code.lineno": 3,
        "code.function": "answer",
    }
    record = only(put(tmp_path, "spans.jsonl", {"name": "chat", "attributes": attributes}), "OpenTelemetry")
    assert (record.input, record.output) == (10, 5)
    assert (record.path, record.line, record.function) == ("bot.py", 3, "answer")


def test_spans_of_agents_and_tools_are_not_requests(tmp_path: Path) -> None:
    agent = {**ATTRIBUTES, "gen_ai.operation.name": "invoke_agent"}
    path = put(
        tmp_path,
        "spans.jsonl",
        {"name": "invoke_agent", "attributes": agent},
        {"name": "GET /", "attributes": {"http.method": "GET"}},
        {"name": "chat", "attributes": ATTRIBUTES},
    )
    assert len(read(path)[0]) == 1


SPEND = {
    "request_id": "a",
    "call_type": "acompletion",
    "spend": 0.0125,
    "prompt_tokens": 1000,
    "completion_tokens": 50,
    "startTime": "2025-10-01T00:00:00Z",
    "endTime": "2025-10-01T00:00:02Z",
    "model": "gpt-4.1",
    "metadata": {"additional_usage_values": {"cache_read_input_tokens": 600, "cache_creation_input_tokens": 100}},
    "messages": [{"role": "user", "content": "Where is it?"}],
    "cache_hit": "False",
}


def check_spend(record: Record) -> None:
    assert (record.model, record.requests, record.usd) == ("gpt-4.1", 1, 0.0125)
    assert (record.input, record.cache_read, record.cache_write, record.output) == (300, 600, 100, 50)
    assert record.times == (OCTOBER, OCTOBER + 2)


def test_litellm_lines_list_and_table(tmp_path: Path) -> None:
    check_spend(only(put(tmp_path, "spend.jsonl", SPEND), "LiteLLM"))
    listed = tmp_path / "spend.json"
    listed.write_text(json.dumps([SPEND], indent=2), encoding="utf-8")
    check_spend(only(listed, "LiteLLM"))
    row = {key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in SPEND.items()}
    check_spend(only(put_csv(tmp_path, [row]), "LiteLLM"))


def test_litellm_cached_tokens_of_openai_and_answers_of_its_own_cache(tmp_path: Path) -> None:
    details = {"additional_usage_values": {"prompt_tokens_details": {"cached_tokens": 600}}}
    path = put(tmp_path, "spend.jsonl", {**SPEND, "metadata": details}, {**SPEND, "cache_hit": "True"})
    record = only(path, "LiteLLM")
    assert (record.input, record.cache_read) == (400, 600)


OBSERVATION = {
    "id": "a",
    "trace_id": "b",
    "type": "GENERATION",
    "start_time": "2025-10-01 00:00:00.000000",
    "end_time": "2025-10-01 00:00:02.000000",
    "provided_model_name": "gpt-4.1",
    "usage_details": {
        "input": 300,
        "input_cached_tokens": 600,
        "cache_creation_input_tokens": 100,
        "output": 40,
        "output_reasoning_tokens": 10,
        "total": 1050,
    },
    "total_cost": 0.0125,
    "input": '[{"role": "user", "content": "Where is it?"}]',
    "metadata": {},
}


def test_langfuse_lines_list_table_and_page(tmp_path: Path) -> None:
    check_spend(only(put(tmp_path, "observations.jsonl", OBSERVATION, {**OBSERVATION, "type": "SPAN"}), "Langfuse"))
    renamed = {
        "trace_id": "traceId",
        "provided_model_name": "providedModelName",
        "usage_details": "usageDetails",
        "start_time": "startTime",
        "end_time": "endTime",
        "total_cost": "totalCost",
    }
    camel = {renamed.get(key, key): value for key, value in OBSERVATION.items()}
    listed = tmp_path / "observations.json"
    listed.write_text(json.dumps([camel], indent=2), encoding="utf-8")
    check_spend(only(listed, "Langfuse"))
    check_spend(only(put(tmp_path, "page.json", {"data": [camel], "meta": {}}), "Langfuse"))
    row = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in OBSERVATION.items()}
    check_spend(only(put_csv(tmp_path, [row]), "Langfuse"))


def test_langfuse_keeps_the_place_in_the_code_in_its_metadata(tmp_path: Path) -> None:
    place = {"attributes": {"code.filepath": "/srv/app/bot.py", "code.lineno": "12", "code.function": "answer"}}
    record = only(put(tmp_path, "observations.jsonl", {**OBSERVATION, "metadata": place}), "Langfuse")
    assert (record.path, record.line, record.function) == ("/srv/app/bot.py", 12, "answer")


def test_anthropic_usage_report_and_console_export(tmp_path: Path) -> None:
    result = {
        "model": "claude-sonnet-4-6",
        "uncached_input_tokens": 300,
        "cache_read_input_tokens": 600,
        "cache_creation": {"ephemeral_5m_input_tokens": 70, "ephemeral_1h_input_tokens": 30},
        "output_tokens": 50,
    }
    bucket = {"starting_at": "2025-10-01T00:00:00Z", "ending_at": "2025-10-02T00:00:00Z", "results": [result]}
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"data": [bucket], "has_more": False}, indent=2), encoding="utf-8")
    row = {
        "usage_date_utc": "2025-10-01",
        "model_version": "claude-sonnet-4-6",
        "usage_input_tokens_no_cache": 300,
        "usage_input_tokens_cache_write_5m": 70,
        "usage_input_tokens_cache_write_1h": 30,
        "usage_input_tokens_cache_read": 600,
        "usage_output_tokens": 50,
    }
    for path in (report, put_csv(tmp_path, [row])):
        record = only(path, "Anthropic")
        assert (record.model, record.requests) == ("claude-sonnet-4-6", None)
        assert (record.input, record.cache_read, record.cache_write, record.output) == (300, 600, 100, 50)
        assert record.times == (OCTOBER, OCTOBER + 86_400)


def test_openai_usage_page_and_dashboard_export(tmp_path: Path) -> None:
    result = {
        "model": "gpt-4.1",
        "num_model_requests": 4,
        "input_tokens": 1000,
        "input_cached_tokens": 600,
        "input_cache_write_tokens": 100,
        "output_tokens": 50,
    }
    times = {"start_time": int(OCTOBER), "end_time": int(OCTOBER) + 86_400}
    page = put(tmp_path, "page.json", {"object": "page", "data": [{"object": "bucket", **times, "results": [result]}]})
    empty = {**times, "num_model_requests": "", "model": "", "input_tokens": "", "input_cached_tokens": ""}
    for path in (page, put_csv(tmp_path, [{**times, **result}, empty])):
        record = only(path, "OpenAI")
        assert (record.model, record.requests) == ("gpt-4.1", 4)
        assert (record.input, record.cache_read, record.cache_write, record.output) == (300, 600, 100, 50)
        assert record.times == (OCTOBER, OCTOBER + 86_400)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", '{"a": 1}\n', "[]", "\x00\x01"])
def test_a_file_that_is_something_else_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="other: not a usage file that promptlint knows"):
        read(path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(UsageError, match="neither JSON nor CSV"):
        read(path)


def test_a_list_that_ends_early_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "spend.json"
    path.write_text(json.dumps([SPEND, SPEND])[:-20], encoding="utf-8")
    with pytest.raises(UsageError, match="invalid JSON"):
        read(path)


def test_what_is_nested_too_deep_is_no_crash(tmp_path: Path) -> None:
    deep = "[" * 100_000
    record = only(put(tmp_path, "spend.jsonl", {**SPEND, "messages": deep, "metadata": deep}), "LiteLLM")
    assert sent_text(record.sent) == deep
    path = tmp_path / "deep.json"
    path.write_text(deep, encoding="utf-8")
    with pytest.raises(UsageError):
        read(path)
    path.write_text('{"a":' * 100_000, encoding="utf-8")
    with pytest.raises(UsageError):
        read(path)


def test_a_broken_line_is_counted_and_the_others_are_read(tmp_path: Path) -> None:
    path = put(tmp_path, "spend.jsonl", SPEND, SPEND)
    path.write_text(path.read_text(encoding="utf-8") + '{"request_id": "c", "spe', encoding="utf-8")
    found, file = read(path)
    assert (len(found), file.broken) == (2, 1)


def test_what_is_no_number_counts_as_none(tmp_path: Path) -> None:
    odd = {
        **SPEND,
        "prompt_tokens": "many",
        "completion_tokens": None,
        "metadata": "[",
        "spend": "nan",
        "startTime": "?",
    }
    record = only(put(tmp_path, "spend.jsonl", {**odd, "endTime": None}), "LiteLLM")
    assert (record.input, record.output, record.usd, record.times) == (0, 0, None, None)


def test_numbers_beyond_any_sense_count_as_none(tmp_path: Path) -> None:
    huge = {"prompt_tokens": 1e308, "completion_tokens": 10**16, "spend": "1e308", "metadata": {}}
    record = only(put(tmp_path, "spend.jsonl", {**SPEND, **huge, "startTime": -1e308, "endTime": 1e308}), "LiteLLM")
    assert (record.input, record.output, record.usd, record.times) == (0, 0, None, None)


@pytest.mark.parametrize("listed", [False, True])
def test_a_large_file_is_not_held_in_memory(tmp_path: Path, listed: bool) -> None:
    path = tmp_path / "spend.json"
    document = json.dumps({**SPEND, "messages": "x" * 2000})
    with path.open("w", encoding="utf-8") as file:
        file.write("[" if listed else "")
        for number in range(20_000):
            file.write(("," if listed and number else "") + document + ("" if listed else "\n"))
        file.write("]" if listed else "")
    assert path.stat().st_size > 45_000_000
    tracemalloc.start()
    count = sum(1 for _ in Documents(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 15_000_000
