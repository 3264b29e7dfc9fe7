"""Prompts that no call is seen to reach, and texts that are none."""

from __future__ import annotations

import pytest

from linked import project
from promptlint.project import Evidence, Role


def evidence(source: str) -> list[Evidence]:
    return [prompt.evidence for prompt in project(source).prompts]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('SYSTEM_PROMPT = "You are a helpful assistant that answers in one word."', Evidence.NAMED),
        ('PROMPTS = {"route": "Decide which team should get the ticket."}', Evidence.NAMED),
        ('class RoutePrompt:\n    examples = ["The printer on floor two is broken again."]', Evidence.NAMED),
        ('def build_prompt(x):\n    return f"Summarize the following text for a busy reader: {x}"', Evidence.NAMED),
        ('m = {"role": "system", "content": "You are the one who knows it all."}', Evidence.FRAMEWORK),
        (
            't = {"name": "f", "description": "Looks up the weather of a city today", "parameters": {}}',
            Evidence.FRAMEWORK,
        ),
        ('# promptlint: prompt\nTEXT = "Some words that nothing else shows to be one"', Evidence.DECLARED),
        (
            "from pydantic import BaseModel, Field\n"
            'class Out(BaseModel):\n    x: str = Field(description="the reason why this was chosen at all")\n'
            "ask(response_model=Out)",
            Evidence.FRAMEWORK,
        ),
    ],
)
def test_prompts_by_evidence(source: str, kind: Evidence) -> None:
    assert evidence(source) == [kind]


@pytest.mark.parametrize(
    "source",
    [
        'log.info("You are about to delete all of the prompt files in here")',
        'raise ValueError("The prompt must be a string and you must not leave it empty")',
        'parser.add_argument("--prompt", help="The prompt that you want to send to the model")',
        'PROMPT_SQL = "SELECT name, text FROM prompts WHERE id = 1 AND deleted = 0"',
        'HTML_TEMPLATE = "<html><body>You must return to the page that you came from</body></html>"',
        'def prompt():\n    """You are reading the docstring of an ordinary function here."""',
        'ERROR_TEMPLATE = "You should always check the answer before you return it"',
        'TITLE = "The quick brown fox jumps over the lazy dog"',
        'm = {"role": "admin", "content": "The page that this person may edit freely"}',
        'class Out(BaseModel):\n    x: str = Field(description="the reason why this was chosen at all")',
    ],
)
def test_other_texts_are_not_prompts(source: str) -> None:
    assert evidence(source) == []


def test_the_role_is_read_from_the_names() -> None:
    roles = {
        prompt.name: prompt.role
        for prompt in project("""
    SYSTEM_PROMPT = "You are a helpful assistant that answers in one word."
    USER_PROMPT = "Please answer the question that the user asked before."
    """).prompts
    }
    assert roles == {"SYSTEM_PROMPT": Role.SYSTEM, "USER_PROMPT": Role.USER}
