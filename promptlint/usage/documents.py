"""JSON documents and CSV rows of a file, one at a time, so that no file has to fit into memory."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

CHUNK = 1 << 20
"""Bytes read at once."""
BETWEEN = " \t\r\n,[]"
"""What stands between the documents of a stream: blanks, and the brackets and commas of a list."""

Document = Mapping[str, object]


class UsageError(Exception):
    """A usage file that cannot be used; the message names it."""


class Documents:
    """The objects of a JSON Lines file, of a JSON list or of several JSON documents, or the rows of a CSV file.

    `read` is told the bytes read since the last time. After iterating, `broken` counts the lines that are no JSON.
    """

    def __init__(self, path: Path, read: Callable[[int], None] = lambda _: None) -> None:
        self.path = path
        self.broken = 0
        self._read = read

    def __iter__(self) -> Iterator[Document]:
        """Raises UsageError."""
        try:
            with self.path.open("rb") as file:
                first = file.peek(CHUNK)[:CHUNK].removeprefix(codecs.BOM_UTF8).lstrip()[:1]
                if first == b"{":
                    yield from self._lines(file)
                elif first == b"[":
                    yield from self._values(file, "")
                else:
                    yield from self._rows(file)
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}") from error
        except (ValueError, RecursionError, csv.Error) as error:
            raise UsageError(f"{self.path}: neither JSON nor CSV: {error}") from error

    def _lines(self, file: BinaryIO) -> Iterator[Document]:
        """An object a line; where the first line is not one, objects that run over several lines."""
        decoder = msgspec.json.Decoder()
        first = file.readline().removeprefix(codecs.BOM_UTF8)
        try:
            yield decoder.decode(first)
        except msgspec.DecodeError:
            yield from self._values(file, first.decode("utf-8"))
            return
        self._read(len(first))
        for line in file:
            self._read(len(line))
            if not line.strip():
                continue
            try:
                document = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                self.broken += 1
                continue
            if isinstance(document, dict):
                yield document

    def _values(self, file: BinaryIO, text: str) -> Iterator[Document]:
        """The objects of a list, or one after the other."""
        decode = json.JSONDecoder().raw_decode
        incoming = codecs.getincrementaldecoder("utf-8-sig")()
        at, size, ended = 0, CHUNK, False
        while True:
            while at < len(text) and text[at] in BETWEEN:
                at += 1
            try:
                document, at = decode(text, at)
            except json.JSONDecodeError as error:
                if ended:
                    if text[at:].strip():
                        raise UsageError(f"{self.path}: invalid JSON: {error.msg}") from error
                    return
                data = file.read(size)
                self._read(len(data))
                ended = not data
                # An object that is longer than what is read at once must not be tried too often.
                size = CHUNK if at else 2 * size
                text, at = text[at:] + incoming.decode(data, final=ended), 0
                continue
            if isinstance(document, dict):
                yield document

    def _rows(self, file: BinaryIO) -> Iterator[Document]:
        csv.field_size_limit(1 << 30)
        for row in csv.DictReader(self._text(file)):
            yield {key: value for key, value in row.items() if isinstance(key, str)}

    def _text(self, file: BinaryIO) -> Iterator[str]:
        """The lines as text, each with its end."""
        decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        for line in file:
            self._read(len(line))
            yield decode(line)
