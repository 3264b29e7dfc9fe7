"""Which lines of two texts differ: what is said to be the same is, and looking takes no time that grows fast."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint import linediff
from promptlint.linediff import differences

LINES = st.lists(st.sampled_from("abcdef"), max_size=30)


def ranges(old: str, new: str) -> list[tuple[str, str]]:
    return [(old[gone.start : gone.stop], new[come.start : come.stop]) for gone, come in differences(old, new)]


@given(LINES, LINES, st.sampled_from([0, linediff.SMALL]))
def test_what_lies_between_differences_is_the_same(old: list[str], new: list[str], small: int) -> None:
    at, then = 0, 0
    with patch.object(linediff, "SMALL", small):
        found = list(differences(old, new))
    for gone, come in found:
        assert old[at : gone.start] == new[then : come.start]
        assert gone or come
        at, then = gone.stop, come.stop
    assert old[at:] == new[then:]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("abc", "abc", []),
        ("abc", "abxc", [("", "x")]),
        ("abxc", "abc", [("x", "")]),
        ("abc", "xbz", [("a", "x"), ("c", "z")]),
        ("a,b,c,", "x,y,z,", [("a", "x"), ("b", "y"), ("c", "z")]),
        ("abcdef", "defabc", [("abc", ""), ("", "abc")]),
    ],
)
def test_differences(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert ranges(old, new) == expected


def test_a_text_that_stands_twice_is_found_again_between_new_lines() -> None:
    text = [f"line {number}" for number in range(200)] * 2
    found = [(old, new) for old, new in differences(["a", *text, "b"], ["c", *text, "d", "e"])]
    assert found == [(range(1), range(1)), (range(401, 402), range(401, 403))]


def test_records_of_which_each_has_another_number() -> None:
    def records(first: int) -> list[str]:
        return [line for at in range(20_000) for line in ("{", f"id: {first + at * 2}", "on: true", "}")]

    assert [(len(gone), len(come)) for gone, come in differences(records(0), records(1))] == [(1, 1)] * 20_000
