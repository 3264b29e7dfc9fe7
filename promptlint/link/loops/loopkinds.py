"""What a loop is for: walking over items, trying again, or anything else; by what it walks over and how it ends."""

from __future__ import annotations

from enum import Enum, auto

from promptlint.facts import Block
from promptlint.link.loops.looptable import loop_words, singular_words
from promptlint.link.mentions import mentioned
from promptlint.link.names import Module
from promptlint.scan.texts import callee_name, dotted
from promptlint.syntax import Call, Expr, Opaque


class Kind(Enum):
    """What a loop does to the calls in it: walks over items, tries again, or anything else."""

    ITEMS = auto()
    RETRIES = auto()
    OTHER = auto()


def kind_of(module: Module, number: int) -> Kind | None:
    """What a block is as a loop, None where it is none."""
    block = module.facts.blocks[number]
    if block.kind == "while":
        return Kind.RETRIES if _says_retry(block) or _exits_plainly(module, number) else Kind.OTHER
    if block.kind not in ("for", "comprehension") or block.over is None:
        return None
    if not _counts(block.over):
        return Kind.RETRIES if _says_retry(block) else Kind.ITEMS
    return Kind.RETRIES if _says_retry(block) or (block.exits and not _says_steps(block)) else Kind.OTHER


def _counts(over: Expr) -> bool:
    """Whether a loop counts: `range(n)`, but not `range(len(items))`."""
    if not isinstance(over, Call) or callee_name(over).rpartition(".")[2] not in ("range", "trange", "count"):
        return False
    is_length = len(over.args) == 1 and isinstance(over.args[0], Call) and callee_name(over.args[0]) == "len"
    return not is_length


def _says_retry(block: Block) -> bool:
    return not singular_words(_loop_names(block)).isdisjoint(loop_words().retrying)


def _says_steps(block: Block) -> bool:
    return not singular_words(_loop_names(block)).isdisjoint(loop_words().steps)


def _loop_names(block: Block) -> list[str]:
    names = [name.rpartition(".")[2] for name in mentioned(block.over)]
    label = block.over.label if isinstance(block.over, Opaque) else _dotted_names(block.over)
    return [*names, label, *block.targets]


def _dotted_names(expr: Expr | None) -> str:
    """The dotted names in the arguments of a call (`range(self.max_retries)`), as one text."""
    args = expr.args if isinstance(expr, Call) else () if expr is None else (expr,)
    return " ".join(dotted(one) or callee_name(one) if isinstance(one, Call) else dotted(one) or "" for one in args)


def _exits_plainly(module: Module, number: int) -> bool:
    """Whether the body of a loop ends with its first pass unless something is raised."""
    return any(one.block == number and one.kind != "raise" for one in module.facts.exits)


def is_rare(module: Module, block: int) -> bool:
    """Whether a place is reached only after an exception."""
    around = [module.facts.blocks[number] for number in module.enclosing_blocks(block)]
    return any(one.kind == "try" and one.arm >= 2 for one in around)
