"""Fixing while things go wrong: killed, out of space, changed by others, links, two runs at once."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from command import Console, guarded_environment
from promptlint.cli import main
from promptlint.registry import Registry
from promptlint.write import Replacement, WriteError, replace_files
from sample_rules import PROGRAM, PleaseWord, VeryWord

FILES = 20
MOMENTS = 10

INDENTED = '''\
from openai import OpenAI

client = OpenAI()


def ask(question):
    system = """
        You answer questions about the invoices of our customers.
        Answer in one sentence, and name the invoice.        
        Say that you do not know where the invoice says nothing.
    """
    return client.responses.create(model="gpt-4.1", instructions=system, input=question, max_output_tokens=100)
'''  # noqa: W291
"""A program that a built-in rule fixes safely."""


def write_files(folder: Path) -> dict[Path, bytes]:
    """Files that differ, and their contents."""
    folder.mkdir()
    files = {folder / f"app{number:02}.py": f"# {number}\n{INDENTED}".encode() for number in range(FILES)}
    for path, content in files.items():
        path.write_bytes(content)
    return files


def fix_command(*args: str) -> list[str]:
    script = shutil.which("promptlint", path=str(Path(sys.executable).parent))
    assert script
    return [script, "check", "--fix", "--isolated", "--no-cache", *args]


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the files are after a run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("calm") / "app"
    before = write_files(folder)
    Console(folder.parent)("check", "--fix", "--isolated", "--no-cache", cwd=folder)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert all(after[path.name] != content for path, content in before.items())
    return after


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_at_any_moment_every_file_is_old_or_new(moment: int, tmp_path: Path, fixed: dict[str, bytes]) -> None:
    before = write_files(tmp_path / "app")
    awaited = list(before)[moment * FILES // MOMENTS]
    inode = awaited.stat().st_ino
    run = subprocess.Popen(
        fix_command(),
        cwd=tmp_path / "app",
        env=guarded_environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while run.poll() is None and awaited.stat().st_ino == inode:
        pass
    run.kill()
    run.wait()
    assert awaited.stat().st_ino != inode, "the run ended before it wrote the file"
    states = {path.name: path.read_bytes() for path in before}
    for path, old in before.items():
        assert states[path.name] in (old, fixed[path.name])


def test_the_run_after_one_that_was_killed_finishes_the_work(tmp_path: Path, fixed: dict[str, bytes]) -> None:
    before = write_files(tmp_path / "app")
    for path in list(before)[: FILES // 2]:
        path.write_bytes(fixed[path.name])
    path.with_name(f".{path.name}.abc.tmp").write_bytes(b"from openai import OpenAI\n")
    Console(tmp_path)("check", "--fix", "--isolated", "--no-cache", cwd=tmp_path / "app")
    assert {path.name: path.read_bytes() for path in before} == fixed


def test_two_runs_at_once_lose_nothing(tmp_path: Path, fixed: dict[str, bytes]) -> None:
    before = write_files(tmp_path / "app")
    runs = [
        subprocess.Popen(
            fix_command(),
            cwd=tmp_path / "app",
            env=guarded_environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    errors = [run.communicate()[1].decode() for run in runs]
    assert {path.name: path.read_bytes() for path in before} == fixed
    assert sorted(os.listdir(tmp_path / "app")) == sorted(fixed)
    for run, text in zip(runs, errors, strict=True):
        assert run.returncode in (0, 1, 2)
        assert all("changed since it was read" in line for line in text.splitlines() if line.startswith("error"))


Fix = Callable[[], Result]


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fix]:
    """Runs `check --fix` in a folder with two programs, in this process."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "b.py"):
        Path(name).write_text(PROGRAM)
    with patch("promptlint.cli.session.load_plugins", lambda: Registry((VeryWord, PleaseWord))):
        yield lambda: CliRunner().invoke(main, ["check", "--fix", "--isolated", "--no-cache", "--select", "very-word"])


NEW = PROGRAM.replace("very ", "")


def test_a_full_disk_costs_the_files_it_has_no_room_for(fix: Fix) -> None:
    full = [True, False]

    def sync(descriptor: int) -> None:
        if full.pop(0):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with patch("promptlint.write.os.fsync", sync):
        result = fix()
    assert result.exit_code == 2
    assert "error: a.py:1: not written: No space left on device" in result.stderr
    assert (Path("a.py").read_text(), Path("b.py").read_text()) == (PROGRAM, NEW)
    assert sorted(os.listdir()) == ["a.py", "b.py"]


def test_a_file_that_changes_meanwhile_is_not_overwritten(fix: Fix) -> None:
    def sync(descriptor: int) -> None:
        Path("a.py").write_text("x = 1\n")

    with patch("promptlint.write.os.fsync", sync):
        result = fix()
    assert result.exit_code == 2
    assert "error: a.py:1: not written: the file changed since it was read" in result.stderr
    assert (Path("a.py").read_text(), Path("b.py").read_text()) == ("x = 1\n", NEW)
    assert sorted(os.listdir()) == ["a.py", "b.py"]


def test_a_file_that_vanishes_meanwhile_is_reported(fix: Fix) -> None:
    real = tempfile.mkstemp

    def make(**where: Any) -> tuple[int, str]:
        Path("a.py").unlink(missing_ok=True)
        return real(**where)

    with patch("promptlint.write.tempfile.mkstemp", make):
        result = fix()
    assert result.exit_code == 2
    assert "error: a.py:1: not written: " in result.stderr
    assert Path("b.py").read_text() == NEW
    assert os.listdir() == ["b.py"]


