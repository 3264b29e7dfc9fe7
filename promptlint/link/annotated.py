"""Annotations: the class of the project or of an SDK that one names, as an instance of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptlint import syntax
from promptlint.link.env import Env
from promptlint.link.values import ClassRef, Object, Symbol, Value, options
from promptlint.scan.texts import dotted
from promptlint.syntax import Expr

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator


def annotated(ev: Evaluator, annotation: Expr, env: Env) -> Value | None:
    """An instance of the class that an annotation names; `Optional[X]`, `X | None` and `"X"` are X."""
    if isinstance(annotation, syntax.Str):
        return annotated(ev, _parse_name("".join(run.text for run in annotation.parts
                                                   if isinstance(run, syntax.Run)), annotation), env)  # fmt: skip
    if isinstance(annotation, syntax.Pipe):
        found = [annotated(ev, term, env) for term in annotation.terms]
        return next((value for value in found if value is not None), None)
    if isinstance(annotation, syntax.Item):
        if dotted(annotation.value) in ("Optional", "typing.Optional", "Annotated", "typing.Annotated", "Union",
                                        "typing.Union", "t.Optional", "t.Union", "ClassVar"):  # fmt: skip
            inner = annotation.key.items if isinstance(annotation.key, syntax.Sequence) else (annotation.key,)
            found = [annotated(ev, term, env) for term in inner]
            return next((value for value in found if value is not None), None)
        return None
    if not isinstance(annotation, syntax.Name | syntax.Attr):
        return None
    for value in options(ev.evaluate(annotation, env)):
        if isinstance(value, ClassRef):
            return ev.instance(value)
        if isinstance(value, Symbol) and not value.name.startswith("typing."):
            return Object(ev.surfaces.canonical(value.name))
    return None


def _parse_name(text: str, at: syntax.Str) -> Expr:
    """The dotted name that a quoted annotation holds; `Optional[X]` in quotes is X."""
    name = text.strip().removeprefix("Optional[").removesuffix("]").split("[")[0].split("|")[0].strip()
    expr: Expr = syntax.Name(at.start, at.end, name.split(".")[0])
    for attribute in name.split(".")[1:]:
        expr = syntax.Attr(at.start, at.end, expr, attribute)
    return expr
