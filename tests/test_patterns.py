"""Patterns that need no pathspec decide as pathspec does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from promptlint.patterns import Patterns

PATTERN = st.text(st.sampled_from("ab*._-"), min_size=1, max_size=6).map(lambda text: text.replace("**", "*"))
LINE = st.one_of(PATTERN, PATTERN.map(lambda text: text + "/"), PATTERN.map(lambda text: "!" + text))
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
