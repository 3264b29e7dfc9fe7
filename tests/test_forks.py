"""Work divided among forks of one process, and what becomes of it where one of them fails."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing import active_children
from pathlib import Path

import pytest

from promptlint import check, forks
from promptlint.finding import Finding, Severity
from promptlint.forks import each
from promptlint.project import Prompt
from promptlint.registry import Registry
from promptlint.rule import Context, Rule
from promptlint.run import Analysis, examine
from promptlint.session import open_session
from promptlint.tree import tree_of

PARENT = os.getpid()
PROMPT = 'PROMPT = "You are bot number {number}. Answer each question in one sentence."\n'


@pytest.fixture
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forks are made, also beside threads that other tests have left."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        pytest.skip("processes are not forked here")
    monkeypatch.setattr(forks, "can_fork", lambda: True)


@pytest.mark.usefixtures("forking")
@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_what_is_divided_comes_in_order(processes: int, count: int) -> None:
    known = [number * number for number in range(count)]
    assert each(range(count), lambda at: known[at], processes) == known


@pytest.mark.usefixtures("forking")
def test_this_process_takes_the_first_item_and_forks_take_others_and_go() -> None:
    reading, writing = os.pipe()

    def work(number: int) -> int:
        if number == 0:
            os.read(reading, 1)  # until a fork has done something
        else:
            os.write(writing, b".")
        return os.getpid()

    first, *others = each(range(4), work, 2)
    assert first == PARENT
    assert {*others} != {PARENT}
    assert not active_children()


def test_nothing_is_forked_beside_a_thread() -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert each(range(3), lambda _: os.getpid(), 2) == [PARENT] * 3
    finally:
        over.set()
        thread.join()


@pytest.mark.usefixtures("forking")
def test_as_many_items_as_there_are_find_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "MOST_SHARES", 7)
    assert each(range(100), str, 3) == list(map(str, range(100)))


def dies(number: int) -> object:
    if os.getpid() != PARENT:
        os._exit(1)
    return number


def fails(number: int) -> object:
    if os.getpid() != PARENT:
        raise ValueError("not here")
    return number


def gives_what_cannot_be_copied(number: int) -> object:
    return (lambda: number) if os.getpid() != PARENT else number


@pytest.mark.usefixtures("forking")
@pytest.mark.parametrize("work", [dies, fails, gives_what_cannot_be_copied])
def test_what_a_fork_does_not_do_is_done_here(work: Callable[[int], object]) -> None:
    assert each(range(5), work, 3) == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("forking")
@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_is_raised_here(processes: int) -> None:
    def work(number: int) -> int:
        raise ValueError(f"at {number}")

    with pytest.raises(ValueError, match="at 0"):
        each(range(4), work, processes)
    assert not active_children()


@pytest.mark.usefixtures("forking")
def test_who_is_interrupted_says_what_everybody_did() -> None:
    reading, writing = os.pipe()

    def work(number: int) -> int:
        try:
            if number == 0:
                os.read(reading, 1)  # until a fork is at work
                os.kill(PARENT, signal.SIGINT)
            else:
                os.write(writing, b".")
            signal.pause()
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(f"at number {number}")
            raise
        return number

    with pytest.raises(KeyboardInterrupt) as raised:
        each(range(9), work, 2)
    assert raised.value.__notes__ == ["at number 0", "at number 1"]
    assert not active_children()


@pytest.mark.usefixtures("forking")
def test_forks_that_do_not_end_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "PATIENCE", 0.1)
    reading, writing = os.pipe()

    def work(number: int) -> int:
        if number == 0:
            os.read(reading, 1)
            os.kill(PARENT, signal.SIGINT)
            signal.pause()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.write(writing, b".")
        while True:
            signal.pause()

    with pytest.raises(KeyboardInterrupt):
        each(range(2), work, 2)
    assert not active_children()


@dataclass(frozen=True)
class Marks(Rule):
    """Reports each prompt, and crashes at one."""

    code = "TST301"
    name = "marks"

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        if "number 2" in prompt.template.text:
            raise ValueError("boom")
        yield self.finding(prompt.place, prompt.template.text, severity=Severity.LOW)


@dataclass(frozen=True)
class Counts(Rule):
    """Reports how many prompts there are."""

    code = "TST302"
    name = "counts"

    def check_project(self, context: Context) -> Iterable[Finding]:
        prompts = context.project.prompts
        yield self.finding(prompts[0].place, f"{len(prompts)} prompts", severity=Severity.LOW)


def analysed(processes: int, tmp_path: Path) -> Analysis:
    session = open_session(tmp_path, isolated=True, rules=Registry((Marks, Counts), ()))
    tree = tree_of({f"f{number}.py": PROMPT.format(number=number).encode() for number in range(6)})
    return examine(replace(tree, processes=processes), session)


@pytest.mark.usefixtures("forking")
def test_findings_and_crashes_are_those_of_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "WORTH_FORKING", 1)
    one = analysed(1, tmp_path)
    assert len(one.findings) == 6
    assert [problem.path for problem in one.problems] == ["f2.py"]
    for processes in (2, 3):
        several = analysed(processes, tmp_path)
        assert (several.findings, several.problems) == (one.findings, one.problems)
