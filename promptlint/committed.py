"""The tree of a commit, read from git as if it were checked out: the work tree is not touched.

Settings and ignore files are those of the work tree, so that two commits are measured with one yardstick.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from promptlint.discover import Discovery, discover
from promptlint.folders import Entry
from promptlint.git import Repository
from promptlint.packages import package_parts
from promptlint.promptfiles import MAX_SIZE, TOO_LARGE, TextFiles
from promptlint.scanning import Scanner
from promptlint.session import Session
from promptlint.source import SourceError
from promptlint.tree import Tree, read_tree


@dataclass(frozen=True, slots=True)
class CommittedEntry:
    """An entry of a folder of a commit; `path` is absolute. Symbolic links are no part of it."""

    name: str
    path: str
    is_folder: bool

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self.is_folder

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return not self.is_folder


class Commit:
    """The files and folders of a commit, files in `without` left out, by the absolute path that they have when it is
    checked out.

    Raises GitError where there is no such commit.
    """

    def __init__(self, repository: Repository, ref: str, without: Collection[str] = ()) -> None:
        self._repository = repository
        self.id = repository.commit(ref)
        top = os.path.normpath(repository.top)
        files = (path for path in repository.files(self.id) if path not in without)
        self._tracked = {os.path.normpath(os.path.join(top, path)): path for path in files}
        self._folders: dict[str, dict[str, CommittedEntry]] = {top: {}}
        self._data: dict[str, bytes] = {}
        for path in self._tracked:
            child, is_folder = path, False
            while child != top:
                folder, name = os.path.split(child)
                held = self._folders.setdefault(folder, {})
                if name in held:
                    break
                held[name] = CommittedEntry(name, child, is_folder)
                child, is_folder = folder, True

    def has(self, path: str) -> bool:
        """Whether there is a file or folder at the absolute path."""
        return path in self._tracked or path in self._folders

    def is_folder(self, path: str) -> bool:
        if not self.has(path):
            raise FileNotFoundError(2, "not in the commit", path)
        return path in self._folders

    def is_package(self, folder: str) -> bool:
        """Whether an absolute folder is a Python package."""
        return os.path.join(folder, "__init__.py") in self._tracked

    def entries(self, folder: str) -> Sequence[Entry]:
        return list(self._folders.get(folder, {}).values())

    def read_ahead(self, paths: Iterable[str]) -> None:
        """Ask git for many files at once."""
        known = {self._tracked[path]: path for path in paths if path in self._tracked}
        contents = self._repository.contents(self.id, known)
        self._data |= {known[path]: data for path, data in contents.items()}

    def load(self, path: str) -> bytes | None:
        """The content of the file at an absolute path, None where there is none."""
        if path in self._tracked and path not in self._data:
            self.read_ahead((path,))
        return self._data.get(path)

    def load_text(self, path: str) -> bytes | None:
        """The content of a text file. Raises SourceError for one that is too large for a prompt."""
        data = self.load(path)
        if data is not None and len(data) > MAX_SIZE:
            raise SourceError(path, 1, TOO_LARGE)
        return data


def tree_at(commit: Commit, paths: Sequence[str], session: Session, scanner: Scanner) -> tuple[Discovery, Tree]:
    """What `paths` (none: the working directory) hold in a commit. Raises SettingsError and GitError."""
    cwd = session.resolver.cwd

    def absolute(path: str) -> str:
        return os.path.normpath(os.path.join(cwd, path))

    def read(path: str) -> bytes:
        data = commit.load(absolute(path))
        if data is None:
            raise SourceError(path, 1, "no such file in the commit")
        return data

    present = [path for path in paths or (".",) if commit.has(absolute(path))]
    found = discover(present, session.resolver, commit) if present else Discovery((), ())
    commit.read_ahead(absolute(path) for path in (*found.files, *(text.path for text in found.texts)))
    texts = TextFiles(cwd, found.roots, found.texts, load=commit.load_text)
    in_commit = replace(scanner, parts=partial(package_parts, is_package=commit.is_package))
    tree = read_tree(
        found.files, found.problems, texts, session.declared(found.files), in_commit, read, found.project_roots
    )
    return found, tree
