"""Where settings come from, and what is said about wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from configured import put, selected, settings
from promptlint.settings import SettingsError, SettingsResolver


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
    assert str(error(tmp_path)) == "promptlint.yaml: invalid YAML: aliases make it hold too many values, or itself"


def test_aliases_in_yaml(tmp_path: Path) -> None:
    put(tmp_path / "promptlint.yaml", "select: &a [whitespace-bloat]\nextend-select: *a\n")
    assert settings(tmp_path).select == settings(tmp_path).extend_select == ("whitespace-bloat",)


# ---- selection ----


# ---- options of rules ----
