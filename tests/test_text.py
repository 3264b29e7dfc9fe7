"""Lines, segments and cuts: how a prompt's text is taken apart."""

from __future__ import annotations

import pytest

from promptlint.wording.cutting import cuts
from promptlint.wording.repeats import repeats, words
from promptlint.wording.segments import segments
from promptlint.wording.text import lines


def said(text: str) -> list[str]:
    return [text[segment.start : segment.end] for segment in segments(text)]


def test_lines_know_their_offsets_and_fences() -> None:
    text = "a\n```py\nb\n```\nc"
    assert [text[line.start : line.end] for line in lines(text)] == ["a", "```py", "b", "```", "c"]
    assert [line.fenced for line in lines(text)] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("text", "fenced"),
    [
        ("```\nopen", [True, True]),
        ("````\n```\n````\nx", [True, True, True, False]),
        ("```{name}```\nx", [False, False]),
        ("~~~\nx\n~~~", [True, True, True]),
    ],
)
def test_fences(text: str, fenced: list[bool]) -> None:
    assert [line.fenced for line in lines(text)] == fenced


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Be brief. Be kind! Why?", ["Be brief.", "Be kind!", "Why?"]),
        ("Use e.g. Python. Then stop.", ["Use e.g. Python.", "Then stop."]),
        ("- Be brief.\n- Be kind,\n  to all of them.\n2) Stop.", ["Be brief.", "Be kind,\n  to all of them.", "Stop."]),
        ("Be brief\nBe kind", ["Be brief", "Be kind"]),
        (
            "Be brief.\n\nQ: Who?\nThink of it.\nA: Me.\n\nQ: When?\nThink of it.\nA: Now.\n\nStop.",
            ["Be brief.", "Stop."],
        ),
        ("This sentence is wrapped\nat some width.", ["This sentence is wrapped\nat some width."]),
        ("# Rules\nBe brief.\n---\nBe kind.", ["Be brief.", "Be kind."]),
        ("Be brief.\n\nExample:\nParis is big.\nRome too.\n\nBe kind.", ["Be brief.", "Be kind."]),
        ("## Examples\nParis is big.\n\nRome too.\n## Rules\nBe kind.", ["Be kind."]),
        ('Answer as in """\nParis is big.\n""" here.\nBe kind.', ["Be kind."]),
        ("Q: Where?\nA: Here.\nBe kind.", ["Be kind."]),
    ],
)
def test_segments(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_what_is_cut_leaves_the_rest_as_it_was() -> None:
    text = "Intro.\n- One. Two.\n- Three.\n"
    found = segments(text)
    [cut] = cuts(text, [segment for segment in found if "Two" in text[segment.start : segment.end]])
    assert text[: cut.start] + text[cut.end :] == "Intro.\n- One.\n- Three.\n"
    [cut] = cuts(text, [segment for segment in found if "Three" in text[segment.start : segment.end]])
    assert text[: cut.start] + text[cut.end :] == "Intro.\n- One. Two.\n"


def test_exact_repeats_point_at_the_first() -> None:
    texts = [words(text) for text in ("Be kind to all.", "Stop.", "be KIND, to all", "Note: be kind to all!")]
    assert [(repeat.redundant, repeat.kept, repeat.likeness) for repeat in repeats(texts)] == [
        (2, 0, "exact"),
        (3, 0, "exact"),
    ]


def test_a_refinement_covers_the_plain_instruction() -> None:
    plain = words("You must answer every question of theirs")
    refined = words("You must answer every question of theirs unless it is rude")
    assert [(repeat.redundant, repeat.likeness) for repeat in repeats([plain, refined])] == [(0, "near")]
    assert list(repeats([plain, words("You must not answer every question of theirs")])) == []
