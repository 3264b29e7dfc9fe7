"""What a search for files needs of folders: those of the disk, or those of a commit."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import Protocol


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


DISK = Disk()
