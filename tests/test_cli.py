"""The commands as users meet them: output, files, and exit codes (0 nothing, 1 findings, 2 could not do its job)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from promptlint import __version__
from promptlint.cli import COMMANDS, main
from promptlint.project import Problem
from promptlint.registry import Registry
from sample_rules import PROGRAM, Crash, PleaseWord, VeryWord

RULES = Registry((VeryWord, PleaseWord, Crash))
Promptlint = Callable[..., Result]
PATHS = ("audit", "baseline", "check", "inventory")
"""The commands that take PATHS."""


@pytest.fixture
def promptlint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Promptlint:
    """Runs the command in an empty folder with the sample rules."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, stdin: str | bytes = "", rules: Registry = RULES) -> Result:
        with (
            patch("promptlint.cli.session.load_plugins", lambda: rules),
            patch("promptlint.cli.rule.load", lambda: rules),
        ):
            return CliRunner().invoke(main, args, input=stdin)

    return run


@pytest.fixture
def app(promptlint: Promptlint) -> Path:
    path = Path("app.py")
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def test_version_and_help(promptlint: Promptlint) -> None:
    assert promptlint("--version").stdout == f"promptlint {__version__}\n"
    listed = promptlint("--help").stdout
    assert all(f"  {command} " in listed for command in COMMANDS)
    assert [promptlint(command, "--help").exit_code for command in COMMANDS] == [0] * len(COMMANDS)


def test_findings_make_exit_code_1(promptlint: Promptlint, app: Path) -> None:
    result = promptlint("check")
    assert result.exit_code == 1
    assert "app.py:4:23: TST101 [*] 'very' says nothing" in result.stdout
    assert result.stderr == ""


def test_a_clean_file_makes_exit_code_0(promptlint: Promptlint, app: Path) -> None:
    app.write_text(PROGRAM.replace("very ", "").replace(" please,", ""))
    result = promptlint("check", "app.py")
    assert (result.exit_code, result.stdout) == (0, "No findings in 1 file, 1 LLM call, 1 prompt.\n")


def test_exit_zero_does_not_hide_errors(promptlint: Promptlint, app: Path) -> None:
    assert promptlint("check", "--exit-zero").exit_code == 0
    assert promptlint("check", "--exit-zero", "app.py", "nowhere.py").exit_code == 2


