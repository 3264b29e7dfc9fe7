"""Loops around a call of a model that pass the conversation on and that only the model ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from promptlint.facts import Binding
from promptlint.link.loops.dependence import inside_of, results_of
from promptlint.link.loops.growth import ADDING, asks, is_message, nodes_of, sent_by
from promptlint.link.loops.loopkinds import Kind, kind_of
from promptlint.link.loops.looptable import loop_words, singular_words
from promptlint.link.mentions import mentioned
from promptlint.link.names import Module
from promptlint.link.reach import Reach, Step
from promptlint.project import EndlessLoop, Place
from promptlint.scan.texts import callee_name
from promptlint.syntax import Attr, Const, Expr, Sum


def endless_loops(reach: Reach, ids: Mapping[tuple[str, int], str]) -> tuple[EndlessLoop, ...]:
    """The loops of a project that only the model ends; `ids` as for `histories`."""
    found: dict[tuple[str, int], EndlessLoop] = {}
    for step in reach.all_steps():
        module = step.module
        loop = next((one for one in module.enclosing_blocks(step.place.block) if _is_open(module, one)), None)
        if loop is None or (module.path, loop) in found:
            continue
        inside = inside_of(step, loop)
        grows = next((name for name in sorted(sent_by(step)) if _grows_inside(name, inside)), None)
        if grows is None or not _only_the_model_ends(step, loop, inside):
            continue
        call = step.place.expr
        place = Place(module.path, call.start, call.end)
        found[module.path, loop] = EndlessLoop(place, ids.get((module.path, call.start)), grows)
    return tuple(sorted(found.values(), key=lambda one: (one.place.path, one.place.start)))


def _is_open(module: Module, number: int) -> bool:
    """Whether a loop has no end of its own: `while True`, or while what is set inside it says so."""
    block = module.facts.blocks[number]
    if block.kind != "while" or kind_of(module, number) is Kind.RETRIES:
        return False
    return block.over is not None


def _grows_inside(name: str, inside: Iterable[Binding]) -> bool:
    own = [one for one in inside if one.target == name]
    added = any(one.op in ADDING and is_message(one.value) for one in own)
    return added and not any(one.op == "=" for one in own)


def _only_the_model_ends(step: Step, loop: int, inside: list[Binding]) -> bool:
    """Whether every way out of a loop asks only what the model answered, and nothing in it counts or asks a person."""
    module = step.module
    block = module.facts.blocks[loop]
    results = results_of(step, inside)
    if asks(module, block) or any(_counts(one) for one in inside):
        return False
    tests: list[Expr | None] = [] if isinstance(block.over, Const) else [block.over]
    ways = 0
    for one in module.facts.exits:
        around = list(module.enclosing_blocks(one.block))
        if loop not in around or one.kind == "raise":
            continue
        ways += 1
        conditions = [module.facts.blocks[number].over for number in around[: around.index(loop)]]
        if not any(test is not None and not results.isdisjoint(mentioned(test)) for test in conditions):
            return False
        tests += conditions
    ways += not isinstance(block.over, Const) and not results.isdisjoint(mentioned(block.over))
    within = [one.expr for one in module.facts.calls if block.start <= one.expr.start < block.end]
    inner = [one.over for one in module.facts.blocks if block.start <= one.start < block.end and one.kind == "if"]
    spoken = [text for test in (*tests, *inner) for text in _conditions(test)] + [callee_name(one) for one in within]
    return ways > 0 and singular_words(spoken).isdisjoint(loop_words().ending)


def _conditions(test: Expr | None) -> Iterator[str]:
    """The names in a condition, without those of classes (`isinstance(chunk, StopEvent)`)."""
    attributes = [node.name for node in nodes_of(test) if isinstance(node, Attr)]
    for name in (*attributes, *(name.rpartition(".")[2] for name in mentioned(test))):
        if name.isupper() or not name[:1].isupper():
            yield name


def _counts(binding: Binding) -> bool:
    """Whether a binding counts passes: `n += 1`, `n = n + 1`."""
    value = binding.value
    if binding.op == "+=":
        return isinstance(value, Const)
    return binding.op == "=" and isinstance(value, Sum) and any(isinstance(term, Const) for term in value.terms)
