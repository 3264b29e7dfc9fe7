"""Parameters by which callers ask for a smaller model, in functions that do not read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Struct

from promptlint.facts import CallPlace, ModuleFacts, Scope
from promptlint.link.mentions import mentioned
from promptlint.project import CallSite, Place, Project
from promptlint.scan.texts import dotted, runs_of
from promptlint.syntax import Call, Either, Expr, Name, Str

CHOOSES = re.compile(r"(?:llm_)?model_(?:size|tier|level|class|kind|speed|grade)|use_(?:small|fast|cheap|mini)_model")
"""Names of parameters that choose between the models of a client; `model` itself is the name of one."""
SMALL = re.compile(r"(?<![a-z])(?:small|mini|nano|lite|light|fast|cheap|weak|low|haiku|flash)(?![a-z])|^True$", re.I)
"""What asks for the smaller one."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A call of the API in a function that is told which model to take, and does not look.

    `place` is what the model is taken from; `asked` are the calls that ask for a smaller one, in order of their place.
    """

    call: CallSite
    parameter: str
    place: Place
    asked: tuple[Place, ...]


def unread_choices(project: Project) -> Iterator[Unread]:
    """Every call of the API whose function leaves such a parameter unread, where somebody asks by it."""
    asked: dict[str, list[Place]] = {}
    for module in project.modules.values():
        for name, place in _asking(module):
            asked.setdefault(name, []).append(place)
    for call in project.calls if asked else ():
        module = project.modules[call.place.path]
        here = next((one for one in module.calls if one.expr.start == call.place.start), None)
        if call.hops or here is None:
            continue
        scope = module.scopes[here.scope]
        for name in (parameter.name for parameter in scope.parameters if parameter.name in asked):
            places = tuple(one for one in asked[name] if project.share_package(one, call.place))
            if places and not _is_read(name, scope, module):
                yield Unread(call, name, _taken_from(here, module) or call.place, places)


def _asking(module: ModuleFacts) -> Iterator[tuple[str, Place]]:
    """The parameters by which calls ask for a smaller model."""
    for place in module.calls:
        for keyword in place.expr.keywords:
            if keyword.name and CHOOSES.fullmatch(keyword.name) and SMALL.search(_spelled(keyword.value)):
                yield keyword.name, Place(module.path, keyword.start, keyword.value.end)


def _spelled(value: Expr) -> str:
    """A literal, or the last name of a constant (`ModelSize.small`); nothing for a variable."""
    if isinstance(value, Str):
        return "".join(run.text for run in runs_of(value))
    if isinstance(value, Name):
        return value.id if value.id.isupper() else ""
    constant = getattr(value, "value", None)
    return str(constant) if isinstance(constant, bool) else (dotted(value) or "").rpartition(".")[2]


def _is_read(name: str, scope: Scope, module: ModuleFacts) -> bool:
    """Whether anything inside a function mentions a name, or may: what is matched and compared is not in the facts."""
    start, end = scope.start, scope.end
    blocks = [one for one in module.blocks if start <= one.start < end]
    inside: list[object] = [(one.value, one.key) for one in module.bindings if start <= one.offset < end]
    inside += [one.expr for one in module.calls if start <= one.expr.start < end]
    inside += [one.over for one in blocks]
    inside += [one.expr for one in module.texts if start <= one.expr.start < end]
    if any(one.kind == "match" for one in blocks) or any(_hides(name, one, module) for one in inside):
        return True
    return any(name in mentioned(one) for one in inside)


def _hides(name: str, root: object, module: ModuleFacts) -> bool:
    """Whether an expression has a condition of which only the results are known (`a if test else b`, `test and a`),
    and room for the name in it besides the calls in the condition, which are known too."""
    if isinstance(root, Either):
        edges = [root.start, *(edge for one in root.options for edge in (one.start, one.end)), root.end]
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            calls = (one.expr for one in module.calls if start <= one.expr.start and one.expr.end <= end)
            known = len({at for one in calls for at in range(one.start, one.end)})
            if end - start - known >= len(name) + len(" or "):
                return True
    if isinstance(root, Struct):
        return any(_hides(name, getattr(root, field), module) for field in root.__struct_fields__)
    return isinstance(root, tuple) and any(_hides(name, one, module) for one in root)


def _taken_from(place: CallPlace, module: ModuleFacts) -> Place | None:
    """The value that the call takes its model from: that of the argument, or of the variable that it names."""
    value = _model(place.expr)
    if isinstance(value, Name):
        bound = [one for one in module.bindings if (one.scope, one.target, one.op) == (place.scope, value.id, "=")]
        value = bound[0].value if len(bound) == 1 else value
    return Place(module.path, value.start, value.end) if value else None


def _model(call: Call) -> Expr | None:
    return next((one.value for one in call.keywords if one.name in ("model", "modelId", "model_id")), None)
