"""What is known of files as bytes, for the cache: compressed, and checked when it is read."""

from __future__ import annotations

import zlib
from typing import TypeVar

from promptlint.facts import ModuleFacts, Outline

_T = TypeVar("_T")
_LENGTH = 4
"""Bytes that say how long the outline before packed facts is."""


class Damaged(ValueError):
    """Bytes that are not what this version packs."""


def pack(value: object) -> bytes | None:
    """A value as bytes; None where it holds text that is no Unicode."""
    from msgspec import msgpack

    try:
        return zlib.compress(msgpack.encode(value), 1)
    except UnicodeEncodeError:
        return None


def unpack(packed: bytes, kind: type[_T]) -> _T:
    """The value of that type that was packed. Raises Damaged."""
    from msgspec import DecodeError, msgpack

    try:
        return msgpack.decode(zlib.decompress(packed), type=kind)
    except (zlib.error, DecodeError) as error:
        raise Damaged(str(error)) from error


def unpack_if_sound(packed: bytes | None, kind: type[_T]) -> _T | None:
    """The value of that type that was packed; None for nothing, or what is damaged."""
    try:
        return None if packed is None else unpack(packed, kind)
    except Damaged:
        return None


def pack_facts(facts: ModuleFacts) -> bytes | None:
    """The facts of a file as bytes, their outline first, which can be read alone; None as for `pack`."""
    outline, body = pack(facts.outline()), pack(facts)
    return None if outline is None or body is None else len(outline).to_bytes(_LENGTH, "big") + outline + body


def unpack_outline(packed: bytes) -> Outline:
    """The outline of facts that were packed: less than a tenth of the work. Raises Damaged."""
    return unpack(packed[_LENGTH : _end_of_outline(packed)], Outline)


def unpack_facts(packed: bytes) -> ModuleFacts:
    """Facts that were packed. Raises Damaged."""
    return unpack(packed[_end_of_outline(packed) :], ModuleFacts)


def _end_of_outline(packed: bytes) -> int:
    return _LENGTH + int.from_bytes(packed[:_LENGTH], "big")
