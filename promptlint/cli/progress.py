"""A progress bar on standard error, where that is a terminal; silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_Item = TypeVar("_Item")


class Progress:
    """What a command does at the moment, as far as somebody can see it."""

    def __init__(self, bar: Bar | None) -> None:
        self._bar = bar

    def track(self, items: Sequence[_Item], what: str) -> Iterator[_Item]:
        """The items, with a bar that moves on with each."""
        return iter(items if self._bar is None else self._bar.track(items, description=what))

    def step(self, what: str) -> None:
        """Say what is done now, where it is not known how long that takes."""
        if self._bar is not None:
            self._bar.add_task(what, total=None)

    def bytes(self, total: int, what: str) -> Callable[[int], None]:
        """A function to be told the bytes read since the last time."""
        if self._bar is None:
            return lambda _: None
        bar, task = self._bar, self._bar.add_task(what, total=total)
        return lambda amount: bar.advance(task, amount)


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar that goes when its block ends."""
    if not sys.stderr.isatty():
        yield Progress(None)
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        yield Progress(bar)
