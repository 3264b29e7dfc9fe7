"""Where the project lies, and its installed command in a process without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parent
ROOT = SUPPORT.parent.parent


def guarded_environment(home: Path) -> dict[str, str]:
    """An environment for a Python process as on a machine that never had a network.

    Its home and its tiktoken cache are empty, and it ends with exit code 97 if it reaches for the network.
    """
    changes = {
        "PYTHONPATH": SUPPORT,
        "HOME": home,
        "TIKTOKEN_CACHE_DIR": home,
        "PROMPTLINT_CACHE_DIR": home / "cache",
        "NO_COLOR": 1,
        "COLUMNS": 80,
        "GITHUB_ACTIONS": "",
    }
    return os.environ | {name: str(value) for name, value in changes.items()}


@dataclass(frozen=True)
class Console:
    """The `promptlint` script that is installed beside the running Python."""

    home: Path

    def __call__(self, *args: str, cwd: Path, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `promptlint ARGS` in `cwd` with more variables. Raises FileNotFoundError where it is not installed."""
        script = shutil.which("promptlint", path=str(Path(sys.executable).parent))
        if script is None:
            raise FileNotFoundError("promptlint is not installed beside this Python: pip install -e '.[dev]'")
        return subprocess.run(
            [script, *args],
            cwd=cwd,
            env=guarded_environment(self.home) | variables,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def require_package_index(folder: Path) -> None:
    """Skip the running test where pip can download nothing; `folder` is for what it does download."""
    probe = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder / "probe"), "setuptools"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no package index can be reached")
