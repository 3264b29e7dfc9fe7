"""Tools: functions and classes whose docstrings and parameter descriptions are sent to a model.

The decorators, base classes and takers are data (`promptlint/data/tools.yaml`). Frameworks clean a docstring
before it is sent, so its text here is the cleaned one (`inspect.cleandoc`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

from promptlint.facts import Scope
from promptlint.link.env import Env, literal_text
from promptlint.link.evaluate import Evaluator
from promptlint.link.imports import ModuleIndex
from promptlint.link.named import MIN_DESCRIPTION
from promptlint.link.names import END, Module
from promptlint.link.textops import cleandoc
from promptlint.link.values import ClassRef, FunctionRef, Instance, Items, Symbol, Text, options
from promptlint.link.vocabulary import words_of
from promptlint.project import Place, Role
from promptlint.scan.texts import count_words, dotted
from promptlint.syntax import Attr, Call, Either, Expr, Item, Run, Sequence, Str
from promptlint.template import Piece

_DOCSTRING_READERS = frozenset({"getdoc", "getmembers"})
"""Functions of `inspect` that give docstrings, and what has some."""
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    decorator_words: frozenset[str]
    not_decorator_words: frozenset[str]
    decorators: frozenset[str]
    method_lists: tuple[str, ...]
    descriptions: frozenset[str]
    prompting_decorators: frozenset[str]
    instructing_bases: frozenset[str]
    takers: Mapping[str, tuple[str | int, ...]]
    keywords: frozenset[str]


@dataclass(frozen=True, slots=True)
class Described:
    """A text that a framework sends because of the function or class it describes."""

    name: str
    text: Text
    role: Role


@cache
def _table() -> _Table:
    text = (resources.files("promptlint") / "data" / "tools.yaml").read_text(encoding="utf-8")
    return msgspec.yaml.decode(text, type=_Table)


def described(index: ModuleIndex, evaluator: Evaluator, schemas: frozenset[str]) -> Iterator[Described]:
    """Every docstring and parameter description that is sent. `schemas` are the names of schema classes."""
    finder = _Finder(index, evaluator)
    readers = {reader for module in index.modules.values() for reader in _docstring_readers(module)}
    for module in index.modules.values():
        yield from finder.declared(module, schemas)
        yield from finder.handed_over(module)
        yield from finder.read(module, readers)


def docstring_of(
    scope: Scope, module: Module, role: Role = Role.TOOL, least: int = MIN_DESCRIPTION
) -> Iterator[Described]:
    """The docstring of a function or class as it is sent, if there is one of at least so many words."""
    if scope.docstring is None:
        return
    parts = tuple(
        Piece(run.text, module.path, run.start, run.end, run.token)
        for run in scope.docstring.parts
        if isinstance(run, Run)
    )
    if count_words("".join(piece.text for piece in parts)) >= least:
        root = Place(module.path, scope.docstring.start, scope.docstring.end)
        yield Described(f"{scope.qualname}.__doc__", cleandoc(Text(parts, root)), role)


class _Finder:
    def __init__(self, index: ModuleIndex, evaluator: Evaluator) -> None:
        self._index = index
        self._evaluator = evaluator

    def declared(self, module: Module, schemas: frozenset[str]) -> Iterator[Described]:
        """What decorators, bases and schemas show to be sent."""
        for number, scope in enumerate(module.facts.scopes):
            tools = [one for one in scope.decorators if _is_tool_decorator(one)]
            if tools:
                yield from self._tool(module, number, tools)
            elif self._instructs(module, scope):
                yield from docstring_of(scope, module, Role.SYSTEM)
            elif scope.kind == "class" and scope.name in schemas and _has_fields(module, number):
                yield from docstring_of(scope, module)

    def handed_over(self, module: Module) -> Iterator[Described]:
        """The functions that calls take as tools."""
        table = _table()
        keywords = not table.keywords.isdisjoint(module.facts.mentions.keywords)
        for place in module.facts.calls if keywords else module.calls_named(table.takers.keys()):
            call = place.expr
            called = (dotted(call.func) or "").rpartition(".")[2]
            places = table.takers.get(called, ())
            given = [call.args[one] for one in places if isinstance(one, int) and one < len(call.args)]
            given += [one.value for one in call.keywords if one.name in table.keywords or one.name in places]
            if not given or any(one.name in table.descriptions for one in call.keywords):
                continue
            env = Env(module, place.scope, place.statement_start, place.block)
            for expr in given:
                yield from self._functions(expr, env)

    def read(self, module: Module, readers: set[tuple[str, int]]) -> Iterator[Described]:
        """What is given to the project's own functions that read docstrings of tools."""
        names = {self._index.modules[path].facts.scopes[scope].name for path, scope in readers}
        for place in module.calls_named(names):
            call = place.expr
            if not call.args:
                continue
            env = Env(module, place.scope, place.statement_start, place.block)
            callees = options(self._evaluator.evaluate(call.func, env))
            if any(isinstance(one, FunctionRef) and (one.path, one.scope) in readers for one in callees):
                yield from self._functions(call.args[0], env)
                for value in options(self._evaluator.evaluate(call.args[0], env)):
                    if isinstance(value, Instance):
                        other = self._index.modules[value.of.path]
                        yield from self._methods(other, value.of.scope, None, frozenset())

    def _functions(self, expr: Expr, env: Env) -> Iterator[Described]:
        for value in options(self._evaluator.evaluate(expr, env)):
            for item in value.items if isinstance(value, Items) else (value,):
                for one in options(item):
                    if isinstance(one, FunctionRef):
                        module = self._index.modules[one.path]
                        yield from self._function(module, module.facts.scopes[one.scope])

    def _tool(self, module: Module, number: int, decorators: list[Expr]) -> Iterator[Described]:
        scope = module.facts.scopes[number]
        keywords = [one for decorator in decorators if isinstance(decorator, Call) for one in decorator.keywords]
        if any(one.name in _table().descriptions for one in keywords):
            return
        if scope.kind == "function":
            yield from self._function(module, scope)
            return
        lists = [one.value for one in keywords if one.name in _table().method_lists]
        yield from docstring_of(scope, module)
        chosen = self._names(lists, module, scope) if lists else None
        yield from self._methods(module, number, chosen, frozenset())

    def _names(self, lists: list[Expr], module: Module, scope: Scope) -> frozenset[str]:
        env = Env(module, scope.parent, END, scope.block)
        values = [option for one in lists for option in options(self._evaluator.evaluate(one, env))]
        items = [item for value in values if isinstance(value, Items) for item in value.items]
        return frozenset(name for item in items if (name := literal_text(item)) is not None)

    def _methods(
        self, module: Module, number: int, chosen: frozenset[str] | None, seen: frozenset[tuple[str, int]]
    ) -> Iterator[Described]:
        """The public methods of a class and of those it inherits from; `chosen` are the only ones, if given."""
        for method in module.methods.get(number, ()):
            scope = module.facts.scopes[method]
            is_sent = scope.name in chosen if chosen is not None else _is_public(scope.name)
            if is_sent:
                yield from self._function(module, scope)
        own = module.facts.scopes[number]
        env = Env(module, own.parent, END, own.block)
        for base in own.bases:
            for value in options(self._evaluator.evaluate(base, env)):
                if isinstance(value, ClassRef) and (value.path, value.scope) not in seen:
                    other = self._index.modules[value.path]
                    yield from self._methods(other, value.scope, chosen, seen | {(value.path, value.scope)})

    def _function(self, module: Module, scope: Scope) -> Iterator[Described]:
        """The docstring and the `Annotated` descriptions of the parameters. A property is a value, not a tool."""
        if any(dotted(one) in _PROPERTIES for one in scope.decorators):
            return
        yield from docstring_of(scope, module)
        env = Env(module, scope.parent, END, scope.block)
        for parameter in scope.parameters:
            for expr in _annotated_texts(parameter.annotation):
                value = self._evaluator.evaluate(expr, env)
                if isinstance(value, Text) and value.root is not None:
                    yield Described(parameter.name, value, Role.TOOL)

    def _instructs(self, module: Module, scope: Scope) -> bool:
        """Whether the docstring of a function or class is the prompt itself."""
        if scope.kind == "class":
            return is_instruction(self._evaluator, module, scope)
        return any(self._symbol(one, module, scope) in _table().prompting_decorators for one in scope.decorators)

    def _symbol(self, decorator: Expr, module: Module, scope: Scope) -> str | None:
        func = decorator.func if isinstance(decorator, Call) else decorator
        value = self._evaluator.evaluate(func, Env(module, scope.parent, scope.start, scope.block))
        return value.name if isinstance(value, Symbol) else None


