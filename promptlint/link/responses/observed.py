"""What reports or bills the usage of a call besides the code around it: observability SDKs, gateways, the provider.

The names are those of `promptlint/data/usage.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from promptlint.facts import CallPlace
from promptlint.link.arguments import Arguments
from promptlint.link.assembly import leaves
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.matching import Match
from promptlint.link.names import Module
from promptlint.link.responses.usagetable import words
from promptlint.link.values import Chain, Object, Text, Value, options
from promptlint.project import UsageFate
from promptlint.scan.texts import dotted
from promptlint.syntax import Call, Expr
from promptlint.template import Piece

_CALLBACKS = ("callbacks", "config.callbacks", "callback_manager", "run_hooks", "logger_fn")
"""Arguments of calls and clients that are given what is told of each response (langchain, llama-index, litellm)."""

_CALLED_BACK = "langchain"
"""The SDK whose models carry callbacks of their own, given by whoever makes them or with any call."""

_HOOKED = "instructor"
"""The SDK whose clients tell a hook of each response (`client.on("completion:response", ...)`, instructor 1.17.0)."""


class Observers:
    """The observability of a project, by package and file."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._words = words()

    def fate(self, module: Module, place: CallPlace, match: Match) -> UsageFate | None:
        """What is known of the usage of a call without following its response; None for nothing."""
        given = list(self._arguments(module, place, match))
        addresses = " ".join(text for one in given for text in self._texts(one, self._words.addresses))
        if any(host in addresses for host in self._words.local_hosts) or self._is_local(module, place.scope):
            return UsageFate.UNBILLED
        if any(part in addresses for part in self._words.gateways) or self._is_observed(module):
            return UsageFate.LOGGED
        if any(one.given((name,)) for one in given for name in _CALLBACKS) or self._is_hooked(module, match):
            return UsageFate.LOGGED
        if match.surface.sdk == _CALLED_BACK and (given[0].is_open or not _is_made_here(match)):
            return UsageFate.KEPT
        return UsageFate.UNSENT if self._is_unsent(match, given) else None

    def _arguments(self, module: Module, place: CallPlace, match: Match) -> Iterator[Arguments]:
        """The arguments of the call, and those of the client it is made on."""
        yield Arguments(self._evaluator, match.call, Env(module, place.scope, place.statement_start, place.block))
        if isinstance(match.made_on, Object) and match.made_on.call is not None:
            yield Arguments(self._evaluator, match.made_on.call, match.made_on.env)

    def _texts(self, arguments: Arguments, names: tuple[str, ...]) -> Iterator[str]:
        """The literal texts that arguments can have, all of their pieces."""
        for name in names:
            given = arguments.value((name,))
            for option in options(given[0]) if given else ():
                yield from _literals(option)

    def _is_local(self, module: Module, scope: int) -> bool:
        """Whether file, class or function are named after a model that runs on the same machine."""
        names = [module.path.rpartition("/")[2], module.facts.scopes[scope].qualname]
        plain = [re.sub(r"[^a-z]", "", name.lower()) for name in names]
        return any(word in name for word in self._words.local_names for name in plain)

    def _is_observed(self, module: Module) -> bool:
        return module.path in self._observed_files or module.home in self._observed_homes

    def _is_hooked(self, module: Module, match: Match) -> bool:
        return match.surface.sdk == _HOOKED and any(
            dotted(one.expr.func) is not None and (dotted(one.expr.func) or "").endswith(".on")
            for one in module.facts.calls
        )

    def _is_unsent(self, match: Match, given: list[Arguments]) -> bool:
        """Whether the call streams from an API that was to be asked for the usage and is not."""
        is_asked = given[0].value(("stream_options", "extra_body")) is not None or given[0].is_open
        elsewhere = any(one.value(self._words.addresses) is not None for one in given)
        streams = match.surface.api.startswith(self._words.unasked) and (
            match.surface.api.endswith(".stream") or given[0].is_true(match.surface.table.arguments.stream)
        )
        return streams and not is_asked and not elsewhere

    @cached_property
    def _observed_files(self) -> frozenset[str]:
        """The files that import a client that logs in place of that of an SDK."""
        return frozenset(
            module.path
            for module in self._evaluator.index.modules.values()
            for full in _imports(module).values()
            if any(full == name or full.startswith(f"{name}.") for name in self._words.stand_ins)
        )

    @cached_property
    def _observed_homes(self) -> frozenset[str]:
        """The packages in which something is set up that sees every call."""
        return frozenset(
            module.home for module in self._evaluator.index.modules.values() if self._sets_up_observer(module)
        )

    def _sets_up_observer(self, module: Module) -> bool:
        imports = _imports(module)
        packages = {full.partition(".")[0] for full in imports.values()}
        if packages.isdisjoint(self._packages):
            return False
        is_told = not packages.isdisjoint(self._words.recorders)
        return any(
            _full_name(used, imports).startswith(self._words.observers)
            or (is_told and used.rpartition(".")[2] in self._words.recording)
            for used in _used(module)
        )

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in (*self._words.observers, *self._words.recorders))


def _is_made_here(match: Match) -> bool:
    """Whether the project makes the model that a call is made on."""
    made_on = match.made_on
    links = [one for link in made_on.links for one in options(link)] if isinstance(made_on, Chain) else [made_on]
    return any(isinstance(one, Object) and one.call is not None for one in links)


def _literals(value: Value) -> Iterator[str]:
    """The literal pieces of a text, and the lower-case names of what is not known in it."""
    if isinstance(value, Text):
        yield from (part.text if isinstance(part, Piece) else part.name.lower() for part in leaves(value))


def _imports(module: Module) -> dict[str, str]:
    """What each imported name of a module means, in full."""
    return {
        one.name: f"{one.module}.{one.attribute}" if one.attribute else one.module
        for one in module.facts.imports
        if one.level == 0
    }


def _used(module: Module) -> Iterator[str]:
    """The dotted names that a module calls, decorates with or assigns to."""
    expressions: list[Expr] = [place.expr.func for place in module.facts.calls]
    for scope in module.facts.scopes:
        expressions += [one.func if isinstance(one, Call) else one for one in scope.decorators]
    yield from (name for one in expressions if (name := dotted(one)))
    yield from (binding.target for binding in module.facts.bindings if "." in binding.target)


def _full_name(name: str, imports: dict[str, str]) -> str:
    first, _, rest = name.partition(".")
    full = imports.get(first, "")
    return f"{full}.{rest}" if rest and full else full
