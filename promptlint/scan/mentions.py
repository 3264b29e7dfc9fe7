"""Noting every name that a file mentions, while its expressions are lowered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from promptlint.facts import Binding, Import, Mentions, Scope
from promptlint.syntax import Attr, Expr, Name

LONGEST_NAME = 80
"""Characters of a literal that may be the name of something."""


@dataclass(slots=True)
class Noted:
    """The offsets of names, by name and by what mentions them: the offset of a function or statement."""

    names: defaultdict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    attributes: defaultdict[str, dict[tuple[int, str | None], int]] = field(default_factory=lambda: defaultdict(dict))
    strings: defaultdict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    keywords: set[str] = field(default_factory=set)

    def name(self, name: str, start: int, user: int) -> None:
        """Note a plain name."""
        self.names[name].setdefault(user, start)

    def attribute(self, name: str, value: Expr, start: int, user: int) -> None:
        """Note an attribute of what `value` gives."""
        while type(value) is Attr:
            value = value.value
        self.attributes[name].setdefault((user, value.id if type(value) is Name else None), start)

    def literal(self, text: str, start: int, user: int) -> None:
        """Note a literal, if it may name something: "ask", "prompts.ask", "prompts:ask"."""
        if len(text) <= LONGEST_NAME:
            name = text.replace(":", ".").rpartition(".")[2]
            if name.isidentifier():
                self.strings[name].setdefault(user, start)

    def close(self, scopes: Iterable[Scope], bindings: Iterable[Binding], imports: Iterable[Import]) -> Mentions:
        """What was noted; of plain names those that mean something outside of functions."""
        own = {*defined(scopes, bindings), *(one.name for one in imports)}
        return Mentions(
            {name: tuple(found.values()) for name, found in self.names.items() if name in own},
            {
                name: tuple((start, first) for (_, first), start in found.items())
                for name, found in self.attributes.items()
            },
            {name: tuple(found.values()) for name, found in self.strings.items()},
            tuple(sorted(self.keywords)),
        )


def defined(scopes: Iterable[Scope], bindings: Iterable[Binding]) -> Iterator[str]:
    """The names of the functions and constants of a file."""
    yield from (scope.name for scope in scopes if scope.kind == "function")
    yield from (binding.target for binding in bindings if binding.is_constant)
