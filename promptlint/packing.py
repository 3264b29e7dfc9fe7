"""Facts as bytes: for the cache, and for their way between processes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from promptlint.facts import ModuleFacts

if TYPE_CHECKING:
    from msgspec import msgpack


def pack(facts: ModuleFacts) -> bytes | None:
    """The facts of a file as bytes; None where they hold text that is no Unicode."""
    try:
        return _encoder().encode(facts)
    except UnicodeEncodeError:
        return None


def unpack(packed: bytes) -> ModuleFacts:
    """The facts that were packed. Raises msgspec.DecodeError for what another version packed."""
    return _decoder().decode(packed)


@cache
def _encoder() -> msgpack.Encoder:
    from msgspec import msgpack

    return msgpack.Encoder()


@cache
def _decoder() -> msgpack.Decoder[ModuleFacts]:
    from msgspec import msgpack

    return msgpack.Decoder(ModuleFacts)
