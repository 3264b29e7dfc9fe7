"""Unified diffs of fixed files."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.report.terminal import Terminal, visible
from promptlint.source import Source

if TYPE_CHECKING:
    from promptlint.fix import Fixed


def render(fixed: Fixed, terminal: Terminal) -> str:
    """A patch of all changed files, with line breaks as they are in each file; empty where nothing changed.

    A notebook is shown cell by cell. On a screen control characters are spelled out: that text is for eyes, not for
    `patch`.
    """
    return "".join(
        _file(name, old, new, terminal)
        for path in fixed.changed
        for name, old, new in _texts(path, fixed.before.sources[path], fixed.after.sources[path])
    )


def _texts(path: str, before: Source, after: Source) -> Iterator[tuple[str, str, str]]:
    """The name of each file or cell with its old and its new text."""
    if before.notebook is None:
        yield path, before.text, after.text
        return
    for old, new in zip(before.notebook.split(before.text), before.notebook.split(after.text), strict=True):
        yield f"{path}:cell {old.cell.number}", old.text, new.text


def _file(path: str, old: str, new: str, terminal: Terminal) -> str:
    shown = []
    name = _name(path)
    for line in difflib.unified_diff(_lines(old), _lines(new), name, name):
        body = line.removesuffix("\n")
        ending = "\n" if body != line else "\n\\ No newline at end of file\n"
        shown.append(_paint(body, terminal) + ending)
    return "".join(shown)


def _name(path: str) -> str:
    """The name of a file, quoted as git does where it could be taken for more lines of the patch."""
    shown = visible(path)
    return path if shown == path else f'"{shown}"'


def _lines(text: str) -> list[str]:
    """Lines with their ends. Only a line feed ends a line, as for `diff` and `patch`."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]


def _paint(line: str, terminal: Terminal) -> str:
    if not terminal.screen:
        return line
    color = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    return terminal.paint("\t".join(visible(part) for part in line.removesuffix("\r").split("\t")), color)
