"""Classes of the project: attributes through `self`, bodies and bases, annotations, properties."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promptlint import facts
from promptlint.facts import Binding, Expr
from promptlint.link import callees, lookup
from promptlint.link.env import Env
from promptlint.link.names import END, Module
from promptlint.link.values import (
    ClassRef,
    Entries,
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

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator


def annotated(ev: Evaluator, annotation: Expr, env: Env) -> Value | None:
    """An instance of the class that an annotation names; `Optional[X]`, `X | None` and `"X"` are X."""
    if isinstance(annotation, facts.Str):
        return annotated(ev, _parse_name("".join(run.text for run in annotation.parts
                                                   if isinstance(run, facts.Run)), annotation), env)  # fmt: skip
    if isinstance(annotation, facts.Pipe):
        found = [annotated(ev, term, env) for term in annotation.terms]
        return next((value for value in found if value is not None), None)
    if isinstance(annotation, facts.Item):
        if dotted(annotation.value) in ("Optional", "typing.Optional", "Annotated", "typing.Annotated", "Union",
                                        "typing.Union", "t.Optional", "t.Union", "ClassVar"):  # fmt: skip
            inner = annotation.key.items if isinstance(annotation.key, facts.Sequence) else (annotation.key,)
            found = [annotated(ev, term, env) for term in inner]
            return next((value for value in found if value is not None), None)
        return None
    if not isinstance(annotation, facts.Name | facts.Attr):
        return None
    for value in options(ev.evaluate(annotation, env)):
        if isinstance(value, ClassRef):
            return Instance(value)
        if isinstance(value, Symbol):
            return Object(ev.surfaces.canonical(value.name))
    return None


def attribute_of(ev: Evaluator, expr: facts.Attr, env: Env) -> Value:
    name = dotted(expr)
    if name is not None:
        # `config.prompt = "..."` in the same scope says more than what config is.
        reaching = env.module.reaching(env.scope, name, env.at, env.block)
        if reaching.sources and reaching.certain:
            return lookup.from_reaching(ev, reaching, None, env, name)
    on_self = _set_on_self(ev, name, env)
    base = ev.evaluate(expr.value, env)
    values = [attribute(ev, option, expr.name, env) for option in options(base)]
    known = [value for value in (*on_self, *values) if not isinstance(value, Unknown)]
    return one_of(known) if known else Unknown(name or expr.name)


def _set_on_self(ev: Evaluator, name: str | None, env: Env) -> list[Value]:
    """What methods of the class assign to a path below self (`self.config.model = "..."`)."""
    owner = env.module.owner_class(env.scope) if name and name.startswith("self.") and name.count(".") > 1 else None
    if owner is None or name is None:
        return []
    return [
        lookup.definition_value(ev, one, Env(env.module, method, one.offset, one.block, owner=env.owner))
        for method in env.module.methods.get(owner, ())
        for one in env.module.definitions.get((method, name), ())
        if isinstance(one, Binding) and one.op == "="
    ]


def attribute(ev: Evaluator, base: Value, name: str, env: Env) -> Value:
    """An attribute of a value."""
    if isinstance(base, ModuleRef):
        return lookup.member(ev, ev.index.modules[base.path], name)
    if isinstance(base, Symbol):
        return Symbol(f"{base.name}.{name}")
    if isinstance(base, Object):
        return replace(base, chain=(*base.chain, name))
    if isinstance(base, Instance):
        return class_attribute(ev, base.of, name, instance=True) or Unknown(name)
    if isinstance(base, ClassRef):
        value = class_attribute(ev, base, name, instance=False)
        if value is None:
            return Unknown(name)
        return value
    if isinstance(base, Entries):
        return base.get(name) or Unknown(name)
    if name == "value":  # An enum member stands for its value already.
        return base
    return Unknown(name)


def class_attribute(
    ev: Evaluator, ref: ClassRef, name: str, *, instance: bool, owner: ClassRef | None = None, depth: int = 0
) -> Value | None:
    """What an attribute of a class can be: assigned to `self` in its methods, in its body, or in a base."""
    module = ev.index.modules.get(ref.path)
    if module is None or depth > 12:
        return None
    owner = owner or ref
    values: list[Value] = []
    changes: list[Binding] = []
    if instance:
        for method in module.methods.get(ref.scope, ()):
            for definition in module.definitions.get((method, f"self.{name}"), ()):
                env = Env(module, method, definition.offset, getattr(definition, "block", -1), owner=owner)
                if isinstance(definition, Binding) and definition.op not in ("=", "with"):
                    changes.append(definition)
                else:
                    values.append(lookup.definition_value(ev, definition, env))
    reaching = module.reaching(ref.scope, name, END, -1)
    body = Env(module, ref.scope, END, -1, owner=owner)
    for source in reaching.sources:
        value = lookup.definition_value(ev, source, body)
        if isinstance(value, FunctionRef):
            value = _bound(ev, value, owner, body)
        values.append(value)
    if not any(not isinstance(option, Unknown) for value in values for option in options(value)):
        annotation = module.annotations.get((ref.scope, name))
        typed = annotated(ev, annotation.annotation or annotation.value, body) if annotation else None
        if typed is not None:
            values.append(typed)
    if not values or (instance and all(isinstance(value, Unknown) for value in values)):
        for base in module.facts.scopes[ref.scope].bases:
            inherited = _inherited(ev, base, module, ref, name, instance, owner, depth)
            if inherited is not None:
                values.append(inherited)
                break
    if not values:
        return None
    value = one_of(values)
    for change in changes:
        value = lookup.changed(ev, value, change, Env(module, change.scope, change.offset, change.block, owner=owner))
    return value


def _inherited(
    ev: Evaluator, base: Expr, module: Module, ref: ClassRef, name: str, instance: bool, owner: ClassRef, depth: int
) -> Value | None:
    scope = module.facts.scopes[ref.scope]
    generic = base.value if isinstance(base, facts.Item) else base
    for value in options(ev.evaluate(generic, Env(module, scope.parent, END, scope.block))):
        if isinstance(value, ClassRef) and value != ref:
            found = class_attribute(ev, value, name, instance=instance, owner=owner, depth=depth + 1)
            if found is not None:
                return found
    return None


def _bound(ev: Evaluator, function: FunctionRef, owner: ClassRef, env: Env) -> Value:
    """A method looked up on a class: a property is what it returns."""
    scope = ev.index.modules[function.path].facts.scopes[function.scope]
    bound = replace(function, owner=owner)
    if any(dotted(one) in ("property", "cached_property", "functools.cached_property") for one in scope.decorators):
        return callees.call_function(ev, bound, {}, env)
    return bound


def _parse_name(text: str, at: facts.Str) -> Expr:
    """The dotted name that a quoted annotation holds; `Optional[X]` in quotes is X."""
    name = text.strip().removeprefix("Optional[").removesuffix("]").split("[")[0].split("|")[0].strip()
    expr: Expr = facts.Name(at.start, at.end, name.split(".")[0])
    for attribute in name.split(".")[1:]:
        expr = facts.Attr(at.start, at.end, expr, attribute)
    return expr
