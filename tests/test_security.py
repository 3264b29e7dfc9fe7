"""The code under analysis is never run, and its repository has no say beyond its own findings."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import Console, guarded_environment
from sample_rules import PROGRAM

ATTACK = "from pathlib import Path\nPath(__file__).with_name('PWNED').touch()\nraise SystemExit(0)\n"
NAMES = (
    "app.py",
    "conftest.py",
    "sitecustomize.py",
    "usercustomize.py",
    "setup.py",
    "__init__.py",
    "yaml.py",
    "click.py",
    "json.py",
    "re.py",
    "tiktoken.py",
    "promptlint/__init__.py",
    "promptlint_rules/__init__.py",
    "rules/__init__.py",
    "evil.pth",
)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A repository all of whose modules do something when they are imported."""
    folder = tmp_path / "repository"
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import os; open('PWNED', 'w')\n" if name.endswith(".pth") else f"{ATTACK}\n{PROGRAM}")
    info = folder / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[promptlint.rules]\nevil = app\n")
    return folder


COMMANDS = (["check", "."], ["check", "--fix", "--unsafe-fixes", "."], ["inventory", "."], ["baseline", "."])


def traces(folder: Path) -> list[Path]:
    return [*folder.rglob("PWNED"), *folder.rglob("*.pyc")]


@pytest.mark.parametrize("args", COMMANDS)
def test_the_code_under_analysis_is_not_run(args: list[str], console: Console, trap: Path) -> None:
    result = console(*args, cwd=trap)
    assert result.returncode in (0, 1)
    assert "evil" not in result.stderr
    assert traces(trap) == []


