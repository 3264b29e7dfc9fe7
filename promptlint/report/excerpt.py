"""The source lines of a finding, with line numbers and carets, cut to the width of the terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from promptlint.facts import ModuleFacts
from promptlint.project import Place
from promptlint.report.terminal import Terminal, cells, visible_char

TAB = "    "


@dataclass(frozen=True, slots=True)
class _Row:
    """A source line and the part of it to underline, in characters."""

    number: int
    text: str
    start: int
    end: int


def excerpt(text: str, module: ModuleFacts, place: Place, terminal: Terminal, color: str) -> list[str]:
    """The lines to print for a place; of a long span its first two lines and its last, with `…` between."""
    rows = _rows(text, module, place)
    shift = rows[0].number - module.locate(place.start).line  # a notebook counts the lines of each cell
    gutter = len(str(rows[-1].number - shift))
    room = terminal.width - gutter - 3

    def line(number: str, body: str = "") -> str:
        return f"{terminal.paint(f'{number:>{gutter}} |', dim=True)} {body}".rstrip()

    lines = [line("")]
    previous = rows[0].number
    for row in rows:
        if row.number > previous + 1:
            lines.append(line("…"))
        shown, before, under = _fit(row, room)
        lines.append(line(str(row.number - shift), shown))
        if under:
            lines.append(line("", " " * before + terminal.paint("^" * under, color)))
        previous = row.number
    lines.append(line(""))
    return lines


def _rows(text: str, module: ModuleFacts, place: Place) -> list[_Row]:
    first, column = module.position(place.start)
    # The last character decides: an end at the start of a line does not show that line.
    last, last_column = module.position(max(place.start, place.end - 1))
    numbers = range(first, last + 1) if last - first < 3 else (first, first + 1, last)
    rows = []
    for number in numbers:
        begin = module.line_starts[number - 1]
        finish = module.line_starts[number] if number < len(module.line_starts) else len(text)
        content = text[begin:finish].rstrip("\r\n")
        indentation = len(content) - len(content.lstrip())
        start = column - 1 if number == first else indentation
        end = last_column if number == last else len(content)
        rows.append(_Row(number, content, start, min(max(end, start), len(content))))
    return rows


def _fit(row: _Row, room: int) -> tuple[str, int, int]:
    """The line as shown in `room` columns, the columns before its underlined part and those of that part."""
    shown = [_shown(char) for char in row.text]
    widths = [cells(piece) for piece in shown]
    left, right = 0, len(shown)
    if sum(widths) > room:
        budget = room - 2
        if sum(widths[: row.end]) > budget:
            # Some of what stands before helps to read it; the underlined part gets the rest.
            context, left = 0, row.start
            while left > 0 and context + widths[left - 1] <= budget // 3:
                left -= 1
                context += widths[left]
        right, used = left, 0
        while right < len(shown) and used + widths[right] <= budget:
            used += widths[right]
            right += 1
    head = "…" if left else ""
    tail = "…" if right < len(shown) else ""
    before = cells(head) + sum(widths[left : row.start])
    under = sum(widths[row.start : min(row.end, right)])
    return head + "".join(shown[left:right]) + tail, before, under


def _shown(char: str) -> str:
    if char == "\t":
        return TAB
    return " " if unicodedata.category(char) == "Zs" else visible_char(char)
