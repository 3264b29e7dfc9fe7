"""String literals as most are written, read by expressions: escapes, several in a row, f-strings with plain fields.

What is read is compared with what the parser made of the literal: where they differ, nothing is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from promptlint.scan.positions import numbers
from promptlint.syntax import Expr, Field, Run, Token

_OPENING = re.compile(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_GAP = re.compile(r"(?:\s|\\\r?\n|#[^\r\n]*)*")
_LITERAL = re.compile(
    r"(?P<prefix>[A-Za-z]{0,2})"
    r"(?:\"\"\"(?P<a>(?:[^\"\\]|\\.|\"(?!\"\"))*)\"\"\"|'''(?P<b>(?:[^'\\]|\\.|'(?!''))*)'''"
    r"|\"(?P<c>(?:[^\"\\\r\n]|\\.)*)\"|'(?P<d>(?:[^'\\\r\n]|\\.)*)')",
    re.DOTALL,
)
_QUOTES = {"a": '"""', "b": "'''", "c": '"', "d": "'"}
_BRACE = re.compile(r"\{\{|\}\}|[{}]")
_FIELD = re.compile(r"[\[({]|[\])}]|'[^'\\\r\n]+'(?!')|\"[^\"\\\r\n]+\"(?!\")|''(?!')|\"\"(?!\")|[=!<>]=|[!:='\"\\#]")
"""What says where the expression of a field ends: brackets, strings, operators that look like its end."""
_REST = re.compile(
    r"(?P<echo>=\s*)?(?:![rsa])?(?::(?P<spec>(?:[^{}\\\r\n]|\{[^{}\\\r\n]*\})*))?\}",
)
"""What stands behind the expression of a field: with `=` the text shows the expression too."""
_SPECIAL = re.compile(
    r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[^{}])|\r\n?|\{\{|\}\}", re.DOTALL
)
_SIMPLE_ESCAPES = {
    "\n": "", "\r": "", "\r\n": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f",
    "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip

FieldReader = Callable[[str, int], Expr]
"""Turns the source text of an f-string field, and its offset, into an expression."""


def read_plain(
    segment: str, start: int, values: Sequence[str | None], read_field: FieldReader
) -> tuple[Run | Field, ...] | None:
    """The parts of the literals in `segment`, which begins at offset `start`; None where they are not plain.

    `values` are the texts that they have to give, in order, with None for each field.
    """
    if (verbatim := _verbatim(segment, start, values)) is not None:
        return verbatim
    parts: list[Run | _Field] = []
    at = 0
    while at < len(segment):
        literal = _LITERAL.match(segment, at)
        if literal is None or literal.lastgroup is None:
            return None
        group, prefix = literal.lastgroup, literal["prefix"]
        token = Token(start + at, start + literal.end(), prefix, _QUOTES[group])
        body = literal[group]
        if token.is_formatted:
            found = _formatted(body, start + literal.start(group), token)
            if found is None:
                return None
            parts += found
        else:
            parts += runs(body, start + literal.start(group), token)
        gap = _GAP.match(segment, literal.end())
        assert gap
        at = gap.end()
    if not _agree(parts, values):
        return None
    return tuple(part if isinstance(part, Run) else part.read(read_field) for part in parts)


def _verbatim(segment: str, start: int, values: Sequence[str | None]) -> tuple[Run, ...] | None:
    """The run of a single literal that spells its value as it is, as most do."""
    opening = _OPENING.match(segment)
    if opening is None or len(values) != 1:
        return None
    [value] = values
    prefix, quote = opening.groups()
    if segment[opening.end() : -len(quote)] != value or ("\\" in value and "r" not in prefix.lower()):
        return None
    if not value:
        return ()
    begin, end = start + opening.end(), start + len(segment)
    shared = numbers(end)
    return (Run(value, shared[begin], shared[begin + len(value)], Token(start, shared[end], prefix, quote)),)


class _Field:
    """A field that is read once the whole literal is known to be plain: reading one leaves traces."""

    __slots__ = ("at", "begin", "code", "echo", "end", "spec", "token")

    def __init__(self, at: int, end: int, code: str, begin: int, spec: str, echo: str, token: Token) -> None:
        self.at, self.end, self.code, self.begin, self.token = at, end, code, begin, token
        self.spec, self.echo = spec, echo

    def read(self, read_field: FieldReader) -> Field:
        label = " ".join(self.code.split())
        return Field(self.at, self.end, label, read_field(self.code, self.begin), self.token, self.spec)


def _formatted(body: str, start: int, token: Token) -> list[Run | _Field] | None:
    """The parts of an f-string between its quotes, None where a field is not plain."""
    if "\\N{" in body and not token.is_raw:
        return None
    parts: list[Run | _Field] = []
    at = behind = 0
    while match := _BRACE.search(body, behind):
        behind = match.end()
        if match[0] in ("{{", "}}"):
            continue
        field = _field_at(body, match.end()) if match[0] == "{" else None
        if field is None:
            return None
        code, spec, echo, behind = field
        parts += runs(body[at : match.start()], start + at, token)
        begin = start + match.end() + len(code) - len(code.lstrip())
        parts.append(_Field(start + match.start(), start + behind, code.strip(), begin, spec, echo, token))
        at = behind
    parts += runs(body[at:], start + at, token)
    return parts


def _field_at(body: str, at: int) -> tuple[str, str, str, int] | None:
    """The expression, the format, what is shown of the expression itself (`{value=}`) and the end of the field whose
    brace opens before `at`; None where it is not plain."""
    depth = 0
    for match in _FIELD.finditer(body, at):
        found = match[0]
        if found in "\\#'\"":
            return None
        if found in "([{":
            depth += 1
        elif depth and found in ")]}":
            depth -= 1
        elif not depth and found in (")", "]"):
            return None
        elif not depth and found in ("}", "!", ":", "="):
            code = body[at : match.start()]
            rest = _REST.match(body, match.start())
            if rest is None or not code.strip():
                return None
            echo = f"{code}{rest['echo']}" if rest["echo"] else ""
            return code, rest["spec"] or "", echo, rest.end()
    return None


def _agree(parts: Sequence[Run | _Field], values: Sequence[str | None]) -> bool:
    """Whether the parts give the texts and fields that the parser found."""
    given = ((part.text,) if isinstance(part, Run) else (part.echo, None) for part in parts)
    return _merged(value for one in given for value in one) == _merged(values)


def _merged(values: Iterable[str | None]) -> list[str | None]:
    """Texts next to each other joined, empty ones left out."""
    merged: list[str | None] = []
    for is_field, group in groupby((value for value in values if value != ""), key=lambda value: value is None):
        members = list(group)
        merged += members if is_field else ["".join(filter(None, members))]
    return merged


def runs(raw: str, start: int, token: Token) -> Iterator[Run]:
    """The text between the quotes as runs: verbatim stretches, and each escape on its own."""
    at = 0
    for match in _SPECIAL.finditer(raw):
        text = _decode(match[0], token)
        if text == match[0]:
            continue
        if match.start() > at:
            yield Run(raw[at : match.start()], start + at, start + match.start(), token)
        yield Run(text, start + match.start(), start + match.end(), token)
        at = match.end()
    if at < len(raw):
        yield Run(raw[at:], start + at, start + len(raw), token)


def _decode(special: str, token: Token) -> str:
    if special[0] == "\r":
        return "\n"
    if special[0] in "{}":
        return special[0] if token.is_formatted else special
    if token.is_raw:
        # A backslash in a raw string is itself; a line break behind it is still read as one "\n".
        return special.replace("\r\n", "\n").replace("\r", "\n")
    body = special[1:]
    if body in _SIMPLE_ESCAPES:
        return _SIMPLE_ESCAPES[body]
    if body[0] in "01234567":
        return chr(int(body, 8))
    if body[0] in "xuU" and len(body) > 1:
        return chr(int(body[1:], 16))
    if body.startswith("N{"):
        return unicodedata.lookup(body[2:-1])
    return special