def test_as_a_module_it_does_not_import_from_the_working_directory(trap: Path, tmp_path: Path) -> None:
    # Python looks there for promptlint itself, before promptlint can say anything: only `-P` helps against that.
    shutil.rmtree(trap / "promptlint")
    command = [sys.executable, "-m", "promptlint", "check", "."]
    env = guarded_environment(tmp_path)
    result = subprocess.run(command, cwd=trap, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert traces(trap) == []


def test_processes_that_are_no_forks_do_not_import_from_the_working_directory(trap: Path, tmp_path: Path) -> None:
    (trap / "multiprocessing").mkdir()
    (trap / "multiprocessing" / "__init__.py").write_text(ATTACK)
    for number in range(2):
        (trap / f"large{number}.py").write_text("import openai\n" + "# a prompt and much more\n" * 40_000)
    launch = tmp_path / "launch.py"
    launch.write_text(
        "from multiprocessing import set_start_method\n"
        "from promptlint import forks\nfrom promptlint.cli import run\n"
        "if __name__ == '__main__':\n    set_start_method('spawn')\n    forks.HAS_FORKS = False\n    run()\n"
    )
    command = [sys.executable, str(launch), "check", ".", "--jobs", "2", "--no-cache"]
    env = guarded_environment(tmp_path)
    result = subprocess.run(command, cwd=trap, env=env, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "")
    assert traces(trap) == []


@pytest.mark.parametrize("key", ["plugins", "output-file", "cache-dir", "baseline", "config", "extend", "jobs", "exec"])
def test_a_configuration_can_neither_load_code_nor_name_files_to_write(
    key: str, console: Console, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(PROGRAM)
    (tmp_path / "promptlint.yaml").write_text(f"{key}: ../outside\n")
    result = console("check", cwd=tmp_path)
    assert result.returncode == 2
    assert f"unknown setting `{key}`" in result.stderr


def test_text_files_outside_the_checked_folders_are_not_read(console: Console, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("The launch code is 0000 and so on. " * 10)
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "app.py").write_text(
        "from openai import OpenAI\nSECRET = open('../secret.txt').read()\n"
        "OpenAI().responses.create(model='gpt-4o', input=SECRET)\n"
    )
    result = console("inventory", "--output-format", "json", cwd=folder)
    assert result.returncode == 0
    assert "launch code" not in result.stdout


def test_links_do_not_lead_out_of_what_is_checked(console: Console, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "repository"
    outside.mkdir()
    (folder / ".git").mkdir(parents=True)
    secret = "You are a system. Answer the launch code is 0000 and so on.\n" * 10
    (outside / "mod.py").write_text(PROGRAM)
    for path in (outside / "secret.txt", folder / ".git" / "config"):
        path.write_text(secret)
    (folder / "mod.py").symlink_to("../outside/mod.py")
    (folder / "system_prompt.txt").symlink_to("../outside/secret.txt")
    (folder / "a.txt").symlink_to(".git/config")
    (folder / "linked").symlink_to("../outside")
    (folder / "app.py").write_text(
        "from openai import OpenAI\n"
        "for name in (open('a.txt').read(), open('linked/secret.txt').read(), open('system_prompt.txt').read()):\n"
        "    OpenAI().responses.create(model='gpt-4o', input=name)\n"
    )
    before = {path: path.read_bytes() for path in outside.iterdir()}
    result = console("check", "--fix", "--unsafe-fixes", cwd=folder)
    assert result.returncode == 2
    for name in ("mod.py", "system_prompt.txt"):
        assert f"{name}:1: a symbolic link that leads out of what is checked" in result.stderr
    shown = result.stdout + console("inventory", "--output-format", "json", cwd=folder).stdout
    assert "launch code" not in shown
    assert before == {path: path.read_bytes() for path in outside.iterdir()}


def test_a_link_that_is_named_or_stays_inside_is_read(console: Console, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    (folder / "lib.py").write_text(PROGRAM)
    (folder / "src" / "link.py").symlink_to("../lib.py")
    (tmp_path / "mod.py").write_text(PROGRAM)
    (folder / "out.py").symlink_to("../mod.py")
    for path in ("src", "out.py"):
        result = console("check", path, cwd=folder)
        assert (result.returncode, result.stderr) == (1, "")


def test_a_terminal_gets_no_escapes_of_the_analysed_code(console: Console, tmp_path: Path) -> None:
    evil = PROGRAM.replace("very helpful", "very \x1b[2J\x1b]0;pwned\x07 \u202e helpful   ").replace(
        '"gpt-4o"', '"gpt-4o\\x1b[31m"'
    )
    (tmp_path / "app.py").write_text(evil)
    for args in (["check"], ["check", "--output-format", "concise"], ["check", "--diff"], ["inventory"]):
        result = console(*args, cwd=tmp_path)
        assert not {"\x1b", "\x07", "\u202e"} & set(result.stdout + result.stderr), args


def test_a_log_of_github_gets_no_commands_of_the_analysed_code(console: Console, tmp_path: Path) -> None:
    evil = PROGRAM.replace("very", "very\n::error::pwned\n  ::add-mask::e\n##[add-mask]e\nvery")
    (tmp_path / "app.py").write_text(evil)
    (tmp_path / ("p" * 70 + " ::error title=x::y.py")).write_text(PROGRAM)
    (tmp_path / "##[set-output name=x;]y.py").write_text("prompt(\n")
    for args in ((), ("--output-format", "concise"), ("--output-format", "json"), ("--diff", "--unsafe-fixes")):
        result = console("check", *args, cwd=tmp_path, GITHUB_ACTIONS="true")
        assert result.returncode == 2
        lines = (result.stdout + result.stderr).splitlines()
        assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line], args


def test_a_baseline_and_file_names_get_no_escapes_to_a_terminal(console: Console, tmp_path: Path) -> None:
    name = "a\x1b]0;pwned\x07\n::error::x.py"
    (tmp_path / name).write_text(PROGRAM)
    entry = {"file": "gone.py\x1b[2J <b> @octocat", "rule": "whitespace-bloat", "fingerprint": "f", "count": 1}
    document = {"schema": "promptlint.baseline/1", "version": "0", "findings": [{**entry, "message": "m"}]}
    (tmp_path / "known.json").write_text(json.dumps(document))
    for args in (("--show-files",), ("--baseline", "known.json"), ("--diff", "--unsafe-fixes")):
        result = console("check", *args, cwd=tmp_path)
        assert "\x1b" not in result.stdout + result.stderr, args
        assert "\n::error" not in result.stdout, args
    text = console("check", "--baseline", "known.json", "--output-format", "markdown", cwd=tmp_path).stdout
    assert "Gone from the baseline: whitespace-bloat in gone.py" in text
    assert "<b>" not in text
    assert "@octocat" not in text


@pytest.mark.parametrize("option", ["check", "baseline", "init"])
def test_nothing_is_written_through_a_link_that_leads_out(option: str, console: Console, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "repository"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder.mkdir()
    (folder / "app.py").write_text(PROGRAM)
    for name in ("report.json", "promptlint-baseline.json", "promptlint.yaml", ".pre-commit-config.yaml"):
        (folder / name).symlink_to("../outside/kept" if name != "promptlint.yaml" else "../outside/new")
    args = {"check": ("check", "--output-file", "report.json"), "baseline": ("baseline",), "init": ("init", "--yes")}
    result = console(*args[option], cwd=folder)
    assert result.returncode == 2
    assert "a symbolic link leads out of this folder" in result.stderr
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"kept": "kept"}


def test_workflow_commands_are_not_made_by_the_analysed_code(console: Console, tmp_path: Path) -> None:
    name = "a\n::set-output name=x::y.py"
    (tmp_path / name).write_text(PROGRAM.replace("very", "very\n::set-output name=x::y\n"))
    result = console("check", "--output-format", "github", cwd=tmp_path)
    assert result.returncode == 1
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in result.stdout.splitlines())
