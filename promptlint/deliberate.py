"""Whether the layout of a text is wanted: the code works on its lines, or a docstring says so."""

from __future__ import annotations

import re

from promptlint.facts import CallPlace, ModuleFacts
from promptlint.finding import Applicability, Fix
from promptlint.project import Place, Prompt
from promptlint.syntax import Attr, Call, Name, Run, Str
from promptlint.template import Edit

BY_LINES = frozenset({"replace", "split", "splitlines"})
"""Methods that work on the line breaks of a text."""
ON_PURPOSE = re.compile(
    r"\b(?:identical|verbatim|byte[- ]for[- ]byte)\b|\bexactly (?:like|as)\b|\bmatch\w*\b[^.]{0,80}\bexactly\b"
    r"|\bindent\s*=",
    re.IGNORECASE,
)
"""Words of a docstring that say that a text has to be laid out like another one."""


def is_deliberate(place: Place, facts: ModuleFacts) -> bool:
    """Whether the layout of the text that is written at a place of a file is wanted as it is."""
    return _is_described(place, facts) or any(
        _is_cut_by_lines(one, facts)
        for one in facts.calls
        if (one.expr.start, one.expr.end) == (place.start, place.end)
    )


def layout_fix(prompt: Prompt, description: str, edits: tuple[Edit, ...]) -> Fix | None:
    """A fix that takes layout out of a prompt, None where there is nothing that can be edited. Where code works on the
    text it may not find what it looks for any more."""
    applicability = Applicability.UNSAFE if prompt.is_worked_on else Applicability.SAFE
    return Fix(applicability, description, edits) if edits else None


def _is_described(place: Place, facts: ModuleFacts) -> bool:
    """Whether the docstring of a function around a place says it."""
    around = (one for one in facts.scopes if one.kind == "function" and one.start <= place.start < one.end)
    texts = (_text(one.docstring) for one in around if one.docstring)
    return any(ON_PURPOSE.search(text) for text in texts)


def _is_cut_by_lines(written: CallPlace, facts: ModuleFacts) -> bool:
    """Whether the lines of a result are worked on: `json.dumps(value, indent=4).replace("\\n", "\\n    ")`."""
    for one in facts.calls:
        func = one.expr.func
        if not isinstance(func, Attr) or func.name not in BY_LINES:
            continue
        is_same = (func.value.start, func.value.end) == (written.expr.start, written.expr.end)
        is_named = isinstance(func.value, Name) and func.value.id == written.bound_to and one.scope == written.scope
        if (is_same or is_named) and (func.name == "splitlines" or _has_line_break(one.expr)):
            return True
    return False


def _has_line_break(call: Call) -> bool:
    return any("\n" in _text(one) for one in call.args if isinstance(one, Str))


def _text(literal: Str) -> str:
    return "".join(part.text for part in literal.parts if isinstance(part, Run))
