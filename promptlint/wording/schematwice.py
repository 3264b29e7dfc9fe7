"""Schemas of answers that are written into a prompt and given to the API as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.project import CallSite, Place, Project
from promptlint.syntax import Call, Const
from promptlint.template import Hole

SCHEMA = re.compile(r"schema", re.IGNORECASE)
TAKES_SCHEMA = frozenset(
    {"response_schema", "response_json_schema", "response_model", "responseSchema", "text_format", "json_schema"}
)
"""Keyword arguments and keys that take a schema, or the class that it is made from, in the SDKs of OpenAI, Google and
Instructor; `response_format` may as well ask for any JSON at all."""


def schemas_sent_twice(call: CallSite, project: Project) -> Iterator[tuple[Hole, CallSite]]:
    """The placeholders for a schema in what a call sends, where the API is given the schema too, and the call of it."""
    if "response_format" not in call.expects:
        return
    api = call if call.wrapper is None else next((one for one in project.calls if call.id in one.callers), None)
    if api is None or not _gives_schema(api, project):
        return
    for message in call.messages:
        for part in message.template.parts:
            if isinstance(part, Hole) and SCHEMA.search(part.name):
                yield part, api


def _gives_schema(call: CallSite, project: Project) -> bool:
    """Whether the function around a call of the API names an argument or key that takes a schema, and gives it one."""
    facts = project.modules[call.place.path]
    scope = next(place.scope for place in facts.calls if _holds(call.place, place.expr))
    calls = [place.expr for place in facts.calls if place.scope == scope]
    given = [one.value for expr in calls for one in expr.keywords if one.name in TAKES_SCHEMA]
    return any(not isinstance(value, Const) for value in given)


def _holds(place: Place, call: Call) -> bool:
    return (call.start, call.end) == (place.start, place.end)
