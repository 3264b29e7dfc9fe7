"""Leaving the source tidy after a fix: no empty strings where a whole string token was taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from promptlint.project import Project
from promptlint.syntax import Token
from promptlint.template import Edit, Piece, Template, merge


def tidied(edits: Iterable[Edit], template: Template, project: Project) -> tuple[Edit, ...]:
    """The edits of a template's source; a token of which they leave only the quotes goes with its line.

    That is done where the token stands on a line of its own between other tokens of the template, without a comment:
    the line before it or its own ends with the token. Of tokens that touch each other, one with nothing in it goes
    with its quotes: those would be read together with the quotes of the next (two of one, three in a row).
    """
    found = list(merge(list(edits)))
    tokens = _tokens(template)
    emptied = [one for one in tokens if _empties([edit for edit in found if _is_inside(edit, one)], one.token)]
    for one in emptied:
        inside = [edit for edit in found if _is_inside(edit, one)]
        others = [other.token for other in tokens if other.path == one.path]
        chain = _touching(one.token, others)
        if len(chain) > 1:
            left = next((each for each in chain if _Spelled(one.path, each) not in emptied), chain[0])
            gap = (one.token.start, one.token.end) if one.token != left else None
        else:
            gap = _gap(one.path, one.token, others, project)
        if gap is not None and not any(edit not in inside and _meets(edit, gap) for edit in found):
            found = [edit for edit in found if edit not in inside] + [Edit(one.path, *gap, "")]
    return tuple(merge(found))


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A token with quotes, and the file that it is in."""

    path: str
    token: Token


def _tokens(template: Template) -> list[_Spelled]:
    """The tokens with quotes that spell a template, in the order of the source."""
    found = {_Spelled(part.path, part.token) for part in template.parts if isinstance(part, Piece) and part.token.quote}
    return sorted(found, key=lambda one: (one.path, one.token.start))


def _touching(token: Token, others: Sequence[Token]) -> list[Token]:
    """The tokens, this one included, between which and it nothing stands but tokens."""
    chain: list[Token] = []
    for other in others:
        if chain and chain[-1].end != other.start:
            if token in chain:
                break
            chain = []
        chain.append(other)
    return chain if token in chain else [token]


def _is_inside(edit: Edit, one: _Spelled) -> bool:
    return edit.path == one.path and one.token.start <= edit.start and edit.end <= one.token.end


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
