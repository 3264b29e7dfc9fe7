"""CPU time, wall time and memory of a command, with all processes it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

INTERVAL = 0.1
"""Seconds between two looks at the memory of several processes. A peak that is shorter can be missed."""


@dataclass(frozen=True)
class Timing:
    """CPU and wall time in seconds, the most memory at a time in bytes, the exit code and what was printed."""

    cpu: float
    wall: float
    memory: int
    code: int
    output: str


def timed(
    command: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None, *, several: bool = False
) -> Timing:
    """One run of a command, in this process's environment or in `env`.

    The memory is the largest of one process, as the kernel counts it. `several`: that of all processes together, looked
    at while they run (on Linux; pages that they share count once).
    """
    with tempfile.TemporaryFile() as printed:
        start = perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=printed, stderr=subprocess.STDOUT, env=env)
        with_children = _watched(process.pid) if several and sys.platform == "linux" else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        printed.seek(0)
        output = printed.read().decode("utf-8", "replace")
    code = process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return Timing(cpu, wall, max(largest, with_children() if with_children else 0), code, output)


def best(run: Callable[[], Timing], repeat: int) -> Timing:
    """The fastest of several runs: the others were disturbed."""
    return min((run() for _ in range(repeat)), key=lambda timing: timing.cpu)


def _watched(pid: int) -> Callable[[], int]:
    """Watches the memory of a process and its children; the function ends it and gives the largest sum in bytes."""
    most, ended = 0, Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(INTERVAL):
            most = max(most, sum(_share(one) for one in _family(pid)))

    thread = Thread(target=watch, daemon=True)
    thread.start()

    def end() -> int:
        ended.set()
        thread.join()
        return most

    return end


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        text = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:  # it has ended
        return []
    return [pid, *(one for child in text.split() for one in _family(int(child)))]


def _share(pid: int) -> int:
    """The memory of a process in bytes; of a page that n processes share, the nth part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
