"""What is in the repository is what gets installed."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from command import ROOT, Console, guarded_environment, require_package_index

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS: dict[str, Any] = PYPROJECT["tool"]["setuptools"]
FOLDERS = {"promptlint": "promptlint", **SETUPTOOLS["package-dir"]}


def test_every_package_is_listed() -> None:
    on_disk = {
        ".".join((name, *init.parent.relative_to(ROOT / folder).parts))
        for name, folder in FOLDERS.items()
        for init in (ROOT / folder).rglob("__init__.py")
    }
    assert on_disk == set(SETUPTOOLS["packages"])


def test_every_module_is_in_a_package() -> None:
    orphans = [
        module
        for folder in FOLDERS.values()
        for module in (ROOT / folder).rglob("*.py")
        if not (module.parent / "__init__.py").exists()
    ]
    assert orphans == []


@pytest.mark.parametrize("package", FOLDERS)
def test_every_data_file_is_matched_by_package_data(package: str) -> None:
    root = ROOT / FOLDERS[package]
    on_disk = {
        path for path in root.rglob("*") if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    listed = {path for pattern in SETUPTOOLS["package-data"][package] for path in root.glob(pattern) if path.is_file()}
    assert on_disk <= listed
    assert root / "py.typed" in on_disk


def test_nothing_imports_the_rules_by_the_name_of_their_folder() -> None:
    # It works in the repository, where the folder is found by accident, and nowhere else.
    pattern = re.compile(r"^\s*(from|import)\s+rules\b", re.MULTILINE)
    folders = [*FOLDERS.values(), "tests", "scripts"]
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert sources
    assert [path for path in sources if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_the_version_is_the_same_everywhere(console: Console) -> None:
    expected = PYPROJECT["project"]["version"]
    assert version("promptlint") == expected
    assert expected in console("--version", cwd=ROOT).stdout
    assert f"## {expected}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.network
def test_sdist_and_wheel_hold_everything_and_the_wheel_works_elsewhere(tmp_path: Path) -> None:
    """Builds the sdist, the wheel from the sdist, and runs the command from a fresh environment with the wheel."""
    require_package_index(tmp_path)
    dist, elsewhere = tmp_path / "dist", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(sys.executable, "-m", "build", "--outdir", str(dist), str(ROOT), cwd=elsewhere)
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")

    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    assert {".pre-commit-hooks.yaml", "LICENSE", "README.md", "tests/conftest.py", "rules/__init__.py"} <= in_sdist
    with zipfile.ZipFile(wheel) as built:
        in_wheel = {name for name in built.namelist() if ".dist-info/" not in name}
    assert in_wheel == {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for package, folder in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    run(sys.executable, "-m", "venv", "venv", cwd=elsewhere)
    scripts = elsewhere / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    run(str(scripts / "python"), "-m", "pip", "install", "--quiet", str(wheel), cwd=elsewhere)
    checked = subprocess.run(
        [scripts / "promptlint", "check", ROOT / "examples"],
        cwd=elsewhere,
        env=guarded_environment(elsewhere),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "missing-cache-marker" in checked.stdout or "TOK201" in checked.stdout


def run(*command: str, cwd: Path) -> None:
    """Run a command that must succeed; fails the test with its output otherwise."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
