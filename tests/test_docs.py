"""The generated pages: `scripts/docs.py --check` notices what differs, and the script puts it right."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the script and of the files it writes."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def docs(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/docs.py", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=False)


def test_the_pages_are_up_to_date(project: Path) -> None:
    result = docs(project, "--check")
    assert (result.returncode, result.stderr) == (0, ""), "run python scripts/docs.py"


@pytest.mark.parametrize("name", ["README.md", "docs/rules/whitespace-bloat.md", "docs/rules/gone.md"])
def test_a_difference_is_named_and_put_right(project: Path, name: str) -> None:
    docs(project)
    path = project / name
    original = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text((original or "").replace("TOK101", "TOK999"), encoding="utf-8")

    result = docs(project, "--check")
    assert result.returncode == 1
    assert Path(name).name in result.stderr

    assert docs(project).returncode == 0
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == original


def test_a_readme_without_markers_is_an_error(project: Path) -> None:
    (project / "README.md").write_text("# promptlint\n", encoding="utf-8")
    result = docs(project, "--check")
    assert result.returncode == 1
    assert "<!-- rules:begin -->" in result.stderr
