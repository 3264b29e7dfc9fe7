"""Handing work to an executor, one of the kind of `concurrent.futures`: something with `submit`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


class Here(Executor):
    """This process."""

    def submit(self, work: Callable[..., _R], /, *args: object, **named: object) -> Future[_R]:
        future: Future[_R] = Future()
        future.set_result(work(*args, **named))
        return future


def submitted(executor: Executor, work: Callable[[_T], _R], item: _T) -> Future[_R]:
    """The future of what an executor makes of an item: a failed one where it takes nothing more, as a worker died."""
    try:
        return executor.submit(work, item)
    except Exception as error:  # each kind of executor has errors of its own for that
        failed: Future[_R] = Future()
        failed.set_exception(error)
        return failed


def could_not_start(future: Future[_R]) -> bool:
    """Whether the system had no process, memory or files left for a worker."""
    return isinstance(future.exception(), OSError)


def result_of(future: Future[_R]) -> _R | None:
    """What a process gave, None where it died."""
    try:
        return future.result()
    except Exception:  # each kind of executor has errors of its own for a worker that is gone
        return None


def finished(pending: Iterable[Future[_R]]) -> Sequence[Future[_R]]:
    """Those that are done, in the order in which they began; waits for one."""
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    return [future for future in pending if future in done]


@contextmanager
def undone(pending: Iterable[Future[_R]]) -> Iterator[None]:
    """What is pending is left undone where Ctrl-C ends the block."""
    try:
        yield
    except KeyboardInterrupt:
        for future in pending:
            future.cancel()
        raise
