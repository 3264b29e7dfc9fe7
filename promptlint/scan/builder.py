"""What the walk over one file collects until it becomes `ModuleFacts`."""

from __future__ import annotations

from dataclasses import dataclass, field

from promptlint.facts import Binding, Block, CallPlace, Context, Exit, Import, Scope, TextPlace
from promptlint.scan.mentions import Noted
from promptlint.scan.texts import MIN_WORDS, word_count
from promptlint.syntax import Call, Expr


@dataclass
class OpenCall:
    """A call met so far; what its result is used for is learned around it."""

    expr: Call
    scope: int
    block: int
    statement_start: int
    bound_to: str | None = None
    reads_usage: bool = False

    def close(self) -> CallPlace:
        return CallPlace(self.expr, self.scope, self.block, self.statement_start, self.bound_to, self.reads_usage)


@dataclass
class Builder:
    """The lists of `ModuleFacts` while they grow, and where the walk stands."""

    scopes: list[Scope] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    calls: list[OpenCall] = field(default_factory=list)
    texts: list[TextPlace] = field(default_factory=list)
    statements: list[tuple[int, int]] = field(default_factory=list)
    usage_reads: set[tuple[int, str]] = field(default_factory=set)
    exits: list[Exit] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    noted: Noted = field(default_factory=Noted)
    user: int = 0
    """What mentions the names that are met: the offset of the outermost function around, else of the statement."""
    is_in_function: bool = False
    scope: int = 0
    block: int = -1
    context: int = -1
    statement: tuple[int, int] = (0, 0)
    target: str | None = None

    def bind(self, target: str, op: str, value: Expr, key: Expr | None = None, annotation: Expr | None = None) -> None:
        """Record a binding at the start of the current statement's value, so that a value never sees itself."""
        self.bindings.append(Binding(target, op, value, self.statement[0], self.scope, self.block, key, annotation))

    def add_text(self, expr: Expr, context: str, name: str | None, owner: str | None) -> None:
        """Record a text expression, if it holds enough words to be read as a text."""
        if word_count(expr) >= MIN_WORDS:
            self.texts.append(
                TextPlace(expr, self.scope, self.block, context, name, owner, self.target, *self.statement)
            )

    def enter(self, value: Expr, span: tuple[int, int]) -> None:
        """Record a `with` statement; what follows lies in it until `context` is set back."""
        self.contexts.append(Context(self.context, value, self.scope, self.block, *span))
        self.context = len(self.contexts) - 1

    def leave(self, kind: str) -> None:
        """Record a statement that leaves a loop or function."""
        self.exits.append(Exit(kind, self.statement[0], self.scope, self.block))

    def add_block(self, block: Block) -> int:
        self.blocks.append(block)
        return len(self.blocks) - 1
