"""What expressions evaluate to: the small domain of values that linking follows.

Text keeps its structure: a `Text` with a root is one text expression of the source; what comes into it from
elsewhere is `Inserted`, so that a prompt can be shown both on its own and assembled as it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

from promptlint.project import Place
from promptlint.syntax import Call, Expr
from promptlint.template import Hole, Piece


class Text(Struct, frozen=True):
    """Text known at least in part.

    `root` is the expression that spells it, None for text put together from several. `cleaned` says that
    `textwrap.dedent` or `inspect.cleandoc` has run over it.
    """

    parts: tuple[Part, ...]
    root: Place | None = None
    cleaned: bool = False
    size: int = 0
    """Characters of literal text and holes, everything filled in: worked out here, not given."""

    depth: int = 0
    """How deep texts are inserted into each other: worked out here, not given."""

    inserted: int = 0
    """How many texts are inserted, at all depths and in all variants: worked out here, not given."""

    def __post_init__(self) -> None:
        force_setattr(self, "size", sum(map(_size, self.parts)))
        force_setattr(self, "depth", max(map(_depth, self.parts), default=0))
        force_setattr(self, "inserted", sum(map(_inserted, self.parts)))


class Inserted(Struct, frozen=True):
    """Text that a name, field or placeholder of another text stands for."""

    name: str
    value: Text
    place: Place


class Choice(Struct, frozen=True):
    """One of several texts; the first is the longest and stands for all where one is needed."""

    options: tuple[Text, ...]


Part: TypeAlias = Piece | Hole | Inserted | Choice


class Scalar(Struct, frozen=True):
    value: int | float | bool | None


class Items(Struct, frozen=True):
    """A list, tuple or set. `complete` is False where more items may come."""

    items: tuple[Value, ...]
    complete: bool = True
    place: Place | None = None


class Entries(Struct, frozen=True):
    """A dict with known string keys. `complete` is False where more entries may come."""

    entries: tuple[tuple[str, Value], ...]
    complete: bool = True
    place: Place | None = None

    def get(self, key: str) -> Value | None:
        """The value of a key, the last one given."""
        return next((value for name, value in reversed(self.entries) if name == key), None)


class Symbol(Struct, frozen=True):
    """Something outside the project, by its dotted name ("anthropic.Anthropic")."""

    name: str


class Object(Struct, frozen=True):
    """An instance of an outside class, with the attributes taken from it so far.

    `call` is the call that made it and `env` where that call stands, for arguments given at construction;
    `added` is what has been appended to it since (the messages of a chat); `function` is the one of the project that
    a decorator made it of.
    """

    type: str
    chain: tuple[str, ...] = ()
    call: Call | None = None
    env: object = None
    added: tuple[Value, ...] = ()
    function: FunctionRef | None = None


class FilePath(Struct, frozen=True):
    """A path of the file system, with "/".

    `anchored`: it comes from `__file__`, so a relative one counts from the folder that paths are shown relative to.
    Else a relative one counts from wherever the program runs. `origin` is the file that names it.
    """

    path: str
    origin: str
    anchored: bool = False


class OpenFile(Struct, frozen=True):
    """What `open` gives."""

    of: FilePath


class ModuleRef(Struct, frozen=True):
    path: str


class FunctionRef(Struct, frozen=True):
    """A function of the project; `owner` is the instance or class it is looked up on, if any."""

    path: str
    scope: int
    owner: Instance | ClassRef | None = None


class ClassRef(Struct, frozen=True):
    path: str
    scope: int


class Instance(Struct, frozen=True, eq=False):
    """An instance of a class of the project, with what its construction was given where that is known.

    Compared by identity: `Evaluator.instance` gives the one of a class whose construction is not known.
    """

    of: ClassRef
    arguments: Mapping[str, Value] | None = None
    call: Call | None = None
    """The call that made it where the class has no `__init__` of its own: for SDK classes it extends."""
    env: object = None


class Partial(Struct, frozen=True, eq=False):
    """`functools.partial`: what it calls, and the call that made it with the arguments that it gives, each of them
    `Given` where it stands."""

    callee: FunctionRef | Symbol | Object
    call: Call
    path: str

    @property
    def key(self) -> tuple[str, int]:
        """The file and the number of the call that made it."""
        return self.path, self.call.index


class Chain(Struct, frozen=True):
    """LangChain: `prompt | model | parser`."""

    links: tuple[Value, ...]


class OneOf(Struct, frozen=True):
    """Any of several values, likeliest first."""

    options: tuple[Value, ...]


class Unknown(Struct, frozen=True, eq=False):
    """What the source does not say; `expr` is the expression that gives it and `env` where that stands.

    Compared by its label alone.
    """

    label: str
    expr: Expr | None = None
    env: object = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and self.label == other.label

    def __hash__(self) -> int:
        return hash(self.label)


Value: TypeAlias = (
    Text
    | Scalar
    | Items
    | Entries
    | Symbol
    | Object
    | FilePath
    | OpenFile
    | ModuleRef
    | FunctionRef
    | ClassRef
    | Instance
    | Partial
    | Chain
    | OneOf
    | Unknown
)


COMPARED = frozenset({Scalar, Symbol, FilePath, OpenFile, ModuleRef, FunctionRef, ClassRef, Instance})
"""Values that are compared by what they hold; texts and collections can be large and are compared by identity."""


MAX_OPTIONS = 32
"""Values kept of one expression: what can be more than that is not known."""


def one_of(values: Sequence[Value]) -> Value:
    """The values as one, without repeats, flat."""
    if len(values) == 1:
        return values[0]
    found: dict[object, Value] = {}
    for value in values:
        for option in options(value):
            kind = type(option)
            found.setdefault(option if kind in COMPARED or kind is Unknown else id(option), option)
    flat = tuple(found.values())[:MAX_OPTIONS]
    return flat[0] if len(flat) == 1 else OneOf(flat)


def options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, OneOf) else (value,)


def _inserted(part: Part) -> int:
    if isinstance(part, Inserted):
        return 1 + part.value.inserted
    return sum(1 + option.inserted for option in part.options) if isinstance(part, Choice) else 0


def _size(part: Part) -> int:
    if isinstance(part, Piece):
        return len(part.text)
    if isinstance(part, Inserted):
        return part.value.size
    return part.options[0].size if isinstance(part, Choice) else 1


def _depth(part: Part) -> int:
    if isinstance(part, Inserted):
        return part.value.depth + 1
    return max(option.depth for option in part.options) if isinstance(part, Choice) else 0
