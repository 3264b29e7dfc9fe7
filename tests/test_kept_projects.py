"""What is kept of a project between runs, and that it is what would be found."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from bookshops import BLANKS, FORMAT, LOADED, ONE, PROMPT_FILE, RULES, UNUSED, Check, edit, loads, write
from promptlint.cache import FILE
from promptlint.cli import main
from promptlint.cli.session import analysis_of
from promptlint.discover import Discovery
from promptlint.run import Analysis
from promptlint.scanning import Scanner
from promptlint.session import Session
from repository import GitFolder


def test_only_a_project_that_changed_is_linked_again(distributed: None, check: Check, linked: list[str]) -> None:
    first = check()
    assert sorted(linked) == ["one-1.0", "two-1.0"]
    app = Path("two-1.0", "two", "app.py")
    app.write_text("\n" + app.read_text())
    moved = check()
    assert linked == ["two-1.0"]
    assert [one["line"] for one in json.loads(moved)["findings"]] != [
        one["line"] for one in json.loads(first)["findings"]
    ]
    check("--select", "TOK601")
    assert sorted(linked) == ["one-1.0", "two-1.0"]
    check()
    assert linked == []


@pytest.mark.parametrize(
    ("before", "step", "expected"),
    [
        pytest.param([], edit(ONE, "bookshop", "library"), ["one"], id="a prompt"),
        pytest.param([], write("one-1.0/one/more.py", f'PROMPT = """{BLANKS}"""\n'), ["one"], id="a new file"),
        pytest.param(
            [write("one-1.0/one/more.py", f'PROMPT = """{BLANKS}"""\n')],
            lambda: Path("one-1.0/one/more.py").unlink(),
            ["one"],
            id="a file that goes",
        ),
        pytest.param([], loads("one", LOADED), ["one"], id="a prompt file that is loaded"),
        pytest.param([loads("one", LOADED)], write(PROMPT_FILE, BLANKS), ["one"], id="a prompt file that comes"),
        pytest.param(
            [loads("one", LOADED), write(PROMPT_FILE, BLANKS)],
            write(PROMPT_FILE, RULES),
            ["one"],
            id="a prompt file that changes",
        ),
        pytest.param(
            [loads("one", LOADED), write(PROMPT_FILE, BLANKS)],
            lambda: Path(PROMPT_FILE).unlink(),
            ["one"],
            id="a prompt file that goes",
        ),
        pytest.param(
            [loads("one", 'open("texts/rules.txt").read()'), write("texts/rules.txt", "")],
            lambda: Path("texts/rules.txt").unlink(),
            ["one"],
            id="an empty text file that goes",
        ),
        pytest.param(
            [loads("one", "open(__file__).read()")],
            edit("two-1.0/two/app.py", "bookshop", "library"),
            ["two"],
            id="code that reads itself",
        ),
        pytest.param(
            [loads("one", 'open("one-1.0/one/llm.py").read()')],
            edit("one-1.0/one/llm.py", "gpt-4.1", "gpt-4.1-mini"),
            ["one"],
            id="code that reads code",
        ),
        pytest.param(
            [loads("one", LOADED), loads("two", LOADED), write(PROMPT_FILE, BLANKS)],
            edit("one-1.0/one/llm.py", "gpt-4.1", "gpt-5.5-pro"),
            ["one"],
            id="a prompt file of both, the first changes",
        ),
        pytest.param(
            [loads("one", LOADED), loads("two", LOADED), write(PROMPT_FILE, BLANKS)],
            edit("two-1.0/two/llm.py", "gpt-4.1", "gpt-5.5-pro"),
            ["two"],
            id="a prompt file of both, the second changes",
        ),
        pytest.param([], write("one-1.0/promptlint.yaml", "ignore: [TOK601]\n"), ["one"], id="settings of one"),
        pytest.param([], write("one-1.0/promptlint.yaml", "fail-on: high\n"), [], id="settings that no rule sees"),
        pytest.param(
            [],
            edit("two-1.0/two/llm.py", "input=question)", "input=question)  # promptlint: ignore\\n#"),
            ["two"],
            id="a comment that ignores",
        ),
        pytest.param([], edit("two-1.0/two/app.py", "def main", UNUSED), ["two"], id="a text that nobody uses"),
        pytest.param(
            [edit("two-1.0/two/app.py", "def main", UNUSED)],
            write("two-1.0/two/tool.py", "X = 'app'._unused\n"),
            ["two"],
            id="a file that is passed over and uses it",
        ),
        pytest.param(
            [edit("two-1.0/two/app.py", "def main", UNUSED)],
            write("two-1.0/two/tool.py", "X = 1\n"),
            [],
            id="a file that is passed over",
        ),
        pytest.param(
            [], edit("two-1.0/two/app.py", "def main", "import one.llm\n\n\ndef main"), ["one"], id="an import"
        ),
        pytest.param([], write("two-1.0/two/broken.py", "prompt = (\n"), [], id="a file that does not parse"),
        pytest.param([], write("two-1.0/two/pyproject.toml", ""), [], id="a root inside"),
        pytest.param([], lambda: Path("two-1.0/two-1.0.dist-info").rmdir(), [], id="a root that goes"),
    ],
)
def test_what_is_kept_is_what_would_be_found(
    distributed: None,
    check: Check,
    linked: list[str],
    before: list[Callable[[], object]],
    step: Callable[[], object],
    expected: list[str],
) -> None:
    for prepare in before:
        prepare()
    check()
    step()
    check()
    assert linked == [f"{name}-1.0" for name in expected]
    check()
    assert linked == []


def test_a_fix_of_what_was_kept(distributed: None, check: Check) -> None:
    text = f'"""{RULES}\n\n\n\n\n\n{RULES}"""'
    for package in ("one", "two"):
        app = Path(f"{package}-1.0", package, "app.py")
        app.write_text(app.read_text().replace(f'"{RULES}"', text))
    check()
    app.write_text("\n" + app.read_text())
    expected = check("--diff", "--unsafe-fixes")
    assert "one-1.0/one/app.py" in expected
    assert "two-1.0/two/app.py" in expected


def test_what_is_kept_can_be_broken(distributed: None, check: Check, linked: list[str]) -> None:
    check()
    for value in (b"", b"x\x9c garbage", "text"):
        with sqlite3.connect(Path("cache", FILE)) as connection:
            connection.execute("UPDATE entries SET value = ?", (value,))
        connection.close()
        check()
        assert sorted(linked) == ["one-1.0", "two-1.0"]


def test_facts_that_are_broken_behind_their_outline_are_made_anew(distributed: None, check: Check) -> None:
    check()
    with sqlite3.connect(Path("cache", FILE)) as connection:
        connection.execute("UPDATE entries SET value = substr(value, 1, length(value) - 4)")
    connection.close()
    check()


def test_only_what_a_fix_changes_is_linked_again(distributed: None, linked: list[str]) -> None:
    app = Path("two-1.0", "two", "app.py")
    app.write_text(app.read_text().replace(f'"{RULES}"', f'"""{RULES}\n\n\n\n\n\n{RULES}"""'))
    report = CliRunner().invoke(main, ["check", ".", "--no-cache", "--diff", "--unsafe-fixes"])
    assert "+++ two-1.0/two/app.py" in report.stdout
    assert sorted(linked[:2]) == ["one-1.0", "two-1.0"]
    assert {*linked[2:]} == {"two-1.0"}


def test_only_what_changed_since_a_commit_is_linked_as_it_was(
    repository: GitFolder, distributed: None, linked: list[str]
) -> None:
    repository.commit({})
    llm = Path("two-1.0", "two", "llm.py")
    llm.write_text(llm.read_text().replace("gpt-4.1", "gpt-4.1-mini"))
    report = CliRunner().invoke(main, ["check", ".", "--no-cache", "--since", "HEAD", *FORMAT])
    assert {one["file"] for one in json.loads(report.stdout)["findings"]} == {"two-1.0/two/llm.py"}
    assert (sorted(linked[:2]), linked[2:]) == (["one-1.0", "two-1.0"], ["two-1.0"])


def test_a_fix_beside_what_was_kept(distributed: None, check: Check, linked: list[str]) -> None:
    loads("two", f'"""{BLANKS}"""')()
    check()
    edit("two-1.0/two/app.py", "import ask", "import ask\n")()
    fixed = CliRunner().invoke(main, ["check", ".", "--cache-dir", "cache", "--fix", "--unsafe-fixes", *FORMAT])
    assert json.loads(fixed.stdout)["summary"]["fixed"]["files"] == 1
    assert "one-1.0" not in linked[2:]
    assert json.loads(check())["summary"]["fixed"] is None


def test_by_several_processes(distributed: None, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("promptlint.linking", "promptlint.check"):
        monkeypatch.setattr(f"{module}.WORTH_FORKING", 1)
    edit("two-1.0/two/app.py", "def main", UNUSED)()
    write("two-1.0/two/tool.py", "X = 1\n")()
    check("--jobs", "2")
    write("two-1.0/two/tool.py", "X = 'app'._unused\n")()
    check("--jobs", "2")


def test_what_fails_is_not_kept(
    distributed: None, check: Check, linked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr("promptlint_rules.unread_usage.UnreadUsage.check_call", lambda *_: 1 / 0)
        assert "crashed" in check()
    check()
    assert sorted(linked) == ["one-1.0", "two-1.0"]


def test_a_report_of_code_that_reads_what_is_no_prompt_is_recalled(
    distributed: None, check: Check, linked: list[str]
) -> None:
    write("data.csv", "a;b\n")()
    loads("one", 'open("data.csv").read()')()
    check()
    check()
    assert linked == []
    with patch("promptlint.cli.check.analysis_of", side_effect=AssertionError("read again")):
        assert CliRunner().invoke(main, ["check", ".", *FORMAT, "--cache-dir", "cache"]).exit_code == 1


def test_what_is_wrong_with_a_text_file_is_not_told_when_it_is_gone(distributed: None, check: Check) -> None:
    Path(".git").mkdir()
    write(".gitignore", "prompts/\n")()
    loads("one", LOADED)()
    write(PROMPT_FILE, "")()
    Path(PROMPT_FILE).write_bytes(b"\xff\xfe\0")
    assert json.loads(check())["errors"]
    Path(PROMPT_FILE).unlink()
    assert not json.loads(check())["errors"]


def test_an_error_that_moves_to_another_line_is_told_there(distributed: None, check: Check) -> None:
    loads("one", LOADED)()
    write(PROMPT_FILE, "")()
    for lines in (1, 4):
        Path(PROMPT_FILE).write_bytes(b"Be nice.\n" * lines + b"\xff\n")
        assert json.loads(check())["errors"][0]["line"] == lines + 1


def test_a_number_that_one_run_may_read_is_an_error_of_the_other(
    distributed: None, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("two-1.0/two/number.py", f"prompt = 'You are a clerk'\nNUMBER = {'9' * 5000}\n")()
    digits = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert json.loads(check())["errors"] == []
    finally:
        sys.set_int_max_str_digits(digits)
    assert len(json.loads(check())["errors"]) == 1


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file that is there and cannot be read")
def test_a_file_that_cannot_be_read_is_told_why(distributed: None, check: Check) -> None:
    odd = Path("two-1.0/two/odd.py")
    os.mkfifo(odd)
    assert "not a regular file" in check(str(odd))
    odd.unlink()
    odd.symlink_to("/proc/self/mem")
    assert "input/output error" in check(str(odd))


def test_a_link_that_leads_out_is_told_though_it_has_the_same_text(
    distributed: None, check: Check, tmp_path_factory: pytest.TempPathFactory
) -> None:
    loads("one", LOADED)()
    outside = tmp_path_factory.mktemp("outside") / "x.txt"
    outside.write_text(RULES)
    write(PROMPT_FILE, RULES)()
    check()
    Path(PROMPT_FILE).unlink()
    Path(PROMPT_FILE).symlink_to(outside)
    check()


def test_a_fix_counts_what_was_before_it(distributed: None, check: Check) -> None:
    loads("one", LOADED)()
    write(PROMPT_FILE, RULES.replace(". ", ".\n\n\n\n      \n"))()
    check("--unsafe-fixes")
    fixed = CliRunner().invoke(main, ["check", ".", "--cache-dir", "cache", "--fix", "--unsafe-fixes", *FORMAT])
    tokens = json.loads(fixed.stdout)["summary"]["fixed"]
    assert tokens["input_tokens_after"] < tokens["input_tokens_before"]


@pytest.mark.parametrize("text", [f'"""{BLANKS}"""', ""], ids=["other findings", "passed over"])
def test_a_report_of_files_that_changed_meanwhile_is_not_kept(
    text: str, distributed: None, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Path(ONE)
    before = app.read_text()

    def changing(found: Discovery, session: Session, scanner: Scanner, read: Callable[[str], bytes]) -> Analysis:
        app.write_text(text and before.replace(f'"{RULES}"', text))
        return analysis_of(found, session, scanner, read)

    with monkeypatch.context() as racing:
        racing.setattr("promptlint.cli.check.analysis_of", changing)
        while_changing = CliRunner().invoke(main, ["check", ".", "--cache-dir", "cache", *FORMAT]).stdout
    app.write_text(before)
    assert check() != while_changing
