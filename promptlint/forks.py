"""Work on many items, divided among forks of this process: they know all that it knows, and it learns what they make.

Whatever goes wrong with a fork costs time and no result: what it was to do is done here.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.process import BaseProcess

WORTH_FORKING = 1_500_000
"""Bytes of source from which linking and checking them in several processes is faster (measured on two cores)."""
PATIENCE = 1.0
"""Seconds in which a fork that is interrupted has to say in what."""

_T = TypeVar("_T")
_R = TypeVar("_R")
_shared: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""In a fork: the work and the items, one pair."""


def each(items: Sequence[_T], work: Callable[[_T], _R], processes: int) -> list[_R]:
    """What `work` makes of every item, in order, by up to so many processes, and by this one where none can be forked.

    It must not depend on who does it; what it gives is copied. They begin with the first item: large ones go first.
    """
    if processes <= 1 or len(items) <= 1 or not can_fork():
        return [work(item) for item in items]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    from promptlint.scanning import submitted

    others = set(active_children())
    pending: list[Future[_R]] = []
    executor = ProcessPoolExecutor(min(processes, len(items)), get_context("fork"), _begin, (work, items))
    with executor, _ended(lambda: [child for child in active_children() if child not in others], pending):
        for at in range(len(items)):
            pending.append(submitted(executor, _nth, at))
        return [
            work(item) if future.exception() else future.result() for item, future in zip(items, pending, strict=True)
        ]


def can_fork() -> bool:
    """Whether a fork of this process would work: not where libraries of the system forbid it (macOS), nor beside
    threads, whose locks it would inherit."""
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


def _begin(work: Callable[[_T], _R], items: Sequence[_T]) -> None:
    """What a fork does first. Ctrl-C counts while it works on an item."""
    from promptlint.scanning import begin_worker

    begin_worker()
    _shared.append((work, items))


def _nth(at: int) -> Any:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        [(work, items)] = _shared
        return work(items[at])
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _ended(running: Callable[[], Sequence[BaseProcess]], pending: Sequence[Future[Any]]) -> Iterator[None]:
    """Ends the forks with the block where that fails; where it is interrupted it says in what they were."""
    try:
        yield
    except BaseException as error:
        try:
            if isinstance(error, KeyboardInterrupt):
                for note in _last_words(running(), pending):
                    error.add_note(note)
        finally:  # also where this is interrupted
            for fork in running():
                fork.kill()
        raise


def _last_words(forks: Sequence[BaseProcess], pending: Sequence[Future[Any]]) -> Iterator[str]:
    """In what forks are that are interrupted now."""
    from concurrent.futures import wait

    running = [future for future in pending if not future.cancel()]
    for fork in forks:
        if fork.pid is not None and fork.is_alive():
            os.kill(fork.pid, signal.SIGINT)
    for future in wait(running, PATIENCE).done:
        yield from getattr(future.exception(), "__notes__", ())
