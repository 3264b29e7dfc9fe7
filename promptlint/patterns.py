"""Gitignore-style patterns, matched fast: most entries of a tree match none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

PLAIN = re.compile(r"[\w.+-]+/?")
GLOB = re.compile(r"[\w.+*-]*\w[\w.+*-]*")
"""A pattern of names with no other sign than the asterisk."""


class Patterns:
    """The patterns of one ignore file or setting. The last one that matches an entry decides.

    `lines` are gitignore lines. Raises ValueError, with the pattern, for one that is not valid.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        lines = [line for line in lines if line.strip() and not line.startswith("#")]
        plain = [line for line in lines if PLAIN.fullmatch(line)]
        self._names = frozenset(line for line in plain if not line.endswith("/"))
        self._folders = frozenset(line[:-1] for line in plain if line.endswith("/"))
        globs = [line for line in lines if GLOB.fullmatch(line) and line not in self._names]
        self._globs = re.compile("|".join(re.escape(line).replace(r"\*", ".*") for line in globs), re.DOTALL)
        self._others = None
        if len(plain) + len(globs) < len(lines):
            # pathspec takes 20 ms to import; names and simple globs, which is what most settings hold, do without it.
            from pathspec import GitIgnoreSpec

            self._spec = GitIgnoreSpec.from_lines(lines)
            others = GitIgnoreSpec.from_lines(sorted({*lines} - {*plain, *globs})).patterns
            # One expression answers "does any match?" several times faster than asking them in turn.
            regexes = (re.sub(r"\(\?P<\w+>", "(?:", other.regex.pattern) for other in others if other.regex)
            self._others = re.compile("|".join(regexes))

    def decide(self, path: str, is_folder: bool) -> bool | None:
        """Whether the entry itself is ignored, None where no pattern speaks of it.

        `path` is relative to the folder of the patterns, with "/". Whether a folder above it is ignored is not asked.
        """
        name = path.rpartition("/")[2]
        plain = name in self._names or (is_folder and name in self._folders) or bool(self._globs.fullmatch(name))
        if self._others is None:
            return plain or None
        entry = path + "/" if is_folder else path
        if not plain and not self._others.search(entry):
            return None
        return self._spec.check_file(entry).include

    def covers(self, path: str, is_folder: bool = False) -> bool:
        """Whether the entry or a folder above it is ignored."""
        parts = path.split("/")
        return any(
            self.decide("/".join(parts[:depth]), is_folder or depth < len(parts)) for depth in range(1, len(parts) + 1)
        )


def below(path: str, folder: str) -> str | None:
    """The absolute `path` relative to `folder` with "/", None where it is not below it."""
    prefix = folder if folder.endswith(os.sep) else folder + os.sep
    return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else None
