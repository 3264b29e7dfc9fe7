"""Evaluating expressions symbolically: what value a use of a name can have, as far as the source says.

Nothing is executed. The evaluator follows names to their bindings, across modules and into functions of the
project, and gives up into `Unknown` where the source does not say, where values loop, and beyond fixed depths.
The kinds of expressions are worked out in `texts`, `lookup`, `classes` and `callees`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from promptlint import syntax
from promptlint.link import callees, classes, files, lookup, texts
from promptlint.link.env import MAX_ITEMS, Env, Given, items_of, label_of, literal_text, place_of
from promptlint.link.identity import identity
from promptlint.link.imports import ModuleIndex
from promptlint.link.mentions import mentioned
from promptlint.link.surfaces import Surfaces
from promptlint.link.values import (
    Chain,
    ClassRef,
    Entries,
    FunctionRef,
    Instance,
    Items,
    Scalar,
    Symbol,
    Text,
    Unknown,
    Value,
    one_of,
    options,
)
from promptlint.promptfiles import TextFiles
from promptlint.scan.texts import dotted, is_text
from promptlint.syntax import Call, Expr
from promptlint.template import Origin

MAX_DEPTH = 60
"""Names, attributes and calls followed one inside the other."""

MAX_STEPS = 20_000
"""Expressions evaluated for one question inside functions that are followed: their results cannot be remembered."""


MAX_REMEMBERED = 50_000
"""Results remembered of functions followed with their arguments: some 50 MB."""


_Key: TypeAlias = int | tuple[int, Instance | None, int]
"""The id of an expression, where it makes a difference with what `self` is and the id of the arguments."""

_Remembered: TypeAlias = tuple[Value, int, Expr, object]
"""A value; how many calls were being followed where it was cut short for that (with fewer there is more to see); and
what its key is made of, as an id must not become another's."""


