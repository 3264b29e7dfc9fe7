"""The layout of a prompt: its lines, and the regions that are not prose."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{[^{}\s][^{}\n]*\}|%\(\w+\)[a-z]")
"""A place in a text that other code fills in: what goes with it is lost for that code."""

FENCE = re.compile(r"[ \t]*(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, offsets without its newline."""

    start: int
    end: int
    text: str
    fenced: bool
    """Whether it belongs to a fenced code block, the fences included."""

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @property
    def indent(self) -> str:
        """The blanks and tabs it begins with."""
        return self.text[: len(self.text) - len(self.text.lstrip(" \t"))]


def lines(text: str) -> tuple[Line, ...]:
    """The lines of `text`. Only "\\n" ends a line. A fence that is never closed runs to the end, as in CommonMark."""
    found: list[Line] = []
    at, fence = 0, ""
    for content in text.split("\n"):
        match = FENCE.fullmatch(content)
        marks = match["marks"] if match else ""
        closes = bool(fence and match and marks.startswith(fence) and not match["info"].strip())
        found.append(Line(at, at + len(content), content, bool(fence or marks)))
        at += len(content) + 1
        if closes:
            fence = ""
        elif not fence:
            fence = marks
    return tuple(found)
