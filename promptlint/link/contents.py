"""What a text file holds, as values: its text, the data of YAML and JSON, the holes of Jinja."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from promptlint.json_places import ESCAPE, Placed, read_tree, skip_blanks
from promptlint.link.values import Entries, Items, Part, Scalar, Text, Unknown, Value
from promptlint.project import Place
from promptlint.syntax import Token
from promptlint.template import Hole, Piece
from promptlint.yaml_loading import is_too_much

if TYPE_CHECKING:
    from yaml import Node, ScalarNode

MAX_NESTING = 20
MAX_BRACKETS = 1_000
_DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}
_NESTING = re.compile(r"[\[{\]}]|^[ \t]*(?:[-?:][ \t]+){2,}", re.MULTILINE)

_CARRIAGE_RETURN = re.compile(r"\r\n?")
_JINJA = re.compile(
    r"\{\{[-+]?\s*+(?P<name>(?:[^{}'\"]|'[^']*'|\"[^\"]*\"|\{[^{}]*\})*?)(?:(?<!\s)\s*+)?[-+]?\}\}"
    r"|\{%[-+]?\s*+(?P<statement>(?:(?!\{%).)*?)(?:(?<!\s)\s*+)?[-+]?%\}|\{#(?:(?!\{#).)*?#\}",
    re.DOTALL,
)
_FORMAT = re.compile(r"(?<!\{)\{(?P<name>[A-Za-z_]\w*)\}(?!\})")


def whole_text(path: str, text: str) -> Text:
    """A file's text as Python reads it: every line break is one "\\n"."""
    token = Token(0, len(text), "", "")
    return Text(tuple(_pieces(text, 0, path, token)), Place(path, 0, len(text)))


def _pieces(text: str, start: int, path: str, token: Token) -> Iterator[Piece]:
    at = 0
    for match in _CARRIAGE_RETURN.finditer(text):
        if match.start() > at:
            yield Piece(text[at : match.start()], path, start + at, start + match.start(), token)
        yield Piece("\n", path, start + match.start(), start + match.end(), token)
        at = match.end()
    if at < len(text):
        yield Piece(text[at:], path, start + at, start + len(text), token)


def with_jinja_holes(text: Text, fill: Callable[[str, Hole], Part] | None = None) -> Text:
    """Jinja's expressions and statements as holes; its comments go. `fill` says what an expression stands for."""
    return _with_holes(text, _JINJA, fill)


def with_holes(text: Text) -> Text:
    """`{{ name }}` and `{name}` as holes: in a file that nobody is seen to load, either may be a placeholder."""
    return _with_holes(_with_holes(text, _JINJA, None), _FORMAT, None)


def _with_holes(text: Text, pattern: re.Pattern[str], fill: Callable[[str, Hole], Part] | None) -> Text:
    parts: list[Part] = []
    for part in text.parts:
        if not isinstance(part, Piece) or not part.is_verbatim:
            parts.append(part)
            continue
        at = 0
        for match in pattern.finditer(part.text):
            if match.start() > at:
                parts.append(part.slice(at, match.start()))
            groups = match.groupdict()
            name = groups["name"] if groups["name"] is not None else groups.get("statement")
            if name is not None:
                label = " ".join(name.split()) if groups["name"] is not None else f"% {' '.join(name.split())} %"
                hole = Hole(label, part.path, part.start + match.start(), part.start + match.end())
                parts.append(fill(label, hole) if fill else hole)
            at = match.end()
        if at < len(part.text):
            parts.append(part.slice(at, len(part.text)))
    return Text(tuple(parts), text.root, text.cleaned)


def filled(text: Text, fill: Callable[[str, Hole], Part]) -> Text:
    """The text with its holes replaced by what they stand for."""
    parts = tuple(fill(part.name, part) if isinstance(part, Hole) else part for part in text.parts)
    return Text(parts, text.root, text.cleaned)


def data_of(path: str, text: str) -> Value:
    """The value of a YAML or JSON file; texts know their place. Unknown where it is not valid."""
    if path.endswith(".json"):
        return json_of(path, text)
    import yaml

    if _nests_deeply(text):  # the stack of the loader that is written in C would overflow, and end the process
        return Unknown("data")
    try:
        node = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return Unknown("data")
    return Unknown("data") if node is None or is_too_much(node) else _from_yaml(node, path, text, 0)


