"""Texts: literals put together in place, `format`, `%`, `join`, `strip`, and what is inserted into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from promptlint import syntax
from promptlint.link.env import Env, concatenated, label_of, literal_text, place_of
from promptlint.link.origins import origin_of
from promptlint.link.textops import cleandoc, dedent, fill_format, fill_percent, join, strip
from promptlint.link.values import Choice, Entries, Inserted, Items, Part, Symbol, Text, Unknown, Value, options
from promptlint.project import Place
from promptlint.scan.texts import dotted, is_text, runs_of
from promptlint.syntax import Call, Expr
from promptlint.template import Hole, Piece

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator


MAX_DEPTH = 100
"""Texts put into each other beyond which the inner one counts as unknown."""

MAX_SIZE = 1_000_000
"""Characters of a text beyond which it is not put into others: doubling a text forty times must not take for ever."""


MAX_INSERTED = 2_000
"""Texts put into one text beyond which it is not put into others, for the same reason."""


def text_root(ev: Evaluator, expr: Expr, env: Env) -> Value:
    parts = tuple(parts_of(ev, expr, env))
    pieces = [part for part in parts if isinstance(part, Piece)]
    cleaned = False
    if isinstance(expr, Call):
        value = text_call(ev, expr, env)
        if isinstance(value, Text):
            return replace(value, root=place_of(expr, env))
    if not pieces and not parts:
        return Text((), place_of(expr, env), cleaned)
    return Text(parts, place_of(expr, env), cleaned)


def parts_of(ev: Evaluator, expr: Expr, env: Env) -> list[Part]:
    """The parts of an expression inside a text: literals in place, everything else inserted."""
    path = env.module.path
    if isinstance(expr, syntax.Str):
        parts: list[Part] = []
        for part in expr.parts:
            if isinstance(part, syntax.Run):
                if part.text:
                    parts.append(Piece(part.text, path, part.start, part.end, part.token))
            else:
                place = Place(path, part.start, part.end)
                parts.append(insert(ev, evaluate_inline(ev, part.value, env), part.label, place, part.spec))
        return parts
    if isinstance(expr, syntax.Sum):
        return [part for term in expr.terms for part in parts_of(ev, term, env)]
    if isinstance(expr, syntax.Percent | Call) and is_text(expr):
        value = percent(ev, expr, env) if isinstance(expr, syntax.Percent) else text_call(ev, expr, env)
        if isinstance(value, Text):
            return list(value.parts)
    if isinstance(expr, syntax.Either):
        texts = [Text(tuple(parts_of(ev, option, env))) for option in expr.options]
        texts.sort(key=lambda text: text.size, reverse=True)
        return [Choice(tuple(texts))]
    return [insert(ev, ev.evaluate(expr, env), dotted(expr) or label_of(expr), place_of(expr, env))]


def evaluate_inline(ev: Evaluator, expr: Expr, env: Env) -> Value:
    """The value of an expression that is part of a larger text: its literals have no root of their own."""
    if is_text(expr) or isinstance(expr, syntax.Either):
        return Text(tuple(parts_of(ev, expr, env)))
    return ev.evaluate(expr, env)


def insert(ev: Evaluator, value: Value, name: str, place: Place, spec: str = "") -> Part:
    """What a value becomes inside a text; `spec` is the format it is written in."""
    texts = [option for option in options(value) if isinstance(option, Text)]
    if not texts:
        return Hole(name, place.path, place.start, place.end, origin_of(ev, value, spec))
    if _is_too_much(texts):
        return Hole(name, place.path, place.start, place.end)
    texts.sort(key=lambda text: text.size, reverse=True)
    if len(texts) == 1:
        if texts[0].root is None and len(texts[0].parts) == 1 and isinstance(hole := texts[0].parts[0], Hole):
            return replace(hole, name=name, path=place.path, start=place.start, end=place.end)
        if texts[0].root is None and len(texts[0].parts) == 1 and isinstance(texts[0].parts[0], Choice):
            return texts[0].parts[0]
        return Inserted(name, texts[0], place)
    return Inserted(name, Text((Choice(tuple(texts)),)), place)


def _is_too_much(texts: Sequence[Text]) -> bool:
    return (
        sum(text.size for text in texts) > MAX_SIZE
        or sum(text.inserted for text in texts) > MAX_INSERTED
        or any(text.depth > MAX_DEPTH for text in texts)
    )


def summed(ev: Evaluator, expr: syntax.Sum, env: Env) -> Value:
    values = [ev.evaluate(term, env) for term in expr.terms]
    if any(isinstance(option, Items) for value in values for option in options(value)):
        return concatenated(values, place_of(expr, env))
    if any(isinstance(option, Text) for value in values for option in options(value)):
        return Text(tuple(parts_of(ev, expr, env)))
    return Unknown(label_of(expr))


def percent(ev: Evaluator, expr: syntax.Percent, env: Env) -> Value:
    template = template_of(ev, expr.template, env)
    if template is None:
        return Unknown(label_of(expr))
    given = evaluate_inline(ev, expr.value, env) if is_text(expr.value) else ev.evaluate(expr.value, env)
    place = place_of(expr.value, env)

    def fill(name: str, piece: Piece) -> Part:
        value: Value | None = None
        if isinstance(given, Entries):
            value = given.get(name)
        elif isinstance(given, Items) and name.isdecimal() and int(name) < len(given.items):
            value = given.items[int(name)]
        elif name == "0":
            value = given
        label = dotted(expr.value) or name if name == "0" else name
        spot = Place(piece.path, piece.start, piece.end) if piece.path == place.path else place
        return insert(ev, value or Unknown(name), label if not label.isdecimal() else f"arg{label}", spot)

    return fill_percent(template, fill)


def template_of(ev: Evaluator, expr: Expr, env: Env) -> Text | None:
    """The text that a method is called on: in place, or what its longest option is."""
    if is_text(expr):
        return Text(tuple(parts_of(ev, expr, env)))
    texts = [value for value in options(ev.evaluate(expr, env)) if isinstance(value, Text)]
    return max(texts, key=lambda text: text.size, default=None)


def text_call(ev: Evaluator, expr: Call, env: Env) -> Value | None:
    """A method of a text, or a function over one; None where it is neither."""
    name = dotted(expr.func)
    if name is not None and expr.args:
        function = _TEXT_FUNCTIONS.get(_symbol_name(ev, expr.func, env) or "")
        if function:
            text = template_of(ev, expr.args[0], env)
            return function(text) if text else None
    if not isinstance(expr.func, syntax.Attr):
        return None
    method = _TEXT_METHODS.get(expr.func.name)
    if method is None:
        return None
    text = template_of(ev, expr.func.value, env)
    return method(ev, text, expr, env) if text else None


def _format(ev: Evaluator, text: Text, call: Call, env: Env) -> Value:
    given = {str(index): evaluate_inline(ev, arg, env) for index, arg in enumerate(call.args)}
    for keyword in call.keywords:
        if keyword.name is not None:
            given[keyword.name] = evaluate_inline(ev, keyword.value, env)
        else:
            spread = ev.evaluate(keyword.value, env)
            if isinstance(spread, Entries):
                given.update(spread.entries)

    def fill(name: str, piece: Piece) -> Part:
        label = f"arg{name}" if name.isdecimal() else name
        return insert(ev, given.get(name, Unknown(name)), label, Place(piece.path, piece.start, piece.end))

    return fill_format(text, fill)


def _join(ev: Evaluator, text: Text, call: Call, env: Env) -> Value:
    if not call.args:
        return text
    literal = call.args[0]
    if isinstance(literal, syntax.Sequence):
        separator = list(text.parts)
        parts: list[Part] = []
        for index, item in enumerate(literal.items):
            parts.extend(separator if index else [])
            parts.extend(parts_of(ev, item, env))
        return Text(tuple(parts))
    value = ev.evaluate(literal, env)
    items = next((option for option in options(value) if isinstance(option, Items)), None)
    place = place_of(literal, env)
    name = dotted(literal) or "items"
    if items is None:
        return Text((Hole(name, place.path, place.start, place.end, origin_of(ev, value)),))
    inserted: list[Part] = [insert(ev, item, f"{name}[{i}]", place) for i, item in enumerate(items.items)]
    return join(text, inserted)


def _strip(ev: Evaluator, text: Text, call: Call, env: Env) -> Value:
    assert isinstance(call.func, syntax.Attr)
    characters = literal(ev, call.args[0], env) if call.args else None
    if call.args and characters is None:
        return text
    side = call.func.name
    return strip(text, characters, left=side != "rstrip", right=side != "lstrip")


def _same(ev: Evaluator, text: Text, call: Call, env: Env) -> Value:
    return text


def literal(ev: Evaluator, expr: Expr, env: Env) -> str | None:
    """The text of a value without holes."""
    if isinstance(expr, syntax.Str) and all(isinstance(part, syntax.Run) for part in expr.parts):
        return "".join(run.text for run in runs_of(expr))  # Most keys of most dicts.
    return literal_text(ev.evaluate(expr, env))


def _symbol_name(ev: Evaluator, func: Expr, env: Env) -> str | None:
    value = ev.evaluate(func, env)
    return value.name if isinstance(value, Symbol) else None


_TEXT_FUNCTIONS: dict[str, Callable[[Text], Text]] = {"textwrap.dedent": dedent, "inspect.cleandoc": cleandoc}

_TEXT_METHODS: dict[str, Callable[[Evaluator, Text, Call, Env], Value]] = {
    "format": _format,
    "format_map": _same,
    "join": _join,
    "strip": _strip,
    "lstrip": _strip,
    "rstrip": _strip,
    "replace": _same,
}
