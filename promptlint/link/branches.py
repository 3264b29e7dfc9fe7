"""Which provider or model a branch is for: `if self.provider == "minimax": ...`."""

from __future__ import annotations

import re

from promptlint.link.names import Module
from promptlint.syntax import Opaque

_COMPARED = re.compile(
    r"(?:provider|model|vendor|backend)\w*\s*(?:==|in\b)|\bin\s+[\w.]*(?:provider|model|vendor|backend)"
)
_QUOTED = re.compile(r"""["']([^"']+)["']""")


def branch_names(module: Module, block: int) -> tuple[str, ...]:
    """The names that the conditions around a block compare a provider or model with, lower case."""
    blocks = (module.facts.blocks[one] for one in module.enclosing_blocks(block))
    conditions = (one.over for one in blocks if one.kind == "if" and one.arm == 0)
    labels = (one.label for one in conditions if isinstance(one, Opaque) and _COMPARED.search(one.label))
    return tuple(name.lower() for label in labels for name in _QUOTED.findall(label))
