"""No command of promptlint touches the network, and the suite would notice if one did."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from command import ROOT, Console, guarded_environment
from network_guard import EXIT_CODE
from repository import GitFolder

EXAMPLES = ROOT / "examples"


def test_the_guard_stops_connections_and_lookups_in_this_process() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, pytest.raises(pytest.fail.Exception):
        udp.sendto(b"", ("127.0.0.1", 9))
    with socket.socket() as tcp, pytest.raises(pytest.fail.Exception):
        tcp.connect(("127.0.0.1", 9))
    with pytest.raises(pytest.fail.Exception):
        socket.getaddrinfo("localhost", 80)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request as r\ntry: r.urlopen('http://localhost/')\nexcept BaseException: pass",
    ],
)
def test_the_guard_ends_a_child_process(code: str, tmp_path: Path) -> None:
    env = guarded_environment(tmp_path)
    child = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert child.returncode == EXIT_CODE
    assert "network access" in child.stderr


@pytest.mark.parametrize(
    ("args", "exit_code"),
    [
        (["check", str(EXAMPLES)], 1),
        (["check", str(EXAMPLES / "good")], 0),
        (["inventory", str(EXAMPLES), "--output-format", "json"], 0),
        (["audit", str(EXAMPLES)], 0),
        (["audit", str(EXAMPLES), "--output-format", "html"], 0),
        (["tokens", "--model", "gpt-5.4-mini", "--model", "claude-sonnet-5-5", str(EXAMPLES / "README.md")], 0),
    ],
)
def test_commands_run_without_a_network(console: Console, tmp_path: Path, args: list[str], exit_code: int) -> None:
    result = console(*args, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (exit_code, "")
    assert result.stdout


@pytest.mark.parametrize("output_format", ["text", "markdown", "json"])
def test_a_diff_runs_without_a_network(console: Console, tmp_path: Path, output_format: str) -> None:
    program = (EXAMPLES / "support_bot.py").read_text(encoding="utf-8")
    folder = GitFolder.create(tmp_path)
    folder.git("remote", "add", "origin", "https://git.invalid/shop.git")
    base = folder.commit({"app.py": program})
    folder.commit({"app.py": program.replace("claude-sonnet-5-5", "claude-haiku-5-5")})
    result = console("diff", base, "HEAD", "--output-format", output_format, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "app.py" in result.stdout
