"""Notebooks (nbformat 4): the code cells as one text, and changes of it written back into the JSON.

Only the `source` strings of cells that changed are written anew; every other byte of the file stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from promptlint.json_places import UNIT, Placed, read_list, read_object, read_placed, skip_blanks
from promptlint.linediff import differences
from promptlint.magics import blanked, without_magics

_HIGH_ESCAPE = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")


class NotebookError(Exception):
    """A file that is not a notebook that can be read, or a change that cannot be written. `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its 1-based number among all cells, and the offsets of the value of `source` in the JSON text."""

    number: int
    start: int
    end: int
    text: str
    is_python: bool


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell, its present text, and where that begins in the joined text."""

    cell: Cell
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Notebook:
    """The JSON text of a notebook and its code cells.

    In the joined text a line that holds only `mark` (form feeds, which Python skips) stands between two cells, so that
    the cells can be told apart again after it was changed.
    """

    raw: str
    cells: tuple[Cell, ...]
    mark: str

    @property
    def text(self) -> str:
        """The code cells in order as one text."""
        return f"\n{self.mark}\n".join(cell.text for cell in self.cells)

    def split(self, text: str) -> tuple[CellText, ...]:
        """The cells of a joined text. Raises NotebookError where a change made one cell of several."""
        starts = [0]
        ends = []
        for match in re.finditer(rf"(?:\n|(?<![^\n])){self.mark}\n", text):
            ends.append(match.start())
            starts.append(match.end())
        if len(starts) != max(len(self.cells), 1):
            raise NotebookError(1, "a change would go across cells")
        spans = zip(self.cells, starts, [*ends, len(text)], strict=False)
        return tuple(CellText(cell, text[start:end], start) for cell, start, end in spans)

    def code(self, text: str) -> str:
        """A joined text as Python, with the same offsets: magics, shell lines and other languages blanked."""
        pieces: list[str] = []
        at = 0
        for each in self.split(text):
            code = without_magics(each.text) if each.cell.is_python else blanked(each.text)
            pieces += (text[at : each.start], code)
            at = each.start + len(each.text)
        return "".join((*pieces, text[at:]))

    def write(self, text: str) -> str:
        """The JSON text with the cells of a changed joined text. Raises NotebookError."""
        pieces: list[str] = []
        at = 0
        for each in self.split(text):
            if each.text != each.cell.text:
                pieces += (self.raw[at : each.cell.start], self._respelled(each.cell, each.text))
                at = each.cell.end
        return "".join((*pieces, self.raw[at:]))

    def _respelled(self, cell: Cell, text: str) -> str:
        """The JSON of a changed `source`: a string or a list of lines as it was, unchanged text as it is spelled."""
        raw = self.raw[cell.start : cell.end]
        ascii_only = self.raw.isascii() and _HIGH_ESCAPE.search(self.raw) is not None
        if raw.startswith('"'):
            return f'"{"".join(_spelled(_string_lines(raw[1:-1]), _lines(text), ascii_only))}"'
        items, _ = read_list(raw, 0, read_placed)
        old = [(raw[item.start + 1 : item.end - 1], item.value) for item in items]
        new = [f'"{line}"' for line in _spelled(old, _lines(text), ascii_only)]
        if not new or not items:
            return f"[{', '.join(new)}]"
        before, after = raw[: items[0].start], raw[items[-1].end :]
        commas = [raw[one.end : two.start] for one, two in pairwise(items)]
        if len(new) != len(items):
            commas = (commas or [f",{before[1:] or ' '}"])[:1] * (len(new) - 1)
        return before + "".join(line + comma for line, comma in zip(new, [*commas, ""], strict=True)) + after


def read_notebook(raw: str) -> Notebook:
    """The Python code cells of a notebook; none where it is in another language. Raises NotebookError."""
    try:
        document, end = read_object(raw, skip_blanks(raw, 0), {"cells": lambda raw, at: read_list(raw, at, _cell)})
        if (end := skip_blanks(raw, end)) < len(raw):
            raise json.JSONDecodeError("extra data", raw, end)
    except json.JSONDecodeError as error:
        raise NotebookError(error.lineno, f"not a notebook: {error.msg[:1].lower()}{error.msg[1:]}") from error
    except RecursionError as error:
        raise NotebookError(1, "not a notebook: nested too deeply") from error
    version = document.get("nbformat")
    if version != 4 or not isinstance(document.get("cells"), list):
        found = f"nbformat {version}, only 4 is read" if version != 4 else "it has no list of cells"
        raise NotebookError(1, f"not a notebook that can be read: {found}")
    language = _language(document.get("metadata"))
    cells: list[Cell] = []
    for number, (at, cell) in enumerate(document["cells"], 1):
        if language != "python" or cell.get("cell_type") != "code":
            continue
        source = cell.get("source") or Placed(at, at, None)
        lines = source.value if isinstance(source.value, list) else [source.value]
        if not all(isinstance(line, str) for line in lines):
            raise NotebookError(raw.count("\n", 0, at) + 1, f"cell {number}: `source` has to be text")
        is_python = _cell_language(cell.get("metadata")) == "python"
        cells.append(Cell(number, source.start, source.end, "".join(lines), is_python))
    longest = max((len(run) for cell in cells for run in re.findall("\f+", cell.text)), default=0)
    return Notebook(raw, tuple(cells), "\f" * (longest + 1))


def _language(metadata: Any) -> str:
    """The language of a notebook, which many leave out where it is Python."""
    metadata = metadata if isinstance(metadata, dict) else {}
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(table)
        name = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(name, str):
            return "python" if name.lower() in ("python", "ipython") else name
    return "python"


def _cell_language(metadata: Any) -> str:
    """The language of one cell as Visual Studio Code marks it."""
    entry = metadata.get("vscode") if isinstance(metadata, dict) else None
    return str(entry.get("languageId", "python")) if isinstance(entry, dict) else "python"


def _cell(raw: str, at: int) -> tuple[Any, int]:
    """A cell with its offset; its `source` is a `Placed`."""
    cell, end = read_object(raw, at, {"source": read_placed})
    return (at, cell), end


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _string_lines(raw: str) -> list[tuple[str, str]]:
    """Spelling and text of each line of a JSON string."""
    lines: list[tuple[str, str]] = []
    start = 0
    for unit in UNIT.finditer(raw):
        if unit[0] in ("\\n", "\\u000a", "\\u000A") or unit.end() == len(raw):
            spelling = raw[start : unit.end()]
            lines.append((spelling, _text_of(spelling)))
            start = unit.end()
    return lines


def _text_of(spelling: str) -> str:
    text = json.loads(f'"{spelling}"', strict=False)
    assert isinstance(text, str)
    return text


def _spelled(old: Sequence[tuple[str, str]], new: Sequence[str], ascii_only: bool) -> Iterator[str]:
    """The spelling of each new line; what was there before keeps the spelling it had."""
    spellings = [spelling for spelling, _ in old]
    at = 0
    for gone, come in differences([text for _, text in old], new):
        yield from spellings[at : gone.start]
        for number, line in enumerate(new[come.start : come.stop], gone.start):
            yield _respelled_line(spellings[number] if number < gone.stop else "", line, ascii_only)
        at = gone.stop
    yield from spellings[at:]


def _respelled_line(spelling: str, line: str, ascii_only: bool) -> str:
    """A line, with the spelling of what it has in common with the old one at both ends."""
    units = UNIT.findall(spelling)
    text = _text_of(spelling)
    if len(text) != len(units):
        units, text = [], ""
    head = _shared(text, line)
    tail = min(_shared(text[::-1], line[::-1]), min(len(text), len(line)) - head)
    middle = json.dumps(line[head : len(line) - tail], ensure_ascii=ascii_only)[1:-1]
    return "".join((*units[:head], middle, *units[len(units) - tail :]))


def _shared(left: str, right: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other),
                min(len(left), len(right)))  # fmt: skip
