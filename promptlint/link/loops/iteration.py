"""Loops that call a model for each item of a collection, wherever loop and call of the model stand.

A loop counts when the item goes into the call, and the calls do not depend on each other: loops that try again, that
end with the first success, that pass on what the last call gave, that take the steps of an agent, or that ask several
models or tools are none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptlint.link.callgraph import FunctionKey
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.loops.dependence import ends_with_answer, inside_of, is_dependent, takes_item
from promptlint.link.loops.iterated import Collection, collection, is_small
from promptlint.link.loops.loopkinds import Kind, is_rare, kind_of
from promptlint.link.loops.looptable import loop_words, singular_words
from promptlint.link.loops.promptobjects import prompt_object
from promptlint.link.names import Module
from promptlint.link.reach import Reach, Step
from promptlint.project import ItemLoop, Place
from promptlint.scan.texts import callee_name
from promptlint.syntax import Call, Comprehension, Expr, Lambda, Name, Opaque

MAX_HOPS = 6
"""Functions between a loop and the call of the model."""

MAX_CALLS = 8
"""Calls of a model kept for one loop."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A loop over items: its block (-1 where a function such as `map` walks), and what it walks over."""

    block: int
    over: Collection
    targets: tuple[str, ...]
    start: int


def item_loops(ev: Evaluator, reach: Reach, ids: Mapping[tuple[str, int], str]) -> tuple[ItemLoop, ...]:
    """The loops over items of a project; `ids` are the calls of a model by path and start."""
    finder = _Finder(ev, reach)
    found: dict[tuple[str, int], list[tuple[Step, Walk]]] = {}
    for step in reach.all_steps():
        walk = finder.walk(step)
        if walk is not None and finder.is_plain_call(step, 0, frozenset()):
            found.setdefault((step.module.path, walk.start), []).append((step, walk))
    loops = []
    for (path, _), sites in found.items():
        sites.sort(key=lambda site: site[0].place.expr.start)
        step, walk = sites[0]
        calls, hops, asked = finder.calls(step, ids)
        place = Place(path, step.place.expr.start, step.place.expr.end)
        concurrent = is_concurrent(step.module, step)
        loops.append(ItemLoop(place, walk.over.label, calls, hops, concurrent, others=len(sites) - 1, asked=asked))
    return tuple(sorted(loops, key=lambda loop: (loop.place.path, loop.place.start)))


