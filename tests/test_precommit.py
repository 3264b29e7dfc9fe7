"""The pre-commit hooks, by their entries and with the real pre-commit."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from command import ROOT, Console, require_package_index

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}

CONFIGURATION = '[tool.promptlint]\nselect = ["whitespace-bloat"]\n'

BAD = '''\
from openai import OpenAI

client = OpenAI()


def answer(question: str) -> str:
    prompt = f"""
        You answer questions about the public library of Bergen.
        It is open from Monday to Friday, from 8 to 19, and on Saturday from 10 to 16.
        Books can be kept for four weeks, films for one week.
        A loan can be renewed twice, unless somebody waits for the item.
        A lost card costs 50 NOK.
        Say so when the answer is not in this text.

        Question: {question}
        """
    return client.responses.create(model="gpt-5.4-mini", input=prompt, max_output_tokens=2000).output_text
'''

FIXED_LINES = '    prompt = f"""\nYou answer questions about the public library of Bergen.\nIt is open from Monday'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder as a user's repository: a configuration and a file with an indented prompt."""
    (tmp_path / "pyproject.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "bad.py").write_text(BAD, encoding="utf-8")
    return tmp_path


def test_the_hooks_are_the_two_that_are_documented() -> None:
    assert set(HOOKS) == {"promptlint", "promptlint-fix"}
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        assert hook["types_or"] == ["python", "jupyter"]
        # Without it pre-commit splits the files over processes, and a prompt is parted from its calls.
        assert hook["require_serial"] is True


def test_the_entries_report_fix_and_pass(repository: Path, console: Console) -> None:
    def hook(name: str, file: str = "bad.py") -> subprocess.CompletedProcess[str]:
        script, *args = shlex.split(HOOKS[name]["entry"])
        assert script == "promptlint"
        return console(*args, *HOOKS[name]["args"], file, cwd=repository)

    reported = hook("promptlint")
    assert (reported.returncode, reported.stderr) == (1, "")
    assert "TOK101" in reported.stdout
    assert (repository / "bad.py").read_text(encoding="utf-8") == BAD

    (repository / "--fix").write_text("import openai\n", encoding="utf-8")
    assert hook("promptlint", "--fix").returncode == 0
    assert (repository / "bad.py").read_text(encoding="utf-8") == BAD

    assert hook("promptlint-fix").returncode == 0
    assert FIXED_LINES in (repository / "bad.py").read_text(encoding="utf-8")
    assert hook("promptlint").returncode == 0


@pytest.mark.network
def test_with_the_real_pre_commit(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The hook fails on a bad file, `promptlint-fix` fixes it, and the next run passes."""
    work = tmp_path_factory.mktemp("pre-commit")
    for program, found in {"pre-commit": find_spec("pre_commit"), "git": shutil.which("git")}.items():
        if found is None:
            pytest.skip(f"{program} is not installed")
    require_package_index(work)
    environment = os.environ | {
        "PRE_COMMIT_HOME": str(work / "home"),
        **{f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    promptlint = work / "promptlint"
    copy_project(promptlint)
    commit_all(promptlint, environment)
    commit_all(repository, environment)

    def hook(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(promptlint), name, "--all-files", "--verbose"]
        return subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, encoding="utf-8", check=False
        )

    reported = hook("promptlint")
    assert reported.returncode == 1, reported.stdout + reported.stderr
    assert "TOK101" in reported.stdout
    assert (repository / "bad.py").read_text(encoding="utf-8") == BAD

    fixed = hook("promptlint-fix")
    assert fixed.returncode == 1
    assert "files were modified by this hook" in fixed.stdout
    assert FIXED_LINES in (repository / "bad.py").read_text(encoding="utf-8")

    for name in HOOKS:
        passed = hook(name)
        assert passed.returncode == 0, passed.stdout + passed.stderr


def copy_project(target: Path) -> None:
    """What a clone of the project has that pip needs."""
    target.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, target)
    for name in ("promptlint", "rules"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))


def commit_all(folder: Path, environment: Mapping[str, str]) -> None:
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True)
