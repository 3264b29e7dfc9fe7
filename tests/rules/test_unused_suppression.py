"""unused-suppression, from source to findings and rewritten source."""

from __future__ import annotations

import pytest

from promptlint.finding import Applicability
from rule_run import FILE, findings, fixed

RULES = ("whitespace-bloat", "duplicate-instruction", "unused-suppression")
CALL = """from openai import OpenAI

client = OpenAI()


def ask(model):
    return client.responses.create(model=model, instructions="Answer the question of the user.", input="Hi"){comment}
"""


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        pytest.param("  # promptlint: ignore", "", id="everything"),
        pytest.param("  # promptlint: ignore[whitespace-bloat]", "", id="one rule"),
        pytest.param("  # promptlint: ignore[TOK101, duplicate-instruction]", "", id="two rules"),
        pytest.param("  # noqa: E501  # promptlint: ignore[whitespace-bloat]", "  # noqa: E501", id="another comment"),
    ],
)
def test_a_comment_that_suppresses_nothing_is_removed(comment: str, left: str) -> None:
    source = CALL.format(comment=comment)
    [finding] = findings(source, "ALL")
    assert finding.rule == "unused-suppression"
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.SAFE
    assert fixed(source, "ALL", unsafe=False)[FILE] == CALL.format(comment=left)


def test_a_comment_that_suppresses_something_stays() -> None:
    repeat = "Name the page of the manual. Be kind. Name the page of the manual."
    source = CALL.replace("Answer the question of the user.", repeat)
    assert [finding.rule for finding in findings(source.format(comment=""), *RULES)] == ["duplicate-instruction"]
    comment = "  # promptlint: ignore[duplicate-instruction]"
    assert findings(source.format(comment=comment), *RULES) == []
    partly = source.format(comment="  # promptlint: ignore[duplicate-instruction, whitespace-bloat]")
    [finding] = findings(partly, *RULES)
    assert "`whitespace-bloat` finds nothing here" in finding.message
    assert fixed(partly, *RULES)[FILE] == source.format(comment=comment)


def test_a_rule_that_did_not_run_is_not_called_unused() -> None:
    source = CALL.format(comment="  # promptlint: ignore[missing-cache-marker]")
    assert findings(source, *RULES) == []


def test_a_misspelt_rule_is_named_with_its_near_miss_and_left_alone() -> None:
    source = CALL.format(comment="  # promptlint: ignore[whitespace-bloot]")
    [finding] = findings(source, *RULES)
    assert "did you mean `whitespace-bloat`?" in finding.message
    assert finding.fix is None