def test_a_write_protected_file_is_left_and_reported(fix: Fix) -> None:
    # Asked of the system, since root may write everything.
    with patch("promptlint.write.os.access", lambda path, mode: Path(path).name != "a.py"):
        result = fix()
    assert result.exit_code == 2
    assert "error: a.py:1: not written: the file is write-protected" in result.stderr
    assert (Path("a.py").read_text(), Path("b.py").read_text()) == (PROGRAM, NEW)


def test_a_folder_that_takes_no_files_is_reported(fix: Fix) -> None:
    with patch("promptlint.write.tempfile.mkstemp", side_effect=PermissionError(errno.EACCES, "Permission denied")):
        result = fix()
    assert result.exit_code == 2
    assert "error: a.py:1: not written: Permission denied" in result.stderr
    assert Path("a.py").read_text() == PROGRAM


def test_a_file_with_a_hard_link_is_left_and_reported(fix: Fix) -> None:
    os.link("a.py", "other-name")
    result = fix()
    assert result.exit_code == 2
    message = "not written: the file has other names (hard links), which would be cut off"
    assert f"error: a.py:1: {message}" in result.stderr
    assert (Path("a.py").read_text(), Path("b.py").read_text()) == (PROGRAM, NEW)
    assert Path("a.py").samefile("other-name")


def test_a_symbolic_link_stays_and_its_target_is_fixed(fix: Fix) -> None:
    Path("kept").mkdir()
    Path("a.py").rename("kept/real.txt")
    Path("a.py").symlink_to("kept/real.txt")
    result = fix()
    assert Path("a.py").is_symlink()
    assert Path("kept/real.txt").read_text() == NEW
    assert result.stderr == ""
    assert os.listdir("kept") == ["real.txt"]


def test_a_run_that_comes_second_sees_what_the_first_wrote(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    replace_files({str(path): Replacement(b"old", b"first")})
    with pytest.raises(WriteError, match="changed since it was read"):
        replace_files({str(path): Replacement(b"old", b"second")})
    assert path.read_bytes() == b"first"


def test_ctrl_c_while_writing_leaves_no_file_half_written(fix: Fix) -> None:
    def interrupt(descriptor: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with patch("promptlint.write.os.fsync", interrupt):
        result = fix()
    assert result.exit_code == 130
    assert (Path("a.py").read_text(), Path("b.py").read_text()) == (PROGRAM, PROGRAM)
    assert sorted(os.listdir()) == ["a.py", "b.py"]


def test_a_folder_that_somebody_holds_is_reported(fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr("promptlint.write.PATIENCE", 0.0)
    descriptor = os.open(".", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        result = fix()
    finally:
        os.close(descriptor)
    assert result.exit_code == 2
    assert "not written: another process holds a lock on this folder" in result.stderr
    assert (Path("a.py").read_text(), Path("b.py").read_text()) == (PROGRAM, PROGRAM)
    assert not list(Path().glob(".*.tmp"))


@pytest.mark.parametrize(
    "command",
    [
        ["compress", "old.txt", "--output-file", "old.txt"],
        ["check", "--isolated", "--no-cache", "--output-file", "old.txt"],
        ["baseline", "--isolated", "--no-cache", "--output-file", "old.txt"],
    ],
    ids=lambda command: command[0],
)
def test_a_full_disk_leaves_an_old_report_whole(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old = "You answer questions.   \n\n\n\nYou answer in one sentence.\n"
    Path("old.txt").write_text(old)
    Path("app.py").write_text(PROGRAM)
    with patch("promptlint.write.os.fsync", side_effect=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))):
        result = CliRunner().invoke(main, command)
    assert (result.exit_code, "old.txt: No space left on device" in result.stderr) == (2, True)
    assert Path("old.txt").read_text() == old
    assert sorted(os.listdir()) == ["app.py", "old.txt"]


def test_a_report_keeps_rights_links_and_pipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text(PROGRAM)
    Path("target.txt").write_text("old")
    Path("target.txt").chmod(0o640)
    Path("link.txt").symlink_to("target.txt")
    Path("twin.txt").write_text("old")
    Path("other.txt").hardlink_to("twin.txt")
    for name in ("link.txt", "twin.txt", "new.txt", os.devnull):
        result = CliRunner().invoke(main, ["check", "--isolated", "--no-cache", "app.py", "--output-file", name])
        assert result.exit_code == 1
    assert Path("link.txt").is_symlink()
    assert Path("target.txt").stat().st_mode & 0o777 == 0o640
    assert Path("target.txt").read_text() == Path("new.txt").read_text() == Path("other.txt").read_text()
    Path("plain.txt").touch()
    assert Path("new.txt").stat().st_mode == Path("plain.txt").stat().st_mode


def test_a_report_is_written_in_place_where_the_folder_takes_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text(PROGRAM)
    command = ["check", "--isolated", "--no-cache", "app.py", "--output-file"]
    CliRunner().invoke(main, [*command, "expected.txt"])
    Path("old.txt").write_text("old" * 1000)
    number = Path("old.txt").stat().st_ino
    # Asked of the system, since root may write everywhere.
    with patch("promptlint.write.tempfile.mkstemp", side_effect=PermissionError(errno.EACCES, "Permission denied")):
        assert CliRunner().invoke(main, [*command, "old.txt"]).exit_code == 1
    assert Path("old.txt").read_bytes() == Path("expected.txt").read_bytes()
    assert Path("old.txt").stat().st_ino == number
