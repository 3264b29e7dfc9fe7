"""What promptlint asks git: which files changed, and what they held. Nothing in the repository is touched.

A repository may name programs in its configuration, and what it lacks may be had from another machine: neither is
started or asked.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

OPTIONS = (
    *("-c", "core.quotepath=off", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"),
    *("-c", "diff.relative=false"),
    "--no-optional-locks",
)
ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1"}
FILTER = {"clean": "", "process": "", "required": "false"}
"""What makes a filter do nothing: one that git runs over files of the work tree to compare them."""


_NAMES = ("utf-8", "surrogateescape")
"""How names of files, which may be no Unicode, are read and written."""


class GitError(Exception):
    """git is not installed, this is no repository, or there is no such commit."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file that differs: `old` is its path before, None for a new one; `new` its path after, None for a gone one."""

    old: str | None
    new: str | None


class Repository:
    """The repository around a folder. Paths are relative to its top, with "/". Raises GitError."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.top = self._text("rev-parse", "--show-toplevel").rstrip("\n")

    def remotes(self) -> str:
        """The names and addresses of the repositories that this one exchanges commits with."""
        return self._text("remote", "--verbose")

    def commit(self, ref: str) -> str:
        """The id of a commit. Raises GitError, with the name, for one that does not exist."""
        try:
            return self._text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").strip()
        except GitError as error:
            raise GitError(f"there is no commit `{ref}` here") from error

    def fork(self, base: str, head: str) -> str:
        """The commit in which two branches parted; `base` itself where they share none."""
        try:
            return self._text("merge-base", self.commit(base), self.commit(head)).strip()
        except GitError:
            return self.commit(base)

    def changes(self, base: str, head: str | None) -> Iterator[Change]:
        """The files that differ between two commits, or a commit and the work tree; a file that moved is one change.

        Files that git does not track are no part of it.
        """
        commits = [self.commit(base), *([self.commit(head)] if head else [])]
        options = ("--name-status", "-z", "--find-renames", "--no-ext-diff", "--ignore-submodules=all")
        fields = iter(self._run("diff", *options, *commits, settings=self._no_filters()).decode(*_NAMES).split("\0"))
        for status in fields:
            if not status:
                return
            path = next(fields)
            if status[0] in "RC":
                yield Change(path if status[0] == "R" else None, next(fields))
            else:
                yield Change(None if status[0] == "A" else path, None if status[0] == "D" else path)

    def files(self, ref: str) -> list[str]:
        """The paths of all files of a commit."""
        return list(self._blobs(ref))

    def left_out(self) -> frozenset[str]:
        """The paths of files that are not in the work tree because a sparse checkout leaves them out."""
        listed = self._text("ls-files", "-t", "-z", "--full-name", "--", ":/").split("\0")
        skipped = (entry[2:] for entry in listed if entry.startswith("S "))
        return frozenset(path for path in skipped if not os.path.lexists(os.path.join(self.top, path)))

    def contents(self, ref: str, paths: Iterable[str]) -> dict[str, bytes]:
        """What files held in a commit, by path; those that it does not have are left out. Raises GitError."""
        blobs = self._blobs(ref)
        wanted = [path for path in paths if path in blobs]
        output = self._run("cat-file", "--batch", stdin="".join(f"{blobs[path]}\n" for path in wanted))
        held: dict[str, bytes] = {}
        at = 0
        for path in wanted:
            end = output.index(b"\n", at)
            size = output[at:end].rpartition(b" ")[2]
            if size == b"missing":  # of a partial clone
                raise GitError(f"what `{path}` held then is not in this clone")
            held[path] = output[end + 1 : end + 1 + int(size)]
            at = end + 1 + int(size) + 1
        return held

    def submodules(self, ref: str) -> dict[str, str]:
        """The commits of other repositories that belong to a commit, by the path of their folder."""
        return {path: id for mode, kind, id, path in self._entries(ref) if kind == "commit"}

    def _blobs(self, ref: str) -> dict[str, str]:
        """The ids of the contents of all files of a commit, by path."""
        # A link (mode 120000) holds a path, not a program.
        return {path: id for mode, kind, id, path in self._entries(ref) if kind == "blob" and mode != "120000"}

    def _entries(self, ref: str) -> Iterator[tuple[str, str, str, str]]:
        """Mode, kind, id and path of all that a commit holds."""
        listed = self._text("ls-tree", "-r", "-z", "--full-tree", self.commit(ref))
        for entry in filter(None, listed.split("\0")):
            about, path = entry.split("\t", 1)
            mode, kind, id = about.split(" ")
            yield mode, kind, id, path

    def _no_filters(self) -> dict[str, str]:
        """Settings by which no filter runs a program."""
        try:
            keys = self._text("config", "-z", "--name-only", "--get-regexp", r"^filter\.").split("\0")
        except GitError:  # there are none
            return {}
        names = dict.fromkeys(key.rpartition(".")[0] for key in keys if key)
        return {f"{name}.{key}": value for name in names for key, value in FILTER.items()}

    def _text(self, *arguments: str) -> str:
        return self._run(*arguments).decode(*_NAMES)

    def _run(self, *arguments: str, stdin: str = "", settings: Mapping[str, str] | None = None) -> bytes:
        command = ["git", *OPTIONS, "-C", self._folder, *arguments]
        try:
            done = subprocess.run(
                command,
                input=stdin.encode(*_NAMES),
                env={**os.environ, **ENVIRONMENT, **_set_by_environment(settings or {})},
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror}") from error
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
            raise GitError(reason.partition("\n")[0] or f"git {arguments[0]} failed")
        return done.stdout


def _set_by_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables by which git takes settings, besides those that it is given so already."""
    known = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(known) if known.isdecimal() else 0
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))} if settings else {}
    for number, (key, value) in enumerate(settings.items(), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
