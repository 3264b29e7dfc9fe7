"""Executors on other machines: `dask://HOST:PORT` is the scheduler of a Dask cluster.

The network is used only to reach the address that the user named. The workers scan the bytes they are sent, so they
need promptlint in the same state as here, and none of the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from promptlint.keys import code_digest
from promptlint.nearest import hint

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 5.0
"""Seconds in which a cluster has to answer."""

Executors: TypeAlias = Callable[[], AbstractContextManager[Executor]]


class ExecutorError(Exception):
    """An executor that cannot be used; its message says why."""


@contextmanager
def executors_at(address: str) -> Iterator[Executors]:
    """Makes executors of the cluster at an address, connected to until the block ends. Raises ExecutorError."""
    scheme, separator, _ = address.partition("://")
    if not separator or scheme not in _SCHEMES:
        wrong = f"unknown scheme `{scheme}`, {hint(scheme, _SCHEMES)}" if separator else "no scheme"
        raise ExecutorError(f"{wrong}; an executor is written `dask://HOST:PORT`")
    try:
        place = urlsplit(address)
        complete = place.hostname and place.port and not (place.path or place.query or place.username)
    except ValueError:  # a port that is no number
        complete = False
    if not complete:
        raise ExecutorError("an executor is written `dask://HOST:PORT`")
    with _SCHEMES[scheme](place.netloc) as executors:
        yield executors


@contextmanager
def _dask(place: str) -> Iterator[Executors]:
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorError(f"Dask cannot be imported ({error}): pip install 'promptlint[dask]'") from error
    try:
        client = _within(PATIENCE, lambda: _checked(Client(f"tcp://{place}", timeout=PATIENCE, set_as_default=False)))
    except TimeoutError as error:
        raise ExecutorError(f"no answer within {PATIENCE:g} seconds") from error
    except OSError as error:
        raise ExecutorError(str(error)) from error
    try:
        yield lambda: client.get_executor(pure=False)
    finally:
        client.close()


def _checked(client: Client) -> Client:
    """The client, if all workers of its cluster have the promptlint that runs here. Raises ExecutorError."""
    states = client.run(code_digest, on_error="return")
    problems = [problem for worker in sorted(states) if (problem := _problem(worker, states[worker]))]
    if states and not problems:
        return client
    client.close()
    raise ExecutorError(problems[0] if problems else "the cluster has no workers")


def _problem(worker: str, state: object) -> str | None:
    """Why a worker that gave `state` as the state of its promptlint cannot scan."""
    if isinstance(state, BaseException):
        return f"worker {worker}: {type(state).__name__}: {state}"
    return None if state == code_digest() else f"worker {worker} has another promptlint than this one"


def _within(seconds: float, action: Callable[[], Client]) -> Client:
    """What an action gives. Raises what it raises, and TimeoutError: a server that accepts and says nothing keeps a
    client waiting whatever its own limit, so that one is left behind in its thread."""
    future: Future[Client] = Future()

    def run() -> None:
        try:
            future.set_result(action())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future.result(seconds)


_SCHEMES = {"dask": _dask}