def is_instruction(ev: Evaluator, module: Module, scope: Scope, depth: int = 0) -> bool:
    """Whether a class descends from one that sends its docstring."""
    if depth > 8:
        return False
    env = Env(module, scope.parent, END, scope.block)
    for base in scope.bases:
        for value in options(ev.evaluate(base, env)):
            if isinstance(value, Symbol) and value.name in _table().instructing_bases:
                return True
            if isinstance(value, ClassRef):
                other = ev.index.modules[value.path]
                if is_instruction(ev, other, other.facts.scopes[value.scope], depth + 1):
                    return True
    return False


def _docstring_readers(module: Module) -> Iterator[tuple[str, int]]:
    """The functions with "tool" in their name that read the docstrings of their argument: path and scope."""
    read = [(place.scope, place.expr.args[0]) for place in module.calls_named(_DOCSTRING_READERS) if place.expr.args]
    if "__doc__" in module.facts.mentions.attributes:
        read += [(binding.scope, one) for binding in module.facts.bindings for one in _documented(binding.value)]
    for number, expr in read:
        scope = module.facts.scopes[number]
        names = [one.name for one in scope.parameters if one.name not in ("self", "cls")]
        if names[:1] == [dotted(expr)] and not _table().decorator_words.isdisjoint(words_of(scope.name)):
            yield module.path, number


