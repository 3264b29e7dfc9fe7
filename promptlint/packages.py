"""How many parts of a path belong to the dotted name of its module, by the `__init__.py` files around it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache


@cache
def is_package(folder: str) -> bool:
    """Whether an absolute folder on the disk is a package."""
    return os.path.isfile(os.path.join(folder, "__init__.py"))


def package_parts(path: str, is_package: Callable[[str], bool] = is_package) -> int:
    """Trailing parts of a path that make up its module name: 1 for a plain module, one more for each package.

    `is_package` says which absolute folders are packages.
    """
    parts = 0 if os.path.basename(path) == "__init__.py" else 1
    folder = os.path.dirname(os.path.abspath(path))
    while is_package(folder):
        parts += 1
        folder = os.path.dirname(folder)
    return max(parts, 1)
