"""System and user prompts that belong together by their names: `SUMMARY_SYSTEM_PROMPT` and `SUMMARY_USER_PROMPT`."""

from __future__ import annotations

import re

from promptlint.project import Project, Prompt

PART = re.compile(r"[a-z\d]+|[A-Z\d]+(?![a-z])|[A-Z][a-z\d]+")


def partner(prompt: Prompt, project: Project) -> Prompt | None:
    """The system prompt beside which a user prompt of the same file is sent, told by their names; None without one."""
    if prompt.name is None or "user" not in _parts(prompt.name):
        return None
    wanted = ["system" if part == "user" else part for part in _parts(prompt.name)]
    named = [one for one in project.prompts if one.place.path == prompt.place.path and one.name is not None]
    found = [one for one in named if _parts(one.name or "") == wanted and not one.calls]
    return found[0] if len(found) == 1 else None


def _parts(name: str) -> list[str]:
    return [part.lower() for part in PART.findall(name)]
