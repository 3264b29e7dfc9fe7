"""Rewriting string expressions: the value becomes the intended text, and nothing else of the source changes."""

from __future__ import annotations

import ast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptlint.fix import apply_edits, unchanged_outside
from promptlint.template import Hole, Piece, Template
from promptlint.tree import tree_of

VALUES = {"name": "\x01name\x01", "count": "\x01count\x01"}
"""What the fields are when the expression is evaluated: no text of a literal."""

PREFIXES = ["", "r", "f", "rf", "F"]
QUOTES = ['"', "'", '"""', "'''"]
LETTERS = st.sampled_from(["a", "b", " ", "\n", "\\", "'", '"', "{", "}", "\t", "é", "😀", "\x07"])
FRAME = (
    'from openai import OpenAI\n\n\ndef ask(name, count):\n    OpenAI().responses.create(model="gpt-5.5", input=({}))\n'
)


@st.composite
def literal(draw: st.DrawFn) -> str:
    """A string literal of some spelling, with fields where it is an f-string."""
    prefix, quote = draw(st.sampled_from(PREFIXES)), draw(st.sampled_from(QUOTES))
    raw, formatted = "r" in prefix.lower(), "f" in prefix.lower()
    body = ""
    for _ in range(draw(st.integers(0, 6))):
        if formatted and draw(st.booleans()):
            body += "{" + draw(st.sampled_from(sorted(VALUES))) + "}"
            continue
        text = draw(st.text(LETTERS, max_size=6))
        if raw:
            assume("\\" not in text and quote[0] not in text and not (len(quote) == 1 and "\n" in text))
        else:
            text = text.replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
            text = text if len(quote) == 3 else text.replace("\n", "\\n")
        body += text.replace("{", "{{").replace("}", "}}") if formatted else text
    return f"{prefix}{quote}{body}{quote}"


@st.composite
def expression(draw: st.DrawFn) -> str:
    """Literals side by side or added up."""
    parts = draw(st.lists(literal(), min_size=1, max_size=3))
    joins = [draw(st.sampled_from([" ", "\n        ", " + ", "  # a 'note'\n        "])) for _ in parts[1:]]
    return parts[0] + "".join(join + part for join, part in zip(joins, parts[1:], strict=True))


def sent(source: str) -> Template:
    """What the call of the program sends; with no parts where that is nothing."""
    [call] = tree_of({"app.py": source.encode()}).project.calls
    parts = tuple(part for message in call.messages for part in message.template.parts)
    return Template(parts)


def value_of(code: str) -> str:
    """What an expression of this test evaluates to."""
    text: str = eval(compile(ast.parse(f"({code}\n)", mode="eval"), "expression", "eval"), dict(VALUES))
    return text


def shown(template: Template, start: int, end: int, replacement: str) -> str:
    """The text with a range replaced, as it is when the fields are filled in."""
    text = ""
    for a, b, part in template.spans():
        if isinstance(part, Hole):
            text += VALUES[part.name]
            continue
        text += part.text[: max(0, start - a)] if a < end and b > start else part.text
        if a <= start < b:
            text += replacement
        if a < end and b > start:
            text += part.text[max(0, end - a) :]
    return text


@given(expression(), st.data())
def test_the_value_becomes_the_intended_text(code: str, data: st.DataObject) -> None:
    source = FRAME.format(code)
    template = sent(source)
    assume(template.parts)
    plain = "".join(VALUES[part.name] if isinstance(part, Hole) else part.text for part in template.parts)
    assert plain == value_of(code)

    length = len(template.text)
    start = data.draw(st.integers(0, length - 1), "start")
    end = data.draw(st.integers(start + 1, length), "end")
    replacement = data.draw(st.text(LETTERS, max_size=3), "replacement")
    edits = template.replace(start, end, replacement)
    if edits is None:
        # What touches a field cannot be replaced, and a raw string cannot spell everything.
        touched = [part for a, b, part in template.spans() if a < end and b > start]
        first = touched[0]
        assert any(isinstance(part, Hole) for part in touched) or (
            isinstance(first, Piece) and first.token.is_raw and set(replacement) & {"\\", "\n", first.token.quote[0]}
        )
        return
    new = apply_edits(source, sorted(edits, key=lambda edit: edit.start))
    assert unchanged_outside(source, new, edits)
    before, after = FRAME.split("{}")
    assert new.startswith(before)
    assert new.endswith(after)
    assert value_of(new[len(before) : -len(after)]) == shown(template, start, end, replacement)


@pytest.mark.parametrize(
    ("code", "is_possible"),
    [
        (r"'it\'\\'", True),
        (r"'it\'s'", True),
        (r'''"""say "yes"\n"""''', False),
        (r'''"""say \"yes\"\n"""''', True),
        ('\'say "\' """x"""', True),
    ],
)
def test_the_last_character_goes_unless_a_quote_before_it_would_end_the_string(code: str, is_possible: bool) -> None:
    source = FRAME.format(code)
    template = sent(source)
    edits = template.replace(len(template.text) - 1, len(template.text))
    assert (edits is not None) == is_possible
    before, after = FRAME.split("{}")
    if edits:
        new = apply_edits(source, list(edits))
        assert value_of(new[len(before) : -len(after)]) == template.text[:-1]
