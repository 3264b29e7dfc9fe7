"""The cache: it changes how long a run takes, never what it says, whatever state its file is in."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from promptlint import scanning
from promptlint.cache import FILE, Cache
from promptlint.cli import main
from sample_rules import PROGRAM

Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Runs `check` on a small program with a cache folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text(PROGRAM, encoding="utf-8")

    def run(*args: str) -> Result:
        return CliRunner().invoke(main, ["check", "--isolated", "--cache-dir", "cache", *args])

    return run


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of files that are really scanned."""
    paths: list[str] = []
    original = scanning.scan_file

    def scan_file(path: str, content: bytes, parts: int) -> scanning.Outcome:
        paths.append(path)
        return original(path, content, parts)

    monkeypatch.setattr(scanning, "scan_file", scan_file)
    return paths


def test_a_file_is_scanned_once(check: Check, scanned: list[str]) -> None:
    first = check()
    assert scanned == ["app.py"]
    assert (check().stdout, check().stderr) == (first.stdout, first.stderr)
    assert scanned == ["app.py"]
    Path("app.py").write_text(PROGRAM + "\n", encoding="utf-8")
    check()
    assert scanned == ["app.py", "app.py"]


def test_without_a_cache_nothing_is_remembered(check: Check, scanned: list[str]) -> None:
    check("--no-cache")
    check("--no-cache")
    assert scanned == ["app.py", "app.py"]
    assert not Path("cache").exists()


@pytest.mark.parametrize("content", [b"no database", b"", os.urandom(4096), b"SQLite format 3\0" + b"\0" * 100])
def test_a_file_that_is_no_cache_is_replaced(check: Check, scanned: list[str], content: bytes) -> None:
    expected = check("--no-cache").stdout
    Path("cache").mkdir()
    Path("cache", FILE).write_bytes(content)
    result = check()
    assert result.stdout == expected
    assert ("has been replaced" in result.stderr) == bool(content)
    assert check().stdout == expected
    assert len(scanned) == 2


def test_the_database_of_somebody_else_is_replaced(check: Check) -> None:
    Path("cache").mkdir()
    with sqlite3.connect(Path("cache", FILE)) as other:
        other.execute("CREATE TABLE theirs (a)")
    other.close()
    assert "was no cache of this promptlint" in check().stderr


def test_the_cache_of_another_version_is_replaced(check: Check, scanned: list[str]) -> None:
    check()
    with sqlite3.connect(Path("cache", FILE)) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("ALTER TABLE entries RENAME TO facts")
    connection.close()
    assert "was no cache of this promptlint" in check().stderr
    assert check().stderr == ""
    assert len(scanned) == 2


