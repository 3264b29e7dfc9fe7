"""Conversations in code: what goes into a call, what adds messages to a list, where a person is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from promptlint.facts import Block
from promptlint.link.loops.looptable import loop_words
from promptlint.link.mentions import mentioned, sources
from promptlint.link.names import Module
from promptlint.link.reach import Step
from promptlint.scan.texts import callee_name
from promptlint.syntax import Expr

ADDING = frozenset({"append", "extend", "+="})
"""Bindings that add to the end of a list."""


def sent_by(step: Step) -> set[str]:
    """The names that go into a call, through the bindings of its function."""
    given = {name for one in (*step.call.args, *step.call.keywords) for name in mentioned(one)}
    scope = step.module.named_scope(step.place.scope)
    bindings = [one for one in step.module.bindings_of.get(scope, ()) if one.op in ("=", *ADDING)]
    return sources(given, bindings, step.module)


def asks(module: Module, block: Block) -> bool:
    """Whether a person or the next message is waited for in a block."""
    inside = (place.expr for place in module.facts.calls if block.start <= place.expr.start < block.end)
    return any(callee_name(one).rpartition(".")[2] in loop_words().asking for one in inside)


_ROLE = re.compile(r"role|message|msg|turn|content", re.IGNORECASE)


def is_message(value: Expr) -> bool:
    """Whether what is added looks like messages of a chat: a dict or object with a role, or named so."""
    return any(_ROLE.search(text) for text in _spelled(value))


def _spelled(root: object) -> Iterator[str]:
    """Names, attributes and literal text of an expression."""
    for node in nodes_of(root):
        for field in ("id", "name", "label", "text"):
            text = getattr(node, field, None)
            if isinstance(text, str):
                yield text


def nodes_of(root: object) -> Iterator[Struct]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Struct):
            yield node
            waiting.extend(getattr(node, field) for field in node.__struct_fields__)
        elif isinstance(node, tuple):
            waiting.extend(node)
