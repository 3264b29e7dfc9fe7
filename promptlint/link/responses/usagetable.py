"""The table of what becomes of responses: `promptlint/data/usage.yaml`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/usage.yaml`; the file says what each list is."""

    parts: frozenset[str]
    bodies: frozenset[str]
    passing: frozenset[str]
    looking: frozenset[str]
    collecting: frozenset[str]
    observers: tuple[str, ...]
    recorders: tuple[str, ...]
    recording: frozenset[str]
    stand_ins: tuple[str, ...]
    gateways: tuple[str, ...]
    addresses: tuple[str, ...]
    local_hosts: tuple[str, ...]
    local_names: tuple[str, ...]
    unasked: tuple[str, ...]


@cache
def words() -> Words:
    """The shipped table."""
    text = (resources.files("promptlint") / "data" / "usage.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=Words)
