"""A use of an SDK in, the call that is found out: what the tests of the SDK tables share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import pytest

from linked import only_call
from promptlint.project import CallSite, Role

SYSTEM = "You are a careful bot."
USER = "Hello to you there"

Surface: TypeAlias = tuple[str, str, str | None, int | None]
"""A program with one call that sends `SYSTEM`, `USER` or both; the API, the model and the cap of the call."""


def each(surfaces: Mapping[str, Surface]) -> pytest.MarkDecorator:
    """Runs a test for each surface of a table, under its name."""
    return pytest.mark.parametrize(("source", "api", "model", "cap"), surfaces.values(), ids=surfaces)


def seen(source: str) -> tuple[str, str | None, int | None, list[tuple[Role, str]]]:
    """The API, model, cap and texts of the one call of a program."""
    call = only_call(source)
    return call.api, call.model, call.cap.tokens, sent_by(call)


def texts_in(source: str) -> list[tuple[Role, str]]:
    """What the call of a program has to send. Raises ValueError where it holds neither text."""
    texts = [(role, text) for role, text in ((Role.SYSTEM, SYSTEM), (Role.USER, USER)) if text in source]
    if not texts:
        raise ValueError("the program sends nothing")
    return texts


def sent_by(call: CallSite) -> list[tuple[Role, str]]:
    """Role and text of each message of a call, holes as `{name}`."""
    return [(message.role, message.template.text) for message in call.messages]
