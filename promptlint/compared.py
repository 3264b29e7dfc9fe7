"""Texts that are kept to be compared with: old prompts that a saved one is looked up in, and which nobody sends."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from msgspec import Struct

from promptlint import facts, syntax
from promptlint.facts import Binding, ModuleFacts
from promptlint.link.mentions import mentioned
from promptlint.syntax import Attr, Call, Name, Opaque

COMPARING = frozenset(
    {"startswith", "endswith", "len", "index", "find", "count", "get_close_matches", "SequenceMatcher"}
)
"""Functions and methods that give a verdict about a text, not the text."""
NORMALISING = re.compile(
    r"_*(?:normali[sz]e|clean|canonical|simplif|fold|strip|lower|casefold|hash|digest|set|frozenset)"
)
"""How functions begin that make a text comparable."""
COMPARISON = re.compile(r" (?:not )?in |[=!]=")


def only_compared(offset: int, module: ModuleFacts) -> str | None:
    """The name of the collection of a function that holds the text at an offset, where nothing is done with its texts
    but comparing them; None where there is none."""
    for binding in statement_bindings(offset, module):
        held = binding.op == "=" and isinstance(binding.value, syntax.Sequence) and binding.target.isidentifier()
        if held and binding.scope > 0 and binding.value.start <= offset < binding.value.end:
            return binding.target if _is_only_compared(binding, module) else None
    return None


def statement_bindings(offset: int, module: ModuleFacts) -> Iterator[Binding]:
    """The bindings of the statement that an offset lies in."""
    if statement := module.statement_at(offset):
        start, end = statement
        first = bisect_left(module.bindings, start, key=lambda binding: binding.offset)
        yield from takewhile(lambda binding: binding.offset < end, islice(module.bindings, first, None))


def _is_only_compared(made: Binding, module: ModuleFacts) -> bool:
    scope = module.scopes[made.scope]
    inside = [one for one in module.bindings if scope.start <= one.offset < scope.end and one is not made]
    blocks = [one for one in module.blocks if scope.start <= one.start < scope.end]
    names = _flows({made.target}, inside, blocks)
    # A function inside that has a parameter of the name means another value by it.
    other = {at for at, one in enumerate(module.scopes) if not names.isdisjoint(each.name for each in one.parameters)}
    other.discard(made.scope)
    calls = [one.expr for one in module.calls if scope.start <= one.expr.start < scope.end and one.scope not in other]
    verdicts = [one for one in calls if _last_name(one) in COMPARING and not names.isdisjoint(_given(one))]
    tests = [one.over for one in blocks if isinstance(one.over, Opaque) and COMPARISON.search(one.over.label)]
    if not verdicts and not any(not names.isdisjoint(test.names) for test in tests):
        return False
    leaving = [one.value for one in inside if one.op != "for" and not _is_local(one) and one.scope not in other]
    leaving += [given for call in calls if not _compares(call) for given in call.given]
    return not any(_passes_on(one, names, verdicts) for one in leaving)


def _flows(names: set[str], bindings: Sequence[Binding], blocks: Sequence[facts.Block]) -> set[str]:
    """The names with the local variables and loop variables that take something from them."""
    found, size = set(names), 0
    while len(found) > size:
        size = len(found)
        for block in blocks:
            if block.targets and not found.isdisjoint(mentioned(block.over)):
                found.update(block.targets)
        for binding in bindings:
            if _is_local(binding) and not found.isdisjoint(mentioned(binding.value)):
                found.add(binding.target)
    return found


def _is_local(binding: Binding) -> bool:
    return binding.op == "=" and binding.target.isidentifier()


def _passes_on(root: object, names: set[str], verdicts: Sequence[Call]) -> bool:
    """Whether a text of the names may be (a part of) the value of an expression."""
    if isinstance(root, Name):
        return root.id in names
    if isinstance(root, Opaque):
        is_verdict = COMPARISON.search(root.label) or any(root.start <= one.start < root.end for one in verdicts)
        return not is_verdict and not names.isdisjoint(root.names)
    if isinstance(root, Call) and _last_name(root) in COMPARING:
        return False
    if isinstance(root, Struct):
        return any(_passes_on(getattr(root, field), names, verdicts) for field in root.__struct_fields__)
    return isinstance(root, tuple) and any(_passes_on(one, names, verdicts) for one in root)


def _compares(call: Call) -> bool:
    name = _last_name(call)
    return name in COMPARING or NORMALISING.match(name) is not None


def _last_name(call: Call) -> str:
    return call.func.name if isinstance(call.func, Attr) else call.func.id if isinstance(call.func, Name) else ""


def _given(call: Call) -> Iterator[str]:
    return mentioned(call.given)


def _values(call: Call) -> tuple[syntax.Expr, ...]:
    return tuple(keyword.value for keyword in call.keywords)
