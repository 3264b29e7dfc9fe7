"""Calls that send a conversation again with every turn, and what the code puts in front of one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from promptlint.facts import Binding, ModuleFacts, Scope
from promptlint.link.mentions import mentioned, tainted
from promptlint.project import CallSite, Place, Project
from promptlint.syntax import Expr, Field, Mapping, Name, Run, Sequence, Spread, Str, Sum

RESULTS = frozenset({"tool_result", "tool_use_id", "toolResult", "toolUseId"})
"""What a file writes that sends the results of tools back: the same conversation goes out after every one of them."""
MARKERS = frozenset({"cache_control", "cachePoint"})
"""What a file writes that sets cache markers."""
SYSTEM = re.compile(r"(?:\w+_)?system_(?:prompt|message|instructions?)")
ASKED = re.compile(r"(?:\w+_)?(?:query|question|message|messages|input|task)")
TURNS = re.compile(r"(?:\w+_)?(?:messages|history|turns|conversation)")
"""Names of parameters that hold a system prompt, what a person asks, and what was said before."""


@dataclass(frozen=True, slots=True)
class Added:
    """A system prompt that a function gives back with something behind it that depends on what is asked.

    `place` is the returned expression, `source` the parameter that it depends on.
    """

    place: Place
    source: str


def sends_turns(place: Place, project: Project) -> bool:
    """Whether the function around a place is given the turns of a conversation and puts them into a list of messages.

    Such a function writes everything else in the list anew with every turn.
    """
    module = project.modules[place.path]
    for scope in module.scopes:
        if scope.kind == "function" and scope.start <= place.start < scope.end:
            given = {one.name for one in scope.parameters if TURNS.fullmatch(one.name)}
            inside = [one for one in module.bindings if scope.start <= one.offset < scope.end]
            if given and any(not given.isdisjoint(_sent_on(one, inside)) for one in inside):
                return True
    return False


def _sent_on(binding: Binding, others: list[Binding]) -> Iterator[str]:
    """The lists whose items a binding puts into a list of messages."""
    value = binding.value
    if binding.op in ("extend", "+="):
        yield from _names((value,))
    elif isinstance(value, Sum) and any(isinstance(one, Sequence) for one in value.terms):
        yield from _names(value.terms)
    elif isinstance(value, Sequence):
        yield from _names(one.value for one in value.items if isinstance(one, Spread))
    elif binding.op == "for" and any(one.op == "append" and _has_key(one.value, "role") for one in others):
        yield from _names((value,))


def _names(values: Iterable[Expr]) -> Iterator[str]:
    return (one.id for one in values if isinstance(one, Name))


def _has_key(value: Expr, name: str) -> bool:
    """Whether a value is the display of a dict with a key."""
    keys = value.keys if isinstance(value, Mapping) else ()
    return any(
        isinstance(part, Run) and part.text == name for key in keys if isinstance(key, Str) for part in key.parts
    )


def sends_results(call: CallSite, project: Project) -> bool:
    """Whether a call with tools also sends their results, in a package that sets no cache marker anywhere.

    Elsewhere in the package markers may be set on what this call is given.
    """
    module = project.modules[call.place.path]
    if not call.has_tools or not module.spells(RESULTS):
        return False
    return not any(one.home == module.home and one.spells(MARKERS) for one in project.modules.values())


def added_to_system(project: Project) -> Iterator[Added]:
    """Functions that are given a system prompt and return it with an addition to it, and call no model themselves."""
    calls: defaultdict[str, list[int]] = defaultdict(list)
    for call in project.calls:
        calls[call.place.path].append(call.place.start)
    for module in project.modules.values():
        calling = calls.get(module.path, ())
        for scope in module.scopes:
            system = [one.name for one in scope.parameters if SYSTEM.fullmatch(one.name)]
            asked = [one.name for one in scope.parameters if ASKED.fullmatch(one.name) and one.name not in system]
            if system and asked and not any(scope.start <= start < scope.end for start in calling):
                yield from _additions(module, scope, frozenset(system), asked)


def _additions(module: ModuleFacts, scope: Scope, system: frozenset[str], asked: list[str]) -> Iterator[Added]:
    inside = [one for one in module.bindings if scope.start <= one.offset < scope.end]
    for one in inside:
        first, *rest = _parts(one.value) or (None,)
        if one.op != "return" or not isinstance(first, Name) or first.id not in system:
            continue
        used = {name for part in rest for name in mentioned(part)}
        source = next((name for name in asked if not used.isdisjoint(tainted([name], inside))), None)
        if source is not None:
            yield Added(Place(module.path, one.value.start, one.value.end), source)


def _parts(value: Expr) -> tuple[object, ...]:
    """What a text is put together from, in order."""
    if isinstance(value, Sum):
        return value.terms
    return (
        tuple(part.value if isinstance(part, Field) else part for part in value.parts) if isinstance(value, Str) else ()
    )
