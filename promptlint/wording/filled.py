"""Values that are filled in twice in what is sent together, each time behind a label or on a line of their own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from promptlint.facts import ModuleFacts
from promptlint.project import Place
from promptlint.template import Hole, Template
from promptlint.wording.text import PLACEHOLDER, lines

NAME = re.compile(r"[A-Za-z_]\w{2,}(?:\.[A-Za-z_]\w*)*")
TAG = re.compile(r"</?[^<>]*>")
LABEL = re.compile(r"(?:.*:)?\W*")
"""What stands before a value on its line: nothing, or what ends in a colon; tags, quotes and bullets aside."""
LONG = frozenset(
    {"article", "articles", "chunk", "chunks", "code", "content", "contents", "context", "contexts", "conversation",
     "corpus", "data", "ddl", "dialogue", "diff", "doc", "docs", "document", "documents", "documentation", "examples",
     "facts", "guidance", "guidelines", "history", "instructions", "json", "knowledge", "log", "logs", "manual",
     "memories", "memory", "messages", "notes", "page", "pages", "paper", "passage", "passages", "records", "report",
     "results", "rows", "rules", "schema", "schemas", "text", "texts", "tools", "trace", "transcript", "transcripts"}
)  # fmt: skip
"""Words of names whose values are long: what is written twice of those is paid for. A question, a task or a label
that stands on both sides of a long text is a reminder of a few tokens."""
SHORT = frozenset(
    {"n", "k", "num", "count", "number", "max", "min", "limit", "size", "length", "language", "lang", "id", "ids",
     "key", "name", "names", "title", "type", "types", "kind", "format", "index", "path", "file", "files", "url",
     "field", "tag", "marker", "delimiter", "separator", "fence", "version"}
)  # fmt: skip
"""Last words of names that say something short about what the words before them name."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A value that stands in a request twice; `again` is the later place in the source."""

    name: str
    first: Place
    again: Place


def filled_twice(
    templates: Sequence[Template], modules: Mapping[str, ModuleFacts], *, formatted: bool
) -> Iterator[Filled]:
    """The values that the texts of one request hold twice, by place in the source.

    `formatted` says that other code fills in the texts: what looks like a placeholder in them is one, and all of one
    name hold the same value. Otherwise those do that stand in one function that sets the name once.
    """
    by_name: dict[str, set[tuple[str, int, int]]] = defaultdict(set)
    for template in templates:
        for name, start, end in _placeholders(template, formatted):
            place = template.source_range(start, end)
            if place and NAME.fullmatch(name) and _is_long(name) and _stands_alone(template.text, start, end):
                by_name[name].add(place)
    for name, found in by_name.items():
        if len(found) > 1:
            first, again = (Place(*place) for place in sorted(found)[:2])
            if first.path == again.path and _is_one_value(name, first, again, modules[first.path], formatted):
                yield Filled(name, first, again)


def _placeholders(template: Template, formatted: bool) -> Iterator[tuple[str, int, int]]:
    for start, end, part in template.spans():
        if isinstance(part, Hole):
            yield part.name, start, end
    if formatted:
        for match in PLACEHOLDER.finditer(template.text):
            yield match[0].strip("{}"), *match.span()


def _is_long(name: str) -> bool:
    parts = re.split(r"[._]", name.lower())
    return not LONG.isdisjoint(parts) and parts[0] not in SHORT and parts[-1] not in SHORT


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a value has the rest of its line for itself; in a code block all of it, since code has labels too."""
    line = next(one for one in lines(text) if one.start <= start <= one.end)
    before, behind = TAG.sub("", text[line.start : start]), TAG.sub("", text[end : line.end])
    fits = not before.strip() if line.fenced else LABEL.fullmatch(before) is not None
    return fits and not re.search(r"\w", behind)


def _is_one_value(name: str, first: Place, again: Place, facts: ModuleFacts, formatted: bool) -> bool:
    scope = _function(facts, first)
    if scope != _function(facts, again):
        return False
    root = name.partition(".")[0]
    if any(root in block.targets and block.start <= again.start < block.end for block in facts.blocks):
        return False
    if scope is None:
        return formatted or any(_holds(one.expr.start, one.expr.end, first, again) for one in facts.texts)
    set_at = [one for one in facts.bindings if one.scope == scope and one.target in (root, name)]
    return all(one.offset < first.start and not _in_loop(facts, one.block) for one in set_at)


def _holds(start: int, end: int, first: Place, again: Place) -> bool:
    return start <= first.start and again.end <= end


def _function(facts: ModuleFacts, place: Place) -> int | None:
    """The innermost function around a place."""
    numbered = enumerate(facts.scopes)
    inside = [at for at, one in numbered if one.kind == "function" and one.start <= place.start < one.end]
    return inside[-1] if inside else None


def _in_loop(facts: ModuleFacts, block: int) -> bool:
    while block >= 0:
        if facts.blocks[block].kind in ("for", "while", "comprehension"):
            return True
        block = facts.blocks[block].parent
    return False
