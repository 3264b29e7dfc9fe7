"""Configuration and prompt files that mean harm, mostly by YAML: an error that names them, and no time is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import Console
from sample_rules import PROGRAM

ALIASES = "".join(f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("promptlint.yaml", "ignore:\n  - &a0 [x, x]\n" + ALIASES),
        ("promptlint.yaml", "a: &a [" + "x, " * 999 + "]\nb: &b [" + "*a, " * 999 + "]\nc: [" + "*b, " * 999 + "]\n"),
        ("promptlint.yaml", "ignore: " + "[" * 5_000),
        ("promptlint.yaml", "ignore: &a [*a]\n"),
        ("promptlint.yaml", "select: !!python/object/apply:os.system ['touch pwned']\n"),
        ("promptlint.yaml", "select: \x00\n"),
        ("promptlint.yaml", "? [a, b]\n: c\n"),
        ("pyproject.toml", "[tool.promptlint]\nignore = " + "[" * 5_000),
        ("pyproject.toml", "[tool.promptlint]\n" + "x." * 5_000 + "y = 1\n"),
        ("pyproject.toml", "[tool.promptlint]\nignore = " + "9" * 5_000 + "\n"),
        ("pyproject.toml", "[tool.promptlint.rules.whitespace-bloat]\nmin-share = " + "9" * 400 + "\n"),
    ],
)  # fmt: skip
def test_a_hostile_configuration_is_an_error_that_names_it(
    name: str, text: str, console: Console, tmp_path: Path
) -> None:
    (tmp_path / "good.py").write_text(PROGRAM)
    (tmp_path / name).write_text(text)
    result = console("check", cwd=tmp_path)
    assert result.returncode == 2
    assert f"error: {name}" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "pwned").exists()


MERGED = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 3)}]\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("name", "text", "flaw"),
    [
        ("p.yaml", "system_prompt: [a\n", "not valid YAML (expected ',' or ']', but got '<stream end>')"),
        ("p.yaml", 'system_prompt: !!int ""\n', "not valid YAML (a value cannot be read: string index out of range)"),
        ("p.yaml", MERGED, "not valid YAML (aliases make it hold too many values, or itself)"),
        ("p.json", '{"system_prompt": [', "not valid JSON"),
    ],
)
def test_a_prompt_file_that_is_named_and_broken_is_a_problem(
    name: str, text: str, flaw: str, console: Console, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    result = console("check", name, cwd=tmp_path)
    assert result.returncode == 2
    assert f"{name}:1: {flaw}: its texts are not known" in result.stderr


@pytest.mark.parametrize("value", ["2024-13-45", "0b_", '!!int "abc"', '!!int ""', "!!timestamp abc", "!!bool foo"])
def test_values_that_yaml_cannot_make_are_errors(value: str, console: Console, tmp_path: Path) -> None:
    (tmp_path / "promptlint.yaml").write_text(f"x: {value}\n")
    (tmp_path / "app.py").write_text(PROGRAM)
    result = console("check", cwd=tmp_path)
    assert result.returncode == 2
    assert "promptlint.yaml: invalid YAML: a value cannot be read" in result.stderr