@pytest.mark.parametrize(("threshold", "exit_code"), [("low", 1), ("medium", 1), ("high", 0)])
def test_fail_on(promptlint: Promptlint, app: Path, threshold: str, exit_code: int) -> None:
    result = promptlint("check", "--fail-on", threshold)
    assert result.exit_code == exit_code
    assert "TST101" in result.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["check", "nowhere"], "error: nowhere:1: no such file or directory\n"),
        (["check", "empty"], "error: no Python files in empty\n"),
        (["check", "bad.py"], "error: bad.py:2: "),
        (["check", "app.py", "--select", "very-wird"], "did you mean `very-word`?"),
        (["check", "app.py", "--config", "wrong.yaml"], "error: wrong.yaml:1: unknown setting `selct`, did you mean"),
        (["check", "app.py", "--fail-on", "hihg"], "hihg"),
        (["check", "app.py", "--output-file", "nowhere/report.txt"], "error: nowhere/report.txt: No such file"),
        (["check", "app.py", "--output-format", "json", "--statistics"], "--statistics"),
        (["check", "-", "app.py"], "reads one source from standard input"),
        (["check", "app.py", "--stdin-filename", "x.py"], "--stdin-filename names the source"),
        *(([command, "app.py", ""], "'[PATHS]...': a path is empty") for command in PATHS),
        *(([command, "--model", "gpt-4o", ""], "a path is empty") for command in ("compress", "tokens")),
        (["diff", "HEAD", "--path", ""], "'--path': a path is empty"),
        *(
            (["check", "app.py", option, value], f"'{option}': `{value}` names no rule")
            for option in ("--select", "--extend-select", "--ignore")
            for value in ("", ",")
        ),
        (["compress", "app.txt", "--ignore", "TOK1", "--ignore", ""], "'--ignore': `` names no rule"),
        (["inventory", "bad.py"], "error: bad.py:2: "),
        (["inventory", "nowhere"], "error: nowhere:1: no such file or directory\n"),
        (["rule", "very-wrod"], "error: there is no rule `very-wrod`, did you mean `very-word`?\n"),
        (["tokens", "app.py"], "Name the model with --model"),
        (["tokens", "nowhere.txt", "--model", "gpt-4o"], "error: nowhere.txt: "),
        (["tokens", "latin.txt", "--model", "gpt-4o"], "error: latin.txt:2: not valid UTF-8\n"),
        (["chekc"], "chekc"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_makes_exit_code_2(
    promptlint: Promptlint, app: Path, args: list[str], message: str
) -> None:
    Path("empty").mkdir()
    Path("bad.py").write_text("import openai\nPROMPT = (\n")
    Path("wrong.yaml").write_text("selct: [ALL]\n")
    Path("latin.txt").write_bytes(b"one\ntw\xf6\n")
    result = promptlint(*args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_does_not_parse_does_not_hide_the_others(promptlint: Promptlint, app: Path) -> None:
    Path("bad.py").write_text("import openai\nPROMPT = (\n")
    result = promptlint("check", ".", "--output-format", "concise")
    assert result.exit_code == 2
    assert "app.py:4:23: TST101" in result.stdout
    assert "bad.py:2" in result.stderr


def test_a_rule_that_crashes_costs_itself_on_that_file_only(promptlint: Promptlint, app: Path) -> None:
    Path("boom.py").write_text(PROGRAM.replace("assistant", "boom"))
    result = promptlint("check", "--output-format", "json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert [(finding["file"], finding["code"]) for finding in document["findings"]] == [
        *(("app.py", "TST101"), ("app.py", "TST102"), ("boom.py", "TST101"), ("boom.py", "TST102")),
    ]
    message = "rule crash crashed: RuntimeError: no luck; please report this"
    assert document["errors"] == [{"file": "boom.py", "line": 4, "message": message}]
    assert result.stderr == f"error: boom.py:4: {message}\n"


def test_a_plugin_that_does_not_load_makes_exit_code_2(promptlint: Promptlint, app: Path) -> None:
    broken = Registry((VeryWord,), (Problem("", 0, "rule plugin acme did not load: ImportError"),))
    result = promptlint("check", "--output-format", "json", rules=broken)
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert len(document["findings"]) == 1
    assert document["errors"] == [{"file": None, "line": None, "message": broken.problems[0].message}]
    unknown = promptlint("check", "--select", "acme-rule", rules=broken)
    assert unknown.stderr.startswith("error: rule plugin acme did not load: ImportError\nerror: ")
    assert promptlint("rule", rules=broken).exit_code == 2


def test_a_crash_of_promptlint_is_not_exit_code_1(promptlint: Promptlint, app: Path) -> None:
    with patch("promptlint.cli.session.examine", side_effect=ZeroDivisionError("division")):
        result = promptlint("check")
    assert result.exit_code == 2
    assert "ZeroDivisionError: division" in result.stderr
    assert "please report" in result.stderr


def test_ctrl_c_is_exit_code_130(promptlint: Promptlint, app: Path) -> None:
    with patch("promptlint.cli.session.examine", side_effect=KeyboardInterrupt):
        result = promptlint("check")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        (["--select", "very-word"], ["TST101"]),
        (["--select", "TST102,TST103"], ["TST102"]),
        (["--select", "TST101", "--select", "TST102"], ["TST101", "TST102"]),
        (["--ignore", "very-word"], ["TST102"]),
        (["--select", "TST101", "--extend-select", "please-word"], ["TST101", "TST102"]),
    ],
)
def test_rules_are_selected(promptlint: Promptlint, app: Path, args: list[str], codes: list[str]) -> None:
    document = json.loads(promptlint("check", "--output-format", "json", *args).stdout)
    assert [finding["code"] for finding in document["findings"]] == codes


def test_configuration_sets_options_and_format(promptlint: Promptlint, app: Path) -> None:
    config = '[tool.promptlint]\noutput-format = "concise"\n[tool.promptlint.rules.very-word]\nword = "helpful"\n'
    Path("pyproject.toml").write_text(config)
    lines = promptlint("check").stdout.splitlines()
    assert lines[0] == "app.py:4:28: TST101 [*] 'helpful' says nothing"
    isolated = promptlint("check", "--isolated").stdout
    assert isolated.startswith("app.py:4:23: TST101 [*] 'very' says nothing\n  |\n")


