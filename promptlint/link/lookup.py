"""Names: from a use to the values that its bindings, parameters and imports can give it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from promptlint import facts, syntax
from promptlint.facts import Binding, Import
from promptlint.link import decorators, paths, texts
from promptlint.link.annotated import annotated
from promptlint.link.env import MAX_ITEMS, Env, items_of, place_of
from promptlint.link.imports import absolute_name
from promptlint.link.names import END, Definition, Module, Reaching, is_classmethod, is_static
from promptlint.link.values import (
    ClassRef,
    Entries,
    FunctionRef,
    Items,
    ModuleRef,
    Object,
    Part,
    Scalar,
    Symbol,
    Text,
    Unknown,
    Value,
    one_of,
    options,
)
from promptlint.scan.texts import dotted
from promptlint.syntax import LAMBDA

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator


def lookup_name(ev: Evaluator, name: str, env: Env) -> Value:
    module = env.module
    if not module.may_bind(name):
        return paths.file_of(module) if name == "__file__" else Unknown(name)
    for around in module.comprehensions(env.block):
        if name in around.targets and around.over is not None:
            return _element(ev, ev.evaluate(around.over, replace(env, block=around.parent)), name)
    scope = env.scope
    at, block = env.at, env.block
    scopes = module.facts.scopes
    arguments = env.arguments
    while True:
        reaching = module.reaching(scope, name, at, block)
        parameter = module.parameter(scope, name)
        if reaching.sources or reaching.changes or parameter:
            here = env if scope == env.scope else replace(env, scope=scope, at=at, block=block, arguments=arguments)
            return from_reaching(ev, reaching, parameter, here, name)
        if scope == 0:
            break
        if scope == env.arguments_of:
            arguments = None
        is_called_later = scopes[scope].name != LAMBDA  # A lambda mostly runs where it stands.
        scope = scopes[scope].parent
        while scopes[scope].kind == "class":  # A method does not see the names of its class.
            scope = scopes[scope].parent
            is_called_later = True
        if is_called_later:
            at, block = END, -1
    if name == "__file__":
        return paths.file_of(module)
    return _starred(ev, name, module) or Unknown(name)


def _starred(ev: Evaluator, name: str, module: Module) -> Value | None:
    for imported in module.star_imports:
        target = _import_target(ev, imported, module)
        if isinstance(target, ModuleRef):
            other = ev.index.modules[target.path]
            if (0, name) in other.definitions:
                return module_name(ev, other, name)
    return None


def module_name(ev: Evaluator, module: Module, name: str) -> Value:
    """The value of a module-level name, seen from outside."""
    return lookup_name(ev, name, Env(module, 0, END, -1))


def from_reaching(ev: Evaluator, reaching: Reaching, parameter: facts.Parameter | None, env: Env, name: str) -> Value:
    values = [definition_value(ev, one, env) for one in reaching.sources]
    if parameter is not None and not reaching.certain:
        values.append(_parameter(ev, parameter, env))
    value = one_of(values) if values else Unknown(name)
    return all_changed(ev, value, reaching.changes, env)


def all_changed(ev: Evaluator, value: Value, changes: Sequence[Binding], env: Env) -> Value:
    """A value after changes in order. What is added to a text piece by piece makes one flat text."""
    if not changes:
        return value
    added: list[Part] = []
    for change in changes:
        part = _added_text(ev, value, change, env)
        if part is None:
            value = changed(ev, _with(value, added), change, env)
            added = []
            continue
        if not added:
            added.append(texts.insert(ev, value, change.target, place_of(change.value, env)))
        added.append(part)
    return _with(value, added)


def _with(value: Value, added: list[Part]) -> Value:
    return Text(tuple(added)) if added else value


def _added_text(ev: Evaluator, value: Value, change: Binding, env: Env) -> Part | None:
    """What `+=` adds to a text, None for other changes and for lists."""
    if change.op != "+=" or any(isinstance(option, Items) for option in options(value)):
        return None
    at = _env_of(ev, change, env)
    more = ev.evaluate(change.value, at)
    if isinstance(more, Items):
        return None
    return texts.insert(ev, more, dotted(change.value) or change.target, place_of(change.value, at))


def definition_value(ev: Evaluator, definition: Definition, env: Env) -> Value:
    module = env.module
    if isinstance(definition, Import):
        return _imported(ev, definition, module)
    if definition.op in ("def", "class"):
        assert isinstance(definition.value, syntax.Const)
        index = int(definition.value.value or 0)
        if definition.op == "class":
            return ClassRef(module.path, index)
        return decorators.decorated(ev, FunctionRef(module.path, index), env)
    if definition.op == "for":
        return _element(ev, ev.evaluate(definition.value, _env_of(ev, definition, env)), definition.target)
    if definition.annotation is not None and isinstance(definition.value, syntax.Const):
        typed = annotated(ev, definition.annotation, env)
        if typed is not None and definition.value.value is None:
            return typed
    return ev.evaluate(definition.value, _env_of(ev, definition, env))


def _env_of(ev: Evaluator, binding: Binding, env: Env) -> Env:
    return replace(env, scope=binding.scope, at=binding.offset, block=binding.block)


def _element(ev: Evaluator, value: Value, name: str) -> Value:
    elements = [item for option in options(value) if isinstance(option, Items) for item in option.items]
    return one_of(elements) if elements else Unknown(name)


def changed(ev: Evaluator, value: Value, change: Binding, env: Env) -> Value:
    """A value after `+=`, `append`, an item assignment and the like."""
    at = _env_of(ev, change, env)
    added = ev.evaluate(change.value, at)
    chat = next((one for one in options(value) if isinstance(one, Object) and ev.surfaces.client(one.type)), None)
    if chat is not None and change.op == "append":
        return replace(chat, added=(*chat.added, added))
    if change.op in ("append", "insert", "extend", "+="):
        known = next((one for one in options(value) if isinstance(one, Items)), Items((), False))
        new = items_of(added) if change.op in ("extend", "+=") else Items((added,))
        first = change.op == "insert" and isinstance(change.key, syntax.Const) and change.key.value == 0
        items = (*new.items, *known.items) if first else (*known.items, *new.items)
        complete = known.complete and new.complete and len(items) <= MAX_ITEMS
        return Items(items[:MAX_ITEMS], complete, known.place)
    entries = next((one for one in options(value) if isinstance(one, Entries)), Entries((), False))
    if change.op == "update":
        more = next((one for one in options(added) if isinstance(one, Entries)), Entries((), False))
        return replace(entries, entries=(*entries.entries, *more.entries), complete=entries.complete and more.complete)
    key = texts.literal(ev, change.key, at) if change.key is not None else None
    if key is None:
        return replace(entries, complete=False)
    return replace(entries, entries=(*entries.entries, (key, added)))


def _parameter(ev: Evaluator, parameter: facts.Parameter, env: Env) -> Value:
    name = parameter.name
    if env.arguments is not None and env.scope == env.arguments_of and name in env.arguments:
        return env.arguments[name]
    scope = env.module.facts.scopes[env.scope]
    owner = env.module.owner_class(env.scope)
    if owner is not None and scope.parent == owner and scope.parameters[0].name == name and not is_static(scope):
        me = env.owner or ev.instance(ClassRef(env.module.path, owner))
        return me.of if is_classmethod(scope) else me
    outside = Env(env.module, scope.parent, END, scope.block)
    values = []
    if parameter.default is not None:
        default = ev.evaluate(parameter.default, outside)
        if not (isinstance(default, Scalar) and default.value is None):
            values.append(default)
    if parameter.annotation is not None and not values:
        typed = annotated(ev, parameter.annotation, outside)
        if typed is not None:
            values.append(typed)
    if parameter.kind == "**":
        return Entries((), complete=False)
    return one_of([*values, Unknown(name)])


def _import_target(ev: Evaluator, imported: Import, module: Module) -> Value:
    """The module or outside symbol that the `from` part of an import names."""
    name = absolute_name(imported, module.facts)
    target = ev.index.resolve(name, module)
    return ModuleRef(target.path) if target else Symbol(name)


def neighbour(ev: Evaluator, imported: Import, module: Module) -> Module | None:
    """The module of the project that an import takes something from."""
    target = _import_target(ev, imported, module)
    return ev.index.modules[target.path] if isinstance(target, ModuleRef) else None


def _imported(ev: Evaluator, imported: Import, module: Module) -> Value:
    target = _import_target(ev, imported, module)
    if imported.attribute is None:
        return target
    if isinstance(target, ModuleRef):
        return member(ev, ev.index.modules[target.path], imported.attribute)
    assert isinstance(target, Symbol)
    submodule = ev.index.resolve(f"{target.name}.{imported.attribute}", module)
    return ModuleRef(submodule.path) if submodule else Symbol(f"{target.name}.{imported.attribute}")


def member(ev: Evaluator, module: Module, name: str) -> Value:
    """A name of a module, or the submodule of a package."""
    if (0, name) not in module.definitions and module.facts.is_package:
        submodule = ev.index.resolve(f"{module.facts.module}.{name}", module)
        if submodule is not None and submodule is not module:
            return ModuleRef(submodule.path)
    key = (id(module), hash(name))
    if key in ev.active or ev.is_deep:
        ev.broken_off += 1
        return Unknown(name)
    ev.active.add(key)
    ev.depth += 1
    try:
        return module_name(ev, module, name)
    finally:
        ev.active.discard(key)
        ev.depth -= 1