class Evaluator:
    """Evaluates expressions of one set of modules.

    Results are remembered; of those inside a function that is followed with its arguments `forget` drops some.
    """

    def __init__(self, index: ModuleIndex, surfaces: Surfaces, files: TextFiles | None = None) -> None:
        self.index = index
        self.surfaces = surfaces
        self.files = files or TextFiles()
        self.file_texts: dict[str, Text] = {}
        self.file_data: dict[str, Value] = {}
        self.origins: dict[tuple[int, int], tuple[Expr, object, Origin]] = {}
        self._memory: dict[_Key, _Remembered] = {}
        self._passing: dict[_Key, _Remembered] = {}
        self.active: set[tuple[object, ...]] = set()
        self.depth = 0
        self.is_cut_short = False
        """Whether a call was not followed, in what is evaluated now, because enough are being followed."""
        self.broken_off = 0
        """How often evaluation came back to what is being evaluated, or went too deep: what it gave then is less than
        there is."""
        self.attributes: dict[tuple[ClassRef, str, Instance | None], Value | None] = {}
        """What attributes of classes are, by what `self` is."""
        self.answering: frozenset[tuple[str, int]] = frozenset()
        """The functions, by path and scope, whose value does not depend on what they are called with."""
        self._steps = 0
        self._instances: dict[ClassRef, Instance] = {}
        self._alone: dict[tuple[int, int], tuple[Expr, bool]] = {}
        self._given: dict[tuple[tuple[str, object], ...], Mapping[str, Value]] = {}
        self._made: dict[tuple[ClassRef, int, int, int], Instance] = {}

    def instance(self, of: ClassRef) -> Instance:
        """The instance of a class whose construction is not known."""
        return self._instances.setdefault(of, Instance(of))

    def forget(self) -> None:
        """Drop what is remembered of functions followed with their arguments, where it has become much."""
        if len(self._passing) > MAX_REMEMBERED:
            self._passing.clear()
            self.attributes.clear()
            self._given.clear()
            self._made.clear()
            self.origins.clear()

    @property
    def is_deep(self) -> bool:
        """Whether as much has been followed as is worth following."""
        return self.depth > MAX_DEPTH

    def evaluate(self, expr: Expr, env: Env) -> Value:
        """The value of an expression."""
        if type(expr) is syntax.Const:
            return Scalar(expr.value)
        if type(expr) is Given:
            return self.evaluate(expr.expr, expr.env)
        owner, arguments = env.owner, env.arguments
        if (owner is not None or arguments is not None) and self._stands_alone(expr, env):
            owner = arguments = None
            env = Env(env.module, env.scope, env.at, env.block, calls=env.calls)
        # Most expressions are evaluated without a caller: their key is kept small.
        key = id(expr) if owner is None and arguments is None else (id(expr), owner, id(arguments))
        memory = self._memory if arguments is None else self._passing
        known = memory.get(key)
        if known is not None and known[1] <= env.calls:
            if known[1]:
                self.is_cut_short = True
            return known[0]
        if self.depth == 0:
            self._steps = 0
        if arguments is not None:
            self._steps += 1
        here = (id(expr), owner)
        if here in self.active or self.depth > MAX_DEPTH or self._steps > MAX_STEPS:
            self.broken_off += 1
            return Unknown(dotted(expr) or "…")
        self.active.add(here)
        self.depth += 1
        before, self.is_cut_short = self.is_cut_short, False
        try:
            value = _KINDS[type(expr)](self, expr, env)
        finally:
            self.active.discard(here)
            self.depth -= 1
        if type(value) is Unknown and value.expr is None:
            value = Unknown(value.label, expr, env)
        memory[key] = value, env.calls if self.is_cut_short else 0, expr, arguments
        if before:
            self.is_cut_short = True
        return value

    def _stands_alone(self, expr: Expr, env: Env) -> bool:
        """Whether an expression means the same whatever the functions around it are called with."""
        local = env.module.local_names(env.scope)
        root = expr
        while type(root) is syntax.Attr:
            root = root.value
        if type(root) is syntax.Name:
            return root.id not in local
        key = id(expr), env.scope
        known = self._alone.get(key)
        if known is None:
            alone = not any(name.partition(".")[0] in local for name in mentioned(expr))
            known = self._alone[key] = expr, alone
        return known[1]

    def arguments(self, given: dict[str, Value]) -> Mapping[str, Value]:
        """The same mapping for the same values, so that what is worked out for one call serves for others like it."""
        key = tuple((name, identity(value)) for name, value in given.items())
        return self._given.setdefault(key, given)

    def made(self, instance: Instance) -> Instance:
        """The same instance for the same construction."""
        key = (instance.of, id(instance.arguments), id(instance.call), id(instance.env))
        return self._made.setdefault(key, instance)

    def _call(self, expr: Call, env: Env) -> Value:
        return texts.text_root(self, expr, env) if is_text(expr) else callees.call_value(self, expr, env)

    def _sum(self, expr: syntax.Sum, env: Env) -> Value:
        return texts.text_root(self, expr, env) if is_text(expr) else texts.summed(self, expr, env)

    def _percent(self, expr: syntax.Percent, env: Env) -> Value:
        return texts.text_root(self, expr, env) if is_text(expr) else texts.percent(self, expr, env)

    def _either(self, expr: syntax.Either, env: Env) -> Value:
        return one_of([self.evaluate(option, env) for option in expr.options])

    def _pipe(self, expr: syntax.Pipe, env: Env) -> Value:
        return Chain(tuple(self.evaluate(term, env) for term in expr.terms))

    def _comprehension(self, expr: syntax.Comprehension, env: Env) -> Value:
        return Items((self.evaluate(expr.element, env),), False, place_of(expr, env))

    def _item(self, expr: syntax.Item, env: Env) -> Value:
        values = []
        key = self.evaluate(expr.key, env)
        for base in options(self.evaluate(expr.value, env)):
            if isinstance(base, Entries) and (name := literal_text(key)) is not None:
                values.append(base.get(name) or Unknown(name))
            elif isinstance(base, Items) and isinstance(key, Scalar) and isinstance(key.value, int):
                values.append(
                    base.items[key.value] if -len(base.items) <= key.value < len(base.items) else Unknown("item")
                )
            elif isinstance(base, Entries | Items):
                held = base.items if isinstance(base, Items) else tuple(value for _, value in base.entries)
                values.append(one_of(list(held)) if held else Unknown("item"))
            elif isinstance(base, Symbol | ClassRef):  # A generic class: `Agent[Deps]` is Agent.
                values.append(base)
        known = [value for value in values if not isinstance(value, Unknown)]
        return one_of(known) if known else Unknown(label_of(expr))

    def _sequence(self, expr: syntax.Sequence, env: Env) -> Value:
        items: list[Value] = []
        complete = len(expr.items) <= MAX_ITEMS
        for item in expr.items[:MAX_ITEMS]:
            if isinstance(item, syntax.Spread):
                spread = items_of(self.evaluate(item.value, env))
                items.extend(spread.items)
                complete &= spread.complete
            else:
                items.append(self.evaluate(item, env))
        return Items(tuple(items), complete, place_of(expr, env))

    def _mapping(self, expr: syntax.Mapping, env: Env) -> Value:
        entries: list[tuple[str, Value]] = []
        complete = True
        for key, value in zip(expr.keys, expr.values, strict=True):
            if key is None:
                spread = next(
                    (one for one in options(self.evaluate(value, env)) if isinstance(one, Entries)),
                    Entries((), complete=False),
                )
                entries.extend(spread.entries)
                complete &= spread.complete
            elif (name := texts.literal(self, key, env)) is not None:
                entries.append((name, self.evaluate(value, env)))
            else:
                complete = False
        # What a later entry replaces does not count: spreading a dict twice does not double it.
        return Entries(tuple(dict(entries).items()), complete, place_of(expr, env))


_KINDS: dict[type[Expr], Callable[[Evaluator, Any, Env], Value]] = {
    syntax.Str: texts.text_root,
    syntax.Name: lambda ev, expr, env: lookup.lookup_name(ev, expr.id, env),
    syntax.Attr: classes.attribute_of,
    syntax.Item: Evaluator._item,
    Call: Evaluator._call,
    syntax.Sum: Evaluator._sum,
    syntax.Percent: Evaluator._percent,
    syntax.Pipe: Evaluator._pipe,
    syntax.Slash: files.joined,
    syntax.Either: Evaluator._either,
    syntax.Sequence: Evaluator._sequence,
    syntax.Spread: lambda *_: Unknown("…"),
    syntax.Mapping: Evaluator._mapping,
    syntax.Comprehension: Evaluator._comprehension,
    syntax.Lambda: lambda _, expr, env: FunctionRef(env.module.path, expr.scope),
    syntax.Opaque: lambda _, expr, __: Unknown(expr.label),
}
"""How each kind of expression is evaluated."""
