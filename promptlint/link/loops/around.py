"""The loop a call stands in."""

from __future__ import annotations

from promptlint.facts import Block
from promptlint.link.names import Module
from promptlint.project import LoopKind
from promptlint.scan.texts import dotted
from promptlint.syntax import Call, Const, Expr, Name

_COUNTING = frozenset({"range", "count", "itertools.count", "trange"})
_RETRY_NAMES = ("retr", "attempt", "tries")


def loop_kind(module: Module, block: int) -> LoopKind:
    """The kind of the loops around a block within its function: item loops win over counted and endless ones."""
    kinds = [_kind(module.facts.blocks[one]) for one in module.enclosing_blocks(block)]
    for kind in (LoopKind.PER_ITEM, LoopKind.UNBOUNDED, LoopKind.BOUNDED):
        if kind in kinds:
            return kind
    return LoopKind.NONE


def _kind(block: Block) -> LoopKind:
    if block.kind == "while":
        endless = isinstance(block.over, Const) and bool(block.over.value)
        return LoopKind.UNBOUNDED if endless or not _counts(block.over) else LoopKind.BOUNDED
    if block.kind in ("for", "comprehension"):
        return LoopKind.BOUNDED if block.over is not None and _counts(block.over) else LoopKind.PER_ITEM
    return LoopKind.NONE


def _counts(over: Expr | None) -> bool:
    """Whether a loop counts (`range(...)`, a comparison, attempts) rather than walking over items."""
    if isinstance(over, Call):
        name = dotted(over.func) or ""
        if name in _COUNTING:
            return not (over.args and isinstance(over.args[-1], Call) and dotted(over.args[-1].func) == "len")
        return any(word in name.lower() for word in _RETRY_NAMES)
    if isinstance(over, Name):
        return any(word in over.id.lower() for word in _RETRY_NAMES)
    return over is not None and not isinstance(over, Const) and not hasattr(over, "items")
