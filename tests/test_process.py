"""The command as a process: what it imports, and streams, terminals and folders that are not as usual."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from command import guarded_environment
from promptlint.cli.output import terminal
from promptlint.report.terminal import Terminal
from sample_rules import PROGRAM

ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
}


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "color"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal_unless_told_not_to(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], color: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", "COLUMNS": "72", **environment}.items():
        monkeypatch.setenv(name, value)
    assert terminal(Screen()) == Terminal(width=72, color=color, screen=True)
    assert terminal(io.StringIO()) == Terminal(width=80, color=False, screen=False)


HEAVY = {"libcst", "tiktoken", "genai_prices", "pydantic", "rich", "hypothesis", "ctok", "distributed"}
NOT_WITHOUT_PROMPTS = HEAVY | {
    *("yaml", "pathspec", "sqlite3", "promptlint_rules"),
    *(f"promptlint.{name}" for name in ("check", "fix", "link", "measure", "notebook", "scan", "suppress", "wording")),
}
NOT_FOR_A_VERSION = NOT_WITHOUT_PROMPTS | {"msgspec", "dataclasses", "importlib.metadata", "promptlint.run"}


@pytest.mark.parametrize(
    ("args", "unwanted"),
    [
        (["--version"], NOT_FOR_A_VERSION),
        (["check", "--no-cache", "plain.py"], NOT_WITHOUT_PROMPTS),
        (["check", "plain.py"], NOT_WITHOUT_PROMPTS - {"sqlite3", "promptlint.measure"}),
        (["inventory", "--no-cache", "plain.py"], NOT_WITHOUT_PROMPTS - {"promptlint.measure"}),
        (["check", "--no-cache", "--select", "TOK101", "plain.py"], HEAVY),
        (["rule"], HEAVY),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_nothing_heavy_is_imported_before_it_is_needed(tmp_path: Path, args: list[str], unwanted: set[str]) -> None:
    (tmp_path / "plain.py").write_text("x = 1\n")
    code = (
        "import sys\nfrom promptlint.cli import main\nmain(sys.argv[2:], standalone_mode=False)\n"
        "print(*sorted(set(sys.argv[1].split()) & set(sys.modules)), file=sys.stderr)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, " ".join(unwanted), *args],
        cwd=tmp_path,
        env=ENVIRONMENT | {"PROMPTLINT_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stderr.strip()) == (0, "")


def python_m(*args: str, cwd: Path) -> subprocess.Popen[bytes]:
    """`python -m promptlint ARGS` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "promptlint", *args],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    many = "\n".join(PROGRAM.replace("ask", f"ask_{number}") for number in range(300))
    (tmp_path / "app.py").write_text(many)
    with python_m("inventory", "--isolated", cwd=tmp_path) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("redirected", "code", "told"),
    [
        ("check missing.py 2>&-", 2, ""),
        ("check missing.py 2>/dev/full", 2, ""),
        ("check --wrong 2>/dev/full", 2, ""),
        ("check app.py >&-", 1, ""),
        ("check app.py >/dev/full", 2, "error: standard output: No space left on device"),
        ("--version >/dev/full", 2, "error: standard output: No space left on device"),
        ("--help >/dev/full", 2, "error: standard output: No space left on device"),
        ("check --help >/dev/full", 2, "error: standard output: No space left on device"),
        ("--help >&-", 0, ""),
        ("check - <&-", 2, "error: standard input is closed"),
        ("tokens --model gpt-4o <&-", 2, "error: standard input is closed"),
        ("init <&-", 2, "error: a standard stream is closed, so that nobody can be asked (--yes agrees to everything)"),
        ("init 2>&- <app.py", 2, ""),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_streams_that_are_closed_or_full(redirected: str, code: int, told: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PROGRAM)
    command = ["sh", "-c", f"{Path(sys.executable).parent}/promptlint {redirected}"]
    done = subprocess.run(
        command, cwd=tmp_path, env=guarded_environment(tmp_path), capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr.strip()) == (code, told)


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PROGRAM)
    (tmp_path / "gone").mkdir()
    script = f"rmdir ../gone; {Path(sys.executable).parent}/promptlint check {tmp_path}/app.py"
    env = guarded_environment(tmp_path)
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path / "gone", env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (2, "error: the working directory: No such file or directory\n")
