"""How many parts of a path belong to the dotted name of its module, by the `__init__.py` files around it."""

from __future__ import annotations

import os
from functools import cache


def package_parts(path: str) -> int:
    """Trailing parts of a path that make up its module name: 1 for a plain module, one more for each package."""
    parts = 0 if os.path.basename(path) == "__init__.py" else 1
    folder = os.path.dirname(os.path.abspath(path))
    while _is_package(folder):
        parts += 1
        folder = os.path.dirname(folder)
    return max(parts, 1)


@cache
def _is_package(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "__init__.py"))
