"""String literals with their source map: which source range spells which characters.

A literal that spells its value verbatim in one token needs no parser. Everything else (escapes, f-strings,
implicit concatenation) goes through libcst, which keeps prefixes, quotes and the pieces of an f-string; each
literal is parsed on its own, from its own source segment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from promptlint.facts import Expr, Field, Run, Str, Token

if TYPE_CHECKING:
    import libcst

_OPENING = re.compile(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_SPECIAL = re.compile(
    r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[^{}])|\r\n?|\{\{|\}\}", re.DOTALL
)
_SIMPLE_ESCAPES = {
    "\n": "", "\r": "", "\r\n": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f",
    "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip

FieldReader = Callable[[str, int], Expr]
"""Turns the source text of an f-string field, and its offset, into an expression."""


def read_literal(source: str, start: int, end: int, value: str | None, read_field: FieldReader) -> Str | None:
    """The literal at `source[start:end]`; `value` is what it evaluates to, None for an f-string.

    None where the literal could not be mapped, so that nothing can be edited at a wrong place.
    """
    segment = source[start:end]
    if value is not None:
        verbatim = _verbatim(segment, start, value)
        if verbatim:
            return verbatim
    parts = tuple(_read_with_libcst(segment, start, read_field))
    if value is not None and "".join(part.text for part in parts if isinstance(part, Run)) != value:
        return None
    return Str(start, end, parts)


def _verbatim(segment: str, start: int, value: str) -> Str | None:
    opening = _OPENING.match(segment)
    if not opening:
        return None
    prefix, quote = opening.groups()
    if segment[opening.end() : -len(quote)] != value or ("\\" in value and "r" not in prefix.lower()):
        return None
    token = Token(start, start + len(segment), prefix, quote)
    begin = start + opening.end()
    return Str(start, token.end, (Run(value, begin, begin + len(value), token),) if value else ())


def _read_with_libcst(segment: str, start: int, read_field: FieldReader) -> Iterator[Run | Field]:
    import libcst

    try:
        node: libcst.BaseExpression | None = libcst.parse_expression(f"({segment}\n)")
    except (libcst.ParserSyntaxError, RecursionError):
        return
    code_for = libcst.Module([]).code_for_node
    at = start
    while node is not None:
        rest, between = None, ""
        if isinstance(node, libcst.ConcatenatedString):
            rest, between = node.right, code_for(node.whitespace_between)
            node = node.left
        code = _without_parentheses(code_for(node), node)
        if isinstance(node, libcst.SimpleString):
            token = Token(at, at + len(code), node.prefix, node.quote)
            yield from _runs(node.raw_value, at + len(node.prefix) + len(node.quote), token)
        elif isinstance(node, libcst.FormattedString):
            token = Token(at, at + len(code), node.prefix, node.quote)
            yield from _formatted_parts(node, at + len(node.start), token, code_for, read_field)
        at += len(code) + len(between)
        node = rest


def _without_parentheses(code: str, node: libcst.BaseExpression) -> str:
    """The code of a string node without the parentheses that were put around the segment."""
    if not getattr(node, "lpar", ()):
        return code
    return code.removeprefix("(").removesuffix("\n)")


def _formatted_parts(
    node: libcst.FormattedString,
    at: int,
    token: Token,
    code_for: Callable[[libcst.CSTNode], str],
    read_field: FieldReader,
) -> Iterator[Run | Field]:
    import libcst

    for part in node.parts:
        code = code_for(part)
        if isinstance(part, libcst.FormattedStringText):
            yield from _runs(code, at, token)
        elif isinstance(part, libcst.FormattedStringExpression):
            label = code_for(part.expression)
            begin = at + 1 + len(code_for(part.whitespace_before_expression))
            yield Field(at, at + len(code), " ".join(label.split()), read_field(label, begin), token)
        at += len(code)


def _runs(raw: str, start: int, token: Token) -> Iterator[Run]:
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
