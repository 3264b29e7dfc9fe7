"""The cache: what was learned in earlier runs, by all that it depends on (`keys.py`), in one SQLite file.

Whatever is wrong with it costs time and no result: a file that is no cache of ours is replaced, with a note, and one
that another run holds for too long is not used. What was not used for longest goes first.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

FILE = "promptlint.sqlite"
APPLICATION = 0x70726C74
"""Marks the file as ours (SQLite's application_id)."""
LIMIT = 256 * 2**20
"""Bytes that the file may take on disk."""
PATIENCE = 2.0
"""Seconds to wait for another run that writes."""
DAY = 86_400
STATEMENT = 500
"""Keys in one statement; every SQLite takes 999 values."""
VERSION = 2
"""Of the tables (SQLite's user_version)."""
SCHEMA = f"""
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
COMMIT;
"""
"""In one transaction: another run sees a file with all of it or nothing."""


class Cache:
    """Bytes by key, in `folder`, which is made. `note` is told, in a sentence, what the user should know."""

    def __init__(self, folder: Path, note: Callable[[str], None], limit: int = LIMIT) -> None:
        self._path = folder / FILE
        self._note = note
        self._limit = limit
        self._connection = self._opened()

    def held(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What is held of the keys."""
        held: dict[bytes, bytes] = {}

        def read(connection: sqlite3.Connection) -> None:
            for some in _portions(list(keys)):
                among = f"key IN ({','.join('?' * len(some))})"
                for key, value in connection.execute(f"SELECT key, value FROM entries WHERE {among}", some):
                    if isinstance(value, bytes):  # SQLite would take anything
                        held[key] = value
                connection.execute(f"UPDATE entries SET day = {_today()} WHERE day < {_today()} AND {among}", some)

        self._do(read)
        return held

    def keep(self, fresh: Mapping[bytes, bytes]) -> None:
        """Hold more: all of it or, where another run is in the way, nothing."""

        def write(connection: sqlite3.Connection) -> None:
            rows = ((key, value, _today()) for key, value in fresh.items())
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)

        if fresh:
            self._do(write)
            self._do(self._shrink)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _shrink(self, connection: sqlite3.Connection) -> None:
        """Drop what was not used for longest until the file is a good deal below its limit."""
        if self._size(connection) <= self._limit:
            return
        while self._size(connection) > self._limit * 3 // 4:
            [count] = connection.execute("SELECT COUNT(*) FROM entries").fetchone()
            oldest = f"SELECT key FROM entries ORDER BY day LIMIT {count // 4 + 1}"
            if not connection.execute(f"DELETE FROM entries WHERE key IN ({oldest})").rowcount:
                return

    def _size(self, connection: sqlite3.Connection) -> int:
        used, free, page = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((used - free) * page)

    def _do(self, action: Callable[[sqlite3.Connection], None]) -> None:
        """Do something in one transaction. What fails is left undone; a file that is broken is replaced."""
        if self._connection is None:
            return
        try:
            with self._connection:
                action(self._connection)
            self._connection.execute("PRAGMA incremental_vacuum")
        except _BROKEN as error:
            self.close()
            if _may_pass(error):
                self._note(f"the cache {self._path} is not used: {error}")
            else:
                self._connection = self._replaced()

    def _opened(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._connected()
        except _BROKEN as error:
            if not _may_pass(error):
                return self._replaced()
            self._note(f"the cache {self._path} is not used: {error}")
        except OSError as error:
            self._note(f"the cache {self._path} is not used: {error.strerror}")
        return None

    def _connected(self) -> sqlite3.Connection:
        """An open cache. Raises sqlite3.DatabaseError for a file that is none of ours."""
        connection = sqlite3.connect(self._path, timeout=PATIENCE)
        try:
            if not _is_ours(connection):
                connection.executescript(SCHEMA)
                with suppress(sqlite3.OperationalError):  # another run is at it: it works without, only slower
                    connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _replaced(self) -> sqlite3.Connection | None:
        """A new cache in place of a file that is none."""
        try:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            self._note(f"{self._path} was no cache of this promptlint, or a broken one, and has been replaced")
            return self._connected()
        except (OSError, *_BROKEN) as error:
            self._note(f"the cache {self._path} is not used: {error}")
            return None


_BROKEN = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What comes of a file that is locked, or that is no cache."""


def _may_pass(error: Exception) -> bool:
    """Whether a cache may work the next time: it is locked, full or read-only."""
    return isinstance(error, sqlite3.OperationalError) and not str(error).startswith(("no such", "malformed"))


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether a file holds our tables; False for a new one. Raises sqlite3.DatabaseError for any other."""
    connection.execute("BEGIN")  # All is read of one state of the file, also while another run makes it.
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [of_version] = connection.execute("PRAGMA user_version").fetchone()
    [tables] = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    connection.rollback()
    if tables and (application, of_version) != (APPLICATION, VERSION):
        raise sqlite3.DatabaseError("not a cache of this promptlint")
    return bool(tables)


def _today() -> int:
    return int(time.time()) // DAY


def _portions(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[at : at + STATEMENT] for at in range(0, len(keys), STATEMENT))
