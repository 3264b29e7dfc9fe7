"""Lowering `ast` expressions to the expressions of `promptlint.facts`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from promptlint.facts import (
    Attr,
    Block,
    Call,
    Comprehension,
    Const,
    Either,
    Expr,
    Item,
    Keyword,
    Lambda,
    Mapping,
    Name,
    Opaque,
    Percent,
    Pipe,
    Sequence,
    Slash,
    Spread,
    Sum,
)
from promptlint.scan.builder import Builder, OpenCall
from promptlint.scan.positions import Positions
from promptlint.scan.strings import read_literal
from promptlint.scan.texts import TEXT_FUNCTIONS, dotted, is_text

MAX_DEPTH = 120
"""Expressions nested deeper than this are opaque: recursion must not meet Python's limit."""

LABEL_LENGTH = 60

USAGE_NAMES = frozenset({"usage", "usage_metadata", "token_usage", "usage_details", "prompt_eval_count", "eval_count"})
"""Attributes and keys under which SDKs report the tokens of a response (anthropic 2.12.0, openai 3.54.0,
google-genai 3.4.0, botocore 1.44.5, ollama 0.6.3)."""


class Lowering:
    """Lowers the expressions of one text into one builder.

    `source` is the whole file; a field of an f-string is parsed on its own, with `positions` shifted to its place.
    """

    def __init__(self, source: str, positions: Positions, builder: Builder, depth: int = 0) -> None:
        self._source = source
        self._positions = positions
        self._builder = builder
        self._depth = depth
        self._within_text = False
        self._holder: str | None = None
        """The keyword or key that holds the list being lowered: its items have no name of their own."""

    def text(self, node: ast.expr, context: str, name: str | None = None, owner: str | None = None) -> Expr:
        """Lower an expression that stands for itself, and record it if it is text."""
        expr = self.lower(node)
        self._record(expr, context, name, owner)
        return expr

    def _record(self, expr: Expr, context: str, name: str | None, owner: str | None) -> None:
        if self._within_text:
            return
        if is_text(expr):
            self._builder.add_text(expr, context, name, owner)
        elif isinstance(expr, Either):
            for option in expr.options:
                self._record(option, context, name, owner)

    def lower(self, node: ast.expr) -> Expr:
        """Lower an expression that may be part of a larger text."""
        if self._depth > MAX_DEPTH:
            return self._opaque(node)
        self._depth += 1
        try:
            handler = _HANDLERS.get(type(node))
            return handler(self, node) if handler else self._children(node)
        finally:
            self._depth -= 1

    def _span(self, node: ast.expr) -> tuple[int, int]:
        return self._positions.span(node)

    def _opaque(self, node: ast.expr) -> Opaque:
        start, end = self._span(node)
        label = " ".join(self._source[start : min(end, start + 4 * LABEL_LENGTH)].split())
        return Opaque(start, end, label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1] + "…")

    def _children(self, node: ast.expr) -> Opaque:
        """An expression that is not followed; the calls inside it are."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.text(child, "expression")
        return self._opaque(node)

    def _constant(self, node: ast.Constant) -> Expr:
        start, end = self._span(node)
        value = node.value
        if isinstance(value, str):
            return read_literal(self._source, start, end, value, self._field) or self._opaque(node)
        if value is None or isinstance(value, bool | int | float):
            return Const(start, end, value)
        return self._opaque(node)

    def _joined(self, node: ast.JoinedStr) -> Expr:
        start, end = self._span(node)
        return read_literal(self._source, start, end, None, self._field) or self._opaque(node)

    def _field(self, code: str, start: int) -> Expr:
        try:
            node = ast.parse(f"({code})", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Opaque(start, start + len(code), " ".join(code.split())[:LABEL_LENGTH])
        inner = Lowering(self._source, Positions(f"({code})", start - 1), self._builder, self._depth)
        return inner.lower(node)

    def _name(self, node: ast.Name) -> Expr:
        return Name(*self._span(node), node.id)

    def _attribute(self, node: ast.Attribute) -> Expr:
        value = self.lower(node.value)
        if node.attr in USAGE_NAMES:
            self._read_usage(value)
        return Attr(*self._span(node), value, node.attr)

    def _read_usage(self, value: Expr) -> None:
        if isinstance(value, Call):
            self._builder.calls[value.index].reads_usage = True
        elif name := dotted(value):
            self._builder.usage_reads.add((self._builder.scope, name))

    def _subscript(self, node: ast.Subscript) -> Expr:
        value = self.lower(node.value)
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper, node.slice.step):
                if bound is not None:
                    self.lower(bound)
            return self._opaque(node)
        key = self.lower(node.slice)
        if isinstance(node.slice, ast.Constant) and node.slice.value in USAGE_NAMES:
            self._read_usage(value)
        return Item(*self._span(node), value, key)

    def _call(self, node: ast.Call) -> Expr:
        func = self.lower(node.func)
        if isinstance(func, Attr) and func.name == "get" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and first.value in USAGE_NAMES:
                self._read_usage(func.value)
        name = dotted(func) or (func.name if isinstance(func, Attr) else None)
        outer, within = self._within_text, self._builder.target
        # The arguments of `"...".format(...)`, `", ".join([...])` or `dedent("...")` are parts of that text.
        self._within_text |= name in TEXT_FUNCTIONS or (isinstance(func, Attr) and is_text(func.value))
        if isinstance(func, Attr) and func.name in _COLLECTING and self._builder.target is None:
            # What goes into a list is for whatever the list is for.
            self._builder.target = dotted(func.value)
        holder, self._holder = self._holder, None
        args = tuple(self.text(arg, "argument", str(index), name) for index, arg in enumerate(node.args))
        owner = _message_owner({keyword.arg: keyword.value for keyword in node.keywords}) or name
        keywords = tuple(self._keyword(keyword, owner) for keyword in node.keywords)
        self._within_text, self._builder.target, self._holder = outer, within, holder
        builder = self._builder
        call = Call(*self._span(node), func, args, keywords, len(builder.calls))
        builder.calls.append(OpenCall(call, builder.scope, builder.block, builder.statement[0]))
        return call

    def _keyword(self, keyword: ast.keyword, owner: str | None) -> Keyword:
        builder = self._builder
        outer = builder.target
        builder.target = outer or keyword.arg
        self._holder = keyword.arg
        value = self.text(keyword.value, "argument", keyword.arg, owner)
        builder.target = outer
        return Keyword(keyword.arg, value)

    def _binary(self, node: ast.BinOp) -> Expr:
        start, end = self._span(node)
        if isinstance(node.op, ast.Mod):
            template = self.lower(node.left)
            return Percent(start, end, template, self.lower(node.right))
        flat = _FLAT_OPERATORS.get(type(node.op))
        if flat is None:
            return self._children(node)
        operands: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and type(left.op) is type(node.op):
            operands.append(left.right)
            left = left.left
        operands.append(left)
        return flat(start, end, tuple(self.lower(operand) for operand in reversed(operands)))

    def _conditional(self, node: ast.IfExp) -> Expr:
        self.lower(node.test)
        return Either(*self._span(node), (self.lower(node.body), self.lower(node.orelse)))

    def _boolean(self, node: ast.BoolOp) -> Expr:
        options = tuple(self.lower(value) for value in node.values)
        return Either(*self._span(node), options if isinstance(node.op, ast.Or) else options[-1:])

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Expr:
        owner = None
        if len(node.elts) == 2 and isinstance(node, ast.Tuple) and isinstance(node.elts[0], ast.Constant):
            # LangChain's `("system", "...")`.
            owner = f"role:{node.elts[0].value}" if node.elts[0].value in _PAIR_ROLES else None
        return Sequence(*self._span(node), tuple(self.text(item, "item", self._holder, owner) for item in node.elts))

    def _starred(self, node: ast.Starred) -> Expr:
        return Spread(*self._span(node), self.lower(node.value))

    def _dict(self, node: ast.Dict) -> Expr:
        keys = tuple(None if key is None else self.lower(key) for key in node.keys)
        names = [_literal_key(key) for key in node.keys]
        owner = _dict_owner(dict(zip(names, node.values, strict=True)))
        values = tuple(self._entry(name, value, owner) for name, value in zip(names, node.values, strict=True))
        return Mapping(*self._span(node), keys, values)

    def _entry(self, name: str | None, value: ast.expr, owner: str | None) -> Expr:
        holder, self._holder = self._holder, name
        try:
            return self.text(value, "entry", name, owner)
        finally:
            self._holder = holder

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Expr:
        builder = self._builder
        outer = builder.block
        start, end = self._span(node)
        for generator in node.generators:
            over = self.lower(generator.iter)
            builder.block = builder.add_block(Block(builder.block, start, 0, "comprehension", over, start, end))
            for condition in generator.ifs:
                self.lower(condition)
        try:
            if isinstance(node, ast.DictComp):
                self.text(node.key, "item")
                self.text(node.value, "item")
                return self._opaque(node)
            return Comprehension(start, end, self.text(node.elt, "item"))
        finally:
            builder.block = outer

    def _lambda(self, node: ast.Lambda) -> Expr:
        return Lambda(*self._span(node), self.text(node.body, "return"))

    def _await(self, node: ast.Await) -> Expr:
        return self.lower(node.value)

    def _walrus(self, node: ast.NamedExpr) -> Expr:
        value = self.text(node.value, "assign", node.target.id)
        self._builder.bind(node.target.id, "=", value)
        if isinstance(value, Call):
            self._builder.calls[value.index].bound_to = node.target.id
        return value


_COLLECTING = frozenset({"append", "extend", "insert", "add"})
_PAIR_ROLES = frozenset({"system", "human", "user", "ai", "assistant"})
_SCHEMA_KEYS = frozenset({"parameters", "input_schema", "inputSchema", "toolSpec"})


def _message_owner(values: dict[str | None, ast.expr]) -> str | None:
    """The owner of the values of a chat message, by its role; None for anything else."""
    role = values.get("role")
    if role is None or values.keys().isdisjoint({"content", "parts"}):
        return None
    return f"role:{_literal_key(role) or 'unknown'}"


def _dict_owner(values: dict[str | None, ast.expr]) -> str | None:
    """What a dict display is, by its keys: a chat message, or (part of) a tool schema."""
    owner = _message_owner(values)
    is_schema = "type" in values or not _SCHEMA_KEYS.isdisjoint(key or "" for key in values)
    return "tool" if owner is None and "description" in values and is_schema else owner


def _literal_key(key: ast.expr | None) -> str | None:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


_FLAT_OPERATORS: dict[type[ast.operator], type[Sum] | type[Pipe] | type[Slash]] = {
    ast.Add: Sum,
    ast.BitOr: Pipe,
    ast.Div: Slash,
}

_HANDLERS: dict[type[ast.expr], Callable[[Lowering, Any], Expr]] = {
    ast.Constant: Lowering._constant,
    ast.JoinedStr: Lowering._joined,
    ast.Name: Lowering._name,
    ast.Attribute: Lowering._attribute,
    ast.Subscript: Lowering._subscript,
    ast.Call: Lowering._call,
    ast.BinOp: Lowering._binary,
    ast.IfExp: Lowering._conditional,
    ast.BoolOp: Lowering._boolean,
    ast.List: Lowering._sequence,
    ast.Tuple: Lowering._sequence,
    ast.Set: Lowering._sequence,
    ast.Starred: Lowering._starred,
    ast.Dict: Lowering._dict,
    ast.ListComp: Lowering._comprehension,
    ast.SetComp: Lowering._comprehension,
    ast.GeneratorExp: Lowering._comprehension,
    ast.DictComp: Lowering._comprehension,
    ast.Lambda: Lowering._lambda,
    ast.Await: Lowering._await,
    ast.NamedExpr: Lowering._walrus,
}
