"""Calls: what a function of the project returns, what an outside class or function makes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from promptlint import syntax
from promptlint.link import classes, construction, decorators, dumps, files, texts
from promptlint.link.annotated import annotated
from promptlint.link.env import Env, Given, label_of, literal_text
from promptlint.link.names import END, Module, is_static
from promptlint.link.values import (
    ClassRef,
    Entries,
    FunctionRef,
    Instance,
    Items,
    Object,
    Partial,
    Scalar,
    Symbol,
    Text,
    Unknown,
    Value,
    one_of,
    options,
)
from promptlint.scan.texts import callee_name
from promptlint.syntax import Call

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator
    from promptlint.link.surfaces import Surfaces


MAX_CALLS = 6
"""Functions of the project followed one inside the other."""

_DEFAULTING = frozenset({"os.getenv", "os.environ.get", "getattr"})
"""Functions whose last argument is the value where nothing is configured."""

_FIELDS = frozenset({"pydantic.Field", "dataclasses.field", "attrs.field", "attr.ib", "attr.field"})
"""Functions that describe a field of a class; its value is their default."""

_COPYING = frozenset({"list", "tuple", "dict", "copy.copy", "copy.deepcopy", "str"})
_IMPORTING = re.compile(r"import|require|depend|load_module", re.IGNORECASE)
"""Names of functions that are given a module name and give the module."""


def call_value(ev: Evaluator, call: Call, env: Env) -> Value:
    text = texts.text_call(ev, call, env) or dumps.dumped(ev, call, env)
    if text is not None:
        return text
    read = files.file_call(ev, call, env)
    if read is not None:
        return read
    found = [_called(ev, callee, call, env) for callee in options(ev.evaluate(call.func, env))]
    known = [value for value in found if not isinstance(value, Unknown)]
    return one_of(known) if known else Unknown(label_of(call))


def _called(ev: Evaluator, callee: Value, call: Call, env: Env) -> Value:
    if isinstance(callee, FunctionRef):
        if (module := _imported_by_call(ev, callee_name(call), call)) is not None:
            return module
        # What a model says is the same whatever it is asked, here.
        given = {} if (callee.path, callee.scope) in ev.answering else bind_arguments(ev, callee, call, env)
        return call_function(ev, callee, given, env)
    if isinstance(callee, Partial):
        return _called(ev, callee.callee, completed(callee, call), env)
    if isinstance(callee, ClassRef):
        return one_of(construct(ev, callee, call, env))
    if isinstance(callee, Symbol):
        return _outside(ev, callee.name, call, env)
    if isinstance(callee, Object):
        if callee.chain and callee.chain[-1] in ev.surfaces.same:
            return replace(callee, chain=callee.chain[:-1])
        made = _outside(ev, ".".join((callee.type, *callee.chain)), call, env)
        factories = ev.surfaces.factories.get(".".join((callee.type, *callee.chain)), ())
        if isinstance(made, Object) and any(one.keeps and one.gives == made.type for one in factories):
            return replace(made, call=callee.call, env=callee.env)
        return made
    if isinstance(callee, Unknown):
        return _unknown_call(ev, callee, call, env)
    if isinstance(callee, Entries | Items):
        return callee if call.func and isinstance(call.func, syntax.Attr) and call.func.name == "copy" else Unknown("")
    return Unknown(label_of(call))


def _unknown_call(ev: Evaluator, callee: Unknown, call: Call, env: Env) -> Value:
    if (module := _imported_by_call(ev, callee.label, call)) is not None:
        return module
    if callee.label in _COPYING and call.args:
        return ev.evaluate(call.args[-1], env)
    if callee.label == "dict":
        return Entries(
            tuple((one.name, ev.evaluate(one.value, env)) for one in call.keywords if one.name is not None),
            complete=not call.args,
        )
    if isinstance(call.func, syntax.Attr):
        if call.func.name in ("get", "pop") and call.args:
            return _get(ev, call, env)
        if call.func.name == "copy":
            return ev.evaluate(call.func.value, env)
    return Unknown(label_of(call))


def _imported_by_call(ev: Evaluator, name: str, call: Call) -> Value | None:
    """The SDK that a call like `importlib.import_module("anthropic")` gives."""
    module = imported_by_call(call, ev.surfaces)
    return Symbol(module) if module and _IMPORTING.search(name) else None


def _get(ev: Evaluator, call: Call, env: Env) -> Value:
    """`mapping.get(key, default)`: the entry where it is known, else the default."""
    assert isinstance(call.func, syntax.Attr)
    key = texts.literal(ev, call.args[0], env)
    for base in options(ev.evaluate(call.func.value, env)):
        if isinstance(base, Entries) and key is not None and (value := base.get(key)) is not None:
            return value
    return ev.evaluate(call.args[1], env) if len(call.args) > 1 else Unknown(key or "value")


def _outside(ev: Evaluator, name: str, call: Call, env: Env) -> Value:
    name = ev.surfaces.canonical(name)
    if name == "typing.cast" and len(call.args) == 2:
        return annotated(ev, call.args[0], env) or ev.evaluate(call.args[1], env)
    if (module := _imported_by_call(ev, name, call)) is not None:
        return module
    if name in _DEFAULTING and len(call.args) > 1:
        return ev.evaluate(call.args[-1], env)
    if name in _COPYING and call.args:
        return ev.evaluate(call.args[-1], env)
    if name == "functools.partial" and call.args and (partial := _partial(ev, call, env)) is not None:
        return partial
    if name in _FIELDS:
        return _field_default(ev, call, env)
    for factory in ev.surfaces.factories.get(name, ()):
        if all(_has_argument(ev, call, key, wanted, env) for key, wanted in factory.when.items()):
            return Object(factory.gives, (), call, env)
    if name in ev.surfaces.factories and not _arguments_known(ev, call, env):
        return Unknown(name)
    return Object(name, (), call, env)


def _partial(ev: Evaluator, call: Call, env: Env) -> Partial | None:
    def given(expr: syntax.Expr) -> Given:
        return Given(expr.start, expr.end, label_of(expr), expr=expr, env=env)

    rest = replace(
        call,
        args=tuple(given(one) for one in call.args[1:]),
        keywords=tuple(replace(one, value=given(one.value)) for one in call.keywords),
    )
    for value in options(ev.evaluate(call.args[0], env)):
        if isinstance(value, FunctionRef | Symbol | Object):
            return Partial(value, rest, env.module.path)
    return None


def completed(partial: Partial, call: Call) -> Call:
    """A call of a partial with what the partial was given before."""
    before, named = partial.call, {one.name for one in call.keywords}
    kept = (one for one in before.keywords if one.name is None or one.name not in named)
    return replace(call, args=(*before.args, *call.args), keywords=(*kept, *call.keywords))


def _field_default(ev: Evaluator, call: Call, env: Env) -> Value:
    """The default of a field of a dataclass or model."""
    factory = next((one.value for one in call.keywords if one.name == "default_factory"), None)
    if factory is not None:
        made = (value for value in options(ev.evaluate(factory, env)) if isinstance(value, ClassRef))
        return one_of([ev.instance(of) for of in made] or [Unknown("field")])
    given = given_arguments(ev, ("default",), call, env)
    return given.get("default", Unknown("field"))


def _arguments_known(ev: Evaluator, call: Call, env: Env) -> bool:
    """Whether the first argument of a factory is a literal: then it makes something else."""
    return bool(call.args) and literal_text(ev.evaluate(call.args[0], env)) is not None


def _has_argument(ev: Evaluator, call: Call, key: str, wanted: str, env: Env) -> bool:
    given = next((keyword.value for keyword in call.keywords if keyword.name == key), None)
    given = given if given is not None else (call.args[0] if call.args else None)
    if given is None:
        return False
    return any(literal_text(value) == wanted for value in options(ev.evaluate(given, env)))


def bind_arguments(ev: Evaluator, function: FunctionRef, call: Call, env: Env) -> Mapping[str, Value]:
    """The values that a call gives to a function's parameters."""
    scope = ev.index.modules[function.path].facts.scopes[function.scope]
    positional = [one.name for one in scope.parameters if one.kind == "positional"]
    added_to = positional[:1] if decorators.extends_model(ev, function) else []
    if added_to or (function.owner is not None and not is_static(scope)):
        positional = positional[1:]
    given = {**dict.fromkeys(added_to, Text(())), **given_arguments(ev, positional, call, env)}
    rest = next((one.name for one in scope.parameters if one.kind == "**"), None)
    if rest is not None:
        named = {one.name for one in scope.parameters}
        extra = tuple((name, value) for name, value in given.items() if name not in named)
        given[rest] = Entries(extra, complete=not any(keyword.name is None for keyword in call.keywords))
    return ev.arguments(given)


