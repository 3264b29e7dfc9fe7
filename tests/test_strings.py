"""The string mapping: every character of a literal's value is found again in the source, and only there."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.scan import scan
from promptlint.scan.strings import read_literal
from promptlint.source import decode
from promptlint.syntax import Expr, Opaque, Run, Str

PREFIXES = ["", "r", "u", "R", "f", "F", "rf", "fR"]
QUOTES = ["'", '"', "'''", '"""']
TEXT = st.text(
    st.sampled_from(["a", "Z", " ", "\n", "\\", "'", '"', "{", "}", "\t", "é", "漢", "😀", "\x07", "\x0c", "\x85"]),
    max_size=12,
)


def spell(text: str, prefix: str, quote: str) -> str | None:
    """A literal with this prefix and quotes whose value is `text`, None where there is none."""
    body = text
    if "r" in prefix.lower():
        if "\\" in text or quote[0] in text or ("\n" in text and len(quote) == 1):
            return None
    else:
        body = body.replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
        body = body if len(quote) == 3 else body.replace("\n", "\\n")
    if "f" in prefix.lower():
        body = body.replace("{", "{{").replace("}", "}}")
    return f"{prefix}{quote}{body}{quote}"


@st.composite
def literals(draw: st.DrawFn) -> tuple[str, str]:
    """The source of one or more literals next to each other, and their value."""
    pieces, value = [], ""
    for _ in range(draw(st.integers(1, 3))):
        text = draw(TEXT)
        piece = spell(text, draw(st.sampled_from(PREFIXES)), draw(st.sampled_from(QUOTES)))
        if piece is not None:
            pieces.append(piece)
            value += text
    gaps = [draw(st.sampled_from([" ", "\n  ", "  # note 'x'\n", " \\\n"])) for _ in pieces]
    return "".join(gap + piece for gap, piece in zip(gaps, pieces, strict=True)), value


def runs(source: str) -> Sequence[Run]:
    """The runs of the string that `x = (...)` binds."""
    value = scan(decode(source.encode(), "app.py")).bindings[0].value
    assert isinstance(value, Str)
    return [part for part in value.parts if isinstance(part, Run)]


@given(literals())
def test_the_runs_spell_the_value(literal: tuple[str, str]) -> None:
    source, value = literal
    if not source.strip():
        return
    text = f"x = ({source}\n)\n"
    statement: Any = ast.parse(text).body[0]
    node: Any = statement.value
    read = node.value if isinstance(node, ast.Constant) else "".join(part.value for part in node.values)
    assert "".join(run.text for run in runs(text)) == read == value


@given(literals())
def test_a_verbatim_run_is_what_the_source_says(literal: tuple[str, str]) -> None:
    source, _ = literal
    text = f"é = ({source}\n)\n"
    if not source.strip():
        return
    for run in runs(text):
        if len(run.text) == run.end - run.start:
            assert text[run.start : run.end] == run.text


@given(literals())
def test_runs_are_in_order_and_inside_their_tokens(literal: tuple[str, str]) -> None:
    source, _ = literal
    if not source.strip():
        return
    at = 0
    for run in runs(f"x = ({source}\n)\n"):
        assert at <= run.start <= run.end
        assert run.token.start < run.start
        assert run.end < run.token.end
        at = run.end


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (r"'\x41\u0042\U00000043\103\N{BULLET}'", "ABCC•"),
        (r"'a\qb'", r"a\qb"),
        ("'''a\\\nb'''", "ab"),
        (r"r'\d{2}'", r"\d{2}"),
        (r"rf'\d{{2}}'", r"\d{2}"),
        (r"f'\N{BULLET}{{x}}'", "•{x}"),
    ],
)
def test_escapes(literal: str, expected: str) -> None:
    source = f"x = {literal}\n"
    assert "".join(run.text for run in runs(source)) == expected


def test_line_ends_are_read_as_one_newline() -> None:
    facts = scan(decode(b'x = """a\r\nb\rc"""\r\ny = "after"\r\n', "app.py"))
    first, second = (binding.value for binding in facts.bindings)
    assert isinstance(first, Str)
    assert isinstance(second, Str)
    assert [(part.text, part.end - part.start) for part in first.parts if isinstance(part, Run)] == [
        ("a", 1),
        ("\n", 2),
        ("b", 1),
        ("\n", 1),
        ("c", 1),
    ]
    assert facts.position(second.start) == (4, 5)


@pytest.mark.parametrize(
    "source",
    [
        "x = f'{a!r:>{width}} b'",
        "x = f'{a}' 'b' f'''c{d['k']}'''",
        'x = f"""{\n  a\n  + b}"""',
        "x = f'{a=}'",
        "x = f'{ {1: 2}[1] }'",
    ],
)
def test_fields_of_f_strings_keep_their_place(source: str) -> None:
    value = scan(decode(source.encode(), "app.py")).bindings[0].value
    assert isinstance(value, Str)
    for part in value.parts:
        if not isinstance(part, Run):
            assert source[part.start] == "{"
            assert source[part.end - 1] == "}"
            assert "".join(part.label.split()) in "".join(source[part.start : part.end].split())


FIELDS = [
    "{x}",
    "{ x }",
    "{x.y}",
    "{x!r}",
    "{x:>4}",
    "{x:.2f}",
    "{f(x)}",
    "{x[1:2]}",
    "{x != 1}",
    "{x:{y}}",
    "{x=}",
    "{ x = !r:>4}",
    "{x[:3]}",
    "{x[1:y]:>{w}}",
    "{'a' if x != 1 else '}'}",
    "{f(a=1, b={'c': 2})}",
    "{(lambda y: y)(x)!s}",
    "{x == 'b':>{w}}",
    "{\n  f(\n    x,\n  )\n}",
    "{''}",
    "{{",
    "}}",
]
FORMATTED = st.lists(st.sampled_from([*FIELDS, "a", " ", "\\n", "\\x41", "é", "'", "\n", "\\N{BULLET}"]), max_size=8)


@given(FORMATTED, st.sampled_from(["f", "rf"]))
def test_reading_plainly_gives_what_libcst_gives(pieces: list[str], prefix: str) -> None:
    literal = f'{prefix}"""{"".join(pieces)}"""'
    joined = ast.parse(literal, mode="eval").body
    values = [str(part.value) if isinstance(part, ast.Constant) else None for part in getattr(joined, "values", ())]
    plain = read_literal(literal, 0, len(literal), values, read_field)
    thorough = read_literal(literal, 0, len(literal), None, read_field)
    assert plain == thorough


def read_field(code: str, start: int) -> Expr:
    return Opaque(start, start + len(code), code)


@pytest.mark.parametrize(
    "literal",
    [
        "'a\\tb'",
        "'a' 'b'",
        "'a'\\\n  \"b\"",
        "f'{x} {y.z}'",
        "f'{x!r:>4}'",
        "rf'\\d{x}'",
        "'a'  # 'note'\n f'{x}'",
        "f'{x[:3]} {f(a=1)} {x != y} {x=} {x:<{w}}'",
        "f'{x if y == \"}\" else z}'",
    ],
)
def test_what_most_literals_look_like_needs_no_libcst(literal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)
    assert isinstance(scan(decode(f"x = ({literal})".encode(), "app.py")).bindings[0].value, Str)
