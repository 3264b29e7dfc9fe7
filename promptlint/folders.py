"""What a search for files needs of folders: those of the disk, or those of a commit; and where links lead."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from promptlint.patterns import below

LEADS_OUT = "a symbolic link that leads out of what is checked: not read unless it is named"


class Entry(Protocol):
    """An entry of a folder, as `os.scandir` gives them."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str:
        """The absolute path."""
        ...

    def is_dir(self, *, follow_symlinks: bool = True) -> bool: ...

    def is_file(self, *, follow_symlinks: bool = True) -> bool: ...


class Folders(Protocol):
    """Folders by absolute path. Both methods raise OSError where there is no such entry, or none that can be read."""

    def is_folder(self, path: str) -> bool:
        """Whether the path is a folder, not a file."""
        ...

    def entries(self, folder: str) -> Sequence[Entry]: ...


class Disk:
    """The folders of this machine."""

    def is_folder(self, path: str) -> bool:
        return stat.S_ISDIR(os.stat(path).st_mode)

    def entries(self, folder: str) -> Sequence[Entry]:
        with os.scandir(folder) as found:
            return list(found)


def real_paths(paths: Iterable[str]) -> frozenset[str]:
    """Where absolute paths really lead."""
    return frozenset(map(os.path.realpath, paths))


def leads_out(path: str, real_roots: Collection[str]) -> bool:
    """Whether what stands at an absolute path really lies in none of the folders (`real_paths`), or in what git keeps
    for itself. A repository that somebody else wrote may hold links to anything, and a report shows what was read."""
    real = os.path.realpath(path)
    within = [one for root in real_roots if (one := "" if real == root else below(real, root)) is not None]
    return not within or any(".git" in one.split("/") for one in within)


DISK = Disk()
