"""Classes of the project: attributes through `self`, bodies and bases, annotations, properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from promptlint import syntax
from promptlint.facts import Binding
from promptlint.link import callees, construction, lookup, paths
from promptlint.link.env import Env
from promptlint.link.names import END, Module
from promptlint.link.values import (
    ClassRef,
    Entries,
    FilePath,
    FunctionRef,
    Instance,
    ModuleRef,
    Object,
    Symbol,
    Unknown,
    Value,
    one_of,
    options,
)
from promptlint.scan.texts import dotted
from promptlint.syntax import Expr

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator


MAX_BASES = 12
"""Classes followed from base to base."""

_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})
"""Decorators of methods that stand for what they return."""


def annotated(ev: Evaluator, annotation: Expr, env: Env) -> Value | None:
    """An instance of the class that an annotation names; `Optional[X]`, `X | None` and `"X"` are X."""
    if isinstance(annotation, syntax.Str):
        return annotated(ev, _parse_name("".join(run.text for run in annotation.parts
                                                   if isinstance(run, syntax.Run)), annotation), env)  # fmt: skip
    if isinstance(annotation, syntax.Pipe):
        found = [annotated(ev, term, env) for term in annotation.terms]
        return next((value for value in found if value is not None), None)
    if isinstance(annotation, syntax.Item):
        if dotted(annotation.value) in ("Optional", "typing.Optional", "Annotated", "typing.Annotated", "Union",
                                        "typing.Union", "t.Optional", "t.Union", "ClassVar"):  # fmt: skip
            inner = annotation.key.items if isinstance(annotation.key, syntax.Sequence) else (annotation.key,)
            found = [annotated(ev, term, env) for term in inner]
            return next((value for value in found if value is not None), None)
        return None
    if not isinstance(annotation, syntax.Name | syntax.Attr):
        return None
    for value in options(ev.evaluate(annotation, env)):
        if isinstance(value, ClassRef):
            return ev.instance(value)
        if isinstance(value, Symbol) and not value.name.startswith("typing."):
            return Object(ev.surfaces.canonical(value.name))
    return None


def attribute_of(ev: Evaluator, expr: syntax.Attr, env: Env) -> Value:
    name = dotted(expr)
    assigned = _set_on_self(ev, name, env)
    if name is not None:
        # `config.prompt = "..."` in the same scope says more than what config is.
        reaching = env.module.reaching(env.scope, name, env.at, env.block)
        if reaching.sources:
            value = lookup.from_reaching(ev, reaching, None, env, name)
            if reaching.certain:
                return value
            assigned.extend(options(value))
    base = ev.evaluate(expr.value, env)
    values = [attribute(ev, option, expr.name, env) for option in options(base)]
    known = [value for value in (*assigned, *values) if not isinstance(value, Unknown)]
    return one_of(known) if known else Unknown(name or expr.name)


def _set_on_self(ev: Evaluator, name: str | None, env: Env) -> list[Value]:
    """What methods of the class assign to a path below self (`self.config.model = "..."`)."""
    owner = env.module.owner_class(env.scope) if name and name.startswith("self.") and name.count(".") > 1 else None
    if owner is None or name is None:
        return []
    return [
        lookup.definition_value(ev, one, Env(env.module, method, one.offset, one.block, owner=env.owner))
        for method, one in env.module.set_on_self.get((owner, name.removeprefix("self.")), ())
        if one.op == "="
    ]


def attribute(ev: Evaluator, base: Value, name: str, env: Env) -> Value:
    """An attribute of a value."""
    if isinstance(base, ModuleRef):
        return lookup.member(ev, ev.index.modules[base.path], name)
    if isinstance(base, Symbol):
        # `import a.b` binds a: its modules are reached by attributes.
        module = ev.index.resolve(f"{base.name}.{name}", env.module)
        return ModuleRef(module.path) if module else Symbol(f"{base.name}.{name}")
    if isinstance(base, FilePath):
        return paths.attribute(base, name)
    if isinstance(base, Object):
        return replace(base, chain=(*base.chain, name))
    if isinstance(base, Instance):
        return class_attribute(ev, base.of, name, base) or Unknown(name)
    if isinstance(base, ClassRef):
        return class_attribute(ev, base, name) or Unknown(name)
    if isinstance(base, Entries):
        return base.get(name) or Unknown(name)
    if name == "value":  # An enum member stands for its value already.
        return base
    return Unknown(name)


def class_attribute(
    ev: Evaluator, ref: ClassRef, name: str, me: Instance | None = None, depth: int = 0
) -> Value | None:
    """What an attribute of a class can be: assigned to `self` in its methods, in its body, or in a base.

    `me` is the instance it is looked up on, None for the class itself.
    """
    module = ev.index.modules.get(ref.path)
    if module is None or depth > MAX_BASES:
        return None
    owner = me or ev.instance(ref)
    values, changes = _set_by_methods(ev, module, ref, name, me) if me else ([], [])
    if me is not None and me.arguments and name in me.arguments and not values:
        return me.arguments[name]  # A field of a dataclass or model, given at construction.
    body = Env(module, ref.scope, END, -1, owner=owner)
    for source in module.reaching(ref.scope, name, END, -1).sources:
        value = lookup.definition_value(ev, source, body)
        values.append(_bound(ev, value, me or ref, body) if isinstance(value, FunctionRef) else value)
    if not values or all(isinstance(option, Unknown) for value in values for option in options(value)):
        annotation = module.annotations.get((ref.scope, name))
        typed = annotated(ev, annotation.annotation or annotation.value, body) if annotation else None
        if typed is not None:
            values.append(typed)
    if not values or (me and (_is_set_late(module, ref, name) or all(isinstance(one, Unknown) for one in values))):
        inherited = (
            _inherited(ev, base, module, ref, name, me, depth) for base in module.facts.scopes[ref.scope].bases
        )
        values.extend(value for value in [next((one for one in inherited if one is not None), None)] if value)
    if not values:
        return None
    return lookup.all_changed(ev, one_of(values), changes, Env(module, ref.scope, END, -1, owner=owner))


def _set_by_methods(
    ev: Evaluator, module: Module, ref: ClassRef, name: str, me: Instance
) -> tuple[list[Value], list[Binding]]:
    """The values that methods assign to `self.name`, and the bindings that change it."""
    values: list[Value] = []
    changes: list[Binding] = []
    for method, binding in module.set_on_self.get((ref.scope, name), ()):
        if binding.op not in ("=", "with"):
            changes.append(binding)
            continue
        arguments = me.arguments if module.facts.scopes[method].name == "__init__" else None
        env = Env(module, method, binding.offset, binding.block, arguments, method, me)
        values.append(lookup.definition_value(ev, binding, env))
    return values, changes


def _is_set_late(module: Module, ref: ClassRef, name: str) -> bool:
    """Whether methods set an attribute, but not `__init__`: before, or behind a property, it is what a base says."""
    setting = [module.facts.scopes[method].name for method, _ in module.set_on_self.get((ref.scope, name), ())]
    return bool(setting) and "__init__" not in setting


def _inherited(
    ev: Evaluator, base: Expr, module: Module, ref: ClassRef, name: str, me: Instance | None, depth: int
) -> Value | None:
    for value in base_classes(ev, base, module, ref):
        found = class_attribute(ev, value, name, me, depth + 1)
        if found is not None:
            return found
    return _of_sdk(ev, base, module, ref, name, me)


def _of_sdk(ev: Evaluator, base: Expr, module: Module, ref: ClassRef, name: str, me: Instance | None) -> Value | None:
    """What a class of the project has from the class of an SDK that it extends."""
    for value in _bases(ev, base, module, ref):
        if isinstance(value, Symbol):
            client = ev.surfaces.canonical(value.name)
            if me is None and ev.surfaces.function(f"{client}.{name}"):
                return Symbol(f"{client}.{name}")
            if me is not None and ev.surfaces.begins(client, name):
                return Object(client, (name,), *construction.construction(ev, me, me.call, me.env))
    return None


def base_classes(ev: Evaluator, base: Expr, module: Module, ref: ClassRef) -> list[ClassRef]:
    """The classes of the project that a base of a class is."""
    return [value for value in _bases(ev, base, module, ref) if isinstance(value, ClassRef) and value != ref]


def _bases(ev: Evaluator, base: Expr, module: Module, ref: ClassRef) -> tuple[Value, ...]:
    scope = module.facts.scopes[ref.scope]
    generic = base.value if isinstance(base, syntax.Item) else base
    return options(ev.evaluate(generic, Env(module, scope.parent, END, scope.block)))


def outside_bases(ev: Evaluator, ref: ClassRef, depth: int = 0) -> list[str]:
    """The canonical names of the outside classes that a class of the project extends, near ones first."""
    module = ev.index.modules[ref.path]
    scope = module.facts.scopes[ref.scope]
    names: list[str] = []
    for base in scope.bases:
        generic = base.value if isinstance(base, syntax.Item) else base
        for value in options(ev.evaluate(generic, Env(module, scope.parent, END, scope.block))):
            if isinstance(value, Symbol):
                names.append(ev.surfaces.canonical(value.name))
            elif isinstance(value, ClassRef) and value != ref and depth < MAX_BASES:
                names.extend(outside_bases(ev, value, depth + 1))
    return names


def _bound(ev: Evaluator, function: FunctionRef, owner: Instance | ClassRef, env: Env) -> Value:
    """A method looked up on a class: a property is what it returns."""
    module = ev.index.modules[function.path]
    getter = _getter(module, function.scope)
    if getter is not None:
        return callees.call_function(ev, replace(function, owner=owner, scope=getter), {}, env)
    return replace(function, owner=owner)


def _getter(module: Module, method: int) -> int | None:
    """The method that gives the value of a property, of that method or of the setter that it is; None for others."""
    scope = module.facts.scopes[method]
    names = {dotted(one) for one in scope.decorators}
    if names & _PROPERTIES:
        return method
    if names.isdisjoint((f"{scope.name}.setter", f"{scope.name}.deleter")):
        return None
    same = (one for one in module.methods.get(scope.parent, ()) if module.facts.scopes[one].name == scope.name)
    return next((one for one in same if one != method and _getter(module, one) == one), None)


def _parse_name(text: str, at: syntax.Str) -> Expr:
    """The dotted name that a quoted annotation holds; `Optional[X]` in quotes is X."""
    name = text.strip().removeprefix("Optional[").removesuffix("]").split("[")[0].split("|")[0].strip()
    expr: Expr = syntax.Name(at.start, at.end, name.split(".")[0])
    for attribute in name.split(".")[1:]:
        expr = syntax.Attr(at.start, at.end, expr, attribute)
    return expr
