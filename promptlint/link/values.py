"""What expressions evaluate to: the small domain of values that linking follows.

Text keeps its structure: a `Text` with a root is one text expression of the source; what comes into it from
elsewhere is `Inserted`, so that a prompt can be shown both on its own and assembled as it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from promptlint.facts import Call
from promptlint.project import Place
from promptlint.template import Hole, Piece, Template


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
    """Characters of literal text, everything filled in."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(_size(part) for part in self.parts))


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

    `call` is the call that made it and `env` where that call stands, for arguments given at construction.
    """

    type: str
    chain: tuple[str, ...] = ()
    call: Call | None = None
    env: object = None


@dataclass(frozen=True, slots=True)
class ModuleRef:
    path: str


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """A function of the project; `owner` is the class scope it is looked up on, if any."""

    path: str
    scope: int
    owner: ClassRef | None = None


@dataclass(frozen=True, slots=True)
class ClassRef:
    path: str
    scope: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class of the project."""

    of: ClassRef


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
    label: str


Value: TypeAlias = (
    Text
    | Scalar
    | Items
    | Entries
    | Symbol
    | Object
    | ModuleRef
    | FunctionRef
    | ClassRef
    | Instance
    | Chain
    | OneOf
    | Unknown
)


_COMPARED = (Scalar, Symbol, ModuleRef, FunctionRef, ClassRef, Instance, Unknown)
"""Values that are compared by what they hold; texts and collections can be large and are compared by identity."""


def one_of(values: Sequence[Value]) -> Value:
    """The values as one, without repeats, flat."""
    flat: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, OneOf) else (value,):
            if not any(option is known or (isinstance(option, _COMPARED) and option == known) for known in flat):
                flat.append(option)
    return flat[0] if len(flat) == 1 else OneOf(tuple(flat))


def options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, OneOf) else (value,)


def _size(part: Part) -> int:
    if isinstance(part, Piece):
        return len(part.text)
    if isinstance(part, Inserted):
        return part.value.size
    return part.options[0].size if isinstance(part, Choice) else 0


def leaves(text: Text) -> Iterator[Piece | Hole]:
    """The pieces and holes of a text in order, with everything filled in."""
    for part in text.parts:
        if isinstance(part, Inserted):
            yield from leaves(part.value)
        elif isinstance(part, Choice):
            yield from leaves(part.options[0])
        else:
            yield part


def assembled(text: Text) -> Template:
    """The text as it is sent."""
    return Template(tuple(leaves(text)))


def own_template(text: Text) -> Template:
    """The text of its own expression, with a hole for everything that comes from elsewhere."""
    return Template(tuple(_own_parts(text)))


def _own_parts(text: Text) -> Iterator[Piece | Hole]:
    for part in text.parts:
        if isinstance(part, Inserted):
            yield Hole(part.name, part.place.path, part.place.start, part.place.end)
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
