"""What Python does to a text before it is sent: format, %, join, strip, dedent, cleandoc.

All of them come down to `splice`: ranges of the flat text are removed or replaced by other parts, and every
piece that stays keeps its place in the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from promptlint.link.assembly import leaves
from promptlint.link.values import Choice, Inserted, Part, Text
from promptlint.template import HOLE, Hole, Piece

_FORMAT_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_PERCENT_FIELD = re.compile(r"%(?:%|(?:\((?P<name>[^()]*)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[diouxXeEfFgGcrsa])")

_LAYOUT = re.compile(r"\A\s+|(?<!\s)\s+\Z|(?<=\n)\s+|(?<![ \t\r])[ \t\r]+(?=\n)")


class Splice(NamedTuple):
    """Put `parts` where the flat text has `start`..`end`."""

    start: int
    end: int
    parts: tuple[Part, ...] = ()


def flat(text: Text) -> str:
    """The text with one placeholder character for each hole."""
    return "".join(part.text if isinstance(part, Piece) else HOLE for part in leaves(text))


def splice(text: Text, splices: Sequence[Splice]) -> Text:
    """The text with every splice carried out. Splices are in order and do not overlap."""
    if not splices:
        return text
    return _spliced(text, list(splices), 0)[0]


def _spliced(text: Text, splices: list[Splice], at: int) -> tuple[Text, int]:
    parts: list[Part] = []
    for part in text.parts:
        if isinstance(part, Piece):
            end = at + len(part.text)
            parts.extend(_cut(part, [one for one in splices if one.start < end and one.end > at], at))
            at = end
        elif isinstance(part, Hole):
            parts.append(part)
            at += 1
        elif isinstance(part, Inserted):
            value, at = _spliced(part.value, splices, at)
            parts.append(replace(part, value=value))
        else:
            first, at = _spliced(part.options[0], splices, at)
            parts.append(Choice((first, *part.options[1:])))
    return replace(text, parts=tuple(parts)), at


def _cut(piece: Piece, splices: Sequence[Splice], at: int) -> list[Part]:
    """What is left of a piece that begins at `at` of the flat text."""
    parts: list[Part] = []
    position = 0
    for start, end, inserted in splices:
        begin, stop = max(start - at, 0), min(end - at, len(piece.text))
        if begin > position:
            parts.append(piece.slice(position, begin))
        if start >= at:
            parts.extend(inserted)
        position = stop
    if position < len(piece.text):
        parts.append(piece.slice(position, len(piece.text)))
    return parts


def strip(text: Text, characters: str | None, *, left: bool = True, right: bool = True) -> Text:
    """`str.strip`, `lstrip`, `rstrip`."""
    whole = flat(text)
    splices = []
    begin = len(whole) - len(whole.lstrip(characters)) if left else 0
    end = len(whole.rstrip(characters)) if right else len(whole)
    if begin:
        splices.append(Splice(0, begin))
    if begin < end < len(whole):
        splices.append(Splice(end, len(whole)))
    return splice(text, splices)


def dedent(text: Text) -> Text:
    """`textwrap.dedent`: the margin common to all lines that are not blank goes, and blank lines are emptied."""
    return replace(_without_margin(text, first_line_apart=False), cleaned=True)


def cleandoc(text: Text) -> Text:
    """`inspect.cleandoc`: as dedent, but the first line stands apart; blank lines at both ends go."""
    cleaned = _without_margin(text, first_line_apart=True)
    whole = flat(cleaned)
    lines = re.compile(r"\A(?:[ \t]*\n)*[ \t]*|(?:\n[ \t]*)*\Z")
    splices = [Splice(match.start(), match.end()) for match in lines.finditer(whole) if match.end() > match.start()]
    return replace(splice(cleaned, splices), cleaned=True)


def without_layout(text: Text) -> Text:
    """A text without what only lays it out: blanks at both ends of its lines, and blank lines."""
    return replace(splice(text, [Splice(*one.span()) for one in _LAYOUT.finditer(flat(text))]), cleaned=True)


def _without_margin(text: Text, *, first_line_apart: bool) -> Text:
    whole = flat(text)
    lines = [(match.start(), match[0]) for match in re.finditer(r"[^\n]+", whole)]
    measured = [line for start, line in lines if line.strip() and not (first_line_apart and start == 0)]
    margin = _common_margin(measured)
    splices = []
    for start, line in lines:
        if not line.strip():
            splices.append(Splice(start, start + len(line)))
        elif margin and not (first_line_apart and start == 0):
            splices.append(Splice(start, start + len(margin)))
    return splice(text, splices)


def _common_margin(lines: Sequence[str]) -> str:
    """The longest run of blanks that every line begins with."""
    if not lines:
        return ""
    low, high = min(lines), max(lines)
    length = 0
    while length < min(len(low), len(high)) and low[length] == high[length] and low[length] in " \t":
        length += 1
    return low[:length]


def fill_format(text: Text, fill: Callable[[str, Piece], Part]) -> Text:
    """`str.format`: fields become what `fill` gives for them, doubled braces single ones."""
    splices = []
    automatic = 0
    for match, piece in _in_pieces(text, _FORMAT_FIELD):
        if match[0] in ("{{", "}}"):
            splices.append(Splice(match.start(), match.end(), (replace(piece, text=match[0][0]),)))
            continue
        field = re.split(r"[.\[!:]", match[1], maxsplit=1)[0].strip()
        if not field:
            field, automatic = str(automatic), automatic + 1
        splices.append(Splice(match.start(), match.end(), (fill(field, piece),)))
    return splice(text, splices)


def fill_percent(text: Text, fill: Callable[[str, Piece], Part]) -> Text:
    """`template % values`: conversions become what `fill` gives for them, `%%` one percent sign."""
    splices = []
    position = 0
    for match, piece in _in_pieces(text, _PERCENT_FIELD):
        if match[0] == "%%":
            splices.append(Splice(match.start(), match.end(), (replace(piece, text="%"),)))
            continue
        name = match["name"]
        if name is None:
            name, position = str(position), position + 1
        splices.append(Splice(match.start(), match.end(), (fill(name, piece),)))
    return splice(text, splices)


def _in_pieces(text: Text, pattern: re.Pattern[str]) -> list[tuple[re.Match[str], Piece]]:
    """The matches of a pattern in the flat text that lie in one piece each, with the piece cut to the match."""
    found = []
    spans: list[tuple[int, int, Piece | Hole]] = []
    at = 0
    for leaf in leaves(text):
        length = len(leaf.text) if isinstance(leaf, Piece) else 1
        spans.append((at, at + length, leaf))
        at += length
    index = 0
    for match in pattern.finditer(flat(text)):
        while spans[index][1] <= match.start():
            index += 1
        start, end, leaf = spans[index]
        if isinstance(leaf, Piece) and leaf.is_verbatim and match.end() <= end:
            found.append((match, leaf.slice(match.start() - start, match.end() - start)))
    return found


def join(separator: Text, items: Sequence[Part]) -> Text:
    """`separator.join(items)`. The separator's source belongs to the first place it is used."""
    parts: list[Part] = []
    for index, item in enumerate(items):
        if index:
            parts.extend(separator.parts)
        parts.append(item)
    return Text(tuple(parts))
