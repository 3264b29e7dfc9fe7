"""String literals with their source map: which source range spells which characters.

Most literals are read by expressions (`promptlint.scan.plain`), and what they give is believed only where it agrees
with what Python's parser made of the literal. Everything else goes through libcst, which keeps prefixes, quotes and the
pieces of an f-string; each literal is parsed on its own, from its own source segment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from promptlint.scan.plain import FieldReader, read_plain, runs
from promptlint.syntax import Field, Run, Str, Token

if TYPE_CHECKING:
    import libcst


def read_literal(
    source: str, start: int, end: int, values: Sequence[str | None] | None, read_field: FieldReader
) -> Str | None:
    """The literal at `source[start:end]`.

    `values` is what the parser made of it: its texts in order, and None for each field of an f-string; None where that
    is not known. The result is None where the literal could not be mapped, so that nothing can be edited at a wrong
    place.
    """
    segment = source[start:end]
    if values is not None:
        plain = read_plain(segment, start, values, read_field)
        if plain is not None:
            return Str(start, end, plain)
    parts = tuple(_read_with_libcst(segment, start, read_field))
    if values is not None and None not in values:
        read = "".join(part.text for part in parts if isinstance(part, Run))
        if read != "".join(text for text in values if text):
            return None
    return Str(start, end, parts)


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
            yield from runs(node.raw_value, at + len(node.prefix) + len(node.quote), token)
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
            yield from runs(code, at, token)
        elif isinstance(part, libcst.FormattedStringExpression):
            label = code_for(part.expression)
            begin = at + 1 + len(code_for(part.whitespace_before_expression))
            spec = "".join(map(code_for, part.format_spec or ()))
            yield Field(at, at + len(code), " ".join(label.split()), read_field(label, begin), token, spec)
        at += len(code)
