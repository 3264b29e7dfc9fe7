"""Where the functions and constants of a project are mentioned, by their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from promptlint.facts import ModuleFacts
from promptlint.scan.mentions import defined
from promptlint.scan.texts import runs_of
from promptlint.syntax import Expr, Sequence


@dataclass(slots=True)
class Mentioned:
    """Where the names of functions and constants are mentioned in all files, by name: path and offset."""

    names: defaultdict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    """Only where the same file defines or imports the name."""
    attributes: defaultdict[str, list[tuple[str, int, str | None]]] = field(default_factory=lambda: defaultdict(list))
    """With the name before the first dot, None for another expression."""
    strings: defaultdict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    exported: set[str] = field(default_factory=set)
    """In `__all__`, or imported by the `__init__` of a package."""
    imported: defaultdict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """The files that import it, and what they call it."""

    @classmethod
    def of(cls, modules: Mapping[str, ModuleFacts]) -> Mentioned:
        found = cls()
        anywhere = frozenset(chain.from_iterable(defined(one.scopes, one.bindings) for one in modules.values()))
        for facts in modules.values():
            found._add(facts, anywhere)
        return found

    def _add(self, facts: ModuleFacts, anywhere: frozenset[str]) -> None:
        """Add what a file mentions of the names that are defined anywhere."""
        path, mentions = facts.path, facts.mentions
        for one in facts.imports:
            if one.attribute is not None and facts.is_package:
                self.exported.add(one.attribute)
            elif one.attribute is not None:
                self.imported[one.attribute].append((path, one.name))
        for binding in facts.bindings:
            if binding.target == "__all__":
                self.exported.update(_literals(binding.value))
        for name, offsets in mentions.names.items():
            self.names[name].extend([(path, offset) for offset in offsets])
        for name in anywhere.intersection(mentions.attributes):
            self.attributes[name].extend([(path, offset, first) for offset, first in mentions.attributes[name]])
        for name in anywhere.intersection(mentions.strings):
            self.strings[name].extend([(path, offset) for offset in mentions.strings[name]])


def _literals(display: Expr) -> Iterator[str]:
    """The strings in a display, as `__all__` has them."""
    for item in display.items if isinstance(display, Sequence) else ():
        yield "".join(run.text for run in runs_of(item))
