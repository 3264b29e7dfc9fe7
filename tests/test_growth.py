"""What a file costs grows with its length, and not much faster where it does the same thing again and again.

What is counted are calls of functions, those of Python itself included: they are the same in every run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from promptlint.compress import compress
from promptlint.finding import Applicability
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.source import decode_plain
from promptlint.tree import tree_of

HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n\n\n"


def send(prompt: str) -> str:
    return f"client.responses.create(model='gpt-4.1', input={prompt})\n"


def assignments(number: int) -> str:
    """A variable that is set anew for each call."""
    texts = (f"    page = 'Name page {at} of the manual.'\n    {send('page')}" for at in range(number))
    return f"{HEAD}def run():\n{''.join(texts)}"


def lines_alike(number: int) -> str:
    """A prompt of lines that are much alike."""
    lines = "".join(f"Rule number {at}: do it as {at * 7} says, please note that.\n" for at in range(number))
    return f'{HEAD}PROMPT = """{lines}"""\n{send("PROMPT")}'


def methods(number: int) -> str:
    """Methods of one name, called on objects of unknown type."""
    classes = (f"class C{at}:\n    def answer_it(self, p):\n        return {send('p')}" for at in range(number))
    calls = (f"def f{at}(x):\n    return x.answer_it('Name page {at} of the manual.')\n" for at in range(number))
    return HEAD + "".join((*classes, *calls))


def checked(source: str) -> int:
    """How many functions are called while a source is read and checked."""
    session = open_session(Path.cwd(), isolated=True)
    return calls_of_functions(lambda: examine(tree_of({"app.py": source.encode()}), session))


def compressed(lines: int) -> int:
    """How many functions are called while a text is compressed in which all lines are the same and can be shortened."""
    session = open_session(Path.cwd(), isolated=True)
    text = "Do this thing in order to win, please note that.\n" * lines
    return calls_of_functions(lambda: compress(decode_plain(text.encode(), "a.txt"), session, [*Applicability]))


def models(number: int) -> str:
    """Functions that count tokens for a model of their own."""
    return HEAD + "".join(f"def f{at}(t, model='gpt-4'):\n    return count_tokens(t, model)\n" for at in range(number))


def calls_of_functions(run: Callable[[], object]) -> int:
    count = 0

    def called(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("made", "number", "most"),
    [
        pytest.param(assignments, 300, 3.1, id="assignments"),
        pytest.param(models, 200, 2.2, id="models"),
        pytest.param(lines_alike, 400, 2.7, id="lines"),
        # Each of the calls may mean each of the methods, so that this is the square; it was the cube.
        pytest.param(methods, 40, 4.5, id="methods of one name"),
    ],
)
def test_twice_as_much_costs_a_bounded_factor(made: Callable[[int], str], number: int, most: float) -> None:
    checked(made(2))  # what is loaded once
    assert checked(made(2 * number)) < most * checked(made(number))


def test_twice_as_many_fixes_cost_about_twice() -> None:
    compressed(2)
    assert compressed(600) < 2.5 * compressed(300)
