"""What scanning one file yields: a compact, serialisable picture of its code.

A `ModuleFacts` holds no syntax nodes. Expressions are lowered to the small language of `promptlint.syntax`,
statements to `Binding`s in source order, and control flow to a tree of `Block`s. Offsets count Unicode code points
from the start of the decoded text; `ModuleFacts.line_starts` turns them into 1-based lines and columns.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from msgspec import Struct

from promptlint.syntax import Call, Expr, Keyword, Str


class Block(Struct, frozen=True, gc=False, array_like=True):
    """A branch or loop body.

    `statement` numbers the statement that owns it, `arm` which of its bodies this is, so two blocks with one
    `statement` and different `arm`s exclude each other. `kind` is "if", "for", "while", "try", "with", "match"
    or "comprehension"; `over` is what a for loop or comprehension iterates, or the condition of a while loop or an if.
    """

    parent: int
    statement: int
    arm: int
    kind: str
    over: Expr | None = None
    start: int = 0
    end: int = 0
    exits: bool = False
    """Whether the body can leave its loop itself (`break`, `return`, `raise`)."""
    targets: tuple[str, ...] = ()
    """The names that a for loop or comprehension binds to what it iterates."""


class Context(Struct, frozen=True, gc=False, array_like=True):
    """A `with` statement from its keyword to its end, and what it enters; one for each of its items.

    `parent` is the number of the `with` statement around it, -1 for none.
    """

    parent: int
    value: Expr
    scope: int
    block: int
    start: int
    end: int


class Parameter(Struct, frozen=True, gc=False, array_like=True):
    name: str
    default: Expr | None
    annotation: Expr | None
    kind: str
    """"positional", "keyword", "*" or "**"."""


class Scope(Struct, frozen=True, gc=False):
    """The module, a class or a function."""

    kind: str
    """"module", "class" or "function"."""
    name: str
    qualname: str
    parent: int
    start: int
    end: int
    block: int = -1
    """The block of the parent scope in which it is defined."""
    parameters: tuple[Parameter, ...] = ()
    bases: tuple[Expr, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    decorators: tuple[Expr, ...] = ()
    docstring: Str | None = None
    returns_annotation: Expr | None = None


class Binding(Struct, frozen=True, gc=False, array_like=True):
    """Something that gives a name a value, or changes the value it has.

    `target` is a dotted path ("prompt", "self.model"). `op` is "=" (assignment), "+=", "[]=" (item
    assignment, with `key`), "for" (loop variable: `value` is what is iterated), "with" (`value` is the
    context manager), "return", "yield", "def" or "class" (`value` is a Const scope index), "annotation"
    (`value` is the annotation), "del" (an item or slice is taken out or replaced), or a method that changes its object:
    "append", "extend", "insert", "update".
    `annotation` is that of an annotated assignment.
    """

    target: str
    op: str
    value: Expr
    offset: int
    scope: int
    block: int
    key: Expr | None = None
    annotation: Expr | None = None

    @property
    def is_constant(self) -> bool:
        """Whether it sets a constant of a module."""
        return self.scope == 0 and self.op == "=" and self.target.isidentifier()


class Exit(Struct, frozen=True, gc=False, array_like=True):
    """A statement that leaves a loop or function: `kind` is "break", "return" or "raise"."""

    kind: str
    offset: int
    scope: int
    block: int


class Import(Struct, frozen=True, gc=False, array_like=True):
    """`name` is bound to `module` (`import module as name`) or to `attribute` of it.

    `level` counts the leading dots of a relative import. A name of "*" is a star import.
    """

    name: str
    module: str
    attribute: str | None
    level: int
    scope: int
    offset: int


class CallPlace(Struct, frozen=True, gc=False, array_like=True):
    """Where a call stands: its expression, scope and block, and what its result is bound to."""

    expr: Call
    scope: int
    block: int
    statement_start: int
    bound_to: str | None = None
    reads_usage: bool = False
    """Whether the same expression reads the usage in the result (`call(...).usage.total_tokens`)."""


class TextPlace(Struct, frozen=True, gc=False, array_like=True):
    """A text expression of some length and what it is for in the code: the evidence besides calls.

    `context` is how it is used: "assign", "argument", "entry" (dict value), "item" (list item), "return",
    "default", "raise" or "expression"; `name` is the target, parameter, key or function it goes to. `owner` is the
    dotted name of the function called; for the entries of a dict that is a chat message "role:system" (and the
    like), for those of a tool schema "tool". `within` is what the whole statement assigns to.
    """

    expr: Expr
    scope: int
    block: int
    context: str
    name: str | None
    owner: str | None
    within: str | None
    statement_start: int
    statement_end: int


class Comment(Struct, frozen=True, gc=False, array_like=True):
    """A comment that speaks to promptlint, from its `#`; `line` is 1-based.

    `blanks` counts the spaces and tabs before it; `alone` says that nothing else stands on its line, and
    that no statement goes on there.
    """

    text: str
    start: int
    end: int
    line: int
    blanks: int = 0
    alone: bool = False


class Mentions(Struct, frozen=True, gc=False, array_like=True):
    """The names that a file mentions, wherever and for whatever: what is mentioned nowhere, nobody uses.

    Each has one offset for every function outside others, and every statement outside functions, that mentions it.
    """

    names: dict[str, tuple[int, ...]]
    """Of the file's own functions and constants, and of what it imports."""
    attributes: dict[str, tuple[tuple[int, str | None], ...]]
    """With the name before the first dot, None for another expression."""
    strings: dict[str, tuple[int, ...]]
    """What literals may name: "ask" is meant by "ask", "prompts.ask" and "prompts:ask"."""
    keywords: tuple[str, ...]
    """The names of keyword arguments, without offsets."""


