"""Scanning by processes: the same results in the same order, and a process that dies costs one file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from command import guarded_environment
from promptlint import scanning
from promptlint.facts import Outline
from promptlint.project import Problem
from promptlint.scanning import DIED, Executors, Scanner, processes, scan_chunk
from promptlint.tree import read_tree
from sample_rules import PROGRAM


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """More source than is worth one process, with a file that does not parse."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(scanning, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(scanning, "CHUNK", 2_000)
    data = {f"m{number:02}.py": PROGRAM.encode() for number in range(20)} | {"broken.py": b"llm = (\n"}
    for path, content in data.items():
        Path(path).write_bytes(content)
    return data


def test_the_number_of_processes_changes_nothing(files: dict[str, bytes]) -> None:
    alone = Scanner().scan(files.items())
    assert list(alone) == list(files)
    assert isinstance(alone["broken.py"], Problem)
    for jobs in (2, 3):
        scanned = Scanner(executors=processes(jobs)).scan(files.items())
        assert list(scanned.items()) == list(alone.items())


def test_text_that_is_no_unicode_comes_through(files: dict[str, bytes]) -> None:
    source = PROGRAM.replace("assistant", "\\ud800").encode()
    scanned = Scanner(executors=processes(2)).scan({"a.py": source, "b.py": PROGRAM.encode()}.items())
    assert all(isinstance(outcome, Outline) for outcome in scanned.values())


class Dying(Executor):
    """An executor whose processes die over one file, as one that runs out of memory does."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1)

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        return self._pool.submit(die_over_m03, *args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


def die_over_m03(jobs: list[scanning.Job]) -> list[scanning.Outcome]:
    if any(path == "m03.py" for path, _, _ in jobs):
        os._exit(9)
    return scan_chunk(jobs)


def dying() -> AbstractContextManager[Executor]:
    return Dying()


def test_a_process_that_dies_costs_its_file(files: dict[str, bytes]) -> None:
    scanned = Scanner(executors=dying).scan(files.items())
    assert scanned["m03.py"] == Problem("m03.py", 1, DIED, passing=True)
    assert [path for path, outcome in scanned.items() if isinstance(outcome, Problem)] == ["m03.py", "broken.py"]
    tree = read_tree(files, scanner=Scanner(executors=dying))
    assert [problem.path for problem in tree.problems] == ["m03.py", "broken.py"]
    assert len(tree.project.calls) == 19


class Elsewhere(Executor):
    """The least that an executor has to be: something with `submit`."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future: Future[object] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_any_executor_will_do(files: dict[str, bytes]) -> None:
    assert Scanner(executors=Elsewhere).scan(files.items()) == Scanner().scan(files.items())


def test_others_scan_while_files_still_come(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "PORTION", 1)
    done: list[str] = []

    class Noting(Elsewhere):
        def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
            done.append("handed out")
            return super().submit(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def stream() -> Iterator[tuple[str, bytes]]:
        for path, content in files.items():
            done.append("read")
            yield path, content

    assert Scanner(executors=Noting).scan(stream()) == Scanner().scan(files.items())
    assert done == ["read", "handed out"] * len(files)


class NoProcess(Executor):
    """An executor of a system that has no process left."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        raise BlockingIOError("Resource temporarily unavailable")


def no_semaphore() -> AbstractContextManager[Executor]:
    raise OSError("No space left on device")


@pytest.mark.parametrize("executors", [NoProcess, no_semaphore])
def test_where_no_process_can_be_started_this_one_scans(executors: Executors, files: dict[str, bytes]) -> None:
    assert Scanner(executors=executors).scan(files.items()) == Scanner().scan(files.items())


def test_what_comes_after_is_made_ready_while_others_scan(files: dict[str, bytes]) -> None:
    made: list[str] = []
    Scanner(meanwhile=lambda: made.append("alone")).scan(files.items())
    Scanner(executors=processes(2), meanwhile=lambda: made.append("beside others")).scan(files.items())
    assert made == ["beside others"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_files_ask_for_is_scanned_with_them(files: dict[str, bytes], jobs: int) -> None:
    given = {"m03.py": {"z.py": b"import y"}, "m07.py": {"x.py": b"llm = ("}, "z.py": {"y.py": b"llm = 1"}}
    asked: list[str] = []

    def more(facts: Outline) -> dict[str, bytes]:
        asked.append(facts.path)
        return given.get(facts.path, {})

    scanned = Scanner(executors=processes(jobs)).scan(files.items(), more)
    assert list(scanned) == [*files, "x.py", "y.py", "z.py"]
    assert isinstance(scanned["x.py"], Problem)
    assert sorted(asked) == sorted(path for path, outcome in scanned.items() if isinstance(outcome, Outline))


PARENT = """\
import os
from threading import Event
from promptlint.scanning import processes

def hang():
    os.write(1, b"scanning\\n")  # in one piece, beside the other process
    Event().wait()

if __name__ == "__main__":
    with processes(2)() as executor:
        for _ in range(2):
            executor.submit(hang)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, env=guarded_environment(tmp_path)
    ) as parent:
        assert parent.stdout
        assert [parent.stdout.readline() for _ in range(2)] == [b"scanning\n"] * 2
        parent.kill()
        # The processes have this pipe too: it ends when the last of them does.
        rest, _ = parent.communicate(timeout=60)
    assert rest == b""


def interrupted() -> int:
    signal.raise_signal(signal.SIGINT)
    return os.getpid()


def test_ctrl_c_is_left_to_the_process_that_started_another_one() -> None:
    start = processes(2)
    assert start is not None
    with start() as executor:
        assert executor.submit(interrupted).result() != os.getpid()
