"""Names: which bindings a use of a name can see."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, takewhile
from typing import TypeAlias

from msgspec import Struct

from promptlint.facts import Binding, Block, CallPlace, Context, Import, ModuleFacts, Parameter, Scope
from promptlint.scan.texts import callee_name, dotted
from promptlint.syntax import LAMBDA, Attr, Call, Expr

END = 1 << 62
"""An offset behind everything: what a function sees of the module around it."""

Definition: TypeAlias = Binding | Import

NamesOf: TypeAlias = Callable[[Expr], Iterable[str]]
"""The names that count in an expression."""

_CHANGES = frozenset({"+=", "[]=", "append", "extend", "insert", "update"})


class Reaching(Struct, frozen=True):
    """What a use of a name can see: where its value may come from, then what changed it since, in order."""

    sources: tuple[Definition, ...]
    changes: tuple[Binding, ...]
    certain: bool
    """Whether one of the sources always comes before the use."""


_NOTHING = Reaching((), (), False)


class Module:
    """One module's facts with the indices that looking up names needs."""

    def __init__(self, facts: ModuleFacts) -> None:
        self.facts = facts
        self.path = facts.path
        self._names: dict[tuple[NamesOf, int], frozenset[str]] = {}
        self._reaching: dict[tuple[int, str, int, int], Reaching] = {}
        self._local: dict[int, frozenset[str]] = {}
        self._comprehensions: dict[int, tuple[Block, ...]] = {}

    def names_in(self, binding: Binding, names_of: NamesOf) -> frozenset[str]:
        """What `names_of` finds in the value of a binding of the module, looked through once."""
        asked = names_of, id(binding)
        if asked not in self._names:
            self._names[asked] = frozenset(names_of(binding.value))
        return self._names[asked]

    @cached_property
    def name(self) -> str:
        """The dotted name by which the module is imported."""
        return ".".join(self.facts.module.split(".")[-self.facts.package_parts :])

    @cached_property
    def home(self) -> str:
        return self.facts.home

    @cached_property
    def definitions(self) -> dict[tuple[int, str], list[Definition]]:
        """Everything that gives a dotted name a value or changes it, by scope and name, in source order."""
        index: defaultdict[tuple[int, str], list[Definition]] = defaultdict(list)
        for binding in self.facts.bindings:
            if binding.op not in ("return", "yield", "annotation", "del"):
                index[binding.scope, binding.target].append(binding)
        for imported in self.facts.imports:
            if imported.name != "*":
                index[imported.scope, imported.name].append(imported)
        for found in index.values():
            found.sort(key=lambda definition: definition.offset)
        return dict(index)

    @cached_property
    def returns(self) -> dict[int, list[Binding]]:
        """The return statements of each function scope."""
        index: defaultdict[int, list[Binding]] = defaultdict(list)
        for binding in self.facts.bindings:
            if binding.op == "return":
                index[binding.scope].append(binding)
        return dict(index)

    @cached_property
    def bindings_of(self) -> dict[int, list[Binding]]:
        """The bindings of each scope, in source order."""
        index: defaultdict[int, list[Binding]] = defaultdict(list)
        for binding in self.facts.bindings:
            index[binding.scope].append(binding)
        return dict(index)

    @cached_property
    def annotations(self) -> dict[tuple[int, str], Binding]:
        """Annotated names without or with a value, by scope."""
        return {
            (binding.scope, binding.target): binding
            for binding in self.facts.bindings
            if binding.op == "annotation" or binding.annotation is not None
        }

    @cached_property
    def methods(self) -> dict[int, list[int]]:
        """The function scopes directly inside each class scope."""
        index: defaultdict[int, list[int]] = defaultdict(list)
        for number, scope in enumerate(self.facts.scopes):
            if scope.kind == "function" and self.facts.scopes[scope.parent].kind == "class":
                index[scope.parent].append(number)
        return dict(index)

    @cached_property
    def base_constructions(self) -> dict[int, CallPlace]:
        """The call of `__init__` of a base class in each `__init__`, by its function scope."""
        found: dict[int, CallPlace] = {}
        for place in self.facts.calls:
            func = place.expr.func
            if isinstance(func, Attr) and func.name == "__init__" and self.facts.scopes[place.scope].name == "__init__":
                found.setdefault(place.scope, place)
        return found

    @cached_property
    def calls_by_name(self) -> dict[str, list[CallPlace]]:
        """The calls by the last part of the name that they are made by, "" for a call of something without a name."""
        index: defaultdict[str, list[CallPlace]] = defaultdict(list)
        for place in self.facts.calls:
            index[callee_name(place.expr)].append(place)
        return dict(index)

    def calls_named(self, names: Collection[str]) -> list[CallPlace]:
        """The calls by names of which these are the last part, in source order."""
        found = [place for name in self.calls_by_name.keys() & names for place in self.calls_by_name[name]]
        return sorted(found, key=lambda place: place.expr.index)

    @cached_property
    def decorated(self) -> dict[int, int]:
        """The function scope that each decorator with arguments stands over, by the number of its call."""
        return {
            one.index: number
            for number, scope in enumerate(self.facts.scopes)
            if scope.kind == "function"
            for one in scope.decorators
            if isinstance(one, Call)
        }

    def bindings_at(self, statement: int) -> Iterator[Binding]:
        """The bindings of the statement that starts at an offset."""
        bindings = self.facts.bindings
        first = bisect_left(bindings, statement, key=lambda binding: binding.offset)
        yield from takewhile(lambda binding: binding.offset == statement, islice(bindings, first, None))

    @cached_property
    def star_imports(self) -> tuple[Import, ...]:
        return tuple(imported for imported in self.facts.imports if imported.attribute == "*")

    @cached_property
    def usage_reads(self) -> frozenset[tuple[int, str]]:
        """Scope and dotted name of what usage is read of."""
        return frozenset(self.facts.usage_reads)

    def parameter(self, scope: int, name: str) -> Parameter | None:
        return self._parameters.get((scope, name))

    @cached_property
    def _parameters(self) -> dict[tuple[int, str], Parameter]:
        """The parameters of all functions, by scope and name."""
        return {
            (number, one.name): one
            for number, scope in enumerate(self.facts.scopes)
            # A name that is given twice does not parse: the first is kept all the same.
            for one in reversed(scope.parameters)
        }

    @cached_property
    def set_on_self(self) -> dict[tuple[int, str], list[tuple[int, Binding]]]:
        """What methods bind attributes of `self` to, by class scope and attribute: the methods in order, and each
        binding."""
        index: defaultdict[tuple[int, str], list[tuple[int, Binding]]] = defaultdict(list)
        scopes = self.facts.scopes
        for (scope, name), found in sorted(self.definitions.items(), key=lambda item: item[0]):
            first, _, attribute = name.partition(".")
            if first == "self" and attribute and scopes[scope].kind == "function":
                owner = scopes[scope].parent
                if scopes[owner].kind == "class":
                    index[owner, attribute].extend((scope, one) for one in found if isinstance(one, Binding))
        return dict(index)

    def named_scope(self, scope: int) -> int:
        """A scope, or the one around it where it is a lambda."""
        while self.facts.scopes[scope].name == LAMBDA:
            scope = self.facts.scopes[scope].parent
        return scope

    def owner_class(self, scope: int) -> int | None:
        """The class whose method a function scope is (or stands in)."""
        while scope > 0:
            parent = self.facts.scopes[scope].parent
            if self.facts.scopes[scope].kind == "function" and self.facts.scopes[parent].kind == "class":
                return parent
            scope = parent
        return None

    def enclosing_blocks(self, block: int) -> Iterator[int]:
        """A block and those around it, innermost first."""
        while block >= 0:
            yield block
            block = self.facts.blocks[block].parent

    def comprehensions(self, block: int) -> tuple[Block, ...]:
        """The comprehensions around a place whose names it sees, innermost first."""
        if block not in self._comprehensions:
            around = (self.facts.blocks[number] for number in self.enclosing_blocks(block))
            self._comprehensions[block] = tuple(one for one in around if one.kind == "comprehension" and one.over)
        return self._comprehensions[block]

    def contexts_around(self, offset: int, scope: int) -> Iterator[Context]:
        """The `with` statements of a scope that an offset lies in, innermost first."""
        contexts = self.facts.contexts
        number = bisect_right(contexts, offset, key=lambda context: context.start) - 1
        while number >= 0:
            context = contexts[number]
            if context.scope == scope and offset < context.end:
                yield context
            number = context.parent

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that the module binds anywhere."""
        bound = (name for _, name in self.definitions)
        given = (name for _, name in self._parameters)
        return self._comprehended.union(bound, given)

    def may_bind(self, name: str) -> bool:
        """Whether a name can mean something of the module, or of one that it imports all of: no builtin does."""
        return name in self.names or bool(self.star_imports)

    def local_names(self, scope: int) -> frozenset[str]:
        """The names that can mean something else with every call of a function: its own and those of functions and
        classes around it. Variables of comprehensions count everywhere."""
        if scope not in self._local:
            own = self.facts.scopes[scope]
            outer = self.local_names(own.parent) if own.parent > 0 else self._comprehended
            bound = self._bound.get(scope, ()) if scope > 0 else ()
            self._local[scope] = outer | {one.name for one in own.parameters} | set(bound)
        return self._local[scope]

    @cached_property
    def _bound(self) -> dict[int, set[str]]:
        """The first parts of the names that are bound in each scope."""
        index: defaultdict[int, set[str]] = defaultdict(set)
        for scope, name in self.definitions:
            index[scope].add(name.partition(".")[0])
        return dict(index)

    @cached_property
    def _comprehended(self) -> frozenset[str]:
        return frozenset(name for block in self.facts.blocks for name in block.targets)

    def reaching(self, scope: int, name: str, at: int, block: int) -> Reaching:
        """What a use of `name` at offset `at` in `block` can see in `scope`, by source order and branches."""
        found = self.definitions.get((scope, name))
        if found is None:
            return _NOTHING
        key = (scope, name, at, block)
        reaching = self._reaching.get(key)
        if reaching is None:
            reaching = self._reaching[key] = self._reach(found, at, block)
        return reaching

    def _reach(self, found: Sequence[Definition], at: int, block: int) -> Reaching:
        around = set(self.enclosing_blocks(block))
        arms = {self.facts.blocks[one].statement: self.facts.blocks[one].arm for one in around}
        sources: list[Definition] = []
        changes: list[Binding] = []
        certain = False
        arms_seen: defaultdict[int, set[int]] = defaultdict(set)
        last = len(found) if at >= END else bisect_left(found, at, key=lambda definition: definition.offset)
        for definition in reversed(found[:last]):
            where = -1 if isinstance(definition, Import) else definition.block
            if self._excluded(where, arms):
                continue
            if isinstance(definition, Binding) and definition.op in _CHANGES:
                if not sources:
                    changes.append(definition)
                continue
            sources.append(definition)
            if where == -1 or where in around or (at >= END and not self._is_optional(where)):
                certain = True
                break
            branch = self.facts.blocks[where]
            if branch.kind == "if" and (branch.parent == -1 or branch.parent in around):
                arms_seen[branch.statement].add(branch.arm)
                if arms_seen[branch.statement] == {0, 1}:  # Both arms of an `if` assign: nothing before it is seen.
                    certain = True
                    break
        return Reaching(tuple(sources), tuple(reversed(changes)), certain)

    def _excluded(self, block: int, arms: Mapping[int, int]) -> bool:
        """Whether a block is another arm of a branch that the use stands in."""
        return any(
            arms.get(self.facts.blocks[one].statement, self.facts.blocks[one].arm) != self.facts.blocks[one].arm
            for one in self.enclosing_blocks(block)
        )

    def _is_optional(self, block: int) -> bool:
        return any(self.facts.blocks[one].kind in ("if", "try", "match") for one in self.enclosing_blocks(block))


def is_static(scope: Scope) -> bool:
    """Whether a function is a static method."""
    return any(dotted(one) == "staticmethod" for one in scope.decorators)


def is_classmethod(scope: Scope) -> bool:
    return any(dotted(one) == "classmethod" for one in scope.decorators)
