"""Comments that speak to promptlint."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable

from promptlint.facts import Comment

MARK = "promptlint:"


def read_comments(text: str, offset: Callable[[int, int], int]) -> tuple[Comment, ...]:
    """Every comment that holds `promptlint:`. `offset` turns a 1-based line and a code point column into an offset."""
    if MARK not in text:
        return ()
    comments = []
    # tokenize splits lines as Python does only when it is fed them so; "\f" and friends must not end a line.
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type == tokenize.COMMENT and MARK in token.string:
            start = offset(*token.start)
            string = token.string.rstrip("\r\n")
            line, _ = token.start
            before = text[offset(line, 0) : start]
            blanks = len(before) - len(before.rstrip())
            alone = blanks == len(before)
            comments.append(Comment(string, start, start + len(string), line, blanks, alone))
    return tuple(comments)
