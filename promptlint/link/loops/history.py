"""Lists of messages that grow with every turn and are sent whole.

Where anything in reach of the list cuts, counts, summarises or empties it, it is taken to be kept in bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec import Struct

from promptlint.facts import Binding, Block, CallPlace
from promptlint.link.loops.dependence import inside_of, results_of
from promptlint.link.loops.growth import ADDING, asks, is_message, nodes_of, sent_by
from promptlint.link.loops.loopkinds import Kind, kind_of
from promptlint.link.loops.looptable import loop_words, singular_words
from promptlint.link.loops.unlimited import unlimited
from promptlint.link.mentions import mentioned
from promptlint.link.names import Module
from promptlint.link.reach import Reach, Step
from promptlint.project import History, Place
from promptlint.scan.texts import callee_name, dotted
from promptlint.syntax import Attr, Call, Opaque, Sequence, Sum


@dataclass(frozen=True, slots=True)
class Region:
    """The scopes in which a list lives: a function, the methods of a class, or a module."""

    module: Module
    scopes: frozenset[int]
    setup: frozenset[int]
    """The scopes that run once: `__init__`, the body of the class or module."""

    def bindings(self) -> Iterator[Binding]:
        for scope in self.scopes:
            yield from self.module.bindings_of.get(scope, ())

    def calls(self) -> Iterator[CallPlace]:
        return (place for place in self.module.facts.calls if place.scope in self.scopes)

    def blocks(self) -> Iterator[Block]:
        """The blocks in the scopes, by their place in the source."""
        scopes = [self.module.facts.scopes[one] for one in self.scopes]
        for block in self.module.facts.blocks:
            if any(scope.start <= block.start < scope.end for scope in scopes):
                yield block


def histories(reach: Reach, ids: Mapping[tuple[str, int], str]) -> tuple[History, ...]:
    """The histories of a project without bounds, each once; `ids` are the calls of a model by path and start."""
    found: dict[tuple[str, frozenset[int], str], History] = {}
    for step in reach.all_steps():
        for name, region, lasts in _candidates(step):
            key = step.module.path, region.scopes, name
            grows = _growth(name, region, step)
            if key in found or grows is None or _is_bounded(name, region, step):
                continue
            path, call = step.module.path, step.place.expr
            found[key] = History(
                place=Place(path, call.start, call.end),
                name=name,
                call=ids.get((path, call.start)),
                lasts=lasts,
                grows=Place(path, grows.value.start, grows.value.end),
            )
    every = (*found.values(), *unlimited(reach, ids))
    return tuple(sorted(every, key=lambda one: (one.place.path, one.place.start)))


def _candidates(step: Step) -> Iterator[tuple[str, Region, str]]:
    """The lists that a call sends and that outlive one turn."""
    module, scope = step.module, step.module.named_scope(step.place.scope)
    for name in sorted(sent_by(step)):
        if name.startswith("self."):
            owner = module.owner_class(scope)
            if owner is not None:
                methods = module.methods.get(owner, [])
                setup = {one for one in methods if module.facts.scopes[one].name in ("__init__", "__post_init__")}
                yield name, Region(module, frozenset({*methods, owner}), frozenset({*setup, owner})), "object"
        elif module.facts.scopes[scope].kind == "function" and _is_global(name, module, scope):
            functions = frozenset(range(len(module.facts.scopes)))
            yield name, Region(module, functions, frozenset({0})), "module"
        elif _conversation(step) is not None:
            yield name, Region(module, frozenset({scope}), frozenset()), "loop"


def _is_global(name: str, module: Module, scope: int) -> bool:
    """Whether a name is a list of the module that a function adds to."""
    own = [one for one in module.bindings_of.get(scope, ()) if one.target == name]
    is_parameter = module.parameter(scope, name) is not None
    top = [one for one in module.bindings_of.get(0, ()) if one.target == name and one.op == "="]
    made = any(isinstance(one.value, Sequence) for one in top)
    return made and not is_parameter and not any(one.op in ("=", "for", "with") for one in own)


def _conversation(step: Step) -> int | None:
    """The endless loop around a call that waits for a person in every pass."""
    module = step.module
    for number in module.enclosing_blocks(step.place.block):
        block = module.facts.blocks[number]
        if block.kind != "while" or (kind_of(module, number) is Kind.RETRIES and not asks(module, block)):
            continue
        if asks(module, block):
            return number
    return None


def _growth(name: str, region: Region, step: Step) -> Binding | None:
    """Where messages are added to a list again and again: the last place outside the setup."""
    added = [
        one
        for one in region.bindings()
        if one.target == name
        and one.scope not in region.setup
        and ((one.op in ADDING and is_message(one.value)) or (one.op == "=" and _comes_back(one, step)))
    ]
    return added[-1] if len(added) >= 2 else None


def _comes_back(binding: Binding, step: Step) -> bool:
    """Whether a list is set to what the call that it was given to hands back."""
    loop = _conversation(step)
    if loop is None:
        return False
    inside = inside_of(step, loop)
    return binding in inside and not results_of(step, inside).isdisjoint(mentioned(binding.value))


def _is_bounded(name: str, region: Region, step: Step) -> bool:
    """Whether anything in the region of a list cuts, counts, summarises or empties it."""
    words = loop_words().bounding
    last = name.rpartition(".")[2]
    for one in region.bindings():
        if one.target != name:
            continue
        if one.op == "del" or (one.op == "[]=" and isinstance(one.key, Opaque)):
            return True
        if one.op in ("=", "with", "for") and not _comes_back(one, step) and _is_new(one, name, region):
            return True
    sending = step.place.expr.index
    for place in region.calls():
        call = place.expr
        receiver = dotted(call.func.value) if isinstance(call.func, Attr) else None
        named = singular_words([callee_name(call).rpartition(".")[2]])
        if receiver == name and not named.isdisjoint(words):
            return True
        given = {inner for one in (*call.args, *call.keywords) for inner in mentioned(one)}
        if name in given and call.index != sending and (not named.isdisjoint(words) or callee_name(call) == "len"):
            return True
        if receiver == "self" and not named.isdisjoint(words) and not named.isdisjoint(singular_words([last])):
            return True
    exprs = [*(one.value for one in region.bindings()), *(place.expr for place in region.calls())]
    exprs += [block.over for block in region.blocks() if block.over is not None]
    return any(_cuts(node, name) for expr in exprs for node in nodes_of(expr))


def _is_new(binding: Binding, name: str, region: Region) -> bool:
    """Whether a list is set anew while it is in use: not in the setup, and not to itself with more."""
    if binding.scope in region.setup:
        return isinstance(binding.value, Call) and any(one.name == "maxlen" for one in binding.value.keywords)
    if isinstance(binding.value, Sum | Sequence) and name in set(mentioned(binding.value)):
        return False
    if len(region.scopes) == 1:
        # In one function it is made before the loop.
        around = region.module.enclosing_blocks(binding.block)
        return any(region.module.facts.blocks[one].kind == "while" for one in around)
    return True


def _cuts(node: Struct, name: str) -> bool:
    """Whether an expression takes a slice of a list or asks how long it is."""
    if not isinstance(node, Opaque) or name not in node.names:
        return False
    return bool(re.search(rf"{re.escape(name)}\[[^\]]*:", node.label)) or f"len({name})" in node.label
