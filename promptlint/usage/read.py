"""Reading usage files: the first document that a reader knows says what the file is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from promptlint.usage import anthropic, langfuse, litellm, openai, opentelemetry
from promptlint.usage.documents import Document, Documents, UsageError
from promptlint.usage.record import Record

READERS: tuple[ModuleType, ...] = (opentelemetry, litellm, langfuse, anthropic, openai)
"""Each has a NAME, and functions `fits` (whether a document is of its kind) and `records` (those of a document)."""


@dataclass(slots=True)
class FileRead:
    """What a file was found to be, while and after it is read. `broken` counts its lines that could not be read."""

    path: Path
    format: str = ""
    broken: int = 0


def records(file: FileRead, read: Callable[[int], None] = lambda _: None) -> Iterator[Record]:
    """The records of a file, one at a time; fills in what `file` is. `read` is told the bytes read since the last time.

    Raises UsageError where it cannot be read or no reader knows it.
    """
    documents = Documents(file.path, read)
    reader: ModuleType | None = None
    for document in documents:
        reader = reader or _reader(document)
        if reader:
            file.format = reader.NAME
            yield from reader.records(document)
    file.broken = documents.broken
    if reader is None:
        known = ", ".join(one.NAME for one in READERS)
        raise UsageError(f"{file.path}: not a usage file that promptlint knows ({known})")


def _reader(document: Document) -> ModuleType | None:
    return next((reader for reader in READERS if reader.fits(document)), None)
