"""Comments that speak to promptlint."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable, Iterator
from contextlib import suppress

from promptlint.facts import Comment

MARK = "promptlint:"


def read_comments(text: str, offset: Callable[[int, int], int]) -> tuple[Comment, ...]:
    """Every comment that holds `promptlint:`. `offset` turns a 1-based line and a code point column into an offset.

    `tokenize` does not follow Python in every corner (a carriage return after a backslash): where it stops, this does.
    """
    if MARK not in text:
        return ()
    comments = []
    for token in _tokens(text):
        if token.type == tokenize.COMMENT and MARK in token.string:
            start = offset(*token.start)
            string = token.string.rstrip("\r\n")
            line, _ = token.start
            before = text[offset(line, 0) : start]
            blanks = len(before) - len(before.rstrip())
            # Behind a backslash the line before goes on: it needs this line, even an empty one.
            continued = line > 1 and text[offset(line - 1, 0) : offset(line, 0)].rstrip("\r\n").endswith("\\")
            alone = blanks == len(before) and not continued
            comments.append(Comment(string, start, start + len(string), line, blanks, alone))
    return tuple(comments)


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    # tokenize splits lines as Python does only when it is fed them so; "\f" and friends must not end a line.
    with suppress(tokenize.TokenError, SyntaxError):
        yield from tokenize.generate_tokens(io.StringIO(text, newline="").readline)
