"""Which file made linking fail: so that it costs that file, and not all that are linked with it."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType

from promptlint.facts import ModuleFacts
from promptlint.link.env import Env
from promptlint.link.names import Module
from promptlint.project import Place
from promptlint.promptfiles import Listed
from promptlint.source import Source


def file_behind(error: BaseException) -> str | None:
    """The path of the file that was worked on where an error was raised; None where that cannot be told."""
    frames: list[FrameType] = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    return next((path for frame in reversed(frames) for path in _paths(frame)), None)


def _paths(frame: FrameType) -> Iterator[str]:
    """The files that the local variables of a function speak of."""
    for value in frame.f_locals.values():
        if isinstance(value, Module | ModuleFacts | Place | Source | Listed):
            yield value.path
        elif isinstance(value, Env):
            yield value.module.path
