"""Classes of the project that extend a class of an SDK: what they construct it with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from promptlint import syntax
from promptlint.link import callees, classes
from promptlint.link.env import Env
from promptlint.link.values import ClassRef, FunctionRef, Instance, Object
from promptlint.syntax import Call

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator


def extended(ev: Evaluator, me: Instance, call: Call | None = None, env: object = None) -> list[Object]:
    """The objects of SDK classes that an instance of a class of the project also is, each with the call that
    constructs it: that of `__init__` of the base class, else the one that makes the instance, `call`."""
    names = extended_names(ev, me.of)
    if not names:
        return []
    made = construction(ev, me, call or me.call, env or me.env)
    return [Object(name, (), *made) for name in names]


def extended_names(ev: Evaluator, of: ClassRef) -> list[str]:
    """The SDK classes that a class of the project extends of which the tables say what their arguments are."""
    surfaces = ev.surfaces
    outside = classes.outside_bases(ev, of)
    return [name for name in outside if name in surfaces.clients or surfaces.prompt_arguments(name)]


def construction(ev: Evaluator, me: Instance, call: Call | None, env: object) -> tuple[Call | None, object]:
    """The call that gives the arguments of the outside class behind a class of the project, and where it stands."""
    of, arguments = me.of, me.arguments
    for _ in range(classes.MAX_BASES):
        init = classes.class_attribute(ev, of, "__init__")
        if not isinstance(init, FunctionRef):
            return call, env
        module = ev.index.modules[init.path]
        place = module.base_constructions.get(init.scope)
        if place is None:
            return None, None
        here = Env(module, init.scope, place.statement_start, place.block, arguments or None, init.scope, me)
        call, env = _without_self(place.expr), here
        owner = ClassRef(init.path, module.facts.scopes[init.scope].parent)
        bases = module.facts.scopes[owner.scope].bases
        inner = next((one for base in bases for one in classes.base_classes(ev, base, module, owner)), None)
        next_init = classes.class_attribute(ev, inner, "__init__") if inner else None
        if inner is None or not isinstance(next_init, FunctionRef):
            return call, env
        of, arguments = inner, callees.bind_arguments(ev, next_init, call, here)
    return None, None


def _without_self(call: Call) -> Call:
    """`Base.__init__(self, ...)` as `super().__init__(...)`."""
    is_super = isinstance(call.func, syntax.Attr) and isinstance(call.func.value, Call)
    return call if is_super else msgspec.structs.replace(call, args=call.args[1:])
