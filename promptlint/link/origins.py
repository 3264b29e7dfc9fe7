"""Where the values that are filled into a prompt come from: a clock, chance, the request, the machine.

Names are followed to their bindings and into functions of the project. The table is `promptlint/data/origins.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from promptlint import facts, syntax
from promptlint.facts import Binding
from promptlint.link import callees
from promptlint.link.assembly import changes_in
from promptlint.link.env import Env, literal_text
from promptlint.link.names import END, is_static
from promptlint.link.values import FunctionRef, Items, Object, Scalar, Symbol, Text, Unknown, Value, options
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import dotted
from promptlint.syntax import Call, Expr
from promptlint.template import UNKNOWN, Origin, Source, strongest

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator

MAX_DEPTH = 40
"""Expressions followed one inside the other."""

MAX_STEPS = 120
"""Expressions looked at for one value."""

_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
_PLAIN_TYPES = frozenset({"int", "float", "bool", "type", "Type", "Enum"})
"""Annotations of parameters that steer rather than bring text."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table; its file says what each list is."""

    clock: frozenset[str]
    day: frozenset[str]
    coarse: frozenset[str]
    formats: frozenset[str]
    fine: tuple[str, ...]
    random: frozenset[str]
    session: tuple[str, ...]
    unordered: frozenset[str]
    orders: frozenset[str]
    request: frozenset[str]
    settled: frozenset[str]


