"""Work on many items, divided among this process and forks of it: they know all that it knows.

Whatever goes wrong with a fork costs time and no result: what it was to do is done here.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

WORTH_FORKING = 1_500_000
"""Bytes of source from which linking and checking them in several processes is faster (measured on two cores)."""
PATIENCE = 1.0
"""Seconds in which a fork that is interrupted has to say in what."""
MOST_SHARES = 8_192
"""Shares that the items are divided into at most: their numbers have to fit into a pipe."""
HAS_FORKS = hasattr(os, "fork") and sys.platform != "darwin"
"""Whether a process of this system can go on as two: libraries of macOS forbid it."""
_WIDTH = 4
"""Bytes of a number in the pipe."""

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class _Fork:
    """A fork, and the end of the pipe on which it says what it has made, once, or in what it was interrupted."""

    process: BaseProcess
    results: Connection


def each(items: Sequence[_T], work: Callable[[_T], _R], processes: int) -> list[_R]:
    """What `work` makes of every item, in order, by up to so many processes, of which this is one.

    It must not depend on who does it; what forks give is copied. This process takes the first item, and everybody the
    next when they are done with one: large ones go first.
    """
    if processes <= 1 or len(items) <= 1 or not can_fork():
        return [work(item) for item in items]
    with _shares(len(items)) as shares:
        first = next(shares)
        with _forked(partial(_work_off, items, work, shares), min(processes, len(items)) - 1) as forks:
            made = {at: work(items[at]) for at in chain(first, chain.from_iterable(shares))}
            for fork in forks:
                made |= _made_by(fork)
    return [made[at] if at in made else work(item) for at, item in enumerate(items)]


def can_fork() -> bool:
    """Whether a fork of this process would work: not beside threads, whose locks it would inherit."""
    return HAS_FORKS and threading.active_count() == 1


@contextmanager
def _shares(count: int) -> Iterator[Iterator[range]]:
    """The items in shares, of which every process takes the next: none gets one that another has."""
    number = min(count, MOST_SHARES)
    reading, writing = os.pipe()
    try:
        with open(writing, "wb") as file:
            file.write(b"".join(at.to_bytes(_WIDTH, "big") for at in range(number)))
        taken = iter(lambda: os.read(reading, _WIDTH), b"")
        numbers = (int.from_bytes(one, "big") for one in taken)
        yield (range(at * count // number, (at + 1) * count // number) for at in numbers)
    finally:
        os.close(reading)


@contextmanager
def _forked(task: Callable[[Connection], None], number: int) -> Iterator[list[_Fork]]:
    """Forks with a task; they end with the block. Where that is interrupted it says in what they were."""
    from multiprocessing import get_context

    context = get_context("fork")
    forks: list[_Fork] = []
    try:
        with _uninterrupted(), suppress(OSError):  # no more can be made: those that there are do the work
            for _ in range(number):
                results, saying = context.Pipe(duplex=False)
                process = context.Process(target=task, args=(saying,), daemon=True)
                process.start()
                saying.close()  # else nobody would see that the fork died
                forks.append(_Fork(process, results))
        yield forks
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            for note in _last_words(forks):
                error.add_note(note)
        raise
    finally:  # also where that is interrupted
        for fork in forks:
            fork.process.kill()
            fork.process.join()
            fork.results.close()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits for the end of the block; in a fork that is made in it, until that says what it means there."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work_off(items: Sequence[_T], work: Callable[[_T], _R], shares: Iterator[range], saying: Connection) -> None:
    """What a fork does. Ctrl-C counts while it works on an item; what fails is left to the process that forked."""
    from promptlint.scanning import begin_worker

    begin_worker()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    made: dict[int, _R] = {}
    said: object = made
    try:
        for at in chain.from_iterable(shares):
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                made[at] = work(items[at])
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt as interrupt:
        said = getattr(interrupt, "__notes__", [])
    except Exception:
        pass
    with suppress(Exception):  # what cannot be copied
        saying.send(said)


def _made_by(fork: _Fork) -> dict[int, Any]:
    """What a fork has made of the items that it took; nothing where it died or cannot say it."""
    try:
        said = fork.results.recv()
    except Exception:  # it may be anything that somebody else's work gave
        return {}
    return said if isinstance(said, dict) else {}


def _last_words(forks: Sequence[_Fork]) -> Iterator[str]:
    """In what forks are that are interrupted now."""
    from multiprocessing.connection import wait

    for fork in forks:
        if fork.process.pid is not None and fork.process.is_alive():
            os.kill(fork.process.pid, signal.SIGINT)
    silent = list(forks)
    end = monotonic() + PATIENCE
    while silent and (speaking := wait([fork.results for fork in silent], max(0.0, end - monotonic()))):
        for fork in [fork for fork in silent if fork.results in speaking]:
            silent.remove(fork)
            with suppress(Exception):
                said = fork.results.recv()
                yield from said if isinstance(said, list) else ()
