"""Gitignore-style patterns, matched fast: most entries of a tree match none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

PLAIN = re.compile(r"[\w.+-]+/?")
GLOB = re.compile(r"[\w.+*-]*\w[\w.+*-]*")
"""A pattern of names with no other sign than the asterisk."""


_BETWEEN = re.compile(r"\[\^/\]\*((?:\\.|\[(?:\\.|[^\]\\])+\](?!\*)|[^\\/()\[\]*+?|^$])+)(?=\[\^/\]\*)", re.DOTALL)
"""In the expression of a pattern: an asterisk, and what stands for one character each up to another asterisk."""
MOST_FOLDERS = 4
"""Times that `**` may stand in a pattern: each multiplies the time it takes by the depth of a path."""


class Patterns:
    """The patterns of one ignore file or setting. The last one that matches an entry decides.

    `lines` are gitignore lines. Raises ValueError, with the pattern, for one that is not valid.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        lines = [line for line in lines if line.strip() and not line.startswith("#")]
        for line in lines:
            if line.count("**") > MOST_FOLDERS:
                raise ValueError(f"{line!r} has `**` more than {MOST_FOLDERS} times")
        try:
            self._compile(lines)
        except re.error as error:  # `[z-a]`
            for line in lines if len(lines) > 1 else ():
                Patterns([line])
            raise ValueError(f"{' '.join(lines)!r:.80} is no pattern: {error.msg}") from error

    def _compile(self, lines: Sequence[str]) -> None:
        plain = [line for line in lines if PLAIN.fullmatch(line)]
        self._names = frozenset(line for line in plain if not line.endswith("/"))
        self._folders = frozenset(line[:-1] for line in plain if line.endswith("/"))
        globs = [line for line in lines if GLOB.fullmatch(line) and line not in self._names]
        self._globs = re.compile("|".join(map(translate, globs)))
        self._others = None
        if len(plain) + len(globs) < len(lines):
            # pathspec takes 20 ms to import; names and simple globs, which is what most settings hold, do without it.
            from pathspec import GitIgnoreSpec

            with catch_warnings():
                simplefilter("ignore", FutureWarning)  # of brackets that may one day mean more
                self._spec = _straight(GitIgnoreSpec.from_lines(lines))
                others = _straight(GitIgnoreSpec.from_lines(sorted({*lines} - {*plain, *globs}))).patterns
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


def _straight(spec: GitIgnoreSpec) -> GitIgnoreSpec:
    """The patterns, which take no more time than the length of a name times their own.

    What stands between two asterisks is looked for once, at its first place: a later one finds nothing that this one
    does not. (`fnmatch.translate` does the same.)
    """
    for pattern in spec.patterns:
        if pattern.regex is not None:
            pattern.regex = re.compile(_BETWEEN.sub(r"(?>[^/]*?\g<1>)", pattern.regex.pattern))
    return spec


def below(path: str, folder: str) -> str | None:
    """The absolute `path` relative to `folder` with "/", None where it is not below it."""
    prefix = folder if folder.endswith(os.sep) else folder + os.sep
    return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else None
