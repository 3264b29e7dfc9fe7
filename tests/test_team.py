"""Teams: forks of one process that share work, and what becomes of it where one of them fails."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from promptlint import team as teams
from promptlint.finding import Finding, Severity
from promptlint.project import Prompt
from promptlint.registry import Registry
from promptlint.rule import Context, Rule
from promptlint.run import Analysis, examine, open_session, tree_of
from promptlint.team import Team, team

LEAD = os.getpid()
PROMPT = 'PROMPT = "You are bot number {number}. Answer each question in one sentence."\n'

pytestmark = pytest.mark.skipif(not teams.can_fork(), reason="processes are not forked here")


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "WORTH_FORKING", 1)


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


def in_member() -> bool:
    return os.getpid() != LEAD


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_what_is_shared_comes_in_order(size: int, count: int) -> None:
    with team(size, 1) as members:
        first = members.each(range(count), lambda number: number * number)
        second = members.each(first, lambda square: (square, os.getpid()))
    assert [square for square, _ in second] == [number * number for number in range(count)]
    assert len({process for _, process in second}) == min(size, count)


def test_little_is_done_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "WORTH_FORKING", 2)
    with team(2, 1) as members:
        assert members == Team()


def test_nothing_is_forked_beside_a_thread() -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    with team(2, 1) as members:
        assert members == Team()
    over.set()
    thread.join()


def dies(number: int) -> int:
    if in_member():
        os._exit(1)
    return number


def fails(number: int) -> int:
    if in_member():
        raise ValueError("not here")
    return number


def gives_what_cannot_be_copied(number: int) -> object:
    return (lambda: number) if in_member() else number


@pytest.mark.parametrize("work", [dies, fails, gives_what_cannot_be_copied])
def test_what_another_process_does_not_do_is_done_here(work: object) -> None:
    assert callable(work)
    with team(3, 1) as members:
        assert members.each(range(5), work) == [0, 1, 2, 3, 4]
        assert members.each(range(5), str) == ["0", "1", "2", "3", "4"]


def test_an_error_is_raised_here() -> None:
    def work(number: int) -> int:
        raise ValueError(f"at {number}")

    with pytest.raises(ValueError, match="at 0"), team(2, 1) as members:
        members.each(range(4), work)


def test_no_process_is_left() -> None:
    started, says_started = os.pipe()
    other = 0

    def work(number: int) -> int:
        nonlocal other
        if not in_member():
            other = int(os.read(started, 20))
            raise ValueError("over")
        os.write(says_started, str(os.getpid()).encode())
        signal.pause()
        return number

    with pytest.raises(ValueError, match="over"), team(2, 1) as members:
        members.each(range(2), work)
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_who_is_interrupted_while_waiting_says_what_the_others_did() -> None:
    started, says_started = os.pipe()

    def work(number: int) -> int:
        if not in_member():
            os.read(started, 1)
            raise KeyboardInterrupt
        try:
            os.write(says_started, b"!")
            signal.pause()
        except KeyboardInterrupt as interrupt:
            interrupt.add_note("in the middle of something")
            raise
        return number

    with pytest.raises(KeyboardInterrupt) as raised, team(2, 1) as members:
        members.each(range(2), work)
    assert raised.value.__notes__ == ["in the middle of something"]


def analysed(processes: int, tmp_path: Path) -> Analysis:
    session = open_session(tmp_path, isolated=True, rules=Registry((Marks, Counts), ()))
    tree = tree_of({f"f{number}.py": PROMPT.format(number=number).encode() for number in range(6)})
    return examine(replace(tree, processes=processes), session)


def test_findings_and_crashes_are_those_of_one_process(tmp_path: Path) -> None:
    one = analysed(1, tmp_path)
    assert len(one.findings) == 6
    assert [problem.path for problem in one.problems] == ["f2.py"]
    for processes in (2, 3):
        several = analysed(processes, tmp_path)
        assert (several.findings, several.problems) == (one.findings, one.problems)
