"""decorative-separator, from source to findings and rewritten source."""

from __future__ import annotations

import pytest

from promptlint.finding import Applicability, Finding
from rule_run import FILE, findings, fixed

RULE = "decorative-separator"
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"
EAGER = {"min-tokens": 1}


def app(prompt: str, more: str = "") -> str:
    """A module with one call that sends a triple-quoted prompt."""
    return (
        f'{HEAD}SYSTEM = """{prompt}"""\n\n\ndef ask(question):\n'
        '    return client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": SYSTEM}, '
        f'{{"role": "user", "content": question}}]{more})\n'
    )


def check(prompt: str, more: str = "") -> list[Finding]:
    return findings(app(prompt, more), RULE, options=EAGER)


def after_fix(prompt: str) -> str:
    return fixed(app(prompt), RULE, unsafe=False, options=EAGER)[FILE].partition('"""')[2].partition('"""')[0]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        pytest.param(f"Hi.\n\n{'═' * 60}\nBe kind.", "Hi.\n\n═══\nBe kind.", id="box drawing"),
        pytest.param(f"Hi.\n\n{'* ' * 20}*\nBe kind.", "Hi.\n\n* * *\nBe kind.", id="spaced"),
        pytest.param(f"Hi.\n\n{'=-' * 30}\nBe kind.", "Hi.\n\n=-=-=-\nBe kind.", id="two signs by turns"),
        pytest.param(f"{'━' * 30} RULES {'━' * 30}\nBe kind.", "━━━ RULES ━━━\nBe kind.", id="around a title"),
        pytest.param(f"Hi.\n\n{'▬' * 40}\nBe kind.", "Hi.\n\n▬▬▬▬▬\nBe kind.", id="symbols"),
        pytest.param(
            f"{'─' * 70}\nThe rules\n{'─' * 70}\nBe kind.", "───\nThe rules\n───\nBe kind.", id="a frame, as one"
        ),
    ],
)
def test_rows_are_shortened(prompt: str, expected: str) -> None:
    [finding] = check(prompt)
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.SAFE
    assert after_fix(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("Hi.\n\n---\nBe kind.\n\n###\nBe brief.", id="short separators"),
        pytest.param("A heading\n═════════\nBe kind.", id="an underlined heading"),
        pytest.param(f"| a | b |\n{'─' * 40}\n| 1 | 2 |", id="beside a table"),
        pytest.param(f"name    price\n{'─' * 40}\nx       2", id="beside columns"),
        pytest.param(f"```\nx\n\n{'═' * 60}\n```", id="in a fenced block"),
        pytest.param(f"Answer above the line {'═' * 60} only.\n\n{'═' * 60}\n", id="the prompt speaks of it"),
        pytest.param("____________ is the capital.\n**********strong**********", id="a blank to fill, and emphasis"),
        pytest.param("★★★★★\n\nBe kind.", id="a rating"),
        pytest.param("<<<<<<<<<<<<<<<<\na\n>>>>>>>>>>>>>>>>", id="conflict markers"),
    ],
)
def test_what_separates_marks_or_means_something_is_left_alone(prompt: str) -> None:
    assert check(prompt) == []


def test_a_row_that_another_text_of_the_call_names_is_left_alone() -> None:
    row = "═" * 60
    assert len(check(f"Hi.\n\n{row}\nBe kind.")) == 1
    assert check(f"Hi.\n\n{row}\nBe kind.", more=f', stop=["{row}"]') == []
    other = app(f"Hi.\n\n{row}\nBe kind.").replace('"content": question', f'"content": "Text until {row}: " + question')
    assert findings(other, RULE, options=EAGER) == []


def test_cheap_decoration_is_not_reported() -> None:
    assert findings(app(f"Hi.\n\n{'=' * 80}\nBe kind.\n\n{'-' * 80}\nBe brief."), RULE) == []
