"""Objects whose class a check says: `isinstance(model, BaseChatModel)` somewhere in the same module."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.facts import Binding
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.names import Module
from promptlint.link.values import Object, Symbol, options
from promptlint.scan.texts import dotted
from promptlint.syntax import Expr, Name, Sequence

MAX_NAMES = 4
"""Names followed from one to the other (`model = self.model`, `self.model = config.model`)."""


class Guards:
    """The classes that `isinstance` checks give to names, by module."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._checked: dict[str, dict[str, list[tuple[Expr, Env]]]] = {}
        self._sources: dict[str, dict[str, list[str]]] = {}

    def classes(self, expr: Expr, module: Module) -> Iterator[Object]:
        """Instances of the SDK classes that a name is checked for, itself or the name its value has."""
        checked = self._checks(module)
        name = dotted(expr)
        if not checked or name is None:
            return
        for known in self._names(name, module):
            for one, env in checked.get(known, ()):
                for option in options(self._evaluator.evaluate(one, env)):
                    if isinstance(option, Symbol):
                        client = self._evaluator.surfaces.canonical(option.name)
                        if self._evaluator.surfaces.client(client):
                            yield Object(client)

    def _checks(self, module: Module) -> dict[str, list[tuple[Expr, Env]]]:
        """The class expressions of every `isinstance` of a module, by the dotted name that is checked."""
        if module.path not in self._checked:
            found: dict[str, list[tuple[Expr, Env]]] = {}
            for place in module.facts.calls:
                func, args = place.expr.func, place.expr.args
                if isinstance(func, Name) and func.id == "isinstance" and len(args) == 2 and (name := dotted(args[0])):
                    classes = args[1].items if isinstance(args[1], Sequence) else (args[1],)
                    env = Env(module, place.scope, place.statement_start, place.block)
                    found.setdefault(name, []).extend((one, env) for one in classes)
            self._checked[module.path] = found
        return self._checked[module.path]

    def _names(self, name: str, module: Module) -> list[str]:
        """A dotted name and those it is assigned from anywhere in the module."""
        if module.path not in self._sources:
            self._sources[module.path] = _sources(module)
        values = self._sources[module.path]
        names = [name]
        for known in names:
            names.extend(one for one in values.get(known, ()) if one not in names)
            if len(names) > MAX_NAMES:
                break
        return names


def _sources(module: Module) -> dict[str, list[str]]:
    """The dotted names that each name of a module is assigned from."""
    values: dict[str, list[str]] = {}
    for (_, target), definitions in module.definitions.items():
        for one in definitions:
            if isinstance(one, Binding) and one.op == "=" and (source := dotted(one.value)):
                values.setdefault(target, []).append(source)
    return values
