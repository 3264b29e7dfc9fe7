"""What expressions evaluate to: the small domain of values that linking follows.

Text keeps its structure: a `Text` with a root is one text expression of the source; what comes into it from
elsewhere is `Inserted`, so that a prompt can be shown both on its own and assembled as it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from promptlint.facts import Call, Expr
from promptlint.project import Place
from promptlint.template import Hole, Origin, Piece, Template, strongest


@dataclass(frozen=True, slots=True)
class Text:
    """Text known at least in part.

    `root` is the expression that spells it, None for text put together from several. `cleaned` says that
    `textwrap.dedent` or `inspect.cleandoc` has run over it.
    """

    parts: tuple[Part, ...]
    root: Place | None = None
    cleaned: bool = False
    size: int = field(init=False, compare=False)
    """Characters of literal text and holes, everything filled in."""

    depth: int = field(init=False, compare=False)
    """How deep texts are inserted into each other."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(_size(part) for part in self.parts))
        object.__setattr__(self, "depth", max((_depth(part) for part in self.parts), default=0))


@dataclass(frozen=True, slots=True)
class Inserted:
    """Text that a name, field or placeholder of another text stands for."""

    name: str
    value: Text
    place: Place


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts; the first is the longest and stands for all where one is needed."""

    options: tuple[Text, ...]


Part: TypeAlias = Piece | Hole | Inserted | Choice


@dataclass(frozen=True, slots=True)
class Scalar:
    value: int | float | bool | None


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set. `complete` is False where more items may come."""

    items: tuple[Value, ...]
    complete: bool = True
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """A dict with known string keys. `complete` is False where more entries may come."""

    entries: tuple[tuple[str, Value], ...]
    complete: bool = True
    place: Place | None = None

    def get(self, key: str) -> Value | None:
        """The value of a key, the last one given."""
        return next((value for name, value in reversed(self.entries) if name == key), None)


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something outside the project, by its dotted name ("anthropic.Anthropic")."""

    name: str


@dataclass(frozen=True, slots=True)
class Object:
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


@dataclass(frozen=True, slots=True)
class FilePath:
    """A path of the file system, with "/".

    `anchored`: it comes from `__file__`, so a relative one counts from the folder that paths are shown relative to.
    Else a relative one counts from wherever the program runs. `origin` is the file that names it.
    """

    path: str
    origin: str
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class OpenFile:
    """What `open` gives."""

    of: FilePath


@dataclass(frozen=True, slots=True)
class ModuleRef:
    path: str


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """A function of the project; `owner` is the instance or class it is looked up on, if any."""

    path: str
    scope: int
    owner: Instance | ClassRef | None = None


@dataclass(frozen=True, slots=True)
class ClassRef:
    path: str
    scope: int


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An instance of a class of the project, with what its construction was given where that is known.

    Compared by identity: `Evaluator.instance` gives the one of a class whose construction is not known.
    """

    of: ClassRef
    arguments: Mapping[str, Value] | None = None
    call: Call | None = None
    """The call that made it where the class has no `__init__` of its own: for SDK classes it extends."""
    env: object = None


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """`functools.partial`: what it calls, and the call that made it with the arguments that it gives, each of them
    `Given` where it stands."""

    callee: FunctionRef | Symbol | Object
    call: Call
    path: str

    @property
    def key(self) -> tuple[str, int]:
        """The file and the number of the call that made it."""
        return self.path, self.call.index


@dataclass(frozen=True, slots=True)
class Chain:
    """LangChain: `prompt | model | parser`."""

    links: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of several values, likeliest first."""

    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the source does not say; `expr` is the expression that gives it and `env` where that stands."""

    label: str
    expr: Expr | None = field(default=None, compare=False)
    env: object = field(default=None, compare=False)


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


_COMPARED = (Scalar, Symbol, FilePath, OpenFile, ModuleRef, FunctionRef, ClassRef, Instance, Unknown)
"""Values that are compared by what they hold; texts and collections can be large and are compared by identity."""


MAX_OPTIONS = 32
"""Values kept of one expression: what can be more than that is not known."""


def one_of(values: Sequence[Value]) -> Value:
    """The values as one, without repeats, flat."""
    found: dict[object, Value] = {}
    for value in values:
        for option in options(value):
            found.setdefault(option if isinstance(option, _COMPARED) else id(option), option)
    flat = tuple(found.values())[:MAX_OPTIONS]
    return flat[0] if len(flat) == 1 else OneOf(flat)


MAX_COMPARED = 4
"""Values inside values that are looked into to tell whether two are the same."""


def identity(value: Value, depth: int = 0) -> object:
    """Something to know a value by: what it holds, as far as that is little, else the very object."""
    if isinstance(value, Unknown):
        return value.label, id(value.expr)
    if isinstance(value, _COMPARED) or depth > MAX_COMPARED:
        return value if isinstance(value, _COMPARED) else id(value)
    if isinstance(value, Object):
        added = (identity(one, depth + 1) for one in value.added)
        return value.type, value.chain, id(value.call), value.function, *added
    if isinstance(value, OneOf):
        return "one of", *(identity(option, depth + 1) for option in value.options)
    if isinstance(value, Text):
        return value.root, value.cleaned, *(_part_identity(part, depth + 1) for part in value.parts)
    if isinstance(value, Items):
        return value.place, value.complete, *(identity(item, depth + 1) for item in value.items)
    if isinstance(value, Entries):
        return value.place, value.complete, *((name, identity(entry, depth + 1)) for name, entry in value.entries)
    return id(value)


def _part_identity(part: Part, depth: int) -> object:
    if isinstance(part, Inserted):
        return part.place, identity(part.value, depth)
    if isinstance(part, Choice):
        return "choice", *(identity(option, depth) for option in part.options)
    return part.path, part.start, part.end, part.text


def options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, OneOf) else (value,)


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


def leaves(text: Text) -> Iterator[Piece | Hole]:
    """The pieces and holes of a text in order, with everything filled in."""
    for part in text.parts:
        if isinstance(part, Inserted):
            yield from leaves(part.value)
        elif isinstance(part, Choice):
            yield from leaves(part.options[0])
        else:
            yield part


def changes_in(text: Text) -> Origin:
    """The origin of what changes most in a text; a text without holes is constant."""
    return strongest(leaf.origin for leaf in leaves(text) if isinstance(leaf, Hole))


def assembled(text: Text) -> Template:
    """The text as it is sent."""
    return Template(tuple(leaves(text)))


def own_template(text: Text) -> Template:
    """The text of its own expression, with a hole for everything that comes from elsewhere."""
    return Template(tuple(_own_parts(text)))


def _own_parts(text: Text) -> Iterator[Piece | Hole]:
    for part in text.parts:
        if isinstance(part, Inserted):
            yield Hole(part.name, part.place.path, part.place.start, part.place.end, changes_in(part.value))
        elif isinstance(part, Choice):
            if part.options[0].root is None:
                yield from _own_parts(part.options[0])
        else:
            yield part


def rooted_texts(text: Text, seen: set[int] | None = None) -> Iterator[Text]:
    """Every text expression that a text is made of, itself included, in order."""
    seen = set() if seen is None else seen
    if id(text) in seen:
        return
    seen.add(id(text))
    if text.root is not None:
        yield text
    for part in text.parts:
        if isinstance(part, Inserted):
            yield from rooted_texts(part.value, seen)
        elif isinstance(part, Choice):
            for option in part.options:
                yield from rooted_texts(option, seen)
