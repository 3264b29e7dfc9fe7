"""Where settings come from, and what is said about wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from promptlint.session import open_session
from promptlint.settings import (
    Settings,
    SettingsError,
    SettingsResolver,
    check_selectors,
    coerce_options,
    is_excepted,
    is_selected,
    options_of,
)

RULES = {"whitespace-bloat": "TOK101", "duplicate-instruction": "TOK102", "missing-cache-marker": "TOK201"}


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def settings(
    cwd: Path,
    path: str = ".",
    overrides: Mapping[str, object] | None = None,
    *,
    config: Path | None = None,
    isolated: bool = False,
) -> Settings:
    return SettingsResolver(cwd=cwd, overrides=overrides or {}, config=config, isolated=isolated).for_path(path)


def error(cwd: Path, overrides: Mapping[str, object] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        settings(cwd, overrides=overrides)
    return caught.value


TOML = """\
[project]
name = "x"

[tool.promptlint]
select = ["TOK1"]
extend-select = ["missing-cache-marker"]
ignore = ["TOK103"]
exclude = ["a"]
extend-exclude = ["b"]
force-exclude = true
respect-gitignore = false
default-model = "gpt-4o"
prompt-files = ["prompts/*.txt"]
quiet-paths = ["drafts/"]
traffic = { calls = 1000 }
fail-on = "high"
output-format = "concise"

[tool.promptlint.per-file-ignores]
"tests/*" = ["ALL"]

[tool.promptlint.rules.whitespace-bloat]
min-tokens = 5

