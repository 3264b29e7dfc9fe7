"""Calls that moved, were edited or changed their way through the project are found again."""

from __future__ import annotations

import json

import pytest

from diffing import INDENTED, promptlint
from repository import GitFolder


def function(name: str, prompt: str, sdk: str = "openai") -> str:
    """A function with one call."""
    return {
        "openai": f"""

def {name}(text):
    return OpenAI().responses.create(model="gpt-4.1", max_output_tokens=90, instructions={prompt!r}, input=text)
""",
        "anthropic": f"""

def {name}(text):
    return Anthropic().messages.create(
        model="claude-sonnet-4-5", max_tokens=90, system={prompt!r}, messages=[{{"role": "user", "content": text}}]
    )
""",
        "helper": f"""

def {name}(text):
    return send({prompt!r}, text)
""",
    }[sdk]


HEAD = "from anthropic import Anthropic\nfrom openai import OpenAI\n"
SEND = function("send", "X").replace("send(text)", "send(system, text)").replace("'X'", "system")
SORT, POLITE = "Sort the letters of the customers by topic.", "Be polite to everybody who writes to the shop."
OTHER, MORE = "Which of these words is a name?", "Give one number from 1 to 5, nothing else at all."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            {"app.py": HEAD + function("sort", SORT) + function("again", SORT)},
            {"app.py": HEAD + function("again", SORT)},
            [("removed", "sort")],
            id="of two calls with one prompt the first goes",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT)},
            {"app.py": HEAD + function("by_topic", SORT) + function("sort", OTHER)},
            [("added", "sort")],
            id="a call moves to a new function and another takes its place",
        ),
        pytest.param(
            {"app.py": HEAD + function("both", SORT) + function("both", POLITE, "anthropic")},
            {"app.py": HEAD + function("both", OTHER, "anthropic") + function("both", MORE)},
            [("changed", "both", "anthropic"), ("changed", "both", "openai")],
            id="two calls of a function are told apart by their API",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT) + function("answer", POLITE)},
            {"app.py": HEAD + SEND + function("sort", SORT, "helper") + function("answer", POLITE, "helper")},
            [],
            id="two calls come to share a helper",
        ),
        pytest.param(
            {"app.py": HEAD + SEND + function("sort", SORT, "helper")},
            {"app.py": HEAD + SEND + function("sort", SORT, "helper") + function("answer", POLITE, "helper")},
            [("added", "answer")],
            id="one call more goes through a helper",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT) + function("answer", POLITE) + "\n\nX = 1\n" * 9},
            {"app.py": None, "desk.py": HEAD + function("sort", MORE) + function("answer", POLITE) + "\n\nX = 1\n" * 9},
            [("changed", "sort", "openai")],
            id="a prompt is rewritten in a file that moves",
        ),
        pytest.param(
            {
                "shop/__init__.py": "",
                "shop/openai.py": "class OpenAI: ...\n",
                "shop/app.py": HEAD + function("sort", SORT),
            },
            {
                "shop/__init__.py": None,
                "shop/openai.py": None,
                "shop/app.py": None,
                "store/__init__.py": "",
                "store/openai.py": "class OpenAI: ...\n",
                "store/app.py": HEAD + function("sort", SORT),
            },
            [],
            id="a package moves that has a module with the name of the SDK",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT), "more.py": INDENTED, "rest.py": HEAD},
            {"app.py": HEAD + function("sort", SORT), "more.py": "", "rest.py": HEAD + INDENTED},
            [],
            id="a call with a finding moves to another file",
        ),
        pytest.param(
            {"app.py": INDENTED + function("sort", SORT)},
            {"app.py": HEAD + function("sort", SORT) + INDENTED},
            [],
            id="a call with a finding moves down",
        ),
    ],
)
def test_calls_are_found_again(
    repository: GitFolder,
    before: dict[str, str | None],
    after: dict[str, str | None],
    expected: list[tuple[str, ...]],
) -> None:
    repository.commit({"promptlint.yaml": "select: [whitespace-bloat]\n", **before})
    repository.commit(after)
    result = promptlint("HEAD~1", "--output-format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    sides = [(call["kind"], call["after"] or call["before"]) for call in document["calls"]]
    told = [(kind, side["function"], side["api"].partition(".")[0]) for kind, side in sides]
    assert [row[: len(wanted)] for row, wanted in zip(told, expected, strict=True)] == expected
    assert document["findings"] == []
