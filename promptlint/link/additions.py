"""Prompts that are added to a model piece by piece: `lm += "..."`, then `lm += gen()` asks it.

What a call is sent is found by walking back from its statement: through what was added to the same variable
before, and through the variables that it was made of, to the object that the additions began with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from msgspec.structs import replace

from promptlint import syntax
from promptlint.facts import Binding, CallPlace
from promptlint.link import texts
from promptlint.link.assembly import leaves
from promptlint.link.decorators import extends_model
from promptlint.link.env import Env, label_of, place_of
from promptlint.link.evaluate import Evaluator
from promptlint.link.messages import Draft
from promptlint.link.names import END, Module
from promptlint.link.textops import Splice, flat, splice
from promptlint.link.values import FunctionRef, Object, Text, Value, options
from promptlint.project import Role
from promptlint.scan.texts import dotted, is_text
from promptlint.syntax import Expr, Name
from promptlint.template import Hole, Piece

MAX_TERMS = 400
"""Additions followed back from one call."""


@dataclass(frozen=True, slots=True)
class _Term:
    """An expression that is added, and where it is evaluated. `has_base`: it begins with what it is added to."""

    expr: Expr
    env: Env
    has_base: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What a call is sent by what was added before it, and the objects that the additions can begin with."""

    drafts: tuple[Draft, ...]
    origins: tuple[Object, ...]


def added_before(ev: Evaluator, place: CallPlace, env: Env) -> Added:
    """What was added to the model up to a call, in order. Text outside a block with a role is the user's.

    An expression that asks several times is one text: it is the template that they fill in.
    """
    statement = _statement(env.module, place)
    if statement is None:
        return Added((), ())
    here = replace(env, scope=statement.scope, at=statement.offset, block=statement.block)
    waiting = _terms(statement.value, here, is_addition=statement.op == "+=")
    if statement.op == "+=":
        waiting.append(_Term(Name(statement.offset, statement.offset, statement.target), here))
    terms, base = _walked_back(waiting)
    added = [(term, _value(ev, term)) for term in terms]
    origins = options(ev.evaluate(base.expr, base.env)) if base else ()
    return Added(
        tuple(_drafts(ev, [*added[:-1], *_before(added[-1:], place.expr.start)])),
        tuple(one for one in origins if isinstance(one, Object) and ev.surfaces.client(one.type)),
    )


def _statement(module: Module, place: CallPlace) -> Binding | None:
    """The assignment, addition or return that a call stands in."""
    for binding in module.bindings_at(place.statement_start):
        is_around = binding.value.start <= place.expr.start and place.expr.end <= binding.value.end
        if is_around and binding.op in ("=", "+=", "return"):
            return binding
    return None


def _terms(expr: Expr, env: Env, *, is_addition: bool) -> list[_Term]:
    """What a statement adds and, unless it is an addition itself, what it adds it to; the last one first."""
    if is_addition or not isinstance(expr, syntax.Sum) or is_text(expr.terms[0]):
        return [_Term(expr, env)]
    return [_Term(expr, env, has_base=True), _Term(expr.terms[0], env)]


def _walked_back(waiting: list[_Term]) -> tuple[list[_Term], _Term | None]:
    """What was added, in order, and what it was added to. `waiting` is the last statement, its end first."""
    found: list[_Term] = []
    while waiting and len(found) < MAX_TERMS:
        *later, base = waiting
        found.extend(later)
        waiting = _made_of(base)
        if not waiting:
            return list(reversed(found)), base
    return list(reversed(found)), None


def _made_of(term: _Term) -> list[_Term]:
    """What a variable was put together from, the last first; nothing for what is not put together."""
    if not isinstance(term.expr, Name):
        return []
    env = term.env
    module, scope, at, block = env.module, env.scope, env.at, env.block
    name = term.expr.id
    while True:
        reaching = module.reaching(scope, name, at, block)
        if reaching.sources or reaching.changes or module.parameter(scope, name) or scope == 0:
            break
        scope, at, block = module.facts.scopes[scope].parent, END, -1
    only = reaching.sources[0] if len(reaching.sources) == 1 else None
    changes = [one for one in reaching.changes if one.op == "+="]
    found: list[_Term] = []
    for binding in reversed(changes[-MAX_TERMS:]):
        here = replace(env, scope=scope, at=binding.offset, block=binding.block)
        found.extend(_terms(binding.value, here, is_addition=True))
    if isinstance(only, Binding) and only.op == "=":
        here = replace(env, scope=scope, at=only.offset, block=only.block)
        return [*found, *_terms(only.value, here, is_addition=False)]
    if not changes:
        return []
    first = changes[0]
    here = replace(env, scope=scope, at=first.offset, block=first.block)
    return [*found, _Term(Name(first.offset, first.offset, name), here)]


def _before(added: list[tuple[_Term, Value]], asked: int) -> Iterator[tuple[_Term, Value]]:
    """The last text without the holes at its end that what is asked at an offset fills in."""
    for term, value in added:
        if isinstance(value, Text):
            parts = list(value.parts)
            while parts and isinstance(last := parts[-1], Hole) and last.start >= asked:
                parts.pop()
            yield term, replace(value, parts=tuple(parts))


def _drafts(ev: Evaluator, added: list[tuple[_Term, Value]]) -> Iterator[Draft]:
    """The messages that texts make up: neighbours in one block are one message."""
    for (role, _), group in groupby(added, key=lambda one: _role_around(ev, one[0])):
        yield from _draft(ev, role, list(group))


def _draft(ev: Evaluator, role: Role, held: list[tuple[_Term, Value]]) -> Iterator[Draft]:
    if len(held) == 1 and isinstance(held[0][1], Text):
        text = held[0][1]
    else:
        text = Text(
            tuple(
                texts.insert(ev, value, dotted(term.expr) or label_of(term.expr), place_of(term.expr, term.env))
                for term, value in held
            )
        )
    if any(isinstance(leaf, Piece) for leaf in leaves(text)):
        yield Draft(role, text)


def _role_around(ev: Evaluator, term: _Term) -> tuple[Role, int]:
    """The role of the block that a term is added in, and the start of the block."""
    module = term.env.module
    for context in module.contexts_around(term.expr.start, term.env.scope):
        here = replace(term.env, scope=context.scope, at=context.start, block=context.block)
        for value in options(ev.evaluate(context.value, here)):
            if isinstance(value, Object) and (role := ev.surfaces.roles.get(value.type)):
                return Role(role), context.start
    return Role.USER, -1


def _value(ev: Evaluator, term: _Term) -> Value:
    """What a term adds, without what it is added to."""
    value = ev.evaluate(term.expr, term.env)
    if not isinstance(value, Text):
        return value
    text = replace(value, parts=value.parts[1:]) if term.has_base else value
    function = FunctionRef(term.env.module.path, term.env.scope)
    # The SDK takes the indentation of the code out of the texts in such a function.
    return _outdented(text, term.env.module.facts.position(term.env.at)[1] - 1) if extends_model(ev, function) else text


def _outdented(text: Text, columns: int) -> Text:
    """A text without the indentation of the statement that holds it, from its second line on."""
    found = re.finditer(rf"(?<=\n) {{{columns}}}", flat(text)) if columns else ()
    return replace(splice(text, [Splice(*one.span()) for one in found]), cleaned=True)
