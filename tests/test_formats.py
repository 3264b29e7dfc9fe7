"""The formats for services: valid by their schemas, and no text of the analysed code gets out of its place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import xmlschema

from promptlint.registry import Registry
from promptlint.report import github, gitlab, junit, markdown, sarif
from promptlint.report.documents import as_json
from promptlint.report.terminal import Terminal
from promptlint.report.view import View
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.tree import tree_of
from sample_rules import PROGRAM, Crash, PleaseWord, VeryWord

DATA = Path(__file__).parent / "data"
RENDERERS = {"github": github, "gitlab": gitlab, "junit": junit, "markdown": markdown, "sarif": sarif}
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": PROGRAM},
        ],
    }
)
HOSTILE = "\n::error::pwned##[set-output name=x]y]]></failure>|`</script>\x1b[31m\uffff@everyone #1 https://a.b %0A"


def view(tmp_path: Path, files: dict[str, str]) -> View:
    session = open_session(tmp_path, isolated=True, rules=Registry((VeryWord, PleaseWord, Crash)))
    return View(examine(tree_of({path: text.encode() for path, text in files.items()}), session), session)


def rendered(tmp_path: Path, name: str, files: dict[str, str]) -> str:
    text: str = RENDERERS[name].render(view(tmp_path, files), Terminal())
    return text


def hostile(tmp_path: Path) -> dict[str, str]:
    """A program whose path, prompt and error message try to be something else."""
    evil = PROGRAM.replace("very helpful", f"very {HOSTILE!r} helpful")
    return {f"a b{HOSTILE}.py": evil, "boom.py": PROGRAM.replace("assistant", "boom"), "broken.py": "client.chat(\n"}


def sarif_of(tmp_path: Path, files: dict[str, str]) -> Any:
    document = json.loads(rendered(tmp_path, "sarif", files))
    jsonschema.validate(document, json.loads((DATA / "sarif-2.1.0.schema.json").read_text()))
    return document["runs"][0]


def test_sarif_has_rules_places_fingerprints_and_fixes(tmp_path: Path) -> None:
    run = sarif_of(tmp_path, {"app.py": PROGRAM})
    assert [(rule["id"], rule["name"]) for rule in run["tool"]["driver"]["rules"]] == [
        ("TST101", "very-word"),
        ("TST102", "please-word"),
    ]
    first, second = run["results"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "app.py"},
        "region": {"startLine": 4, "startColumn": 23, "endLine": 4, "endColumn": 28},
    }
    assert first["partialFingerprints"] != second["partialFingerprints"]
    [change] = first["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 4, "startColumn": 23, "endLine": 4, "endColumn": 28},
            "insertedContent": {"text": ""},
        }
    ]


def test_sarif_of_nothing_and_of_problems(tmp_path: Path) -> None:
    assert sarif_of(tmp_path, {"app.py": "x = 1\n"})["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": []}
    ]
    run = sarif_of(tmp_path, {"app.py": "client.chat.completions.create(\n"})
    assert run["invocations"][0]["executionSuccessful"] is False
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert note["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "app.py"}


def test_a_notebook_names_the_cell_and_no_wrong_line(tmp_path: Path) -> None:
    result = sarif_of(tmp_path, {"app.ipynb": NOTEBOOK})["results"][0]
    assert result["message"]["text"].startswith("cell 2:4: ")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert "fixes" not in result


def test_gitlab(tmp_path: Path) -> None:
    issues = json.loads(rendered(tmp_path, "gitlab", {"app.py": PROGRAM, "app.ipynb": NOTEBOOK}))
    jsonschema.validate(issues, json.loads((DATA / "gitlab-code-quality.schema.json").read_text()))
    assert [
        (issue["check_name"], issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in issues
    ] == [
        ("very-word", "app.ipynb", 1),
        ("please-word", "app.ipynb", 1),
        ("very-word", "app.py", 4),
        ("please-word", "app.py", 5),
    ]
    assert len({issue["fingerprint"] for issue in issues}) == 4


@pytest.mark.parametrize("files", [{"app.py": PROGRAM}, {"app.py": "x = 1\n"}, {"app.py": "client.chat(\n"}])
def test_junit_is_valid(tmp_path: Path, files: dict[str, str]) -> None:
    document = rendered(tmp_path, "junit", files)
    xmlschema.XMLSchema(DATA / "junit-10.xsd").validate(document)


def test_junit_fails_a_test_for_each_finding(tmp_path: Path) -> None:
    document = rendered(tmp_path, "junit", {"app.py": PROGRAM})
    assert '<testsuite name="app.py" tests="2" failures="2" errors="0">' in document
    assert '<testcase name="very-word at 4:23" classname="app.py">' in document


def test_github_annotates_lines(tmp_path: Path) -> None:
    lines = rendered(tmp_path, "github", {"app.py": PROGRAM}).splitlines()
    assert lines[0].startswith("::")
    assert " title=very-word (TST101),file=app.py,line=4,endLine=4,col=23,endColumn=28::'very' says nothing" in lines[0]


def test_markdown_counts_and_lists(tmp_path: Path) -> None:
    text = rendered(tmp_path, "markdown", {"app.py": PROGRAM})
    assert "| very-word (TST101) | 1 | 1 | 1 | $0.0025 |" in text
    assert "| `app.py:4` | very-word |" in text


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    files = hostile(tmp_path)
    sarif_of(tmp_path, files)
    jsonschema.validate(
        json.loads(rendered(tmp_path, "gitlab", files)),
        json.loads((DATA / "gitlab-code-quality.schema.json").read_text()),
    )
    document = rendered(tmp_path, "junit", files)
    xmlschema.XMLSchema(DATA / "junit-10.xsd").validate(document)
    commands = rendered(tmp_path, "github", files).splitlines()
    assert all(line.startswith(("::error title=", "::warning title=", "::notice title=")) for line in commands)
    for name in RENDERERS:
        document = rendered(tmp_path, name, files)
        assert "\x1b" not in document
        assert "##[" not in document or name in ("junit", "markdown")  # they are files
    text = re.sub(r"(`+) .*? \1", "", rendered(tmp_path, "markdown", files))
    assert not [sign for sign in ("<", "@everyone", "#1", "https://") if sign in text]


def test_names_that_are_no_unicode(tmp_path: Path) -> None:
    files = {"d\udcff/app.py": PROGRAM}
    (result, *_) = sarif_of(tmp_path, files)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "d%FF/app.py"
    (finding, *_) = msgspec.json.decode(rendered(tmp_path, "gitlab", files))  # a strict reader
    assert finding["location"]["path"] == "d\\udcff/app.py"
    xmlschema.XMLSchema(DATA / "junit-10.xsd").validate(rendered(tmp_path, "junit", files))


def test_json_is_what_strict_readers_take() -> None:
    whole = ["\U0001f600", "\\ud83d", "\\\\", "##[a]", "\u20ac"]
    assert msgspec.json.decode(as_json(whole)) == whole
    assert msgspec.json.decode(as_json("\ud83d \udcff\ude00")) == "\\ud83d \\udcff\\ude00"
    assert "##[" not in as_json(whole)


def test_fingerprints_survive_moved_lines(tmp_path: Path) -> None:
    def marks(text: str) -> list[str]:
        return [
            result["partialFingerprints"]["promptlint/v1"] for result in sarif_of(tmp_path, {"app.py": text})["results"]
        ]

    before = marks(PROGRAM)
    assert marks("import os\n\n\n" + PROGRAM) == before
    twice = marks(PROGRAM + PROGRAM)
    assert len(set(twice)) == 4
    assert set(before) < set(twice)
