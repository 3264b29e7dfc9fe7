"""Adoption in an old codebase: what a baseline knows is not told, what is new is, and what is gone is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from promptlint.cli import main
from promptlint.registry import Registry
from sample_rules import PROGRAM, PleaseWord, VeryWord

Promptlint = Callable[..., Result]
RULES = Registry((VeryWord, PleaseWord))


@pytest.fixture
def promptlint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Promptlint:
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text(PROGRAM, encoding="utf-8")

    def run(*args: str, stdin: str = "") -> Result:
        with patch("promptlint.cli.session.load_plugins", lambda: RULES):
            return CliRunner().invoke(main, args, input=stdin)

    assert run("baseline").exit_code == 0
    return run


def check(promptlint: Promptlint, *args: str) -> dict[str, object]:
    result = promptlint("check", "--baseline", "promptlint-baseline.json", "--output-format", "json", *args)
    document: dict[str, object] = json.loads(result.stdout)
    found = document["findings"]
    assert isinstance(found, list)
    assert result.exit_code == bool(found)
    summary = document["summary"]
    assert isinstance(summary, dict)
    rules = [(one["rule"], one["line"]) for one in found]
    stale = [(one["rule"], one["count"]) for one in summary["baseline"]["stale"]]
    return {"found": rules, "known": summary["baseline"]["known"], "stale": stale}


def test_nothing_is_told_after_writing_it(promptlint: Promptlint) -> None:
    assert check(promptlint) == {"found": [], "known": 2, "stale": []}
    assert (
        "2 findings of the baseline not shown." in promptlint("check", "--baseline", "promptlint-baseline.json").stdout
    )


def test_moved_lines_change_nothing(promptlint: Promptlint) -> None:
    Path("app.py").write_text("import os\n\n\n" + PROGRAM, encoding="utf-8")
    assert check(promptlint) == {"found": [], "known": 2, "stale": []}


def test_one_more_of_the_same_is_new(promptlint: Promptlint) -> None:
    Path("app.py").write_text(PROGRAM.replace("one sentence", "one very short sentence"), encoding="utf-8")
    assert check(promptlint) == {"found": [("very-word", 5)], "known": 2, "stale": []}


def test_what_is_gone_is_named(promptlint: Promptlint) -> None:
    Path("app.py").write_text(PROGRAM.replace("very ", ""), encoding="utf-8")
    assert check(promptlint) == {"found": [], "known": 1, "stale": [("very-word", 1)]}
    text = " ".join(promptlint("check", "--baseline", "promptlint-baseline.json").stdout.split())
    assert "Gone from the baseline: very-word in app.py. Write it again with `promptlint baseline`." in text


def test_what_was_not_looked_at_is_not_gone(promptlint: Promptlint) -> None:
    Path("other.py").write_text("x = 1\n", encoding="utf-8")
    assert check(promptlint, "other.py") == {"found": [], "known": 0, "stale": []}
    assert check(promptlint, "--select", "please-word") == {"found": [], "known": 1, "stale": []}
    Path("app.py").unlink()
    assert check(promptlint, "other.py")["stale"] == [("please-word", 1), ("very-word", 1)]


def test_fixing_leaves_alone_what_the_baseline_knows(promptlint: Promptlint) -> None:
    changed = PROGRAM.replace("one sentence", "one very short sentence")
    Path("app.py").write_text(changed, encoding="utf-8")
    assert promptlint("check", "--fix", "--baseline", "promptlint-baseline.json").exit_code == 0
    assert Path("app.py").read_text(encoding="utf-8") == changed.replace("very short", "short")


def test_it_holds_from_another_folder_and_for_standard_input(
    promptlint: Promptlint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = ("check", "-", "--stdin-filename", "app.py", "--baseline", "promptlint-baseline.json")
    assert promptlint(*piped, stdin=PROGRAM).exit_code == 0
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert promptlint("check", "..", "--baseline", "../promptlint-baseline.json").exit_code == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no such file or directory"),
        ("{}", "this is no baseline"),
        ("[", "this is no baseline"),
        ('{"schema": "promptlint.baseline/9", "version": "9", "findings": []}', "another promptlint wrote it"),
    ],
)
def test_what_is_no_baseline_is_an_error(promptlint: Promptlint, content: str | None, reason: str) -> None:
    if content is not None:
        Path("other.json").write_text(content, encoding="utf-8")
    result = promptlint("check", "--baseline", "other.json")
    assert result.exit_code == 2
    assert "other.json: " in result.stderr
    assert reason in result.stderr
