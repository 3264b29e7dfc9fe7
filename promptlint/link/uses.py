"""What texts are used for besides calls of a model: read by people or parsers, or put together with a prompt."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from promptlint.facts import Binding, CallPlace
from promptlint.link import lookup
from promptlint.link.assembly import rooted_texts
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.imports import ModuleIndex
from promptlint.link.messages import ROLES
from promptlint.link.named import is_for_others
from promptlint.link.names import END, Module
from promptlint.link.values import Text, Value, options
from promptlint.project import Place, Role
from promptlint.scan.texts import dotted, is_text, runs_of
from promptlint.syntax import Attr, Call, Either, Expr, Field, Mapping, Opaque, Percent, Run, Sequence, Str, Sum

_ROLE_NAMES = frozenset(ROLES)
_ERRORS = ("Error", "Exception", "Warning")
_SPLITTING = frozenset({"replace", "split", "rsplit", "splitlines", "partition", "rpartition"})
_SPLITTING_FUNCTIONS = frozenset({"re.split", "re.sub"})
_LAYOUT = re.compile(r"\A\s|\s\Z|\n|\A[^\w{}<>\[\]]+\Z")
_FILLING = frozenset({"format", "format_map", "replace", "safe_substitute", "substitute"})
"""Methods that fill a template that has a name."""


def texts_for_others(index: ModuleIndex, evaluator: Evaluator, functions: frozenset[str]) -> frozenset[Place]:
    """The texts given by a name to functions such as `input` (last part of the name) or `re.compile`."""
    found: set[Place] = set()
    for module in index.modules.values():
        for place in _calls_of(module, functions):
            call = place.expr
            env = Env(module, place.scope, place.statement_start, place.block)
            for expr in call.given:
                if not is_text(expr):
                    found.update(_roots(evaluator.evaluate(expr, env)))
    return frozenset(found)


def texts_worked_on(index: ModuleIndex, evaluator: Evaluator) -> frozenset[Place]:
    """The texts whose layout code depends on: it splits them, or looks for rows or blanks in them."""
    found = set(texts_for_others(index, evaluator, _SPLITTING_FUNCTIONS))
    for module in index.modules.values():
        for place in module.calls_named(_SPLITTING):
            call = place.expr
            if isinstance(call.func, Attr) and (call.func.name != "replace" or _looks_for_layout(call)):
                env = Env(module, place.scope, place.statement_start, place.block)
                found.update(_roots(evaluator.evaluate(call.func.value, env)))
    return frozenset(found)


def _looks_for_layout(call: Call) -> bool:
    """Whether what is replaced is, begins or ends with blanks, holds a line break, or has no letters and digits."""
    spelled = "".join(run.text for run in runs_of(call.args[0])) if call.args and is_text(call.args[0]) else ""
    is_computed = bool(call.args) and isinstance(call.args[0], Opaque)
    return is_computed or _LAYOUT.search(spelled) is not None


def _calls_of(module: Module, functions: frozenset[str]) -> Iterator[CallPlace]:
    """The calls of functions that are named by the last part of their name or whole, and those that make an error."""
    last_names = {name.rpartition(".")[2] for name in functions}
    for name, places in module.calls_by_name.items():
        if name in functions or name.endswith(_ERRORS):
            yield from places
        elif name in last_names:
            yield from (place for place in places if dotted(place.expr.func) in functions)


def messages(module: Module, evaluator: Evaluator) -> Iterator[tuple[Text, Role]]:
    """The contents of chat messages that are given by a name, wherever the messages go."""
    if not module.facts.spells(_ROLE_NAMES):
        return
    for expr, stands in _displays(module):
        role, content = _message(expr)
        if role is None or content is None or is_text(content):
            continue
        at = stands.statement_start if isinstance(stands, CallPlace) else stands.offset
        for value in options(evaluator.evaluate(content, Env(module, stands.scope, at, stands.block))):
            if isinstance(value, Text):
                yield value, ROLES[role]


def _message(expr: Expr) -> tuple[str | None, Expr | None]:
    """The literal role and the content of a dict display, a message call or a pair `("system", text)`."""
    if isinstance(expr, Sequence):
        pair = expr.items if len(expr.items) == 2 else (None, None)
        return _role_name(pair[0]), pair[1]
    if isinstance(expr, Mapping):
        held = {_literal(key): value for key, value in zip(expr.keys, expr.values, strict=True)}
    elif isinstance(expr, Call) and expr.keywords:
        held = {keyword.name: keyword.value for keyword in expr.keywords}
    else:
        return None, None
    return _role_name(held.get("role")), held.get("content")


def _role_name(expr: Expr | None) -> str | None:
    name = _literal(expr)
    return name if name in ROLES else None


def _literal(expr: Expr | None) -> str | None:
    if not isinstance(expr, Str) or not all(isinstance(part, Run) for part in expr.parts):
        return None
    return "".join(run.text for run in runs_of(expr))


def _displays(module: Module) -> Iterator[tuple[Expr, CallPlace | Binding]]:
    """Every call, and every dict, list and tuple display that is bound, returned or given to a call; and where."""
    for place in module.facts.calls:
        yield place.expr, place
        for expr in place.expr.given:
            if isinstance(expr, _HOLDING):
                yield from ((one, place) for one in _nested(expr))
    for binding in module.facts.bindings:
        if isinstance(binding.value, _HOLDING):
            yield from ((one, binding) for one in _nested(binding.value))


_HOLDING = (Sequence, Mapping, Either)


def _nested(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Sequence | Mapping):
        yield expr
        for one in expr.items if isinstance(expr, Sequence) else expr.values:
            yield from _nested(one)
    elif isinstance(expr, Either):
        for one in expr.options:
            yield from _nested(one)


def texts_with(index: ModuleIndex, evaluator: Evaluator, known: Collection[Place]) -> Iterator[Text]:
    """Texts that one of the `known` prompts is a part of: they are filled in, extended or put around it."""
    for module in index.modules.values():
        for value in _composed(module, evaluator):
            for text in options(value):
                if isinstance(text, Text) and any(part.root in known for part in rooted_texts(text)):
                    yield text


def _composed(module: Module, evaluator: Evaluator) -> Iterator[Value]:
    """The values of everything that puts a text together from others."""
    for place in module.facts.texts:
        if _has_parts(place.expr) and place.context not in ("raise", "expression") and not is_for_others(place):
            yield evaluator.evaluate(place.expr, Env(module, place.scope, place.statement_start, place.block))
    for call in module.calls_named(_FILLING):
        func = call.expr.func
        if isinstance(func, Attr) and not is_text(func.value):
            yield evaluator.evaluate(call.expr, Env(module, call.scope, call.statement_start, call.block))
    grown: dict[tuple[int, str], None] = {}
    for binding in module.facts.bindings:
        if binding.op in ("=", "return") and _has_parts(binding.value) and not isinstance(binding.value, Call):
            yield evaluator.evaluate(binding.value, Env(module, binding.scope, binding.offset, binding.block))
        elif binding.op == "+=" and "." not in binding.target:
            grown[binding.scope, binding.target] = None
    for scope, target in grown:
        yield lookup.lookup_name(evaluator, target, Env(module, scope, END, _last_block(module, scope, target)))


def _last_block(module: Module, scope: int, target: str) -> int:
    """The block in which a name changes last: what stands in other arms of its branch is left out."""
    changes = module.definitions.get((scope, target), [])
    return max((one.block for one in changes if isinstance(one, Binding)), default=-1)


def _has_parts(expr: Expr) -> bool:
    """Whether something may be put into a text expression from elsewhere."""
    if isinstance(expr, Str):
        return any(isinstance(part, Field) for part in expr.parts)
    return isinstance(expr, Sum | Percent | Call | Either)


def _roots(value: Value) -> Iterator[Place]:
    for text in options(value):
        if isinstance(text, Text):
            yield from (part.root for part in rooted_texts(text) if part.root is not None)
