"""Where projects begin: the folders whose code is distributed by itself."""

from __future__ import annotations

import os
from collections.abc import Iterable

from promptlint.folders import Folders

MARKS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
"""Entries of a folder whose code is distributed by itself."""
INSTALLED_SUFFIX = ".dist-info"
"""How an entry ends that stands beside what was installed, or unpacked from a wheel."""


def project_roots(paths: Iterable[str], folders: Folders) -> dict[str, str]:
    """For each absolute folder the innermost one around it, or itself, whose code is distributed by itself; "" where
    there is none."""
    known: dict[str, str] = {}
    return {path: _root_of(path, folders, known) for path in paths}


def _root_of(folder: str, folders: Folders, known: dict[str, str]) -> str:
    passed: list[str] = []
    while folder not in known:
        passed.append(folder)
        if _is_root(folder, folders):
            known[folder] = folder
        elif folder == os.path.dirname(folder):
            known[folder] = ""
        else:
            folder = os.path.dirname(folder)
    known.update(dict.fromkeys(passed, known[folder]))
    return known[folder]


def _is_root(folder: str, folders: Folders) -> bool:
    try:
        names = [entry.name for entry in folders.entries(folder)]
    except OSError:
        return False
    return any(name in MARKS or name.endswith(INSTALLED_SUFFIX) for name in names)
