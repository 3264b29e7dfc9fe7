"""Where a finding about a part of a prompt stands."""

from __future__ import annotations

from promptlint.project import Place, Project, Prompt


def place_in(prompt: Prompt, start: int, end: int, project: Project) -> Place:
    """The place of `text[start:end]` of a prompt in a text file, which may be long; in code, that of the prompt."""
    facts = project.modules[prompt.place.path]
    found = prompt.template.source_range(start, end)
    is_text_file = not facts.importable and not facts.cells
    return Place(*found) if is_text_file and found and found[0] == prompt.place.path else prompt.place
