"""Reading source files: bytes to text and back, exactly."""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass, replace
from tokenize import detect_encoding
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptlint.notebook import Notebook

NOTEBOOK_SUFFIX = ".ipynb"

NEWLINE = re.compile(rb"\r\n|\r|\n")
FIRST_TWO_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?[^\r\n]*")
ONLY_ASCII = bytes(byte if byte < 0x80 else ord("?") for byte in range(256))


class SourceError(Exception):
    """A file that cannot be read, decoded, parsed or written back.

    `line` is 1-based; in `cell` (1-based) of a notebook where that is known.
    """

    def __init__(self, path: str, line: int, message: str, cell: int | None = None) -> None:
        super().__init__(path, line, message, cell)
        self.path = path
        self.line = line
        self.message = message
        self.cell = cell

    def __str__(self) -> str:
        return f"{self.path}:{f'cell {self.cell}:' if self.cell else ''}{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Source:
    """One file, decoded. `text` has no byte order mark and the newlines of the file ("\\r\\n" stays).

    Of a notebook it is the code cells in order, joined.
    """

    path: str
    text: str
    encoding: str
    bom: bool
    lossless: bool = True
    """False where `encoding` spells the same text in several ways and would write the file back differently."""
    notebook: Notebook | None = None
    is_python: bool = True

    @property
    def code(self) -> str:
        """The text as Python: in a notebook, what only IPython understands is blanked. Offsets are those of `text`."""
        return self.notebook.code(self.text) if self.notebook else self.text

    def cell_starts(self) -> tuple[tuple[int, int], ...]:
        """The number of each code cell of a notebook, and the offset at which it begins; both in order."""
        return tuple((each.cell.number, each.start) for each in self.notebook.split(self.text)) if self.notebook else ()

    def error(self, line: int, message: str) -> SourceError:
        """An error at a 1-based line of the text."""
        for number, start in reversed(self.cell_starts()):
            if (before := line_at(self.text[:start].encode("utf-8", "surrogatepass"), None)) <= line:
                return SourceError(self.path, line - before + 1, message, number)
        return SourceError(self.path, line, message)


def decode(data: bytes, path: str) -> Source:
    """The text of a Python file, decoded as Python does it (byte order mark, PEP 263 declaration, else UTF-8).

    Raises SourceError for an unknown encoding, bytes that the encoding does not have, NUL bytes, and a notebook
    (`.ipynb`) that is not valid.
    """
    if path.endswith(NOTEBOOK_SUFFIX):
        return decode_notebook(data, path)
    body = data.removeprefix(codecs.BOM_UTF8)
    bom = len(body) < len(data)
    refuse_binary(body, path)
    return decoded(body, path, declared_encoding(body, bom, path), bom)


def decode_plain(data: bytes, path: str) -> Source:
    """The text of a file in UTF-8. Raises SourceError for other bytes, and for NUL bytes."""
    body = data.removeprefix(codecs.BOM_UTF8)
    refuse_binary(body, path)
    return replace(decoded(body, path, "utf-8", len(body) < len(data)), is_python=False)


def decode_notebook(data: bytes, path: str) -> Source:
    """The code cells of a notebook. Raises SourceError."""
    from promptlint.notebook import NotebookError, read_notebook

    plain = decode_plain(data, path)
    try:
        cells = read_notebook(plain.text)
    except NotebookError as error:
        raise SourceError(path, error.line, error.message) from error
    return replace(plain, text=cells.text, notebook=cells, is_python=True)


def refuse_binary(body: bytes, path: str) -> None:
    if (nul := body.find(0)) >= 0:
        raise SourceError(path, line_at(body, nul), "NUL byte: not a text file")


def decoded(body: bytes, path: str, encoding: str, bom: bool) -> Source:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"byte 0x{body[error.start]:02x} is not valid {encoding}"
        raise SourceError(path, line_at(body, error.start), message) from error
    except UnicodeError as error:
        raise SourceError(path, 1, f"cannot be decoded as {encoding}: {error}") from error
    return Source(path, text, encoding, bom, encoding == "utf-8" or restores(text, encoding, body))


def encode(source: Source, text: str) -> bytes:
    """`text` as the bytes of the file `source` was decoded from: same encoding, same byte order mark.

    `encode(decode(data, path), decode(data, path).text) == data`. Raises SourceError where the encoding lacks a
    character, or would change bytes that the text does not change.
    """
    if source.notebook:
        from promptlint.notebook import NotebookError

        try:
            text = source.notebook.write(text)
        except NotebookError as error:
            raise SourceError(source.path, error.line, error.message) from error
    if not source.lossless:
        raise SourceError(source.path, 1, f"{source.encoding} text cannot be written back byte for byte")
    try:
        data = text.encode(source.encoding)
    except UnicodeEncodeError as error:
        line = line_at(text[: error.start].encode("utf-8", "surrogatepass"), None)
        message = f"{text[error.start]!r} cannot be written in the file's encoding {source.encoding}"
        raise SourceError(source.path, line, message) from error
    return codecs.BOM_UTF8 + data if source.bom else data


def read(path: str) -> Source:
    """Reads and decodes a file. Raises SourceError."""
    return decode(read_bytes(path), path)


def read_bytes(path: str) -> bytes:
    """The content of a regular file. Raises SourceError, also for folders, FIFOs and devices (not opened)."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            raise SourceError(path, 1, "is a directory" if stat.S_ISDIR(mode) else "not a regular file")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise SourceError(path, 1, reason(error)) from error


def reason(error: OSError) -> str:
    """What the operating system says, as part of a message: "no such file or directory"."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def shown(path: str, cwd: str) -> str:
    """`path` as promptlint names files: relative to `cwd` where it lies below it, else absolute, with "/"."""
    full = os.path.normpath(os.path.join(cwd, path))
    return full.removeprefix(cwd.rstrip(os.sep) + os.sep).replace(os.sep, "/")


def declared_encoding(body: bytes, bom: bool, path: str) -> str:
    """The encoding a file declares in its first two lines, "utf-8" where it declares none."""
    match = FIRST_TWO_LINES.match(body)
    # Only the declaration counts here: other characters on these lines may well be in the declared encoding.
    head = match[0].translate(ONLY_ASCII).splitlines(keepends=True) if match else []
    lines = iter(head)
    try:
        encoding, _ = detect_encoding(lambda: next(lines, b""))
        if "coding".encode(encoding) != b"coding":
            raise SyntaxError(f"not an encoding for source code: {encoding}")
    except (SyntaxError, LookupError, UnicodeError) as error:
        line = 2 if head and b"coding" not in head[0] else 1
        raise SourceError(path, line, str(error)) from error
    if bom and encoding != "utf-8":
        raise SourceError(path, 1, f"declares {encoding} but begins with a UTF-8 byte order mark")
    return encoding


def restores(text: str, encoding: str, body: bytes) -> bool:
    """Whether encoding `text` gives `body` again."""
    try:
        return text.encode(encoding) == body
    except UnicodeError:
        return False


def line_at(data: bytes, offset: int | None) -> int:
    """The 1-based line of a byte offset."""
    return 1 + len(NEWLINE.findall(data[:offset]))
