"""Whether a value holds something that its source spells: literal text, or a number."""

from __future__ import annotations

from promptlint.link.assembly import leaves
from promptlint.link.evaluate import Evaluator
from promptlint.link.values import Chain, Entries, Instance, Items, Object, Partial, Scalar, Text, Value, options
from promptlint.template import Piece

MAX_NESTING = 5
"""Lists and dicts looked into for a text."""


def says_something(ev: Evaluator, value: Value, depth: int = 0) -> bool:
    """Whether a value holds literal text or a number: what a caller adds to what a wrapper sends."""
    if depth > MAX_NESTING:
        return False
    for option in options(value):
        if isinstance(option, Text):
            held: tuple[Value, ...] = ()
            if any(isinstance(leaf, Piece) for leaf in leaves(option)):
                return True
        elif isinstance(option, Scalar):
            return option.value is not None and not isinstance(option.value, bool)
        elif isinstance(option, Items):
            held = option.items
        elif isinstance(option, Entries):
            held = tuple(entry for name, entry in option.entries if name != "role")
        elif isinstance(option, Object):
            if ev.surfaces.message_class(ev.surfaces.canonical(".".join((option.type, *option.chain)))):
                return True
            held = ()
        else:
            held = ()
        if any(says_something(ev, one, depth + 1) for one in held):
            return True
    return False


def holds_object(value: Value, depth: int = 0) -> bool:
    """Whether a value is or holds an object, whose class or construction can say which model is asked."""
    if depth > MAX_NESTING:
        return False
    return any(
        isinstance(option, Instance | Partial | Chain)
        or (isinstance(option, Object) and option.call is not None)
        or (isinstance(option, Items) and any(holds_object(one, depth + 1) for one in option.items))
        or (isinstance(option, Entries) and any(holds_object(one, depth + 1) for _, one in option.entries))
        for option in options(value)
    )
