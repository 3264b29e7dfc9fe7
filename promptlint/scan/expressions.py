"""Lowering `ast` expressions to the expressions of `promptlint.facts`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from keyword import iskeyword
from typing import Any

from promptlint.facts import Block, Parameter, Scope
from promptlint.scan.builder import Builder, OpenCall
from promptlint.scan.opaque import LABEL_LENGTH, bound_names, opaque
from promptlint.scan.owners import PAIR_ROLES, dict_owner, literal_key, message_owner
from promptlint.scan.positions import Positions
from promptlint.scan.strings import read_literal
from promptlint.scan.texts import TEXT_FUNCTIONS, dotted, is_text
from promptlint.scan.usagereads import USAGE_NAMES, names_usage, read_usage
from promptlint.syntax import (
    LAMBDA,
    Attr,
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

MAX_DEPTH = 120
"""Expressions nested deeper than this are opaque: recursion must not meet Python's limit."""

LARGEST = 2**63 - 1
"""No number of tokens, calls or characters is larger, and facts hold none that is."""


class Lowering:
    """Lowers the expressions of one text into one builder.

    `source` is the whole file; a field of an f-string is parsed on its own, with `positions` shifted to its place.
    """

    def __init__(self, source: str, positions: Positions, builder: Builder, depth: int = 0) -> None:
        self._source = source
        self._span = positions.span
        self._builder = builder
        self._depth = depth
        self._within_text = False
        self._holder: str | None = None
        """The keyword or key that holds the list being lowered: its items have no name of their own."""

    def text(self, node: ast.expr, context: str, name: str | None = None, owner: str | None = None) -> Expr:
        """Lower an expression that stands for itself, and record it if it is text."""
        expr = self.lower(node)
        if type(expr) not in _NO_TEXT:
            self._record(expr, context, name, owner)
        return expr

    def _record(self, expr: Expr, context: str, name: str | None, owner: str | None) -> None:
        if self._within_text:
            return
        if is_text(expr):
            self._builder.add_text(expr, context, name, owner)
        elif type(expr) is Either:
            for option in expr.options:
                self._record(option, context, name, owner)

    def lower(self, node: ast.expr) -> Expr:
        """Lower an expression that may be part of a larger text."""
        if type(node) is ast.Name:  # half of all expressions
            return self._name(node)
        if self._depth > MAX_DEPTH:
            return self.opaque(node)
        self._depth += 1
        try:
            handler = _HANDLERS.get(type(node))
            return handler(self, node) if handler else self._children(node)
        finally:
            self._depth -= 1

    def opaque(self, node: ast.expr) -> Opaque:
        """An expression that is not followed."""
        expr = opaque(self._source, *self._span(node), node)
        for name in expr.names:
            self._builder.noted.name(name, expr.start, self._builder.user)
        return expr

    def _children(self, node: ast.expr) -> Opaque:
        """An expression that is not followed; the calls inside it are."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.text(child, "expression")
        return self.opaque(node)

    def _constant(self, node: ast.Constant) -> Expr:
        start, end = self._span(node)
        value = node.value
        if isinstance(value, str):
            if self._builder.target != "__all__":  # what that names is offered, not used
                self._builder.noted.literal(value, start, self._builder.user)
            return read_literal(self._source, start, end, (value,), self._field) or self.opaque(node)
        if value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) <= LARGEST):
            return Const(start, end, value)
        return self.opaque(node)

    def _joined(self, node: ast.JoinedStr) -> Expr:
        start, end = self._span(node)
        values = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
        return read_literal(self._source, start, end, values, self._field) or self.opaque(node)

    def _field(self, code: str, start: int) -> Expr:
        if (plain := _plain_field(code, start)) is not None:
            self._note_plain(plain)
            return plain
        try:
            node = ast.parse(f"({code})", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Opaque(start, start + len(code), " ".join(code.split())[:LABEL_LENGTH])
        inner = Lowering(self._source, Positions(f"({code})", start - 1), self._builder, self._depth)
        return inner.lower(node)

    def _note_plain(self, expr: Expr) -> None:
        """Note the names in a dotted name."""
        builder = self._builder
        while isinstance(expr, Attr):
            builder.noted.attribute(expr.name, expr.value, expr.start, builder.user)
            expr = expr.value
        if isinstance(expr, Name):
            builder.noted.name(expr.id, expr.start, builder.user)

    def _name(self, node: ast.Name) -> Expr:
        start, end = self._span(node)
        if type(node.ctx) is ast.Load:
            self._builder.noted.name(node.id, start, self._builder.user)
        return Name(start, end, node.id)

    def _attribute(self, node: ast.Attribute) -> Expr:
        value = self.lower(node.value)
        start, end = self._span(node)
        builder = self._builder
        if node.attr in USAGE_NAMES:
            read_usage(builder, value)
        if type(node.ctx) is ast.Load:
            builder.noted.attribute(node.attr, value, start, builder.user)
        return Attr(start, end, value, node.attr)

    def _subscript(self, node: ast.Subscript) -> Expr:
        value = self.lower(node.value)
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper, node.slice.step):
                if bound is not None:
                    self.lower(bound)
            return self.opaque(node)
        key = self.lower(node.slice)
        if isinstance(node.slice, ast.Constant) and node.slice.value in USAGE_NAMES:
            read_usage(self._builder, value)
        return Item(*self._span(node), value, key)

    def _call(self, node: ast.Call) -> Expr:
        func = self.lower(node.func)
        name = dotted(func) or (func.name if isinstance(func, Attr) else None)
        outer, within = self._within_text, self._builder.target
        # The arguments of `"...".format(...)`, `", ".join([...])` or `dedent("...")` are parts of that text.
        self._within_text |= name in TEXT_FUNCTIONS or (isinstance(func, Attr) and is_text(func.value))
        if isinstance(func, Attr) and func.name in _COLLECTING and self._builder.target is None:
            # What goes into a list is for whatever the list is for.
            self._builder.target = dotted(func.value)
        holder, self._holder = self._holder, None
        args = tuple(self.text(arg, "argument", str(index), name) for index, arg in enumerate(node.args))
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        owner = (given and message_owner(given)) or name
        keywords = tuple(self._keyword(keyword, owner) for keyword in node.keywords)
        self._within_text, self._builder.target, self._holder = outer, within, holder
        builder = self._builder
        call = Call(*self._span(node), func, args, keywords, len(builder.calls))
        builder.calls.append(OpenCall(call, builder.scope, builder.block, builder.statement[0]))
        if isinstance(func, Attr) and func.name in ("get", "pop") and names_usage(node.args[:1]):
            read_usage(self._builder, func.value)
        elif isinstance(func, Name) and func.id in ("getattr", "hasattr") and names_usage(node.args[1:2]):
            read_usage(self._builder, args[0])
        return call

    def _keyword(self, keyword: ast.keyword, owner: str | None) -> Keyword:
        builder = self._builder
        outer = builder.target
        builder.target = outer or keyword.arg
        if keyword.arg is not None:
            builder.noted.keywords.add(keyword.arg)
        self._holder = keyword.arg
        value = self.text(keyword.value, "argument", keyword.arg, owner)
        builder.target = outer
        return Keyword(keyword.arg, value, self._span(keyword)[0])

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
            owner = f"role:{node.elts[0].value}" if node.elts[0].value in PAIR_ROLES else None
        return Sequence(*self._span(node), tuple(self.text(item, "item", self._holder, owner) for item in node.elts))

    def _starred(self, node: ast.Starred) -> Expr:
        return Spread(*self._span(node), self.lower(node.value))

    def _dict(self, node: ast.Dict) -> Expr:
        keys = tuple(None if key is None else self.lower(key) for key in node.keys)
        names = [literal_key(key) for key in node.keys]
        owner = dict_owner(dict(zip(names, node.values, strict=True)))
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
            targets = bound_names(generator.target)
            block = Block(builder.block, start, 0, "comprehension", over, start, end, targets=targets)
            builder.block = builder.add_block(block)
            for condition in generator.ifs:
                self.lower(condition)
        try:
            if isinstance(node, ast.DictComp):
                self.text(node.key, "item")
                self.text(node.value, "item")
                return self.opaque(node)
            return Comprehension(start, end, self.text(node.elt, "item"))
        finally:
            builder.block = outer

    def _lambda(self, node: ast.Lambda) -> Expr:
        builder = self._builder
        start, end = self._span(node)
        outer = builder.scope
        qualname = ".".join(filter(None, (builder.scopes[outer].qualname, LAMBDA)))
        parameters = tuple(self.parameters(node.args, LAMBDA))
        builder.scopes.append(
            Scope("function", LAMBDA, qualname, outer, start, end, builder.block, parameters=parameters)
        )
        builder.scope = scope = len(builder.scopes) - 1
        try:
            # Its blocks are those around it: the body runs where they let it.
            body = self.text(node.body, "return")
            builder.bind("", "return", body)
        finally:
            builder.scope = outer
        return Lambda(start, end, body, scope)

    def parameters(self, arguments: ast.arguments, owner: str) -> Iterator[Parameter]:
        """The parameters of a function or lambda; `owner` is its name."""
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        yield from self._plain_parameters(positional, [*defaults, *arguments.defaults], owner, "positional")
        if arguments.vararg:
            yield Parameter(arguments.vararg.arg, None, None, "*")
        yield from self._plain_parameters(arguments.kwonlyargs, arguments.kw_defaults, owner, "keyword")
        if arguments.kwarg:
            yield Parameter(arguments.kwarg.arg, None, None, "**")

    def _plain_parameters(
        self, arguments: Iterable[ast.arg], defaults: Iterable[ast.expr | None], owner: str, kind: str
    ) -> Iterator[Parameter]:
        for argument, default in zip(arguments, defaults, strict=True):
            yield Parameter(
                argument.arg,
                self.text(default, "default", argument.arg, owner) if default else None,
                self.lower(argument.annotation) if argument.annotation else None,
                kind,
            )

    def _await(self, node: ast.Await) -> Expr:
        return self.lower(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Expr:
        if node.value is not None:
            self._builder.bind("", "yield", self.text(node.value, "expression"))
        return self.opaque(node)

    def _walrus(self, node: ast.NamedExpr) -> Expr:
        value = self.text(node.value, "assign", node.target.id)
        self._builder.bind(node.target.id, "=", value)
        if isinstance(value, Call):
            self._builder.calls[value.index].bound_to = node.target.id
        return value


def _plain_field(code: str, start: int) -> Expr | None:
    """The field of an f-string that is a dotted name, as most are, without asking the parser."""
    first, *rest = code.split(".")
    if not code.isascii() or any(
        not part.isidentifier() or iskeyword(part) or part in USAGE_NAMES for part in (first, *rest)
    ):
        return None
    expr: Expr = Name(start, start + len(first), first)
    for part in rest:
        expr = Attr(start, expr.end + 1 + len(part), expr, part)
    return expr


_NO_TEXT = frozenset({Name, Attr, Const, Item, Opaque})
"""What never holds a text of its own: most of what there is."""
_COLLECTING = frozenset({"append", "extend", "insert", "add"})
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
    ast.Yield: Lowering._yield,
    ast.YieldFrom: Lowering._yield,
    ast.NamedExpr: Lowering._walrus,
}