[[tool.promptlint.calls]]
name = "app.llm.ask"
prompt = 0
"""

YAML = """\
select: [TOK1]
extend-select: [missing-cache-marker]
ignore: [TOK103]
exclude: [a]
extend-exclude: [b]
force-exclude: true
respect-gitignore: false
default-model: gpt-4o
prompt-files: [prompts/*.txt]
quiet-paths: [drafts/]
traffic: {calls: 1000}
fail-on: high
output-format: concise
per-file-ignores:
  tests/*: [ALL]
rules:
  whitespace-bloat:
    min-tokens: 5
calls:
  - name: app.llm.ask
    prompt: 0
"""


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", TOML), ("promptlint.yaml", YAML), (".promptlint.yaml", YAML)]
)
def test_every_setting_from_a_file(tmp_path: Path, name: str, text: str) -> None:
    put(tmp_path / name, text)
    found = settings(tmp_path)
    assert {key: value for key, value, _, _ in found.rows()} == {
        "select": ("TOK1",),
        "extend-select": ("missing-cache-marker",),
        "ignore": ("TOK103",),
        "exclude": ("a",),
        "extend-exclude": ("b",),
        "force-exclude": True,
        "respect-gitignore": False,
        "per-file-ignores": {"tests/*": ("ALL",)},
        "rules": {"whitespace-bloat": {"min-tokens": 5}},
        "calls": ({"name": "app.llm.ask", "prompt": 0},),
        "default-model": "gpt-4o",
        "prompt-files": ("prompts/*.txt",),
        "quiet-paths": ("drafts/",),
        "traffic": {"calls": 1000},
        "fail-on": "high",
        "output-format": "concise",
    }
    assert {origin for _, _, origin, _ in found.rows()} == {name}


def test_without_a_file_all_is_default_and_documented(tmp_path: Path) -> None:
    rows = list(settings(tmp_path, isolated=True).rows())
    assert {origin for _, _, origin, _ in rows} == {"default"}
    assert all(doc.endswith(".") for _, _, _, doc in rows)


def test_the_nearest_file_wins_whole(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", "[tool.promptlint]\nignore = ['TOK101']\nfail-on = 'high'\n")
    put(tmp_path / "app/promptlint.yaml", "ignore: [TOK102]\n")
    put(tmp_path / "app/lib/pyproject.toml", "[project]\nname = 'promptlint-user'\n")
    resolver = SettingsResolver(cwd=tmp_path, overrides={})
    assert resolver.for_path("a.py").ignore == ("TOK101",)
    inner = resolver.for_path("app/lib/deep/a.py")
    assert (inner.ignore, inner.fail_on) == (("TOK102",), "low")
    assert inner.origins["ignore"].label == "app/promptlint.yaml"
    assert resolver.for_path("app/lib") is resolver.for_path("app/x.py")


def test_the_yaml_file_wins_over_pyproject_in_the_same_folder(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", "[tool.promptlint]\nfail-on = 'high'\n")
    put(tmp_path / "promptlint.yaml", "fail-on: medium\n")
    assert settings(tmp_path).fail_on == "medium"


def test_a_broken_pyproject_that_says_nothing_to_us_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", "[tool.promptlint]\nfail-on = 'high'\n")
    put(tmp_path / "fixtures/pyproject.toml", "[broken\n")
    assert settings(tmp_path, "fixtures/a.py").fail_on == "high"


def test_an_empty_yaml_file_is_a_configuration(tmp_path: Path) -> None:
    put(tmp_path / "promptlint.yaml", "fail-on: high\n")
    put(tmp_path / "sub/promptlint.yaml", "# defaults here\n")
    assert settings(tmp_path, "sub/a.py").fail_on == "low"


def test_a_named_file_serves_all_folders_and_isolated_none(tmp_path: Path) -> None:
    put(tmp_path / "sub/pyproject.toml", "[tool.promptlint]\nfail-on = 'high'\n")
    named = put(tmp_path / "ci/lint.toml", "[tool.promptlint]\nfail-on = 'medium'\n")
    assert settings(tmp_path, "sub/a.py", config=named).fail_on == "medium"
    assert settings(tmp_path, "sub/a.py", config=Path("ci/lint.toml")).fail_on == "medium"
    assert settings(tmp_path, "sub/a.py", isolated=True).fail_on == "low"
    with pytest.raises(SettingsError, match="isolation"):
        settings(tmp_path, config=named, isolated=True)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("none.toml", None, "none.toml: no such file or directory"),
        ("empty.toml", "[tool.other]\n", "empty.toml: has no table [tool.promptlint]"),
        ("lint.ini", "x", "lint.ini: a configuration file ends in .toml or .yaml"),
    ],
)
def test_a_named_file_that_is_no_configuration(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    if text is not None:
        put(tmp_path / name, text)
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, config=Path(name))
    assert str(caught.value) == message


# ---- the command line ----


def test_the_command_line_wins(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", "[tool.promptlint]\nfail-on = 'high'\ndefault-model = 'gpt-4o'\n")
    found = settings(tmp_path, overrides={"fail-on": "medium", "output_format": None})
    assert (found.fail_on, found.default_model, found.output_format) == ("medium", "gpt-4o", "full")
    assert [found.origins[name].label for name in ("fail_on", "default_model")] == ["command line", "pyproject.toml"]


def test_the_command_line_adds_to_ignore_and_extend_select(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", "[tool.promptlint]\nignore = ['TOK101']\nextend-select = ['TOK102']\n")
    found = settings(tmp_path, overrides={"ignore": ["TOK201"], "extend_select": ["TOK3"]})
    assert (found.ignore, found.extend_select) == (("TOK101", "TOK201"), ("TOK102", "TOK3"))
    assert found.origins["ignore"].label == "pyproject.toml and command line"


def test_select_on_the_command_line_runs_what_a_file_ignores(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", "[tool.promptlint]\nignore = ['TOK101']\nextend-select = ['TOK2']\n")
    assert selected(settings(tmp_path, overrides={"select": ["whitespace-bloat"]})) == {"whitespace-bloat"}


def test_a_wrong_value_on_the_command_line(tmp_path: Path) -> None:
    message = str(error(tmp_path, {"fail-on": "hihg"}))
    assert message == "command line: `fail-on`: `hihg` is not a choice, did you mean `high`?"


# ---- errors ----


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[tool.promptlint]\n\nselct = []\n", 3, "unknown setting `selct`, did you mean `select`?"),
        (
            "[tool.promptlint]\nextend_select = []\n",
            2,
            "unknown setting `extend_select`, did you mean `extend-select`?",
        ),
        ("[tool.promptlint]\nselect = 'TOK1'\n", 2, "`select`: expected a list of strings, got 'TOK1'"),
        ("[tool.promptlint]\nselect = [1]\n", 2, "`select`: expected a string, got 1"),
        ("[tool.promptlint]\nforce-exclude = 1\n", 2, "`force-exclude`: expected true or false, got 1"),
        ("[tool.promptlint]\nfail-on = 'hgh'\n", 2, "`fail-on`: `hgh` is not a choice, did you mean `high`?"),
        ("[tool.promptlint]\nfail-on = 3\n", 2, "`fail-on`: `3` is not a choice, known are `high`, `low`, `medium`"),
        ("[tool.promptlint]\nrules = 3\n", 2, "`rules`: expected a table, got 3"),
        ("[tool.promptlint.per-file-ignores]\na = 'x'\n", 1, "`per-file-ignores`: expected a list of strings, got 'x'"),
        ("x = [\n[tool.promptlint\n", 2, "invalid TOML"),
        ("[tool]\npromptlint = 3\n", 2, "`tool.promptlint` has to be a table"),
        ("[tool]\npromptlint.selct = []\n", 2, "unknown setting `selct`, did you mean `select`?"),
        ("[tool.promptlint]\n\"selct\" = [\n  'a',\n]\n", 2, "unknown setting `selct`, did you mean `select`?"),
    ],
)
def test_wrong_toml(tmp_path: Path, text: str, line: int, message: str) -> None:
    put(tmp_path / "pyproject.toml", text)
    found = error(tmp_path)
    assert (found.path, found.line) == ("pyproject.toml", line)
    assert message in found.message
    assert str(found) == f"pyproject.toml:{line}: {found.message}"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# c\nselct: []\n", 2, "unknown setting `selct`, did you mean `select`?"),
        ("select:\n  TOK1\n", 1, "`select`: expected a list of strings, got 'TOK1'"),
        ("select: [a\nb: c\n", 2, "invalid YAML"),
        ("a: !!python/object:os.system {}\n", 1, "invalid YAML"),
        ("- select\n", 1, "has to be a mapping of settings"),
        ("ignore: []\nselect: []\nignore: [x]\n", 3, "`ignore` is set twice, first in line 1"),
        ("1: x\n", 1, "unknown setting `1`"),
    ],
)
def test_wrong_yaml(tmp_path: Path, text: str, line: int, message: str) -> None:
    put(tmp_path / "promptlint.yaml", text)
    found = error(tmp_path)
    assert (found.path, found.line) == ("promptlint.yaml", line)
    assert message in found.message


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.promptlint]\nfail-on = '\xff'\n")
    assert str(error(tmp_path)) == "pyproject.toml:2: not valid UTF-8"


ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


@pytest.mark.parametrize("text", ["rules: &a\n  whitespace-bloat: *a\n", ALIASES, f"{ALIASES}fail-on: *a8\n"])
def test_yaml_whose_aliases_do_not_end_is_an_error(tmp_path: Path, text: str) -> None:
    put(tmp_path / "promptlint.yaml", text)
    assert str(error(tmp_path)) == "promptlint.yaml: aliases make it hold too many values, or itself"


def test_aliases_in_yaml(tmp_path: Path) -> None:
    put(tmp_path / "promptlint.yaml", "select: &a [whitespace-bloat]\nextend-select: *a\n")
    assert settings(tmp_path).select == settings(tmp_path).extend_select == ("whitespace-bloat",)


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


# ---- selection ----


def selected(found: Settings, path: str = "a.py", preview: str | None = None) -> set[str]:
    return {
        name
        for name, code in RULES.items()
        if is_selected(found, name=name, code=code, preview=name == preview)
        and not is_excepted(found, name=name, code=code, path=path)
    }


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


# ---- options of rules ----


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
