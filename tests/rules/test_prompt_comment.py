"""prompt-comment, from source to findings and rewritten source."""

from __future__ import annotations

import pytest

from one_prompt import OnePrompt
from promptlint.finding import Applicability, Severity

RULE = "prompt-comment"
PROMPTS = OnePrompt(RULE)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        pytest.param("Be kind.\nTODO: say to whom\nBe brief.", "Be kind.\nBe brief.", id="a note"),
        pytest.param("Be kind.\n# FIXME(ana): this is too long\nBe brief.", "Be kind.\nBe brief.", id="with a name"),
        pytest.param("Be kind.\n- TODO: say to whom\n- Be brief.", "Be kind.\n- Be brief.", id="in a list"),
        pytest.param("Be kind.\nXXX: is this needed", "Be kind.", id="at the end"),
        pytest.param("Be kind.\n<!-- Ask Ana\nbefore a change. -->\nBe brief.", "Be kind.\nBe brief.", id="HTML"),
        pytest.param(
            "Be kind. <!-- Ask Ana before a change. -->\nBe brief.", "Be kind.\nBe brief.", id="within a line"
        ),
        pytest.param("Be kind.\n// Offer a discount.\nBe brief.", "Be kind.\nBe brief.", id="switched off"),
        pytest.param("# noqa: E501\nBe kind.", "Be kind.", id="a directive"),
    ],
)
def test_notes_are_found_and_deleted(prompt: str, expected: str) -> None:
    [finding] = PROMPTS.check(prompt)
    assert finding.message.startswith("1 note to developers is sent")
    assert finding.severity is Severity.MEDIUM
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert PROMPTS.after_fix(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("# The rules\n## todo list\nBe kind.", id="headings"),
        pytest.param("Find each TODO in the code.\nTODO: the first one you find", id="the prompt is about notes"),
        pytest.param("```python\n# TODO: read it again\n# noqa: E501\n```", id="a fenced block"),
        pytest.param("Fix this:\nfunction f() {\n// adds the numbers up\nreturn a + b;\n}", id="code without a fence"),
        pytest.param("Example:\nTODO: call the customer back", id="an example"),
        pytest.param('Say "TODO: call the customer back" then.', id="a quotation"),
        pytest.param("TODO: {tasks} of the customer", id="with a value"),
        pytest.param("Be kind.\n<!-- start of rules -->\nBe brief.\n<!-- answer -->", id="marks"),
        pytest.param("Write <p>text</p>.\n<!-- the text of the page -->", id="HTML to write"),
        pytest.param("Write `<!-- the text of the page -->` first.", id="a comment to write"),
        pytest.param("Use #winning and #marketing as tags.\n#winning", id="hashtags"),
        pytest.param("See //server/share or https://a.example.", id="addresses"),
    ],
)
def test_what_is_no_note_is_left_alone(prompt: str) -> None:
    assert PROMPTS.check(prompt) == []
