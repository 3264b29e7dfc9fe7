"""The small language to which the expressions of a file are lowered.

It holds no syntax nodes and can be written to disk. Offsets count Unicode code points from the start of the decoded
text. Everything here is a tree that cannot be changed, so it holds no cycles and the collector need not look.
"""

from __future__ import annotations

from msgspec import Struct


class Token(Struct, frozen=True, gc=False, array_like=True):
    """One string token of the source: where it stands and how it is quoted.

    Text files have tokens too. Without a quote the text is written as it is; the prefix says more: "|" is a YAML block,
    whose line breaks stay where they are, "json" a JSON string, "!" text that cannot be edited.
    """

    start: int
    end: int
    prefix: str
    quote: str

    @property
    def is_fixed(self) -> bool:
        return self.prefix == "!"

    @property
    def is_raw(self) -> bool:
        return "r" in self.prefix.lower()

    @property
    def is_formatted(self) -> bool:
        return "f" in self.prefix.lower()


class Run(Struct, frozen=True, gc=False, array_like=True, tag="run"):
    """Decoded text and the source range it came from.

    The range either holds the text itself, character for character, or one escape sequence (`\\n`, `{{`,
    a carriage return with its line feed) that stands for it.
    """

    text: str
    start: int
    end: int
    token: Token


class Str(Struct, frozen=True, gc=False, array_like=True, tag="str"):
    """A string literal, f-string, or several of them next to each other (implicit concatenation)."""

    start: int
    end: int
    parts: tuple[Run | Field, ...]


class Field(Struct, frozen=True, gc=False, array_like=True, tag="field"):
    """A `{expression}` of an f-string; `label` is its source text, `spec` what stands behind its colon."""

    start: int
    end: int
    label: str
    value: Expr
    token: Token
    spec: str = ""


class Const(Struct, frozen=True, gc=False, array_like=True, tag="const"):
    """A number, boolean or None."""

    start: int
    end: int
    value: int | float | bool | None


class Name(Struct, frozen=True, gc=False, array_like=True, tag="name"):
    start: int
    end: int
    id: str


class Attr(Struct, frozen=True, gc=False, array_like=True, tag="attr"):
    start: int
    end: int
    value: Expr
    name: str


class Item(Struct, frozen=True, gc=False, array_like=True, tag="item"):
    """A subscription `value[key]`."""

    start: int
    end: int
    value: Expr
    key: Expr


class Keyword(Struct, frozen=True, gc=False, array_like=True):
    """A keyword argument, written from `start`; `name` is None for `**value`."""

    name: str | None
    value: Expr
    start: int


class Call(Struct, frozen=True, gc=False, array_like=True, tag="call"):
    """A call; `index` is its place in `ModuleFacts.calls`."""

    start: int
    end: int
    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    index: int

    @property
    def given(self) -> tuple[Expr, ...]:
        """The values of all arguments, those without a keyword first."""
        return (*self.args, *(keyword.value for keyword in self.keywords))


class Sum(Struct, frozen=True, gc=False, array_like=True, tag="sum"):
    """`a + b + c`, flat."""

    start: int
    end: int
    terms: tuple[Expr, ...]


class Percent(Struct, frozen=True, gc=False, array_like=True, tag="percent"):
    """`template % value`."""

    start: int
    end: int
    template: Expr
    value: Expr


class Pipe(Struct, frozen=True, gc=False, array_like=True, tag="pipe"):
    """`a | b | c`, flat: a LangChain chain, or a union type."""

    start: int
    end: int
    terms: tuple[Expr, ...]


class Slash(Struct, frozen=True, gc=False, array_like=True, tag="slash"):
    """`a / b / c`, flat: a path put together, or a division."""

    start: int
    end: int
    terms: tuple[Expr, ...]


class Either(Struct, frozen=True, gc=False, array_like=True, tag="either"):
    """Values one of which is taken: a conditional expression, or the operands of `or` / `and`."""

    start: int
    end: int
    options: tuple[Expr, ...]


class Sequence(Struct, frozen=True, gc=False, array_like=True, tag="sequence"):
    """A list, tuple or set display. Starred items are `Spread`."""

    start: int
    end: int
    items: tuple[Expr, ...]


class Spread(Struct, frozen=True, gc=False, array_like=True, tag="spread"):
    start: int
    end: int
    value: Expr


class Mapping(Struct, frozen=True, gc=False, array_like=True, tag="mapping"):
    """A dict display; a key of None stands for `**value`."""

    start: int
    end: int
    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Comprehension(Struct, frozen=True, gc=False, array_like=True, tag="comprehension"):
    """A list, set or generator comprehension: its element stands for any number of items."""

    start: int
    end: int
    element: Expr


LAMBDA = "<lambda>"
"""The name of the scope of a lambda, as in Python."""


class Lambda(Struct, frozen=True, gc=False, array_like=True, tag="lambda"):
    """A lambda: a function scope of its own, which returns its body."""

    start: int
    end: int
    body: Expr
    scope: int


class Opaque(Struct, frozen=True, gc=False, array_like=True, tag="opaque"):
    """An expression whose value is not followed; `label` is its source text, shortened, `names` what it mentions."""

    start: int
    end: int
    label: str
    names: tuple[str, ...] = ()


Expr = (
    Str
    | Const
    | Name
    | Attr
    | Item
    | Call
    | Sum
    | Percent
    | Pipe
    | Slash
    | Either
    | Sequence
    | Spread
    | Mapping
    | Comprehension
    | Lambda
    | Opaque
)