def _documented(expr: Expr) -> Iterator[Expr]:
    """`f` of `f.__doc__` and `f.__doc__ or ""`."""
    for one in expr.options if isinstance(expr, Either) else (expr,):
        if isinstance(one, Attr) and one.name == "__doc__":
            yield one.value


def _is_tool_decorator(decorator: Expr) -> bool:
    name = dotted(decorator.func if isinstance(decorator, Call) else decorator)
    if name is None:
        return False
    table = _table()
    last = name.rpartition(".")[2]
    words = words_of(last)
    is_tool = bool(words) and words[-1] in table.decorator_words
    return last in table.decorators or (is_tool and table.not_decorator_words.isdisjoint(words_of(name)))


def _is_public(name: str) -> bool:
    return name == "__init__" or not name.startswith("_")


def _has_fields(module: Module, number: int) -> bool:
    return any(scope == number for scope, _ in module.annotations)


def _annotated_texts(annotation: Expr | None) -> Iterator[Expr]:
    """The texts of `Annotated[str, "..."]`, also inside `Field(description="...")` and `Doc("...")`."""
    if not isinstance(annotation, Item) or (dotted(annotation.value) or "").rpartition(".")[2] != "Annotated":
        return
    described_by = annotation.key.items[1:] if isinstance(annotation.key, Sequence) else ()
    for one in described_by:
        if isinstance(one, Call):
            keywords = [keyword.value for keyword in one.keywords if keyword.name in _table().descriptions]
            candidates = [*keywords, *one.args[:1]]
        else:
            candidates = [one]
        yield from (expr for expr in candidates if isinstance(expr, Str))
