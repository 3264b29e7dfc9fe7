"""Which functions reach a call of a model, and by which of their calls: to any depth, whatever they pass on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptlint.facts import CallPlace
from promptlint.link.callgraph import COMMON_NAMES, MODEL_WORDS, CallGraph, FunctionKey
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.matching import Match
from promptlint.link.names import Module
from promptlint.link.values import FunctionRef, options
from promptlint.link.vocabulary import words_of
from promptlint.scan.texts import dotted
from promptlint.syntax import Attr, Call

_OF_BUILTINS = frozenset(name for type_ in (list, dict, set, str, bytes) for name in dir(type_))
"""Method names that say nothing on an object of unknown type: `seen.add(...)`."""


@dataclass(frozen=True, slots=True)
class Step:
    """A call by which a function (or the code of a module) comes nearer to a model.

    `targets` are the functions that it calls, none for a call of the model itself. `call` is what is called, also
    where `place` hands it to an executor.
    """

    module: Module
    place: CallPlace
    call: Call
    targets: tuple[FunctionKey, ...] = ()

    @property
    def function(self) -> FunctionKey:
        """The function that makes the call; a lambda mostly runs where it stands."""
        return FunctionKey(self.module.path, self.module.named_scope(self.place.scope))


class Reach:
    """Every call that leads to a model, by the function that holds it."""

    def __init__(self, ev: Evaluator, graph: CallGraph, direct: Mapping[str, list[tuple[CallPlace, Match]]]) -> None:
        self._ev = ev
        self.steps: defaultdict[FunctionKey, list[Step]] = defaultdict(list)
        self._graph = graph
        self._waiting: list[FunctionKey] = []
        for path, found in direct.items():
            for place, match in found:
                self._add(Step(ev.index.modules[path], place, match.call))
        self._close()

    def _add(self, step: Step) -> None:
        key = step.function
        if key not in self.steps and step.module.facts.scopes[key.scope].kind == "function":
            self._waiting.append(key)
            self._graph.note(key)
        self.steps[key].append(step)

    def _close(self) -> None:
        """Follow functions to their callers until no new one is found, then say what each call calls."""
        met: dict[tuple[str, int], tuple[str, Module, CallPlace, Call]] = {}
        while self._waiting:
            for name, module, place, call in self._graph.calls_of(self._waiting.pop()):
                key = module.path, place.expr.index
                if key not in met and self._targets(module, place, call, name):
                    met[key] = name, module, place, call
                    self._add(Step(module, place, call))
        for name, module, place, call in met.values():
            targets = self._targets(module, place, call, name)
            step = Step(module, place, call, tuple(FunctionKey(one.path, one.scope) for one in targets))
            held = self.steps[step.function]
            held[next(i for i, one in enumerate(held) if one.place is place)] = step

    def _targets(self, module: Module, place: CallPlace, call: Call, name: str) -> tuple[FunctionRef, ...]:
        """The functions that reach a model among those that a call may call.

        What overrides a declared method, or only has the name, counts where the object called says that it is a model:
        of many metrics or tools, some ask a model and others do not.
        """
        receiver = dotted(call.func.value) or "" if isinstance(call.func, Attr) else ""
        # `model.generate(...)` on a parameter can be any library's; `self.model.generate(...)` is the project's own.
        says = name not in _OF_BUILTINS and (name not in COMMON_NAMES or "." in receiver)
        found = self._graph.targets(module, place, call, name, self.steps, by_name=says)
        if _says_model(call, module, place.scope):
            return found
        env = Env(module, place.scope, place.statement_start, place.block)
        callees = options(self._ev.evaluate(call.func, env))
        meant = {(one.path, one.scope) for one in callees if isinstance(one, FunctionRef)}
        return tuple(one for one in found if (one.path, one.scope) in meant)

    @property
    def modules(self) -> Mapping[str, Module]:
        """All modules of the project, by path."""
        return self._ev.index.modules

    def all_steps(self) -> Iterator[Step]:
        for steps in self.steps.values():
            yield from steps


def _says_model(call: Call, module: Module, scope: int) -> bool:
    """Whether the object that a method is called on has a word for a model in its name, `self` in that of its class."""
    name = (dotted(call.func.value) or "") if isinstance(call.func, Attr) else ""
    owner = module.owner_class(scope)
    if name == "self" and owner is not None:
        name = module.facts.scopes[owner].name
    return not MODEL_WORDS.isdisjoint(words_of(name.rpartition(".")[2]))