def test_a_report_is_recalled_until_something_changes(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check()
    with monkeypatch.context() as broken:
        broken.setattr("promptlint.cli.session.examine", lambda *_: pytest.fail("examined again"))
        again = check()
        assert (again.stdout, again.stderr, again.exit_code) == (first.stdout, first.stderr, first.exit_code)
        assert check("--exit-zero").exit_code == 0
    Path("pyproject.toml").write_text("[tool.promptlint]\nselect = ['TOK601']\n", encoding="utf-8")
    narrowed = CliRunner().invoke(main, ["check", "--cache-dir", "cache"])
    assert narrowed.stdout != first.stdout


def test_the_settings_of_a_folder_of_prompt_files_are_seen(check: Check) -> None:
    Path("prompts").mkdir()
    Path("prompts", "system_prompt.txt").write_text("Name the page of the manual.\nDo not guess.\n" * 2)
    args = ["check", "--cache-dir", "cache"]
    before = CliRunner().invoke(main, args).stdout
    assert "system_prompt.txt" in before
    Path("prompts", "promptlint.yaml").write_text("fail-on: high\nignore: [TOK102]\n")
    assert "system_prompt.txt" not in CliRunner().invoke(main, args).stdout
    Path("prompts", "promptlint.yaml").write_text("fail-on: high\nignore: [\n")
    assert CliRunner().invoke(main, args).exit_code == 2


def test_what_may_pass_is_not_recalled(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = check("--no-cache")
    with monkeypatch.context() as short:
        short.setattr("promptlint.scan.scan", lambda *_: (_ for _ in ()).throw(MemoryError))
        failed = check()
        assert (failed.exit_code, "MemoryError" in failed.stderr) == (2, True)
    assert check().stdout == expected.stdout


def test_a_prompt_file_that_changes_is_seen(check: Check) -> None:
    Path("app.py").write_text(
        "from pathlib import Path\nfrom openai import OpenAI\n"
        "OpenAI().responses.create(model='gpt-5.5', input=Path('prompt.txt').read_text())\n",
        encoding="utf-8",
    )
    Path("prompt.txt").write_text("Name the page of the manual.\n", encoding="utf-8")
    before = check("--select", "TOK102").stdout
    Path("prompt.txt").write_text("Name the page of the manual.\nDo not guess.\n" * 2, encoding="utf-8")
    assert check("--select", "TOK102").stdout != before


def test_a_report_that_is_recalled_goes_into_no_prompt_file_either(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("app.py").write_text(
        "from pathlib import Path\nfrom openai import OpenAI\n"
        "OpenAI().responses.create(model='gpt-5.5', input=Path('prompt.txt').read_text())\n",
        encoding="utf-8",
    )
    Path("prompt.txt").write_text("Name the page of the manual.\n", encoding="utf-8")
    Path("report.txt").write_text("", encoding="utf-8")
    assert check("--output-file", "report.txt").exit_code == 1
    refused = check("--output-file", "prompt.txt")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "error: prompt.txt: not written" in refused.stderr
    assert Path("prompt.txt").read_text(encoding="utf-8") == "Name the page of the manual.\n"
    monkeypatch.setattr("promptlint.cli.session.examine", lambda *_: pytest.fail("examined again"))
    assert check("--output-file", "report.txt").exit_code == 1


def test_what_is_broken_inside_is_scanned_again(check: Check, scanned: list[str]) -> None:
    expected = check().stdout
    for value in (b"", b"\x93\x01", b"x\x9c garbage", "text", 12345):
        with sqlite3.connect(Path("cache", FILE)) as connection:
            connection.execute("UPDATE entries SET value = ?", (value,))
        connection.close()
        assert check().stdout == expected
    assert len(scanned) == 6


@pytest.mark.parametrize("spoilt", [b"CR\xc5ATE TABLE", b"CREATE TEBLE"])
def test_a_cache_whose_tables_are_broken_is_replaced(check: Check, spoilt: bytes) -> None:
    expected = check().stdout
    file = Path("cache", FILE)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE", spoilt))
    assert check().stdout == expected
    assert check().stderr == ""


def test_without_a_home_no_cache_is_used(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("platformdirs.user_cache_path", unknown)
    monkeypatch.delenv("PROMPTLINT_CACHE_DIR", raising=False)
    result = CliRunner().invoke(main, ["check", "--isolated", "app.py"])
    assert result.exit_code == 1
    assert "note: no cache is used: Could not determine home directory." in result.stderr


def test_a_folder_that_cannot_be_used_is_told(check: Check) -> None:
    Path("cache").write_text("a file")
    result = CliRunner().invoke(main, ["check", "--isolated", "app.py"], env={"PROMPTLINT_CACHE_DIR": "app.py/x"})
    assert result.exit_code in (0, 1)
    assert "note: the cache" in result.stderr
    assert "is not used" in result.stderr


def test_it_does_not_grow_without_end(tmp_path: Path) -> None:
    notes: list[str] = []
    cache = Cache(tmp_path, notes.append, limit=200_000)
    for number in range(60):
        cache.keep({b"%d" % number: os.urandom(10_000)})
    last = b"59"
    assert cache.held([last])
    cache.close()
    assert (tmp_path / FILE).stat().st_size < 400_000
    assert notes == []


def test_several_at_once_do_no_harm(tmp_path: Path) -> None:
    def work(number: int) -> bool:
        cache = Cache(tmp_path, lambda note: None)
        key = b"%d" % number
        cache.keep({key: b"%d" % number})
        held = cache.held([key])
        cache.close()
        # On a busy machine one may wait in vain; then it holds nothing.
        return held in ({}, {key: b"%d" % number})

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(40)))
    notes: list[str] = []
    cache = Cache(tmp_path, notes.append)
    cache.keep({b"last": b"last"})
    assert cache.held([b"last"]) == {b"last": b"last"}
    assert notes == []
    cache.close()


def test_several_that_make_it_at_once_take_it_for_theirs(tmp_path: Path) -> None:
    notes: list[str] = []
    folders = [tmp_path / str(number // 8) for number in range(160)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda folder: Cache(folder, notes.append).close(), folders))
    assert [note for note in notes if "has been replaced" in note] == []