class _Finder:
    """Looks at loops around calls, and remembers which functions call a model plainly."""

    def __init__(self, ev: Evaluator, reach: Reach) -> None:
        self._ev = ev
        self._reach = reach
        self._plain: dict[FunctionKey, bool] = {}
        self._maps: dict[str, list[Call]] = {}

    def walk(self, step: Step) -> Walk | None:
        """The loop over items that a call stands in, None where there is none or its calls depend on each other."""
        module, place = step.module, step.place
        if is_rare(module, place.block):
            return None
        walk = self._mapped(step) or self._around(step)
        if walk is None or not self._is_over_items(walk, step):
            return None
        if walk.block >= 0:
            inside = inside_of(step, walk.block)
            if (
                not takes_item(step, walk.targets, inside)
                or is_dependent(step, walk.targets, inside)
                or ends_with_answer(step, walk.block, inside)
            ):
                return None
        return walk

    def _around(self, step: Step) -> Walk | None:
        module = step.module
        for number in module.enclosing_blocks(step.place.block):
            block = module.facts.blocks[number]
            kind = kind_of(module, number)
            if kind is Kind.ITEMS and block.over is not None:
                return Walk(number, collection(block.over), block.targets, block.start)
            if kind is Kind.OTHER:
                return None
        return None

    def _mapped(self, step: Step) -> Walk | None:
        """`executor.map(f, items)`, `frame.apply(f)`, also with a lambda that holds the call."""
        module, call = step.module, step.place.expr
        if _maps(call) and step.call is not call:
            return _walk_of_map(call)
        for other in self._maps_with_lambda(module):
            if other.args[0].start <= call.start < other.args[0].end:
                return _walk_of_map(other)
        return None

    def _maps_with_lambda(self, module: Module) -> list[Call]:
        if module.path not in self._maps:
            calls = (place.expr for place in module.facts.calls)
            self._maps[module.path] = [one for one in calls if _maps(one) and isinstance(one.args[0], Lambda)]
        return self._maps[module.path]

    def _is_over_items(self, walk: Walk, step: Step) -> bool:
        words = loop_words()
        named = singular_words([*walk.over.names, *walk.targets])
        if not named.isdisjoint(words.workers | words.steps | words.streams | words.few):
            return False
        place = step.place
        env = Env(step.module, place.scope, place.statement_start, place.block)
        return (
            not walk.over.is_one_thing and not is_small(walk.over, self._ev, env) and not self._walks_parts(walk, step)
        )

    def _walks_parts(self, walk: Walk, step: Step) -> bool:
        """Whether the collection is made of one text, or of groups: what a parameter or a function says it is."""
        words = loop_words()
        named = singular_words(walk.over.names)
        made = self._made(walk, step)
        if not named.isdisjoint(words.groups) or any(_cuts(expr) for expr in (*walk.over.exprs, *made)):
            return True
        # A local collection of chunks that comes from a store is as good as any; what comes from outside was cut.
        return not named.isdisjoint(words.parts) and not made

    def _made(self, walk: Walk, step: Step) -> list[Expr]:
        """What the names of a collection are set to in the function around the loop."""
        own = step.module.bindings_of.get(step.module.named_scope(step.place.scope), ())
        return [one.value for one in own if one.op == "=" and one.target in walk.over.names]

    def is_plain_call(self, step: Step, depth: int, active: frozenset[FunctionKey]) -> bool:
        """Whether a call leads to a call of a model without further loops over items or steps of an agent."""
        if not step.targets:
            return True
        # A function that calls itself takes the next step of an agent.
        inner = active | {step.function}
        return depth < MAX_HOPS and any(self._is_plain(target, depth + 1, inner) for target in step.targets)

    def _is_plain(self, key: FunctionKey, depth: int, active: frozenset[FunctionKey]) -> bool:
        if key in active:
            return False
        if key not in self._plain:
            inner = active | {key}
            self._plain[key] = any(self.is_plain_call(step, depth, inner) for step in self._straight(key))
        return self._plain[key]

    def _straight(self, key: FunctionKey) -> Iterator[Step]:
        """The calls of a function that happen once, or again only when they fail."""
        for step in self._reach.steps.get(key, ()):
            kinds = {kind_of(step.module, number) for number in step.module.enclosing_blocks(step.place.block)}
            mapped = _maps(step.place.expr) and step.call is not step.place.expr
            if kinds <= {Kind.RETRIES, None} and not mapped and not is_rare(step.module, step.place.block):
                yield step

    def calls(self, start: Step, ids: Mapping[tuple[str, int], str]) -> tuple[tuple[str, ...], int, tuple[Place, ...]]:
        """The ids of the calls of a model that a call is or leads to, nearest first, the hops to the first, and the
        classes of the objects that are asked on the way there."""
        found: dict[str, None] = {}
        asked: dict[Place, None] = {}
        hops = 0
        waiting, seen = deque([(start, 0)]), set[FunctionKey]()
        while waiting and len(found) < MAX_CALLS:
            step, depth = waiting.popleft()
            if not found and (asks := prompt_object(self._ev, step)):
                asked.setdefault(asks)
            call_id = ids.get((step.module.path, step.place.expr.start))
            if call_id is not None:
                hops = depth if not found else hops
                found.setdefault(call_id)
            for target in step.targets:
                if target not in seen and depth < MAX_HOPS:
                    seen.add(target)
                    waiting.extend((one, depth + 1) for one in self._straight(target))
        return tuple(found), hops, tuple(asked)


def _maps(call: Call) -> bool:
    return callee_name(call).rpartition(".")[2] in loop_words().mapping and bool(call.args)


def _walk_of_map(call: Call) -> Walk | None:
    """The walk of `map(f, items)`, or of `frame.apply(f)`, where the receiver is what is walked over."""
    name = callee_name(call).rpartition(".")[2]
    if len(call.args) > 1:
        over: Expr = call.args[1]
    elif "apply" in name or ("map" in name and not isinstance(call.func, Name)):
        over = getattr(call.func, "value", call)
    else:
        return None
    return Walk(-1, collection(over), (), call.start)


def _cuts(root: Expr) -> bool:
    """Whether an expression cuts a text or groups items (`split_text(...)`, `[items[i : i + 20] for i in ...]`)."""
    if isinstance(root, Comprehension):
        return isinstance(root.element, Opaque) and ":" in root.element.label
    if not isinstance(root, Call):
        return False
    words = singular_words([callee_name(root).rpartition(".")[2]])
    return not words.isdisjoint(loop_words().parts | loop_words().cutting)


def is_concurrent(module: Module, step: Step) -> bool:
    """Whether the calls of a loop run at the same time."""
    words = loop_words().concurrent
    around = [
        other.expr
        for other in module.facts.calls
        if other.scope == step.place.scope and other.expr.start <= step.place.expr.start < other.expr.end
    ]
    return any(callee_name(one).rpartition(".")[2] in words or "gather" in callee_name(one) for one in around)
