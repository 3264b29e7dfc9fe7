"""Which rules run, and the options they get."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from configured import RULES, put, selected, settings
from promptlint.session import open_session
from promptlint.settings import (
    SettingsError,
    check_selectors,
    coerce_options,
    options_of,
)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "[tool.promptlint]\nselect = ['ALL']\nignore = ['whitespace-blot']\n",
            3,
            "`ignore`: no rule is called `whitespace-blot`, did you mean `whitespace-bloat`?",
        ),
        ("[tool.promptlint]\nselect = ['tok101']\n", 2, "`select`: no rule is called `tok101`, did you mean `TOK101`?"),
        ("[tool.promptlint]\nselect = ['']\n", 2, "`select`: no rule is called ``"),
        (
            "[tool.promptlint.per-file-ignores]\n'a.py' = ['TOK1']\n'tests/*' = ['TOK9']\n",
            3,
            "`per-file-ignores` for `tests/*`: no rule is called `TOK9`, did you mean",
        ),
        (
            "[tool.promptlint.rules.whitespace-bloat]\n[tool.promptlint.rules.whitespace]\na = 1\n",
            2,
            "`rules`: no rule is called `whitespace`, did you mean `whitespace-bloat`?",
        ),
    ],
)
def test_unknown_rules(tmp_path: Path, text: str, line: int, message: str) -> None:
    put(tmp_path / "pyproject.toml", text)
    found = settings(tmp_path)
    with pytest.raises(SettingsError) as caught:
        check_selectors(found, RULES, RULES.values())
    assert (caught.value.path, caught.value.line) == ("pyproject.toml", line)
    assert message in caught.value.message


def test_known_selectors_pass(tmp_path: Path) -> None:
    found = settings(tmp_path, overrides={"select": ["ALL", "TOK", "TOK10", "TOK102", "whitespace-bloat"]})
    check_selectors(found, RULES, RULES.values())
    with pytest.raises(SettingsError, match="command line: `ignore`: no rule is called `TOK3`, did you mean"):
        check_selectors(settings(tmp_path, overrides={"ignore": ["TOK3"]}), RULES, RULES.values())


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, {*RULES}),
        ({"select": ["TOK1"]}, {"whitespace-bloat", "duplicate-instruction"}),
        ({"select": ["TOK1"], "extend_select": ["TOK201"]}, {*RULES}),
        ({"select": []}, set()),
        ({"ignore": ["TOK1"]}, {"missing-cache-marker"}),
        ({"ignore": ["ALL"]}, set()),
        ({"select": ["whitespace-bloat"], "ignore": ["TOK1"]}, {"whitespace-bloat"}),
        ({"select": ["TOK10"], "ignore": ["TOK1", "TOK102"]}, {"whitespace-bloat"}),
        ({"select": ["TOK1"], "ignore": ["whitespace-bloat"]}, {"duplicate-instruction"}),
        ({"select": ["TOK101"], "ignore": ["whitespace-bloat"]}, set()),
    ],
)
def test_the_more_specific_selector_wins(tmp_path: Path, overrides: dict[str, object], expected: set[str]) -> None:
    assert selected(settings(tmp_path, overrides=overrides, isolated=True)) == expected


@pytest.mark.parametrize(
    ("select", "runs"), [("ALL", False), ("TOK10", False), ("TOK101", True), ("whitespace-bloat", True)]
)
def test_preview_rules_run_when_named(tmp_path: Path, select: str, runs: bool) -> None:
    found = settings(tmp_path, overrides={"select": [select]}, isolated=True)
    assert ("whitespace-bloat" in selected(found, preview="whitespace-bloat")) is runs


def test_per_file_ignores_are_relative_to_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        tmp_path / "app/pyproject.toml",
        "[tool.promptlint.per-file-ignores]\n'/tests/' = ['ALL']\n'*_demo.py' = ['TOK1']\n",
    )
    monkeypatch.chdir(tmp_path)
    found = settings(tmp_path, "app/a.py")
    assert selected(found, "app/a.py") == {*RULES}
    assert selected(found, "app/tests/deep/a.py") == set()
    assert selected(found, "app/src/tests/a.py") == {*RULES}
    assert selected(found, "app/x/y_demo.py") == {"missing-cache-marker"}
    monkeypatch.chdir(tmp_path / "app")
    assert selected(settings(tmp_path / "app"), "tests/a.py") == set()


@dataclass(frozen=True)
class Example:
    name: ClassVar[str] = "example"
    code: ClassVar[str] = "TOK199"

    min_tokens: int = 5
    ratio: float = 0.8
    strict: bool = False
    prefix: str = ""
    words: tuple[str, ...] = ()
    model: str | None = None


def test_options_become_fields() -> None:
    raw = {"min-tokens": 7, "ratio": 1, "strict": True, "prefix": "x", "words": ["a", "b"], "model": "gpt-4o"}
    options = coerce_options(Example, raw, "here")
    assert options == {
        "min_tokens": 7,
        "ratio": 1.0,
        "strict": True,
        "prefix": "x",
        "words": ("a", "b"),
        "model": "gpt-4o",
    }
    assert type(options["ratio"]) is float


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"min-token": 7}, "here: unknown option `min-token`, did you mean `min-tokens`?"),
        ({"zzz": "x"}, "here: unknown option `zzz`, known are `min-tokens`, `model`, `prefix`, "),
        ({"min-tokens": "7"}, "here: `min-tokens`: expected a whole number, got '7'"),
        ({"min-tokens": True}, "here: `min-tokens`: expected a whole number, got True"),
        ({"min-tokens": 1.5}, "here: `min-tokens`: expected a whole number, got 1.5"),
        ({"ratio": "x"}, "here: `ratio`: expected a number, got 'x'"),
        ({"words": "a"}, "here: `words`: expected a list of strings, got 'a'"),
        ({"words": [1]}, "here: `words`: expected a string, got 1"),
    ],
)
def test_wrong_options(raw: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        coerce_options(Example, raw, "here")
    assert message in str(caught.value)


def test_options_from_settings_are_blamed_on_their_line(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", "[tool.promptlint.rules.example]\nratio = 0.5\nmin-token = 7\n")
    with pytest.raises(SettingsError) as caught:
        options_of(settings(tmp_path), Example)
    assert str(caught.value) == (
        "pyproject.toml:3: rule `example`: unknown option `min-token`, did you mean `min-tokens`?"
    )


def test_a_pattern_of_excepted_files_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.promptlint.per-file-ignores]\n"[z-a]" = ["TOK101"]\n')
    with pytest.raises(SettingsError) as caught:
        open_session(tmp_path).rules(str(tmp_path / "a.py"))
    assert (caught.value.line, "'[z-a]' is no pattern" in caught.value.message) == (2, True)
