"""`promptlint diff`: what each kind of change does to the table, over a git repository with prepared commits."""

from __future__ import annotations

import pytest

from diffing import History, promptlint, rows

NOTHING: list[tuple[str, ...]] = []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "prompt edited",
            [
                ("call", "changed", "translate", "+3", "prompt 15 tokens > 18 tokens"),
                ("prompt", "changed", "instructions", "+3"),
            ],
        ),
        (
            "constant in another file edited",
            [
                ("call", "changed", "triage", "+2", "prompt 25 tokens > 27 tokens"),
                ("prompt", "changed", "TRIAGE", "+2"),
            ],
        ),
        ("model swapped", [("call", "changed", "translate", "+0", "model gpt-4.1 > gpt-4.1-mini")]),
        (
            "cap raised",
            [
                ("call", "changed", "triage", "+0", "output cap 300 > 40,000"),
                ("finding", "oversized-max-tokens", "shop/app.py"),
            ],
        ),
        ("call added", [("call", "added", "praise", "+7", "")]),
        ("call moved", NOTHING),
        ("call moved to another file", NOTHING),
        ("file renamed", NOTHING),
        ("folder renamed", NOTHING),
        (
            "notebook edited",
            [
                ("call", "changed", "words.ipynb cell 3:3", "+2", "prompt 9 tokens > 11 tokens"),
                ("prompt", "changed", "instructions", "+2"),
            ],
        ),
        (
            "prompt file edited",
            [
                ("call", "changed", "reply", "+2", "prompt 20 tokens > 22 tokens"),
                ("prompt", "changed", "store/reply_prompt.txt", "+2"),
            ],
        ),
        (
            "wrapper edited",
            [
                ("call", "changed", "ask", "+2", "prompt 18 tokens > 20 tokens"),
                ("prompt", "changed", "instructions", "+2"),
            ],
        ),
        ("merge", [("call", "added", "praise", "+7", "")]),
        ("call removed", [("call", "removed", "praise", "-7", "")]),
    ],
)
def test_each_commit_gives_its_minimal_table(history: History, name: str, expected: list[tuple[str, ...]]) -> None:
    assert history.table(name) == expected


def test_the_calls_of_a_wrapper_count_and_are_told_once(history: History) -> None:
    document = history.diff(f"{history.commits['wrapper edited']}^", history.commits["wrapper edited"])
    assert document["summary"]["input_tokens"] == 4
    assert len(document["calls"][0]["inherited_by"]) == 2
    text = promptlint(f"{history.commits['wrapper edited']}^", history.commits["wrapper edited"]).stdout
    assert "for the 2 calls that go through it" in text


def test_the_work_tree_is_the_head_where_none_is_given(history: History) -> None:
    assert promptlint("HEAD").stdout == "No LLM call, prompt or finding is different between HEAD and the work tree.\n"
    clean = history.folder.git("status", "--porcelain")
    commits = history.diff("HEAD~1")
    assert list(rows(commits)) == [("call", "removed", "praise", "-7", "")]
    assert history.folder.git("status", "--porcelain") == clean == ""


def test_a_branch_is_compared_with_where_it_began_and_a_commit_with_an_earlier_one(history: History) -> None:
    topic = history.commits["merge"] + "^2"
    assert list(rows(history.diff(history.commits["wrapper edited"], topic))) == [("call", "added", "praise", "+7", "")]
    back = history.diff(history.commits["prompt edited"], history.commits["start"])
    assert [row[:4] for row in rows(back)] == [
        ("call", "changed", "translate", "-3"),
        ("prompt", "changed", "instructions", "-3"),
    ]