def json_of(path: str, text: str) -> Value:
    """The value of a JSON text; texts know their place. Unknown where it is not valid, or where more follows."""
    try:
        placed, end = read_tree(text)
    except (json.JSONDecodeError, RecursionError):
        return Unknown("data")
    if skip_blanks(text, end) < len(text):
        return Unknown("data")
    return _from_json(placed, path, text)


def _from_json(placed: Placed, path: str, text: str) -> Value:
    value = placed.value
    if isinstance(value, dict):
        return Entries(tuple((key, _from_json(inner, path, text)) for key, inner in value.items()))
    if isinstance(value, list):
        return Items(tuple(_from_json(inner, path, text) for inner in value))
    if not isinstance(value, str):
        return Scalar(value)
    token = Token(placed.start, placed.end, "json", '"')
    pieces: list[Piece] = []
    start = placed.start + 1
    for match in ESCAPE.finditer(text, start, placed.end - 1):
        if match.start() > start:
            pieces.append(Piece(text[start : match.start()], path, start, match.start(), token))
        pieces.append(Piece(json.loads(f'"{match[0]}"'), path, *match.span(), token))
        start = match.end()
    if start < placed.end - 1:
        pieces.append(Piece(text[start : placed.end - 1], path, start, placed.end - 1, token))
    return Text(tuple(pieces), Place(path, placed.start, placed.end))


def _nests_deeply(text: str) -> bool:
    """Whether brackets, or lists in lists on one line, are so deep in each other that no person wrote them."""
    depth = 0
    for match in _NESTING.finditer(text):
        sign = match[0]
        if sign in _DEEPER:
            depth = max(0, depth + _DEEPER[sign])
        if depth > MAX_BRACKETS or len(sign) > MAX_BRACKETS:
            return True
    return False


def _from_yaml(node: Node, path: str, text: str, depth: int) -> Value:
    from yaml import MappingNode, ScalarNode, SequenceNode

    if depth > MAX_NESTING:
        return Unknown("data")
    if isinstance(node, MappingNode):
        pairs = ((key.value, _from_yaml(value, path, text, depth + 1)) for key, value in node.value)
        return Entries(tuple((key, value) for key, value in pairs if isinstance(key, str)))
    if isinstance(node, SequenceNode):
        return Items(tuple(_from_yaml(item, path, text, depth + 1) for item in node.value))
    if isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:str":
        return _yaml_text(node, path, text)
    return Unknown("data")


def _yaml_text(node: ScalarNode, path: str, text: str) -> Text:
    start, end = node.start_mark.index, node.end_mark.index
    value: str = node.value
    kept = text[start:end].rstrip()
    # Blanks at the end of the last line are text; line breaks and what follows them belong to the layout of the file.
    blanks = re.split(r"[\r\n]", text[start + len(kept) : end], maxsplit=1)[0]
    end = start + len(kept) + len(blanks)
    block = _block_pieces(value, path, text, start, end) if node.style == "|" else None
    fixed = Piece(value, path, start, end, Token(start, end, "!", ""))
    return Text(tuple(block or ((fixed,) if value else ())), Place(path, start, end))


def _block_pieces(value: str, path: str, text: str, start: int, end: int) -> list[Piece] | None:
    """The lines of a literal block; None where they are not found as they are. Its line breaks are not edited."""
    token, fixed = Token(start, end, "|", ""), Token(start, end, "!", "")
    at = text.find("\n", start) + 1
    pieces: list[Piece] = []
    lines = value.rstrip("\n").split("\n")
    for number, line in enumerate(lines):
        finish = text.find("\n", at)
        finish = len(text) if finish < 0 else finish
        begin = finish - len(line) - text[at:finish].endswith("\r")
        if begin < at or text[begin : begin + len(line)] != line or text[at:begin].strip():
            return None
        if line:
            pieces.append(Piece(line, path, begin, begin + len(line), token))
        if number < len(lines) - 1:
            pieces.append(Piece("\n", path, begin + len(line), finish + 1, fixed))
        at = finish + 1
    if rest := value[len("\n".join(lines)) :]:
        pieces.append(Piece(rest, path, end, end + 1 if end < len(text) else end, fixed))
    return pieces
