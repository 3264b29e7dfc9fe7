"""Forks of this process that go through the same program in step with it, each doing its share.

Where the program comes to `Team.each`, every member works on its share of the items and is told what the others made of
theirs, so that all go on with the same. Where processes cannot be forked a team has one member, who does everything.
Whatever goes wrong with another member costs time and no result: its share is done here.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WORTH_FORKING = 400_000
"""Bytes of source from which linking and checking them in several processes is faster (measured on two cores)."""
PATIENCE = 1.0
"""Seconds in which a member that is interrupted has to say in what."""

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class _Interrupted:
    """What a member leaves that was ended by Ctrl-C: in what it was."""

    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """The member `number` of a team; 0 is the process that forked the others and goes on without them.

    `links` lead to the others by number: those of a fork to 0 only.
    """

    size: int = 1
    number: int = 0
    links: dict[int, Connection] = field(default_factory=dict)

    def each(self, items: Sequence[_T], work: Callable[[_T], _R]) -> list[_R]:
        """What `work` makes of every item, in order. It must not depend on who does it, and what it gives is copied."""

        def share(number: int) -> list[_R]:
            return [work(item) for item in items[number :: self.size]]

        if self.size == 1:
            return share(0)
        shares = self._gathered(share) if self.number == 0 else self._exchanged(share(self.number))
        return [shares[at % self.size][at // self.size] for at in range(len(items))]

    def _exchanged(self, own: list[_R]) -> list[list[_R]]:
        """The shares of all members, of which the own one is given. Raises EOFError and OSError."""
        self.links[0].send(own)
        shares: list[list[_R]] = self.links[0].recv()
        shares[self.number] = own
        return shares

    def _gathered(self, share: Callable[[int], list[_R]]) -> list[list[_R]]:
        """The shares of all members, of which `share` makes one; they are told those of each other."""
        shares = [share(0)]
        for number in range(1, self.size):
            received: list[_R] | None = self._received(number)
            shares.append(share(number) if received is None else received)
        for number, link in list(self.links.items()):
            try:
                link.send([[] if at == number else one for at, one in enumerate(shares)])
            except Exception:  # it is gone, or there is no way to tell it
                self._lose(number)
        return shares

    def _received(self, number: int) -> list[_R] | None:
        """What another member made of its share, None where nothing comes of it any more."""
        if number not in self.links:
            return None
        try:
            received: list[_R] | _Interrupted = self.links[number].recv()
        except Exception:  # it died, or over what cannot be copied
            received = _Interrupted(())
        if isinstance(received, _Interrupted):
            self._lose(number)
            return None
        return received

    def _lose(self, number: int) -> None:
        self.links.pop(number).close()

    def last_words(self) -> Iterator[str]:
        """In what members were that have been interrupted."""
        for link in self.links.values():
            with suppress(EOFError, OSError):
                while link.poll(PATIENCE):
                    said = link.recv()
                    if isinstance(said, _Interrupted):
                        yield from said.notes


ALONE = Team()
"""A team of one."""


def can_fork() -> bool:
    """Whether a fork of this process would work: not where libraries of the system forbid it (macOS), nor beside
    threads, whose locks it would inherit."""
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


@contextmanager
def team(size: int, volume: int) -> Iterator[Team]:
    """A team of up to `size` processes for `volume` bytes of source. The block is run by all its members; only the one
    that opened it leaves it."""
    if size <= 1 or volume < WORTH_FORKING or not can_fork():
        yield ALONE
        return
    from multiprocessing import Pipe

    lead = Team(size)
    members: list[int] = []
    try:
        for number in range(1, size):
            here, there = Pipe()
            if not (member := os.fork()):
                here.close()
                with _ended(there):
                    yield Team(size, number, {0: there})
            there.close()
            members.append(member)
            lead.links[number] = here
        yield lead
    except KeyboardInterrupt as interrupt:
        for member in members:
            os.kill(member, signal.SIGINT)
        if not hasattr(interrupt, "__notes__"):  # this process only waited
            for note in lead.last_words():
                interrupt.add_note(note)
        raise
    finally:
        for member in members:
            os.kill(member, signal.SIGKILL)
            os.waitpid(member, 0)


@contextmanager
def _ended(link: Connection) -> Iterator[None]:
    """Ends this process with the block, whatever comes out of that."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        with suppress(OSError):
            link.send(_Interrupted(tuple(getattr(interrupt, "__notes__", ()))))
    finally:
        os._exit(0)
