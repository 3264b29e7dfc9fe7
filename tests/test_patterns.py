"""Patterns decide as those of pathspec do, also where they need none, or are made to take less time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from promptlint.patterns import Patterns

PATTERN = st.text(st.sampled_from("ab*._-"), min_size=1, max_size=6).map(lambda text: text.replace("**", "*"))
SIGNS = st.lists(st.sampled_from(["a", "b", "*", "*", "?", "/", ".", "[ab]", "[!a]"]), min_size=2, max_size=9)
LINE = st.one_of(
    PATTERN, PATTERN.map(lambda text: text + "/"), PATTERN.map(lambda text: "!" + text), SIGNS.map("".join)
)
NAME = st.text(st.sampled_from("ab._-"), min_size=1, max_size=6).filter(lambda text: text.strip(".") != "")


@given(lines=st.lists(LINE, max_size=4), parts=st.lists(NAME, min_size=1, max_size=3), is_folder=st.booleans())
def test_an_entry_is_decided_as_pathspec_decides_it(lines: list[str], parts: list[str], is_folder: bool) -> None:
    path = "/".join(parts)
    ours = Patterns(lines)
    theirs = GitIgnoreSpec.from_lines(lines)
    covered = any(
        _included(theirs, "/".join(parts[:depth]), is_folder or depth < len(parts))
        for depth in range(1, len(parts) + 1)
    )
    assert ours.covers(path, is_folder) == covered


def _included(spec: GitIgnoreSpec, path: str, is_folder: bool) -> bool:
    return bool(spec.check_file(path + "/" if is_folder else path).include)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*a*a*a*a*b", "a" * 200),
        ("x/*a*a*a*a*a*b", "x/" + "a" * 200),
        ("**/*a*?a*a*[ab]a*a*b/y", "x/" + "a" * 200 + "/y"),
        ("x/" + "?*" * 12 + "b", "x/" + "a" * 60),
        ("**/a/**/a/**/a/**/b", "a/" * 60 + "c"),
    ],
)
def test_no_pattern_takes_much_longer_than_its_length(pattern: str, path: str) -> None:
    patterns = Patterns([pattern, path.replace("a", "?")])  # so that each is tried
    assert patterns.decide(path, False)
    assert not Patterns([pattern]).decide(path, False)


def test_a_pattern_of_many_folders_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has `\*\*` more than 4 times"):
        Patterns(["**/a/**/a/**/a/**/a/**/b"])