def given_arguments(ev: Evaluator, positional: Sequence[str], call: Call, env: Env) -> dict[str, Value]:
    """The values that a call gives, by name; `positional` names its positions. `**values` that are known count."""
    given = {name: _argument(ev, arg, env) for name, arg in zip(positional, call.args, strict=False)}
    for keyword in call.keywords:
        value = _argument(ev, keyword.value, env)
        if keyword.name is not None:
            given[keyword.name] = value
        else:
            given.update(entry for one in options(value) if isinstance(one, Entries) for entry in one.entries)
    return given


def _argument(ev: Evaluator, expr: syntax.Expr, env: Env) -> Value:
    """The value of an argument. A lambda that is handed on is not followed: what it is given there is seldom a text,
    and every way through it is one more to evaluate."""
    return Unknown(label_of(expr)) if isinstance(expr, syntax.Lambda) else ev.evaluate(expr, env)


def construct(ev: Evaluator, of: ClassRef, call: Call, env: Env) -> list[Value]:
    """The instance that calling a class of the project makes, also as one of the SDK client that it extends."""
    made = _instance(ev, of, call, env)
    return [made, *construction.extended(ev, made, call, env)]


def _instance(ev: Evaluator, of: ClassRef, call: Call, env: Env) -> Instance:
    if not call.args and not call.keywords:
        return ev.instance(of)
    init = classes.class_attribute(ev, of, "__init__")
    if isinstance(init, FunctionRef):
        scope = ev.index.modules[init.path].facts.scopes[init.scope]
        positional = [one.name for one in scope.parameters if one.kind == "positional"][1:]
    else:
        module = ev.index.modules[of.path]
        positional = [name for scope, name in module.annotations if scope == of.scope]
    arguments = ev.arguments(given_arguments(ev, positional, call, env))
    return ev.made(Instance(of, arguments) if isinstance(init, FunctionRef) else Instance(of, arguments, call, env))


