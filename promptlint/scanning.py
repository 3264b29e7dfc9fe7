"""The scan of many files: from the cache, in this process, or by an executor. Results come in the order of the files.

An executor is one of the kind of `concurrent.futures`: something with `submit`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from promptlint.facts import ModuleFacts
from promptlint.packages import package_parts
from promptlint.packing import pack, unpack
from promptlint.project import Problem
from promptlint.source import Source, SourceError, decode

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from promptlint.cache import Cache

WORTH_PROCESSES = 1_500_000
"""Bytes of source from which starting processes is faster than scanning here (measured on two cores)."""
CHUNK = 250_000
"""Bytes of source that are handed out together: small enough that no process waits long for the last."""

Executors: TypeAlias = Callable[[], AbstractContextManager["Executor"]]
Outcome: TypeAlias = ModuleFacts | Problem
Job: TypeAlias = tuple[str, bytes, int]
"""A path, the file's bytes, and how many parts of the path its module name has."""
_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Scanner:
    """Scans files. `executors` makes an executor, None: scan in this process. `cache` keeps facts between runs.

    `processes` is how many processes of this machine may work on what comes after the scan. `parts` says how many parts
    of a path its module name has, `gated` whether files that may hold no prompt are left out (`promptlint.gate`).
    """

    cache: Cache | None = None
    executors: Executors | None = None
    processes: int = 1
    parts: Callable[[str], int] = package_parts
    gated: bool = True

    def scan(self, data: Mapping[str, bytes]) -> dict[str, Outcome]:
        """The facts of each file, or why there are none, in the order of `data`."""
        from promptlint.cache import key_of

        jobs = [(path, content, self.parts(path)) for path, content in data.items()]
        keys = {path: key_of(content, path, str(parts)) for path, content, parts in jobs} if self.cache else {}
        held = self.cache.held(keys.values()) if self.cache else {}
        outcomes: dict[str, Outcome] = {}
        missing: list[Job] = []
        for job in jobs:
            facts = _decoded(held.get(keys.get(job[0], b"")))
            if facts is None:
                missing.append(job)
            else:
                outcomes[job[0]] = facts
        fresh: dict[bytes, bytes] = {}
        for (path, _, _), outcome in zip(missing, self._scanned(missing), strict=True):
            outcomes[path] = outcome
            if self.cache and isinstance(outcome, ModuleFacts) and (packed := pack(outcome)) is not None:
                fresh[keys[path]] = packed
        if self.cache:
            self.cache.keep(fresh)
        return {path: outcomes[path] for path in data}

    def _scanned(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        size = sum(len(content) for _, content, _ in jobs)
        if self.executors is None or size < WORTH_PROCESSES:
            return (scan_file(*job) for job in jobs)
        return _by_executor(jobs, self.executors)


HERE = Scanner()
"""Scans in this process and remembers nothing."""


def scan_file(path: str, content: bytes, parts: int) -> Outcome:
    """The facts of a file, or why there are none."""
    try:
        source = decode(content, path)
    except SourceError as error:
        return Problem(error.path, error.line, error.message, error.cell)
    except Exception as error:  # one file must not take the others with it
        return _not_analysed(path, error)
    return scan_source(source, parts)


def scan_source(source: Source, parts: int) -> Outcome:
    """The facts of a source, or why there are none; `parts` of its path are its module name."""
    from promptlint.scan import scan

    try:
        return scan(source, parts)
    except SourceError as error:
        return Problem(error.path, error.line, error.message, error.cell)
    except Exception as error:  # one file must not take the others with it
        return _not_analysed(source.path, error)


def _not_analysed(path: str, error: Exception) -> Problem:
    return Problem(path, 1, f"this file could not be analysed: {type(error).__name__}: {error}; please report this")


def scan_chunk(jobs: Sequence[Job]) -> list[Outcome]:
    """What an executor runs: the facts of some files, or why there are none, in order."""
    return [scan_file(*job) for job in jobs]


def processes(jobs: int) -> Executors | None:
    """Executors of that many processes; None for one, which is this one."""
    if jobs <= 1:
        return None

    def start() -> AbstractContextManager[Executor]:
        from concurrent.futures import ProcessPoolExecutor

        return ProcessPoolExecutor(jobs, initializer=begin_worker)

    return start


def begin_worker() -> None:
    """What a process does first that another one started: it leaves it to that one to say what Ctrl-C means, and ends
    with it, also where that was killed and could not say so."""
    import gc
    import signal
    import threading
    from multiprocessing import parent_process

    def watch() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True).start()
    gc.freeze()  # What a fork has inherited is not its garbage: looking through it would copy it.


def usable_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _by_executor(jobs: Sequence[Job], executors: Executors) -> Iterator[Outcome]:
    chunks = list(_chunks(jobs))
    with executors() as executor:
        pending = [submitted(executor, scan_chunk, chunk) for chunk in chunks]
        try:
            results = [result_of(future) for future in pending]
        except KeyboardInterrupt:
            for future in pending:
                future.cancel()
            raise
    for chunk, result in zip(chunks, results, strict=True):
        if result is not None:
            yield from result
            continue
        # A process died over one of these files, or was stopped because another did: each gets a process of its own.
        for job in chunk:
            with executors() as executor:
                alone = result_of(submitted(executor, scan_chunk, [job]))
            yield alone[0] if alone else Problem(job[0], 1, "not analysed: the process that read this file died")


def submitted(executor: Executor, work: Callable[[_T], _R], item: _T) -> Future[_R]:
    """The future of what an executor makes of an item: a failed one where it takes nothing more, as a worker died."""
    try:
        return executor.submit(work, item)
    except Exception as error:  # each kind of executor has errors of its own for that
        from concurrent.futures import Future

        failed: Future[_R] = Future()
        failed.set_exception(error)
        return failed


def result_of(future: Future[_R]) -> _R | None:
    """What a process gave, None where it died."""
    try:
        return future.result()
    except Exception:  # each kind of executor has errors of its own for a worker that is gone
        return None


def _chunks(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    chunk: list[Job] = []
    size = 0
    for job in jobs:
        chunk.append(job)
        size += len(job[1])
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _decoded(held: bytes | None) -> ModuleFacts | None:
    """Facts from the cache, None where they are not there or not what this version writes."""
    from msgspec import DecodeError

    try:
        return None if held is None else unpack(held)
    except DecodeError:
        return None
