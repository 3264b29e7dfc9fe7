"""What a text is made of: its pieces and holes, the expressions that spell it, and the templates it makes."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.link.values import Choice, Inserted, Text
from promptlint.template import Hole, Origin, Piece, Template, strongest


def leaves(text: Text) -> Iterator[Piece | Hole]:
    """The pieces and holes of a text in order, with everything filled in."""
    for part in text.parts:
        if isinstance(part, Inserted):
            yield from leaves(part.value)
        elif isinstance(part, Choice):
            yield from leaves(part.options[0])
        else:
            yield part


def changes_in(text: Text) -> Origin:
    """The origin of what changes most in a text; a text without holes is constant."""
    return strongest(leaf.origin for leaf in leaves(text) if isinstance(leaf, Hole))


def assembled(text: Text) -> Template:
    """The text as it is sent."""
    return Template(tuple(leaves(text)))


def own_template(text: Text) -> Template:
    """The text of its own expression, with a hole for everything that comes from elsewhere."""
    return Template(tuple(_own_parts(text)))


def _own_parts(text: Text) -> Iterator[Piece | Hole]:
    for part in text.parts:
        if isinstance(part, Inserted):
            yield Hole(part.name, part.place.path, part.place.start, part.place.end, changes_in(part.value))
        elif isinstance(part, Choice):
            if part.options[0].root is None:
                yield from _own_parts(part.options[0])
        else:
            yield part


def rooted_texts(text: Text, seen: set[int] | None = None) -> Iterator[Text]:
    """Every text expression that a text is made of, itself included, in order."""
    seen = set() if seen is None else seen
    if id(text) in seen:
        return
    seen.add(id(text))
    if text.root is not None:
        yield text
    for part in text.parts:
        if isinstance(part, Inserted):
            yield from rooted_texts(part.value, seen)
        elif isinstance(part, Choice):
            for option in part.options:
                yield from rooted_texts(option, seen)
