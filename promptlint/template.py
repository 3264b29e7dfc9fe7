"""Prompt text as the model receives it, every literal piece with its place in the source.

A `Template` is a row of `Piece`s (literal text) and `Hole`s (values known only at run time). Rules work on
`Template.text`; `Template.replace` turns a change of that text into edits of the source, through escapes,
doubled braces, raw and triple quotes and implicit concatenation.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from promptlint.quoting import quote_for
from promptlint.syntax import Token


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the source range `start`..`end` (code point offsets) of `path` by `text`."""

    path: str
    start: int
    end: int
    text: str


class Piece(Struct, frozen=True):
    """Literal text and the source range that spells it.

    Where the lengths of text and range agree, the range holds the text character for character;
    otherwise the range is one escape sequence, which is kept or removed whole.
    """

    text: str
    path: str
    start: int
    end: int
    token: Token

    @property
    def is_verbatim(self) -> bool:
        return len(self.text) == self.end - self.start

    def slice(self, start: int, end: int) -> Piece:
        """The part from character `start` to `end` of the text. What stands for more than itself in the source cannot
        be divided there: a part of it is text that cannot be edited."""
        if (start, end) == (0, len(self.text)):
            return self
        if not self.is_verbatim:
            return Piece(self.text[start:end], self.path, self.start, self.end, replace(self.token, prefix="!"))
        return Piece(self.text[start:end], self.path, self.start + start, self.start + end, self.token)


class Source(StrEnum):
    """Where a value comes from, those that stay the same for longest first.

    SESSION: configuration, the machine, the user, or the moment a process started. UNKNOWN: the source does not say.
    DAY: a clock that shows hours or more. UNORDERED: a set or a directory listing, in no fixed order. REQUEST: what
    the function is given to work on. CLOCK: a clock that shows minutes or less. RANDOM: another value at every use.
    """

    CONSTANT = "constant"
    SESSION = "session"
    UNKNOWN = "unknown"
    DAY = "day"
    UNORDERED = "unordered"
    REQUEST = "request"
    CLOCK = "clock"
    RANDOM = "random"


class Origin(Struct, frozen=True):
    """Where the value of a hole comes from: `name` is the parameter or function, `start`..`end` where it is used."""

    source: Source = Source.UNKNOWN
    name: str = ""
    path: str = ""
    start: int = 0
    end: int = 0


HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for each character of a hole in `Template.masked`: neither a blank, nor a letter, nor punctuation."""
UNKNOWN = Origin()
CHANGING = frozenset({Source.REQUEST, Source.CLOCK, Source.RANDOM})
"""Sources that give another value at almost every call."""
_RANK = {source: rank for rank, source in enumerate(Source)}


def strongest(origins: Iterable[Origin]) -> Origin:
    """The origin that changes most often, constant where there is none; the first one that changes with every call."""
    found = Origin(Source.CONSTANT)
    for origin in origins:
        if _RANK[origin.source] > _RANK[found.source]:
            found = origin
        if found.source in CHANGING:
            break
    return found


class Hole(Struct, frozen=True):
    """A value that is filled in at run time; `start`..`end` is the expression or placeholder in the source."""

    name: str
    path: str
    start: int
    end: int
    origin: Origin = UNKNOWN
    dump: tuple[str, int, int] | None = None
    """Path, start and end of the call that writes the value as indented JSON; None for other values."""

    @property
    def text(self) -> str:
        return "{" + self.name + "}"


@dataclass(frozen=True)
class Template:
    """Literal pieces and holes in the order in which the model reads them."""

    parts: tuple[Piece | Hole, ...]

    @cached_property
    def text(self) -> str:
        """The text with each hole shown as `{name}`."""
        return "".join(part.text for part in self.parts)

    @cached_property
    def masked(self) -> str:
        """The text with each character of a hole replaced by `HOLE`, so that a hole's name is never read as text."""
        return "".join(HOLE * len(part.text) if isinstance(part, Hole) else part.text for part in self.parts)

    @cached_property
    def stretches(self) -> tuple[str, ...]:
        """The literal text between holes, empty stretches left out."""
        stretches: list[list[str]] = [[]]
        for part in self.parts:
            if isinstance(part, Hole):
                stretches.append([])
            else:
                stretches[-1].append(part.text)
        return tuple(filter(None, map("".join, stretches)))

    @property
    def holes(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts if isinstance(part, Hole))

    def spans(self) -> Iterator[tuple[int, int, Piece | Hole]]:
        """Each part with its start and end in `text`."""
        at = 0
        for part in self.parts:
            yield at, at + len(part.text), part
            at += len(part.text)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """Where each part begins in `text`."""
        return tuple(start for start, _, _ in self.spans())

    def _touched(self, start: int, end: int) -> Iterator[tuple[int, int, Piece | Hole]]:
        """The parts of `text[start:end]` with their start and end; found fast, as rules ask for every sentence."""
        for at in range(max(0, bisect_right(self._starts, start) - 1), bisect_left(self._starts, end)):
            a, part = self._starts[at], self.parts[at]
            if a < end and a + len(part.text) > start:
                yield a, a + len(part.text), part

    def source_range(self, start: int, end: int) -> tuple[str, int, int] | None:
        """Path, start and end offsets of the source that spells `text[start:end]`.

        None where the range is empty or its pieces lie in several files. It runs from the first piece to the last.
        """
        touched = list(self._touched(start, end))
        if not touched or len({part.path for *_, part in touched}) > 1:
            return None
        begin, finish = [], []
        for a, b, part in touched:
            verbatim = isinstance(part, Piece) and part.is_verbatim
            begin.append(part.start + max(0, start - a) if verbatim else part.start)
            finish.append(part.end - max(0, b - end) if verbatim else part.end)
        return touched[0][2].path, min(begin), max(finish)

    def replace(self, start: int, end: int, replacement: str = "") -> tuple[Edit, ...] | None:
        """The source edits that turn `text[start:end]` into `replacement`.

        None where the range touches a hole, so that no placeholder can be lost, or text that cannot be edited, and
        where the replacement cannot be written there (a quote in a raw string). Where the text is spread over several
        string tokens each loses its share, and the replacement goes into the first.
        """
        edits: list[Edit] = []
        for a, b, part in self._touched(start, end):
            if isinstance(part, Hole) or part.token.is_fixed:
                return None
            cut = part.slice(max(start - a, 0), min(end, b) - a) if part.is_verbatim else part
            if not replacement and self._would_close(start, cut):
                return None
            try:
                text = "" if edits else quote_for(replacement, part.token)
            except ValueError:
                return None
            edits.append(Edit(cut.path, cut.start, cut.end, text))
        return tuple(merge(edits)) if edits else None

    def _would_close(self, start: int, cut: Piece) -> bool:
        """Whether a quote that stands before a deletion would meet the quotes that end the string."""
        quote = cut.token.quote
        if not quote or cut.end != cut.token.end - len(quote) or self.text[start - 1 : start] != quote[0]:
            return False
        _, _, before = next(self._touched(start - 1, start))
        # One that is spelled as an escape, or stands in another string, ends nothing.
        return isinstance(before, Piece) and before.is_verbatim and before.token == cut.token

    def after(self, changes: list[tuple[int, int, str]]) -> Template:
        """The template with `text[start:end]` replaced for each change; a replacement is shown where the range began.

        For measuring: the pieces of a replacement point at what they replace. Changes do not overlap or touch holes.
        """
        parts: list[Piece | Hole] = []
        ordered = sorted(changes)
        ends = [end for _, end, _ in ordered]
        for a, b, part in self.spans():
            if isinstance(part, Hole):
                parts.append(part)
                continue
            text, at = "", a
            for start, end, replacement in islice(ordered, bisect_right(ends, a), None):
                if start >= b:
                    break
                text += part.text[at - a : max(start, a) - a] + (replacement if start >= a else "")
                at = min(end, b)
            text += part.text[at - a :]
            parts.append(part if text == part.text else Piece(text, part.path, part.start, part.end, part.token))
        return Template(tuple(parts))


def merge(edits: list[Edit]) -> Iterator[Edit]:
    """The edits with neighbours that touch in the source made one, also two that delete some of the same."""
    held: Edit | None = None
    for edit in sorted(edits, key=lambda edit: (edit.path, edit.start, edit.end)):
        both_delete = held is not None and not held.text and not edit.text and edit.start < held.end
        if held and held.path == edit.path and (held.end == edit.start or both_delete):
            held = Edit(held.path, held.start, max(held.end, edit.end), held.text + edit.text)
        else:
            if held:
                yield held
            held = edit
    if held:
        yield held
