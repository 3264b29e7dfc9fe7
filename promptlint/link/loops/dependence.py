"""How the passes of a loop hang together: what goes into a call of a model, what its answer goes into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from promptlint.facts import Binding
from promptlint.link.mentions import bindings_in, mentioned, root_of, sources, tainted
from promptlint.link.names import Module
from promptlint.link.reach import Step
from promptlint.syntax import Attr, Call, Expr, Item, Name, Opaque

_SETTING = frozenset({"=", "with", "for"})
"""Bindings that give a name a new value."""


def inside_of(step: Step, loop: int) -> list[Binding]:
    """The bindings in a loop around a call, in source order."""
    module = step.module
    scope = module.named_scope(step.place.scope)
    return bindings_in(module, scope, lambda one: loop in module.enclosing_blocks(one.block))


def takes_item(step: Step, targets: tuple[str, ...], inside: list[Binding]) -> bool:
    """Whether the item goes into the arguments of the call, and not only into what it is called on."""
    call = step.call
    given = {name for one in (*call.args, *call.keywords) for name in mentioned(one)}
    given |= {name for one in _calls_within(call.func) for name in mentioned((one.args, one.keywords))}
    blocks = step.module.facts.blocks
    inner = {name for number in step.module.enclosing_blocks(step.place.block) for name in blocks[number].targets}
    flowing = sources(given, [one for one in inside if one.op != "for"], step.module)
    return not flowing.isdisjoint(targets) or not flowing.isdisjoint(inner - {*targets})


def _calls_within(func: Expr) -> Iterator[Call]:
    while not isinstance(func, Name):
        if isinstance(func, Call):
            yield func
            func = func.func
        elif isinstance(func, Attr | Item):
            func = func.value
        else:
            return


def results_of(step: Step, inside: list[Binding]) -> set[str]:
    """The names that hold what a call gives, or what is made of it."""
    call = step.place.expr
    direct = [one.target for one in inside if one.value.start <= call.start and call.end <= one.value.end]
    return tainted({root_of(target) for target in direct}, inside)


def is_dependent(step: Step, targets: tuple[str, ...], inside: list[Binding]) -> bool:
    """Whether what one pass gets from its call goes into the call of the next pass."""
    place = step.place
    given = {name for one in (*step.call.args, *step.call.keywords) for name in mentioned(one)}
    carried = _carried(given, place.statement_start, place.block, step.module, inside)
    return not (carried - {*targets, "self"}).isdisjoint(results_of(step, inside))


def _carried(names: Iterable[str], at: int, block: int, module: Module, inside: list[Binding]) -> set[str]:
    """The names whose value a use at offset `at` may have from the pass before: nothing sets it earlier in its own."""
    by_name: dict[str, list[Binding]] = {}
    for one in inside:
        by_name.setdefault(root_of(one.target), []).append(one)
    found: set[str] = set()
    seen: set[tuple[str, int]] = set()
    waiting = [(name, at, block) for name in names]
    while waiting:
        name, at, block = waiting.pop()
        if (name, at) in seen:
            continue
        seen.add((name, at))
        before = [one for one in by_name.get(name, ()) if one.offset < at]
        around = set(module.enclosing_blocks(block))
        sure = [one.offset for one in before if one.target == name and one.op in _SETTING and one.block in around]
        if not sure:
            found.add(name)
        waiting.extend(
            (inner, one.offset, one.block)
            for one in before
            if not sure or one.offset >= sure[-1]
            for inner in mentioned(one.value)
        )
    return found


def ends_with_answer(step: Step, loop: int, inside: list[Binding]) -> bool:
    """Whether the loop ends with the first call, or with the first whose answer suits; a full list is no answer."""
    module, call = step.module, step.place.expr
    scope = module.named_scope(step.place.scope)
    results = results_of(step, inside)
    for one in module.facts.exits:
        around = list(module.enclosing_blocks(one.block)) if one.scope == scope else []
        if one.kind == "raise" or loop not in around:
            continue
        if one.block == loop or one.offset == step.place.statement_start:
            return True
        between = [module.facts.blocks[number] for number in around[: around.index(loop)]]
        if one.kind == "break" and any(block.kind in ("for", "while") for block in between):
            continue
        for test in (block.over for block in between if block.kind == "if" and block.over is not None):
            if test.start <= call.start < test.end or (not _measures(test) and not results.isdisjoint(mentioned(test))):
                return True
    return False


def _measures(test: Expr) -> bool:
    return isinstance(test, Opaque) and "len(" in test.label