def test_an_ignore_comment_silences_a_finding(promptlint: Promptlint, app: Path) -> None:
    app.write_text(PROGRAM.replace('sentence."""', 'sentence."""  # promptlint: ignore[very-word]'))
    document = json.loads(promptlint("check", "--output-format", "json").stdout)
    assert [finding["code"] for finding in document["findings"]] == ["TST102"]
    assert document["summary"]["suppressed"] == 1


def test_fix_rewrites_and_recounts(promptlint: Promptlint, app: Path) -> None:
    result = promptlint("check", "--fix")
    assert app.read_text() == PROGRAM.replace("very ", "")
    summary = "Fixed 1 finding in 1 file, all prompts in them together 17 -> 16 tokens (1 saved)."
    assert summary in " ".join(result.stdout.split())
    assert "TST101" not in result.stdout
    assert result.exit_code == 1
    assert "Fixed" not in promptlint("check", "--fix").stdout


def test_fix_with_nothing_left_is_exit_code_0(promptlint: Promptlint, app: Path) -> None:
    result = promptlint("check", "--fix", "--unsafe-fixes", "--output-format", "json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["findings"] == []
    assert document["summary"]["fixed"] == {
        "findings": 2,
        "files": 1,
        "input_tokens_before": 17,
        "input_tokens_after": 14,
    }


def test_diff_writes_nothing(promptlint: Promptlint, app: Path) -> None:
    result = promptlint("check", "--diff")
    assert result.exit_code == 1
    assert result.stdout.startswith("--- app.py\n+++ app.py\n@@ ")
    assert result.stderr == "Would fix 1 finding in 1 file, all prompts in them together 17 -> 16 tokens (1 saved).\n"
    assert app.read_text() == PROGRAM
    app.write_text(PROGRAM.replace("very ", ""))
    clean = promptlint("check", "--diff")
    assert (clean.exit_code, clean.stdout, clean.stderr) == (0, "", "")


def test_diff_applies_with_patch_programs(promptlint: Promptlint, app: Path) -> None:
    app.write_bytes(PROGRAM.replace("\n", "\r\n").rstrip().encode())
    result = promptlint("check", "--diff", "--unsafe-fixes")
    promptlint("check", "--fix", "--unsafe-fixes")
    fixed = app.read_bytes()
    app.write_bytes(PROGRAM.replace("\n", "\r\n").rstrip().encode())
    subprocess.run(["git", "apply", "-p0", "-"], input=result.stdout_bytes, check=True)
    assert app.read_bytes() == fixed


def test_standard_input_is_checked_under_its_name(promptlint: Promptlint) -> None:
    Path("pyproject.toml").write_text('[tool.promptlint.per-file-ignores]\n"src/*.py" = ["very-word"]\n')
    result = promptlint("check", "-", "--stdin-filename", "src/app.py", "--output-format", "json", stdin=PROGRAM)
    assert result.exit_code == 1
    assert [(finding["file"], finding["code"]) for finding in json.loads(result.stdout)["findings"]] == [
        ("src/app.py", "TST102")
    ]


@pytest.mark.parametrize("source", [PROGRAM, PROGRAM.replace("\n", "\r\n"), "\ufeff" + PROGRAM])
def test_standard_input_is_fixed_to_standard_output(promptlint: Promptlint, source: str) -> None:
    result = promptlint("check", "-", "--fix", stdin=source.encode())
    assert result.stdout_bytes == source.replace("very ", "").encode()
    assert "TST102" in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize("source", [b"x = 1\r\n", b"import openai\nPROMPT = (\n", b"import openai\nP = '\xff'\n", b""])
def test_standard_input_that_is_not_fixed_comes_back_as_it_was(promptlint: Promptlint, source: bytes) -> None:
    assert promptlint("check", "-", "--fix", stdin=source).stdout_bytes == source


def test_several_files_are_one_project(promptlint: Promptlint, app: Path) -> None:
    before, _, after = PROGRAM.partition("SYSTEM = ")
    text, _, rest = after.partition("\n\n\n")
    Path("texts.py").write_text(f"SYSTEM = {text}\n")
    app.write_text(f"from texts import SYSTEM\n{before}\n\n{rest}")
    document = json.loads(promptlint("inventory", "app.py", "texts.py", "--output-format", "json").stdout)
    (call,), (prompt,) = document["calls"], document["prompts"]
    assert (call["file"], prompt["file"], call["prompts"]) == ("app.py", "texts.py", [prompt["id"]])


def test_tests_are_read_but_not_checked_and_the_summary_says_so(promptlint: Promptlint, app: Path) -> None:
    Path("tests").mkdir()
    app.rename("tests/app.py")
    result = promptlint("check", "--unsafe-fixes", "--fix")
    assert result.exit_code == 0
    assert "1 LLM call" in result.stdout
    assert "1 test or example file not checked: name the folder to check it." in result.stdout
    assert json.loads(promptlint("check", "--output-format", "json").stdout)["summary"]["quiet_files"] == 1
    assert promptlint("check", "tests").exit_code == 1


def test_inventory_as_table_and_file(promptlint: Promptlint, app: Path) -> None:
    result = promptlint("inventory")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "gpt-4o" in result.stdout
    assert promptlint("inventory", "--output-format", "json", "--output-file", "out.json").stdout == ""
    assert json.loads(Path("out.json").read_text())["files"] == {"seen": 1, "parsed": 1, "errors": []}


def test_files_that_cannot_matter_are_not_parsed(promptlint: Promptlint, app: Path) -> None:
    Path("other.py").write_text("x = (\n")
    document = json.loads(promptlint("inventory", "--output-format", "json").stdout)
    assert document["files"] == {"seen": 2, "parsed": 1, "errors": []}


def test_output_file_holds_the_report(promptlint: Promptlint, app: Path) -> None:
    printed = promptlint("check").stdout
    result = promptlint("check", "--output-file", "report.txt")
    assert (result.exit_code, result.stdout) == (1, "")
    assert Path("report.txt").read_text() == printed


@pytest.mark.parametrize("name", ["app.py", "./sub/../app.py", "symbolic.txt", "hard.txt", "plain.py", "bad.py"])
@pytest.mark.parametrize("command", ["audit", "baseline", "check", "check --fix", "inventory"])
def test_a_report_never_goes_into_a_file_that_is_checked(
    promptlint: Promptlint, app: Path, command: str, name: str
) -> None:
    Path("plain.py").write_text("x = 1\n")
    Path("bad.py").write_text("import openai\nPROMPT = (\n")
    Path("sub").mkdir()
    Path("symbolic.txt").symlink_to("app.py")
    Path("hard.txt").hardlink_to("app.py")
    before = {path: path.read_bytes() for path in Path().glob("*.*")}
    result = promptlint(*command.split(), "--output-file", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {Path(name)}: not written: it is one of the files that are checked\n"
    assert {path: path.read_bytes() for path in Path().glob("*.*")} == before


def test_a_report_on_standard_input_never_goes_into_the_file_it_is_named_for(promptlint: Promptlint, app: Path) -> None:
    result = promptlint("check", "-", "--fix", "--stdin-filename", "app.py", "--output-file", "app.py", stdin=PROGRAM)
    assert (result.exit_code, app.read_text()) == (2, PROGRAM)


def test_show_settings_names_origins(promptlint: Promptlint, app: Path) -> None:
    Path("promptlint.yaml").write_text("fail-on: high\n")
    lines = promptlint("check", "--show-settings", "--ignore", "TST1").stdout.splitlines()
    assert 'fail-on = "high"  # promptlint.yaml' in lines
    assert 'ignore = ["TST1"]  # command line' in lines
    assert "default-model = null  # default" in lines


def test_show_files(promptlint: Promptlint, app: Path) -> None:
    Path("notes.txt").write_text("")
    assert promptlint("check", "--show-files").stdout == "app.py\n"


def test_rules_are_listed_and_explained(promptlint: Promptlint) -> None:
    assert "TST101  very-word    yes  Finds the word very.\n" in promptlint("rule").stdout
    assert promptlint("rule", "TST101").stdout == promptlint("rule", "very-word").stdout
    names = [rule["name"] for rule in json.loads(promptlint("rule", "--output-format", "json").stdout)["rules"]]
    assert names == ["very-word", "please-word", "crash"]


def test_tokens_counts_and_prices(promptlint: Promptlint) -> None:
    lines = promptlint(
        "tokens", "--model", "gpt-4o", "--model", "no-such-model", stdin="Hello world"
    ).stdout.splitlines()
    assert lines[0].split() == ["model", "tokens", "tokenizer", "USD/1k", "calls", "price", "of"]
    assert lines[1].split()[:4] == ["gpt-4o", "2", "o200k_base", "$0.0050"]
    assert lines[2].split()[:5] == ["no-such-model", "2", "o200k_base", "(estimate)", "unknown"]
