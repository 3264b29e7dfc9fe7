"""The SDK tables as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path

import pytest

from linked import project
from promptlint.link.sdks import load_surfaces


def test_every_table_has_a_fixture() -> None:
    tested = {call.sdk for source in _sources() for call in project(source).calls}
    assert {table.sdk for table in load_surfaces().tables} - tested <= {"unknown"}


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("anthropic._client.Anthropic", "anthropic.Anthropic"),
        ("anthropic.Client", "anthropic.Anthropic"),
        ("langchain_openai.chat_models.base.ChatOpenAI", "langchain_openai.ChatOpenAI"),
        ("google.cloud.storage.Client", "google.cloud.storage.Client"),
        ("litellm.main.acompletion", "litellm.acompletion"),
    ],
)
def test_a_class_is_known_where_its_package_defines_it(name: str, canonical: str) -> None:
    assert load_surfaces().canonical(name) == canonical


def test_every_source_names_a_version_or_a_document() -> None:
    for table in load_surfaces().tables:
        assert re.search(r"\d|document|reference|README|docs|use as in", table.source), table.sdk


def _sources() -> Iterator[str]:
    """The programs of the tables in the files beside this one."""
    for file in Path(__file__).parent.glob("test_*.py"):
        if file.name != Path(__file__).name:
            tables = run_path(str(file))
            for name in ("SURFACES", "POSTS"):
                yield from (source for source, *_ in tables.get(name, {}).values())
