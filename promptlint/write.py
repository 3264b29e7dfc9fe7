"""Writing files so that a reader sees the old content or the new, never a part."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import fcntl


PATIENCE = 10.0
"""Seconds to wait for another run that writes."""
PAUSE = 0.02
"""Seconds between two looks whether it is done."""


class WriteError(Exception):
    """A file was not written; nothing of its group was. Attributes: `path`, `message`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Replacement:
    """The bytes that a file held when it was read, and those that it shall hold."""

    old: bytes
    new: bytes


def replace_files(replacements: Mapping[str, Replacement]) -> None:
    """Write files that belong together: all are prepared and checked before the first is replaced.

    Mode and, where the system allows it, owner stay; a symbolic link stays and its target is replaced.
    Raises WriteError, with nothing written, when a file changed since it was read, is
    write-protected, has other names (hard links), or its folder does not take files.
    (If the last step, a rename, fails half way through the group, earlier files of it are written.)
    """
    prepared: list[tuple[str, Path, Path]] = []
    try:
        for path, replacement in replacements.items():
            with _named(path):
                target = Path(path).resolve(strict=True)
                if not os.access(target, os.W_OK):
                    # Replacing needs rights on the folder only, but whoever protects a file means its content.
                    raise WriteError(path, "not written: the file is write-protected")
                if target.stat().st_nlink > 1:
                    # A replaced file has one name; the others would go on naming the old content.
                    raise WriteError(path, "not written: the file has other names (hard links), which would be cut off")
                prepared.append((path, _temporary(target, replacement.new), target))
        with _alone({target.parent for _, _, target in prepared}):
            for path, _, target in prepared:
                with _named(path):
                    if target.read_bytes() != replacements[path].old:
                        raise WriteError(path, "not written: the file changed since it was read")
            for path, temporary, target in prepared:
                with _named(path):
                    os.replace(temporary, target)
    finally:
        for _, temporary, _ in prepared:
            temporary.unlink(missing_ok=True)


def write_whole(file: Path, content: bytes) -> None:
    """Write a report or the like: an old file of that name stays whole until the new one is there.

    What is no file (a pipe, a device), has other names (hard links), or lies where nothing else can be written, is
    written as it is. Raises OSError.
    """
    target = file.resolve()
    if target.exists() and (not target.is_file() or target.stat().st_nlink > 1):
        file.write_bytes(content)
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    try:
        temporary = _temporary(target, content)
    except PermissionError:
        file.write_bytes(content)
        return
    try:
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink()
        raise


@contextlib.contextmanager
def _alone(folders: Iterable[Path]) -> Iterator[None]:
    """No other run replaces files in the folders meanwhile, where the system has such locks. Raises WriteError where
    somebody holds one for too long."""
    with contextlib.ExitStack() as stack:
        if sys.platform != "win32":
            # In one order, so that two runs do not wait for each other.
            for folder in sorted(folders):
                with contextlib.suppress(OSError):  # a file system without locks
                    descriptor = os.open(folder, os.O_RDONLY)
                    stack.callback(os.close, descriptor)
                    if not _locked(descriptor):
                        raise WriteError(str(folder), "not written: another process holds a lock on this folder")
        yield


def _locked(descriptor: int) -> bool:
    """Whether the lock of a folder could be had within PATIENCE. Raises OSError where there are no locks."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(PAUSE)
        else:
            return True


@contextlib.contextmanager
def _named(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(path, f"not written: {error.strerror or error}") from error


def _temporary(target: Path, content: bytes) -> Path:
    """A file beside `target` with the content, on disk, with its mode and owner; with the usual ones for a new file."""
    before = target.stat() if target.exists() else None
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if before and hasattr(os, "chown"):
            # Only root may give files away, and not everybody to every group; the content matters more.
            for owner, group in ((-1, before.st_gid), (before.st_uid, -1)):
                with contextlib.suppress(PermissionError):
                    os.chown(name, owner, group)
        os.chmod(name, stat.S_IMODE(before.st_mode) if before else 0o666 & ~_umask())
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def _umask() -> int:
    """The rights that new files do not get: they can only be read by setting them."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
