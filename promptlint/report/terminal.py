"""Text for people: colour, width, and characters that must not reach a terminal as they are."""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from dataclasses import dataclass

import click

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that can move the cursor, colour, reorder or break lines, or that no encoding takes."""


_COMMAND = re.compile(r"^[ \t]*:(?=:)|##(?=\[)", re.MULTILINE)

PROSE = 100
"""Columns beyond which prose is hard to read."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where text goes: its width in columns, whether it shows colour, and whether a screen shows it at all."""

    width: int = 80
    color: bool = False
    screen: bool = False

    def paint(self, text: str, fg: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
        return click.style(text, fg=fg, bold=bold or None, dim=dim or None) if self.color and text else text

    def wrap(self, text: str, first: str = "", rest: str = "") -> list[str]:
        """`text` in lines that fit and read well, the first behind `first`, the others behind `rest`."""
        return textwrap.wrap(
            text,
            min(self.width, PROSE),
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [first.rstrip()]


def visible(text: str) -> str:
    """`text` with control, format and surrogate characters, and what is no character, spelled as escapes."""
    return "".join(visible_char(char) for char in text)


def visible_char(char: str) -> str:
    if unicodedata.category(char) not in _UNSAFE and not _is_no_character(char):
        return char
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_no_character(char: str) -> bool:
    """Whether Unicode reserves it for no use; XML does not take all of them."""
    return ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"


def inert(text: str) -> str:
    """`text` with nothing in it that GitHub takes for a workflow command: `::name` at the beginning of a line, and
    `##[name]`, as commands were once written, anywhere (actions/runner, `ActionCommand`)."""
    return _COMMAND.sub(lambda command: command[0] + "\u200b", text)


def cells(text: str) -> int:
    """The terminal columns that `text` takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def shorten(text: str, room: int, *, keep_end: bool = False) -> str:
    """`text` cut to `room` columns, with an ellipsis at the cut."""
    if cells(text) <= room:
        return text
    kept, used = "", 1
    for char in reversed(text) if keep_end else text:
        used += cells(char)
        if used > room:
            break
        kept = char + kept if keep_end else kept + char
    return "…" + kept if keep_end else kept + "…"


def plural(count: int, noun: str) -> str:
    """`1 call`, `2 calls`, `1,234 calls`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def usd(amount: float) -> str:
    """An amount of US dollars with cents, or two significant digits where it is less than a dollar."""
    if amount == 0:
        return "$0"
    digits = 2 if abs(amount) >= 1 else 1 - math.floor(math.log10(abs(amount)))
    return f"{'-' if amount < 0 else ''}${abs(amount):,.{max(2, digits)}f}"
