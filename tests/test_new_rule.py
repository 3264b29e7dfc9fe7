"""The scaffold: what it writes is a working rule, and it takes no name or code twice."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import ROOT
from promptlint.registry import Registry
from promptlint.rule import Rule
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.tree import tree_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "new_rule.py", tmp_path / "scripts")
    return tmp_path


def scaffold(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/new_rule.py", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=False)


def rule_of(path: Path) -> type[Rule]:
    spec = importlib.util.spec_from_file_location("scaffolded", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    rule: type[Rule] = module.VeryVery
    return rule


def test_it_writes_a_rule_that_finds_its_own_example(project: Path) -> None:
    result = scaffold(project, "very-very", "TOK199")
    assert (result.returncode, result.stderr) == (0, "")
    assert (project / "tests" / "rules" / "test_very_very.py").is_file()
    rule = rule_of(project / "rules" / "very_very.py")
    session = open_session(project, isolated=True, rules=Registry((rule,)), overrides={"select": ["TOK199"]})
    for source, found in ((rule.bad[0].source, 1), (rule.good[0], 0)):
        assert len(examine(tree_of({"app.py": source.encode()}), session).findings) == found


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["very-very"], "two arguments are needed"),
        (["Very_Very", "TOK199"], "no kebab-case name"),
        (["very-very", "TOK1"], "no code such as TOK199"),
        (["very-very", "TOK101"], "TOK101 is whitespace-bloat: take another code"),
        (["whitespace-bloat", "TOK199"], "TOK101 is whitespace-bloat: take another name"),
    ],
)
def test_what_it_cannot_do_it_refuses(project: Path, arguments: list[str], reason: str) -> None:
    result = scaffold(project, *arguments)
    assert result.returncode == 2
    assert reason in result.stderr
    assert not (project / "rules").exists()


def test_it_overwrites_nothing(project: Path) -> None:
    (project / "rules").mkdir()
    (project / "rules" / "very_very.py").write_text("mine\n", encoding="utf-8")
    assert scaffold(project, "very-very", "TOK199").returncode == 2
    assert (project / "rules" / "very_very.py").read_text(encoding="utf-8") == "mine\n"
