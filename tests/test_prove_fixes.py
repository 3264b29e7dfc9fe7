"""Fixing the examples is sound by a check that knows nothing of rules, and that check sees what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import ROOT
from prove_fixes import compare, prove


@pytest.mark.parametrize("unsafe", [False, True])
def test_fixing_the_examples_is_sound(tmp_path: Path, unsafe: bool) -> None:
    complaints, files, changed = prove(ROOT / "examples", tmp_path / "copy", unsafe=unsafe)
    assert complaints == []
    assert files > changed > 0


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("x = 'a  b'", "x = 'a b", "no longer parses"),
        ("x = 'one two'", "x = 'one'", "the words of a text changed"),
        ("x = f'a {b} c'", "x = f'a {d} c'", "the fields of an f-string changed"),
        ("x = 'a {b}'.format(b=1)", "x = 'a {c}'.format(b=1)", "placeholders changed: ['{b}']"),
        ("x = 'say \\\\d'", "x = 'say d'", "escapes changed"),
        ("x = 'a'\ny = 1", "x = 'a'\ny = 2", "1 became 2"),
        ("x = 'a'\nprint(x)", "x = 'a'\nprint( x)", "line 2 changed outside of strings and comments"),
    ],
)
def test_what_is_not_sound_is_seen(old: str, new: str, complaint: str) -> None:
    assert any(complaint in found for found in compare(old.encode(), new.encode(), unsafe=False))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = '''\n    one\n    two'''", "x = '''\none\ntwo'''"),
        ("x = 'a ===== b'", "x = 'a === b'"),
        ("f(max_tokens=4096)", "f(max_tokens=4096)"),
    ],
)
def test_what_is_sound_passes(old: str, new: str) -> None:
    assert list(compare(old.encode(), new.encode(), unsafe=False)) == []


def test_unsafe_fixes_may_cut_text_but_not_placeholders() -> None:
    cut = b"x = 'Do it. Do it.'", b"x = 'Do it.'"
    lost = b"x = 'Use {name}. Use {name}.'", b"x = 'Use {name}.'"
    assert list(compare(*cut, unsafe=True)) == []
    assert list(compare(*lost, unsafe=True)) != []
