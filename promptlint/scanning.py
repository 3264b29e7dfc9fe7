"""The scan of many files: from the cache, in this process, or by an executor. Who does it changes no result."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from promptlint.facts import ModuleFacts, Outline
from promptlint.modules import Stored
from promptlint.packages import package_parts
from promptlint.packing import Damaged, pack_facts, unpack_outline
from promptlint.project import Problem
from promptlint.source import Source, SourceError, decode

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from promptlint.cache import Cache

WORTH_PROCESSES = 1_500_000
"""Bytes of source from which starting processes is faster than scanning here (measured on two cores)."""
CHUNK = 250_000
"""Bytes of source that are handed out together: small enough that no process waits long for the last."""

PORTION = 2_000_000
"""Bytes of source that are looked up in the cache, and handed out, at a time."""
DIED = "not analysed: the process that read this file died"

Executors: TypeAlias = Callable[[], AbstractContextManager["Executor"]]
Outcome: TypeAlias = ModuleFacts | Problem
Found: TypeAlias = ModuleFacts | Stored | Problem
"""An outcome, or facts that the cache held."""
Job: TypeAlias = tuple[str, bytes, int]
"""A path, the file's bytes, and how many parts of the path its module name has."""
More: TypeAlias = Callable[[Outline], Mapping[str, bytes]]
"""The further files, as bytes by path, that the outline of one asks for."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """Scans files. `executors` makes an executor, None: scan in this process. `cache` keeps facts between runs.

    `processes` is how many processes of this machine may work on what comes after the scan. `parts` says how many parts
    of a path its module name has, `gated` whether files that may hold no prompt are left out (`promptlint.gate`).
    `meanwhile` is what this process does while others scan.
    """

    cache: Cache | None = None
    executors: Executors | None = None
    processes: int = 1
    parts: Callable[[str], int] = package_parts
    gated: bool = True
    meanwhile: Callable[[], object] = lambda: None

    def scan(self, files: Iterable[tuple[str, bytes]], more: More = lambda _: {}) -> dict[str, Found]:
        """The facts of each file, given by path and content, or why there are none, in their order; then, by path, of
        the files that `more` gives for the outline of any of them, or of these. What the cache holds stays packed.

        Other processes begin while `files` still come. `more` is asked when all have come, once for each.
        """
        stream = iter(files)
        first, size = _taken(stream, WORTH_PROCESSES)
        if not first:
            return {}
        from promptlint.workers import finished, submitted, undone

        outcomes: dict[str, Found] = {}
        fresh: dict[bytes, bytes] = {}
        pending: dict[Future[list[Outcome]], list[Job]] = {}
        given: list[str] = []
        with self._executor(size) as executor, undone(pending):

            def begin(some: Mapping[str, bytes]) -> dict[str, Found]:
                """What the cache holds of some files; the others are handed out."""
                found, missing = self._looked_up(some)
                pending.update((submitted(executor, scan_chunk, chunk), chunk) for chunk in _chunks(missing))
                return found

            found: dict[str, Found] = {}
            while first:
                given += first
                found |= begin(first)
                first, _ = _taken(stream, PORTION)
            if not all(future.done() for future in pending):
                self.meanwhile()
            while found or pending:
                if not found:
                    found = {
                        job[0]: outcome
                        for future in finished(pending)
                        for job, outcome in self._scanned(pending.pop(future), future, fresh)
                    }
                outcomes |= found
                asked = [more(outline) for outcome in found.values() if (outline := _outline_of(outcome))]
                found = begin({path: content for one in asked for path, content in one.items()})
        if self.cache:
            self.cache.keep(fresh)
        return {path: outcomes[path] for path in (*given, *sorted(outcomes.keys() - {*given}))}

    def _executor(self, size: int) -> AbstractContextManager[Executor]:
        """What scans files of so many bytes: this process, where that is enough or no other can be started."""
        from promptlint.workers import Here

        if self.executors is None or size < WORTH_PROCESSES:
            return Here()
        try:
            return self.executors()
        except OSError:
            return Here()

    def _looked_up(self, data: Mapping[str, bytes]) -> tuple[dict[str, Found], list[Job]]:
        """The facts that the cache holds, and the files of which it holds none."""
        jobs = [(path, content, self.parts(path)) for path, content in data.items()]
        keys = [_key_of(job) for job in jobs] if self.cache else []
        held = self.cache.held(keys) if self.cache else {}
        found: dict[str, Found] = {}
        for job, key in zip(jobs, keys, strict=False):
            if (stored := _stored(job, held.pop(key, None))) is not None:
                found[job[0]] = stored
        return found, [job for job in jobs if job[0] not in found]

    def _scanned(
        self, jobs: Sequence[Job], future: Future[list[Outcome]], fresh: dict[bytes, bytes]
    ) -> Iterator[tuple[Job, Outcome]]:
        """What was to be scanned, with what became of it; facts that the cache should keep go into `fresh`."""
        from promptlint.workers import result_of

        outcomes = result_of(future)
        for job, outcome in zip(jobs, self._alone(jobs) if outcomes is None else outcomes, strict=True):
            if self.cache and isinstance(outcome, ModuleFacts) and (content := pack_facts(outcome)) is not None:
                fresh[_key_of(job)] = content
            yield job, outcome

    def _alone(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """A process died over one of the files, or was stopped because another did: each gets a process of its own."""
        from promptlint.workers import could_not_start, result_of, submitted

        for job in jobs:
            with self._executor(WORTH_PROCESSES) as executor:
                future = submitted(executor, scan_chunk, [job])
                alone = scan_chunk([job]) if could_not_start(future) else result_of(future)
            yield alone[0] if alone else Problem(job[0], 1, DIED, passing=True)


HERE = Scanner()
"""Scans in this process and remembers nothing."""


def scan_file(path: str, content: bytes, parts: int) -> Outcome:
    """The facts of a file, or why there are none."""
    try:
        source = decode(content, path)
    except SourceError as error:
        return problem_of(error)
    except Exception as error:  # one file must not take the others with it
        return not_analysed(path, error)
    return scan_source(source, parts)


def scan_source(source: Source, parts: int) -> Outcome:
    """The facts of a source, or why there are none; `parts` of its path are its module name."""
    from promptlint.scan import scan

    try:
        return scan(source, parts)
    except SourceError as error:
        return problem_of(error)
    except Exception as error:  # one file must not take the others with it
        return not_analysed(source.path, error)


def problem_of(error: SourceError) -> Problem:
    """The problem of a file that cannot be read, decoded or parsed."""
    return Problem(error.path, error.line, error.message, error.cell)


def not_analysed(path: str, error: Exception) -> Problem:
    """The problem of a file over which promptlint failed."""
    message = f"this file could not be analysed: {type(error).__name__}: {error}; please report this"
    return Problem(path, 1, message, passing=True)


def scan_chunk(jobs: Sequence[Job]) -> list[Outcome]:
    """What an executor runs: the facts of some files, or why there are none, in order."""
    return [scan_file(*job) for job in jobs]


def processes(jobs: int) -> Executors | None:
    """Executors of that many processes; None for one, which is this one."""
    if jobs <= 1:
        return None

    def start() -> AbstractContextManager[Executor]:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        from promptlint.forks import HAS_FORKS

        # A process that is no fork is started by `python -c`, which imports from the working directory first: from the
        # code to be analysed.
        os.environ["PYTHONSAFEPATH"] = "1"
        context = get_context("fork" if HAS_FORKS else "spawn")
        return ProcessPoolExecutor(jobs, context, initializer=begin_worker)

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


def _taken(stream: Iterator[tuple[str, bytes]], enough: int) -> tuple[dict[str, bytes], int]:
    """The next files of a stream, of at least so many bytes together where there are as many; and how many they are."""
    taken: dict[str, bytes] = {}
    size = 0
    for path, content in stream:
        taken[path] = content
        size += len(content)
        if size >= enough:
            break
    return taken, size


def _chunks(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """The files in portions, the largest files first: no process waits long for the last."""
    chunk: list[Job] = []
    size = 0
    for job in sorted(jobs, key=lambda job: -len(job[1])):
        chunk.append(job)
        size += len(job[1])
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _key_of(job: Job) -> bytes:
    """What the cache knows the facts of a file by."""
    from promptlint.keys import facts_key

    return facts_key(*job)


def _outline_of(found: Found) -> Outline | None:
    return found.outline if isinstance(found, Stored) else found if isinstance(found, Outline) else None


def _stored(job: Job, held: bytes | None) -> Stored | None:
    """Facts from the cache, None where they are not there or not what this version writes."""

    def again() -> ModuleFacts:
        """The facts that the file gave before, and gives now."""
        facts = scan_file(*job)
        assert isinstance(facts, ModuleFacts)
        return facts

    try:
        return None if held is None else Stored(unpack_outline(held), held, again)
    except Damaged:
        return None