def call_function(ev: Evaluator, function: FunctionRef, arguments: Mapping[str, Value], env: Env) -> Value:
    """What a function of the project returns for these arguments."""
    module = ev.index.modules[function.path]
    returns = module.returns.get(function.scope, [])
    key = (id(module), -1 - function.scope)
    if key in ev.active:
        ev.broken_off += 1
        returns = []
    elif returns and env.calls >= MAX_CALLS:
        ev.is_cut_short = True
        returns = []
    if not returns:
        return _return_type(ev, module, function)
    me = owner_of(ev, function)
    ev.active.add(key)
    try:
        values = [
            ev.evaluate(
                one.value,
                Env(module, one.scope, one.offset, one.block, arguments or None, function.scope, me, env.calls + 1),
            )
            # Guard clauses come first: the last return is the likeliest.
            for one in reversed(returns)
        ]
    finally:
        ev.active.discard(key)
    values = [value for value in values if not (isinstance(value, Scalar) and value.value is None)]
    value = one_of(values) if values else Scalar(None)
    return value if not isinstance(value, Unknown) else _return_type(ev, module, function)


def owner_of(ev: Evaluator, function: FunctionRef) -> Instance | None:
    """What `self` is in a method."""
    return ev.instance(function.owner) if isinstance(function.owner, ClassRef) else function.owner


def _return_type(ev: Evaluator, module: Module, function: FunctionRef) -> Value:
    scope = module.facts.scopes[function.scope]
    if scope.returns_annotation is not None:
        typed = annotated(ev, scope.returns_annotation, Env(module, scope.parent, END, scope.block))
        if typed is not None:
            return typed
    return Unknown(scope.name)


def imported_by_call(call: Call, surfaces: Surfaces) -> str | None:
    """The SDK module that a call is given by name as its first argument."""
    first = call.args[0] if call.args else None
    if not isinstance(first, syntax.Str):
        return None
    text = "".join(part.text for part in first.parts if isinstance(part, syntax.Run))
    return text if text in surfaces.module_names else None
