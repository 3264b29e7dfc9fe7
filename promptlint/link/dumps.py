"""Indented JSON that is written into prompts: `json.dumps(value, indent=4)` and the like."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from promptlint.facts import ModuleFacts
from promptlint.link.assembly import leaves, rooted_texts
from promptlint.link.env import Env, label_of
from promptlint.link.imports import ModuleIndex
from promptlint.link.origins import origin_of
from promptlint.link.values import Choice, Inserted, Part, Text, Unknown, options
from promptlint.project import Dump, Place
from promptlint.syntax import Call, Const, Keyword, Run, Str
from promptlint.template import Hole, Piece

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator

_WRITER = re.compile(r"json|dumps", re.IGNORECASE)
"""The last part of the name of a function that writes JSON: `json.dumps`, `model_dump_json`, `to_json`, `as_json`."""

_MAKES_PROMPT = re.compile(
    r"_*(?:get|make|build|create|render|format|fill|compose|construct|generate|prepare)_(?:\w+_)?prompts?"
)
"""The name of a function that makes a prompt of what it is given."""
_SEPARATING = frozenset({"json.dumps", "dumps", "simplejson.dumps"})
"""Those that take `separators=`, which saves the blanks behind commas and colons too."""
_PLAIN = frozenset({"json", "model_dump_json", "to_json", "dump_json", "dumps"})
"""Functions and methods of libraries that indent only where they are asked to: the standard library, Pydantic (1 and 2)
and pandas, by the last part of their names."""


def dumped(ev: Evaluator, call: Call, env: Env) -> Text | None:
    """What a call that writes indented JSON gives: a text of which nothing is known but the call. None for others."""
    if _indent(call) is None:
        return None
    place = (env.module.path, call.start, call.end)
    label = label_of(call)
    return Text((Hole(label, *place, origin_of(ev, Unknown(label, call, env)), dump=place),))


def _indent(call: Call) -> Keyword | None:
    """The argument that asks for indentation, where it is a literal."""
    given = next((keyword for keyword in call.keywords if keyword.name == "indent"), None)
    is_written = given is not None and _WRITER.search(_function(call).rpartition(".")[2])
    return given if given and is_written and _blanks(given) else None


def _function(call: Call) -> str:
    return label_of(call).removesuffix("()")


def _blanks(indent: Keyword) -> int:
    """How many characters a level is indented by."""
    value = indent.value
    if isinstance(value, Const):
        return value.value if isinstance(value.value, int) else 0
    if isinstance(value, Str):
        return sum(len(part.text) for part in value.parts if isinstance(part, Run))
    return 0


def prompt_arguments(index: ModuleIndex, evaluator: Evaluator) -> Iterator[tuple[Text, None]]:
    """What functions are given that by their name make a prompt: `self._get_prompt("judge", trace=trace_json)`."""
    for module in index.modules.values():
        for name, places in module.calls_by_name.items():
            for place in places if _MAKES_PROMPT.fullmatch(name) else ():
                env = Env(module, place.scope, place.statement_start, place.block)
                for expr in place.expr.given:
                    for value in options(evaluator.evaluate(expr, env)):
                        if isinstance(value, Text):
                            yield value, None


def dumps_in(
    texts: Iterable[tuple[Text, str | None]], identify: Callable[[Place], str | None], index: ModuleIndex
) -> tuple[Dump, ...]:
    """The calls that write indented JSON into `texts`, in order.

    `texts` come with the id of the call that sends them, None where none is known; `identify` gives the id of the
    prompt of a text expression, None where it is none.
    """
    into: dict[Place, _Use] = {}
    for text, call in texts:
        found = list(_dumps(text, set()))
        prompts = [one for part in rooted_texts(text) if found and part.root and (one := identify(part.root))]
        if call is None and not prompts and any(isinstance(leaf, Piece) for leaf in leaves(text)):
            continue  # a text that turned out to be no prompt
        for place, quote in found:
            use = into.setdefault(place, _Use())
            use.quotes.add(quote)
            use.prompts.update(dict.fromkeys(prompts))
            use.calls.update({call: None} if call is not None else {})
    written = {
        Place(path, one.expr.start, one.expr.end): one.expr
        for path in {place.path for place in into}
        for one in index.modules[path].facts.calls
    }
    places = sorted(into.keys() & written.keys(), key=lambda place: (place.path, place.start))
    return tuple(_dump(written[place], place, into[place], index) for place in places)


@dataclass(frozen=True, slots=True)
class _Use:
    """Where the result of a call goes; `quotes` are those of the f-strings that it stands in, "" for none."""

    prompts: dict[str, None] = field(default_factory=dict)
    calls: dict[str, None] = field(default_factory=dict)
    quotes: set[str] = field(default_factory=set)


def _dump(call: Call, place: Place, use: _Use, index: ModuleIndex) -> Dump:
    indent = _indent(call)
    assert indent is not None
    function = _function(call)
    given = {keyword.name for keyword in call.keywords}
    argument, compact = Place(place.path, indent.start, indent.value.end), "indent=None"
    if function in _SEPARATING and not given & {"separators", None} and "?" not in use.quotes:
        # Before Python 3.12 a field of an f-string cannot hold the quotes of the f-string.
        mark = "'" if any('"' in quote for quote in use.quotes) else '"'
        compact = f"separators=({mark},{mark}, {mark}:{mark})"
    elif _is_plain(function, index) and (whole := _with_comma(call, indent, index.modules[place.path].facts)):
        argument, compact = Place(place.path, *whole), ""
    return Dump(
        place=place,
        function=function,
        indent=argument,
        compact=compact,
        prompts=tuple(use.prompts),
        calls=tuple(use.calls),
    )


def _is_plain(function: str, index: ModuleIndex) -> bool:
    """Whether a function writes JSON on one line where it is not asked to indent it: by the functions of that name in
    the project, which have the default None or hand the argument on; else one of a library that is known."""
    name = function.rpartition(".")[2]
    found = [scope for module in index.modules.values() for scope in module.facts.scopes if scope.name == name]
    for scope in found:
        indent = next((one for one in scope.parameters if one.name == "indent"), None)
        handed_on = indent is None and any(one.kind == "**" for one in scope.parameters)
        default = indent.default if indent else None
        if not handed_on and not (isinstance(default, Const) and default.value is None):
            return False
    return bool(found) or name in _PLAIN


def _with_comma(call: Call, argument: Keyword, facts: ModuleFacts) -> tuple[int, int] | None:
    """The range of an argument and the comma that goes with it; None where more than blanks may stand around it."""
    behind = [one.start for one in call.keywords if one.start > argument.start]
    if behind:
        return argument.start, min(behind)
    end = argument.value.end
    before = [one.end for one in call.args] + [one.value.end for one in call.keywords if one is not argument]
    if not before:
        return (argument.start, end) if end == call.end - 1 else None
    line_start = facts.line_starts[bisect_right(facts.line_starts, argument.start) - 1]
    # A comma and a blank, or a comma at the end of the line above.
    gap = argument.start - max(before) if line_start <= max(before) else line_start - max(before)
    return (max(before), end) if gap == len(", ") else None


def _dumps(text: Text, seen: set[int]) -> Iterator[tuple[Place, str]]:
    """The calls that write what is put into a text, in all its variants, with the quotes of the f-string around them.

    "" where the call does not stand in one, "?" where its quotes are not seen.
    """
    if id(text) in seen:
        return
    seen.add(id(text))
    for part in text.parts:
        if isinstance(part, Hole) and part.dump is not None:
            place = Place(*part.dump)
            yield place, _quote_around(part, place, text.parts)
        elif isinstance(part, Inserted):
            yield from _dumps(part.value, seen)
        elif isinstance(part, Choice):
            for option in part.options:
                yield from _dumps(option, seen)


def _quote_around(hole: Hole, call: Place, parts: tuple[Part, ...]) -> str:
    inside = hole.path == call.path and hole.start < call.start and call.end < hole.end
    if not inside:
        return ""
    tokens = (part.token for part in parts if isinstance(part, Piece) and part.path == hole.path)
    return next((token.quote for token in tokens if token.start < hole.start < token.end), "?")
