"""Where the functions and constants of a project are mentioned, by their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from msgspec import Struct

from promptlint.facts import Binding, ModuleFacts
from promptlint.nodes import fields_of
from promptlint.scan.texts import dotted
from promptlint.syntax import Attr, Call, Field, Name, Opaque, Run, Str

LONGEST_NAME = 80
"""Characters of a string that may be the name of something."""


@dataclass(slots=True)
class Mentions:
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
    def of(cls, modules: Mapping[str, ModuleFacts]) -> Mentions:
        found = cls()
        defined = {path: frozenset(_defined(facts)) for path, facts in modules.items()}
        anywhere = frozenset(chain.from_iterable(defined.values()))
        for path, facts in modules.items():
            for one in facts.imports:
                if one.attribute is not None and facts.is_package:
                    found.exported.add(one.attribute)
                elif one.attribute is not None:
                    found.imported[one.attribute].append((path, one.name))
            aliases = {one.name for one in facts.imports if one.attribute in anywhere}
            found._read(facts, defined[path] | aliases, anywhere)
            for binding in facts.bindings:
                if binding.target == "__all__":
                    found.exported.update(_names_in(binding.value))
        return found

    def _read(self, facts: ModuleFacts, here: frozenset[str], anywhere: frozenset[str]) -> None:
        """Note what a file mentions of the names that are defined or imported here, and anywhere."""
        path = facts.path
        waiting = list(_expressions(facts))
        while waiting:  # over every expression of a project: `isinstance` takes several times as long for a Struct
            node = waiting.pop()
            if type(node) is tuple:
                waiting.extend(node)
            elif type(node) is Name:
                if node.id in here:
                    self.names[node.id].append((path, node.start))
            elif type(node) is Attr:
                if node.name in anywhere:
                    first = (dotted(node) or "").partition(".")[0]
                    self.attributes[node.name].append((path, node.start, first or None))
                waiting.append(node.value)
            elif type(node) is Str:
                self._read_text(node, path, anywhere)
                waiting.extend([part.value for part in node.parts if type(part) is Field])
            elif type(node) is Opaque:
                for name in here.intersection(node.names):
                    self.names[name].append((path, node.start))
            elif type(node) is not Call and isinstance(node, Struct):  # calls are noted by themselves
                waiting.extend([getattr(node, name) for name in fields_of(type(node))])

    def _read_text(self, node: Str, path: str, anywhere: frozenset[str]) -> None:
        """A string that may name something: "ask", "prompts.ask", "prompts:ask"."""
        text = _spelled(node)
        name = text.replace(":", ".").rpartition(".")[2]
        if len(text) <= LONGEST_NAME and name in anywhere:
            self.strings[name].append((path, node.start))


def is_constant(binding: Binding) -> bool:
    """Whether an assignment sets a constant of a module."""
    return binding.scope == 0 and binding.op == "=" and binding.target.isidentifier()


def _defined(facts: ModuleFacts) -> Iterator[str]:
    """The names of the functions and constants of a file."""
    for scope in facts.scopes:
        if scope.kind == "function":
            yield scope.name
    for binding in facts.bindings:
        if is_constant(binding):
            yield binding.target


def _expressions(facts: ModuleFacts) -> Iterator[object]:
    """Every expression of a file that is in its facts; of calls what they hold."""
    for binding in facts.bindings:
        if binding.target != "__all__":
            yield (binding.value, binding.key, binding.annotation)
    for call in facts.calls:
        yield (call.expr.func, call.expr.args, call.expr.keywords)
    for text in facts.texts:
        yield text.expr
    for block in facts.blocks:
        yield block.over
    for context in facts.contexts:
        yield context.value
    for scope in facts.scopes:
        yield (scope.bases, scope.decorators, scope.keywords, scope.returns_annotation)
        for parameter in scope.parameters:
            yield (parameter.default, parameter.annotation)


def _names_in(node: object) -> Iterator[str]:
    """The strings in a display, as `__all__` has them."""
    for item in getattr(node, "items", ()):
        if isinstance(item, Str):
            yield _spelled(item)


def _spelled(node: Str) -> str:
    """The text of a literal; nothing for one with placeholders."""
    runs = [part.text for part in node.parts if isinstance(part, Run)]
    return "".join(runs) if len(runs) == len(node.parts) else ""
