"""Cache markers of calls: how many, where, and where one can be written."""

from __future__ import annotations

import pytest

from linked import only_call


def test_cache_markers_are_counted_and_placed() -> None:
    source = """
    import anthropic
    anthropic.Anthropic().messages.create(
        model="m", max_tokens=1,
        tools=[{"name": "t", "cache_control": {"type": "ephemeral"}}],
        system=[{"type": "text", "text": "Marked text of the system", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "Not marked at all"}],
        messages=[])
    """
    call = only_call(source)
    assert call.cache_markers == 2
    assert [message.cached for message in call.messages] == [True, False]
    assert call.has_tools


def test_a_bedrock_cache_point_marks_what_is_before_it() -> None:
    source = """
    import boto3
    boto3.client("bedrock-runtime").converse(
        modelId="m", messages=[], system=[{"text": "Marked text of the system"}, {"cachePoint": {"type": "default"}}])
    """
    call = only_call(source)
    assert (call.cache_markers, call.messages[0].cached) == (1, True)


@pytest.mark.parametrize(
    ("system", "form", "code"),
    [
        ("system=TEXT", "text", "TEXT"),
        ("system=[{'type': 'text', 'text': TEXT}]", "block", "{'type': 'text', 'text': TEXT}"),
        ("system=BLOCKS", "block", "{'type': 'text', 'text': TEXT}"),
        ("system=[{'text': TEXT}]", "item", "{'text': TEXT}"),
        ("system=[BLOCK]", None, None),
        ("**{'system': TEXT}", None, None),
        ("**PARAMS", None, None),
    ],
)
def test_where_a_cache_marker_can_be_written(system: str, form: str | None, code: str | None) -> None:
    source = f"""import anthropic
TEXT = "The text of the system prompt"
BLOCKS = [{{'type': 'text', 'text': TEXT}}]
BLOCK = {{'text': TEXT}}
PARAMS = {{"system": TEXT}}
anthropic.Anthropic().messages.create(model="m", max_tokens=1, messages=[], {system})
"""
    call = only_call(source)
    assert [message.template.text for message in call.messages] == ["The text of the system prompt"]
    site = call.marker_site
    assert (site.form if site else None) == form
    assert (source[site.place.start : site.place.end] if site else None) == code