@cache
def table() -> Table:
    """The table, read once."""
    text = (resources.files("promptlint") / "data" / "origins.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=Table)


def origin_of(ev: Evaluator, value: Value, spec: str = "") -> Origin:
    """Where a value comes from; `spec` is the format that it is written in (`{now:%H}`)."""
    return _formatted(_Walk(ev).value(value), spec)


class _Walk:
    """The search for the origin of one value: it ends after some steps, as names can branch without end."""

    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev
        self._steps = 0
        self._active: set[int] = set()

    def value(self, value: Value) -> Origin:
        return strongest(self._option(option) for option in options(value))

    def _option(self, value: Value) -> Origin:
        if isinstance(value, Text):
            return changes_in(value)
        if isinstance(value, Items):
            return strongest(self._option(option) for item in value.items for option in options(item))
        if isinstance(value, Scalar):
            return Origin(Source.CONSTANT)
        if isinstance(value, Object) and value.call is not None and isinstance(value.env, Env):
            found = self._of(value.call, value.env)
            return _taken(found, value.chain[-1]) if value.chain else found
        if isinstance(value, Unknown) and value.expr is not None and isinstance(value.env, Env):
            return self._of(value.expr, value.env)
        return UNKNOWN

    def _of(self, expr: Expr, env: Env) -> Origin:
        """Where the value of an expression comes from."""
        key = id(expr), id(env.arguments)
        if key in self._ev.origins:
            return self._ev.origins[key][2]
        self._steps += 1
        if id(expr) in self._active or len(self._active) > MAX_DEPTH or self._steps > MAX_STEPS:
            return UNKNOWN
        self._active.add(id(expr))
        found = self._followed(expr, env)
        self._active.discard(id(expr))
        self._ev.origins[key] = expr, env.arguments, found  # Kept with what the key is made of.
        return found

    def _followed(self, expr: Expr, env: Env) -> Origin:
        if isinstance(expr, syntax.Name):
            return self._name(expr.id, env, expr)
        if isinstance(expr, syntax.Attr):
            return self._attribute(expr, env)
        if isinstance(expr, syntax.Item):
            return self._item(expr, env)
        if isinstance(expr, Call):
            return self._call(expr, env)
        if isinstance(expr, syntax.Opaque):
            return strongest([UNKNOWN, *(self._name(name, env, expr) for name in expr.names)])
        return self._strongest(_parts(expr), env)

    def _strongest(self, expressions: Iterable[Expr], env: Env) -> Origin:
        return strongest(self._of(one, env) for one in expressions)

    def _attribute(self, expr: syntax.Attr, env: Env) -> Origin:
        name = dotted(expr)
        if name is not None and name.split(".")[0] in ("self", "cls"):
            return UNKNOWN
        for value in options(self._ev.evaluate(expr, replace(env, arguments=None))):
            if isinstance(value, Symbol) and (found := _named(value.name, expr, env)):
                return found
        return _taken(self._of(expr.value, env), expr.name)

    def _item(self, expr: syntax.Item, env: Env) -> Origin:
        """What is taken out of a mapping that the request brings: a key can say that it holds configuration."""
        found = self._strongest((expr.value, expr.key), env)
        if found.source is not Source.REQUEST:
            return found
        key = literal_text(self._ev.evaluate(expr.key, replace(env, arguments=None)))
        return replace(found, source=Source.SESSION) if key and _is_settled(key) else found

    def _name(self, name: str, env: Env, used: Expr) -> Origin:
        """Where the value of a name comes from, in the innermost scope that knows it."""
        scopes, here = env.module.facts.scopes, env
        while True:
            reaching = here.module.reaching(here.scope, name, here.at, here.block)
            parameter = here.module.parameter(here.scope, name) if scopes[here.scope].kind == "function" else None
            if reaching.sources or reaching.changes or parameter:
                found = [
                    self._of(one.value, replace(here, scope=one.scope, at=one.offset, block=one.block))
                    for one in (*reaching.sources, *reaching.changes)
                    if isinstance(one, Binding) and one.op not in ("def", "class")
                ]
                if parameter is not None and not reaching.certain:
                    found.append(self._parameter(parameter, here, used))
                return strongest(found)
            if here.scope == 0:
                return _named(name, used, env) or UNKNOWN
            scope = scopes[here.scope].parent
            while scopes[scope].kind == "class":  # A method does not see the names of its class.
                scope = scopes[scope].parent
            arguments = None if here.scope == env.arguments_of else here.arguments
            here = replace(here, scope=scope, at=END, block=-1, arguments=arguments)

    def _parameter(self, parameter: facts.Parameter, env: Env, used: Expr) -> Origin:
        name = parameter.name
        if env.arguments is not None and env.scope == env.arguments_of and name in env.arguments:
            return self.value(env.arguments[name])
        scope = env.module.facts.scopes[env.scope]
        is_method = env.module.facts.scopes[scope.parent].kind == "class" and not is_static(scope)
        if is_method and scope.parameters[0].name == name:
            return UNKNOWN
        settled = scope.name in _CONSTRUCTORS or _is_settled(name)
        plain = parameter.annotation is not None and (dotted(parameter.annotation) or "") in _PLAIN_TYPES
        stays = settled or plain or parameter.default is not None
        return _origin(Source.SESSION if stays else Source.REQUEST, name, used, env)

    def _call(self, call: Call, env: Env) -> Origin:
        name = dotted(call.func) or ""
        if name in table().orders:
            inner = self._strongest(call.args, env)
            return UNKNOWN if inner.source is Source.UNORDERED else inner
        functions = []
        for callee in options(self._ev.evaluate(call.func, replace(env, arguments=None))):
            symbol = callee.name if isinstance(callee, Symbol) else ""
            if isinstance(callee, Object):
                symbol = ".".join((callee.type, *callee.chain))
            if found := _named(symbol or name, call, env):
                return _formatted(found, self._literal(call, env))
            if isinstance(callee, FunctionRef):
                functions.append(callee)
        if functions:
            return strongest(self._returned(one, call.given, env) for one in functions)
        if not isinstance(call.func, syntax.Attr):
            return strongest([UNKNOWN, self._strongest(call.given, env)])
        receiver = _taken(self._of(call.func.value, env), call.func.name)
        if call.func.name in table().formats:
            receiver = _formatted(receiver, self._literal(call, env))
        return strongest([receiver, self._strongest(call.given, env)])

    def _returned(self, function: FunctionRef, given: tuple[Expr, ...], env: Env) -> Origin:
        """Where what a function of the project returns comes from: what comes from its parameters, from what they
        are given."""
        module = self._ev.index.modules[function.path]
        me = callees.owner_of(self._ev, function)
        found = strongest(
            self._of(one.value, Env(module, one.scope, one.offset, one.block, owner=me))
            for one in module.returns.get(function.scope, ())
        )
        scope = module.facts.scopes[function.scope]
        inside = found.path == function.path and scope.start <= found.start < scope.end
        if inside and found.source in (Source.SESSION, Source.REQUEST):
            return self._strongest(given, env)
        return found

    def _literal(self, call: Call, env: Env) -> str:
        """The first argument of a call where it is a literal text."""
        return (literal_text(self._ev.evaluate(call.args[0], replace(env, arguments=None))) or "") if call.args else ""


def _parts(expr: Expr) -> Iterator[Expr]:
    """The expressions directly inside one."""
    if isinstance(expr, syntax.Str):
        yield from (part.value for part in expr.parts if isinstance(part, syntax.Field))
    elif isinstance(expr, syntax.Percent):
        yield from (expr.template, expr.value)
    elif isinstance(expr, syntax.Sum | syntax.Pipe | syntax.Slash):
        yield from expr.terms
    elif isinstance(expr, syntax.Either):
        yield from expr.options
    elif isinstance(expr, syntax.Sequence):
        yield from expr.items
    elif isinstance(expr, syntax.Mapping):
        yield from expr.values
    elif isinstance(expr, syntax.Spread):
        yield expr.value
    elif isinstance(expr, syntax.Comprehension):
        yield expr.element


def _named(name: str, used: Expr | None, env: Env | None) -> Origin | None:
    """The origin of what a name of the table gives; what runs once, when the module is loaded, does not change."""
    known = table()
    once = env is not None and env.module.facts.scopes[env.scope].kind != "function"
    source = next((one for one in (Source.CLOCK, Source.DAY, Source.RANDOM, Source.UNORDERED, Source.REQUEST)
                   if name in getattr(known, one.value)), None)  # fmt: skip
    if source is None and any(name == one or (one.endswith(".") and name.startswith(one)) for one in known.session):
        source = Source.SESSION
    if source is None:
        return None
    if source in (Source.CLOCK, Source.RANDOM, Source.DAY) and once:
        source = Source.SESSION
    return _origin(source, name, used, env)


def _origin(source: Source, name: str, used: Expr | None, env: Env | None) -> Origin:
    if used is None or env is None:
        return Origin(source, name)
    return Origin(source, name, env.module.path, used.start, used.end)


def _taken(origin: Origin, attribute: str) -> Origin:
    """A part of a clock: `now().date()` shows the day."""
    return replace(origin, source=Source.DAY) if _is_clock(origin) and attribute in table().coarse else origin


def _formatted(origin: Origin, form: str) -> Origin:
    """A clock written by `strftime`."""
    if not _is_clock(origin) or not re.search("%[a-zA-Z]", form) or any(one in form for one in table().fine):
        return origin
    return replace(origin, source=Source.DAY)


def _is_settled(name: str) -> bool:
    """Whether a name says configuration rather than what one request is about."""
    return not table().settled.isdisjoint(words_of(name))


def _is_clock(origin: Origin) -> bool:
    return origin.source is Source.CLOCK
