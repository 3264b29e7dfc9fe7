"""What statements give values to: names, attributes, items, several at once, and objects that a method adds to."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promptlint.scan.builder import Builder
from promptlint.scan.expressions import Lowering
from promptlint.scan.texts import dotted
from promptlint.syntax import Attr, Call, Const, Expr, Item, Run, Spread, Str, Token
from promptlint.syntax import Sequence as SequenceExpr

MUTATORS = frozenset({"append", "extend", "insert", "update", "setdefault"})
"""Methods that add to the list or dict they are called on."""


class Targets:
    """Records bindings in one builder."""

    def __init__(self, lowering: Lowering, builder: Builder) -> None:
        self._lowering = lowering
        self._builder = builder

    def name(self, node: ast.expr) -> str | None:
        """The name an assignment goes to: dotted, with a literal key as it is written (`PROMPTS['route']`)."""
        if isinstance(node, ast.Subscript):
            base = self.name(node.value)
            return f"{base}[{node.slice.value!r}]" if isinstance(node.slice, ast.Constant) else base
        if isinstance(node, ast.Name | ast.Attribute):
            return dotted(self._lowering.lower(node))
        return None

    def bind(self, node: ast.expr, value: Expr, annotation: Expr | None = None) -> None:
        """Record what a value is assigned to; the items of a tuple one by one."""
        if isinstance(node, ast.Tuple | ast.List):
            self._unpack(node.elts, value)
            return
        target = self._lowering.lower(node)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            if name := self.name(node.value):
                self._builder.bind(name, "del", value)
        elif isinstance(target, Item):
            if name := dotted(target.value):
                self._builder.bind(name, "[]=", value, key=target.key)
        elif name := dotted(target):
            self._builder.bind(name, "=", value, annotation=annotation)
            if isinstance(value, Call):
                self._builder.calls[value.index].bound_to = name

    def _unpack(self, targets: Sequence[ast.expr], value: Expr) -> None:
        items = value.items if isinstance(value, SequenceExpr) else ()
        known = len(items) == len(targets) and not any(isinstance(item, Spread) for item in items)
        starred = any(isinstance(target, ast.Starred) for target in targets)
        for index, target in enumerate(targets):
            if known:
                item = items[index]
            elif starred or isinstance(value, SequenceExpr):
                item = self._lowering.opaque(target)
            else:
                item = Item(value.start, value.end, value, Const(value.start, value.end, index))
            self.bind(target, item)

    def change(self, target: str, call: Call) -> None:
        """Record a method call that adds to the list or dict that `target` names."""
        assert isinstance(call.func, Attr)
        name = call.func.name
        bind = self._builder.bind
        if name == "setdefault" and len(call.args) == 2:
            bind(target, "[]=", call.args[1], key=call.args[0])
        elif name == "insert" and len(call.args) == 2:
            bind(target, name, call.args[1], key=call.args[0])
        elif name == "update" and call.keywords:
            for keyword in call.keywords:
                if keyword.name is None:
                    bind(target, name, keyword.value)
                else:
                    bind(target, "[]=", keyword.value, key=_key(keyword.name, keyword.value.start))
        elif name in ("append", "extend", "update") and call.args:
            bind(target, name, call.args[0])


def _key(name: str, at: int) -> Str:
    """The key that a keyword argument of `update` stands for."""
    return Str(at, at, (Run(name, at, at, Token(at, at, "", '"')),))
