"""Leaving the source tidy after a fix: no empty strings where a whole string token was taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from promptlint.project import Project
from promptlint.syntax import Token
from promptlint.template import Edit, Piece, Template, merge


def tidied(edits: Iterable[Edit], template: Template, project: Project) -> tuple[Edit, ...]:
    """The edits of a template's source; a token of which they leave only the quotes goes with its line.

    That is done where the token stands on a line of its own between other tokens of the template, without a comment:
    the line before it or its own ends with the token.
    """
    found = list(merge(list(edits)))
    tokens = _tokens(template)
    for path, token in tokens:
        inside = [edit for edit in found if edit.path == path and _is_inside(edit, token)]
        if not _empties(inside, token):
            continue
        gap = _gap(path, token, [other for place, other in tokens if place == path], project)
        if gap is not None and not any(edit not in inside and _meets(edit, gap) for edit in found):
            found = [edit for edit in found if edit not in inside] + [Edit(path, *gap, "")]
    return tuple(merge(found))


def _tokens(template: Template) -> list[tuple[str, Token]]:
    """The tokens with quotes that spell a template, in the order of the source."""
    found = {(part.path, part.token) for part in template.parts if isinstance(part, Piece) and part.token.quote}
    return sorted(found, key=lambda one: (one[0], one[1].start))


def _is_inside(edit: Edit, token: Token) -> bool:
    return token.start <= edit.start and edit.end <= token.end


def _empties(edits: Sequence[Edit], token: Token) -> bool:
    """Whether the edits take all text of a token away."""
    begin, end = token.start + len(token.prefix) + len(token.quote), token.end - len(token.quote)
    return begin < end and [(edit.start, edit.end, edit.text) for edit in edits] == [(begin, end, "")]


def _meets(edit: Edit, gap: tuple[int, int]) -> bool:
    return edit.start < gap[1] and gap[0] < edit.end and not (gap[0] <= edit.start and edit.end <= gap[1])


def _gap(path: str, token: Token, tokens: Sequence[Token], project: Project) -> tuple[int, int] | None:
    """The range to take out with the token: up to the next one, or from the end of the one before."""
    for before, after in pairwise(tokens):
        if before == token and _follows(path, before, after, project):
            return before.start, after.start
    for before, after in pairwise(tokens):
        if after == token and _follows(path, before, after, project):
            return before.end, after.end
    return None


def _follows(path: str, before: Token, after: Token, project: Project) -> bool:
    """Whether nothing but a line break and the indentation of the next line stands between two tokens."""
    line, _ = project.position(path, before.end)
    next_line, column = project.position(path, after.start)
    line_starts = project.modules[path].line_starts
    own_column = project.position(path, before.start)[1]
    return next_line == line + 1 and line_starts[line] == before.end + 1 and column == own_column