NO_MENTIONS = Mentions({}, {}, {}, ())


class Location(NamedTuple):
    """A 1-based line and column; in a notebook, of the cell with this 1-based number."""

    cell: int | None
    line: int
    column: int

    @property
    def row(self) -> str:
        """Cell and line as people read them: "cell 3:2", or "2" outside notebooks."""
        return f"cell {self.cell}:{self.line}" if self.cell else str(self.line)

    def __str__(self) -> str:
        return f"{self.row}:{self.column}"


class Outline(Struct, frozen=True, gc=False):
    """What has to be known of a source file to say which others it has to do with."""

    path: str
    module: str
    """The path as a dotted name."""
    package_parts: int
    """How many parts at the end of `module` at least are the name by which it is imported."""
    is_package: bool
    importable: bool
    """Whether other files can import it: notebooks and text files cannot be."""
    imports: tuple[Import, ...]

    @property
    def home(self) -> str:
        """The outermost package of the module, or the folder of a plain module, dotted from the root of the run."""
        parts = self.module.split(".")
        above = len(parts) - self.package_parts
        is_plain = self.package_parts == 1 and not self.is_package
        return ".".join(parts[: above if is_plain else above + 1])


class ModuleFacts(Outline, frozen=True, gc=False):
    """All that later steps know of one source file."""

    line_starts: tuple[int, ...]
    scopes: tuple[Scope, ...]
    blocks: tuple[Block, ...]
    bindings: tuple[Binding, ...]
    calls: tuple[CallPlace, ...]
    texts: tuple[TextPlace, ...]
    statements: tuple[tuple[int, int], ...]
    """Start and end offsets of simple statements and compound statement headers, in order."""
    comments: tuple[Comment, ...]
    usage_reads: tuple[tuple[int, str], ...]
    """Scope and dotted name of every object whose token usage is read (`response` of `response.usage`), also where a
    call or an item lies between (`response.json()["usage"]`)."""
    exits: tuple[Exit, ...] = ()
    contexts: tuple[Context, ...] = ()
    """The `with` statements, in order of their start."""
    cells: tuple[tuple[int, int], ...] = ()
    """Of a notebook, the 1-based number of each code cell and the offset at which it begins; both in order."""
    mentions: Mentions = NO_MENTIONS

    def outline(self) -> Outline:
        """What has to be known of it to say which other files it has to do with."""
        return Outline(self.path, self.module, self.package_parts, self.is_package, self.importable, self.imports)

    def spells(self, names: frozenset[str]) -> bool:
        """Whether one of the names is a literal, the last part of one, or a keyword argument."""
        return not (self.mentions.strings.keys().isdisjoint(names) and names.isdisjoint(self.mentions.keywords))

    def statement_at(self, offset: int) -> tuple[int, int] | None:
        """The simple statement or compound header that holds an offset: its start and end."""
        at = bisect_right(self.statements, offset, key=lambda span: span[0]) - 1
        return self.statements[at] if at >= 0 and offset < self.statements[at][1] else None

    def locate(self, offset: int) -> Location:
        """Where people find an offset."""
        line, column = self.position(offset)
        at = bisect_right(self.cells, offset, key=lambda cell: cell[1]) - 1
        if at < 0:
            return Location(None, line, column)
        number, start = self.cells[at]
        return Location(number, line - self.position(start)[0] + 1, column)

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of an offset in the whole text (`locate` counts in the cell of a notebook)."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1
