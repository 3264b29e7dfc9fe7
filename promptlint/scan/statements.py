"""The walk over statements: scopes, blocks, bindings and imports, in source order."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from promptlint.facts import Block, Import, Scope
from promptlint.scan.builder import Builder
from promptlint.scan.expressions import Lowering
from promptlint.scan.opaque import bound_names
from promptlint.scan.positions import Positions
from promptlint.scan.shape import header_of, leaves_loop
from promptlint.scan.targets import MUTATORS, Targets
from promptlint.scan.texts import dotted
from promptlint.syntax import Attr, Call, Const, Expr, Keyword, Str

if TYPE_CHECKING:
    from collections.abc import Iterator

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Walk:
    """Walks the statements of one module and fills `builder`."""

    def __init__(self, source: str, positions: Positions, builder: Builder) -> None:
        self._source = source
        self._positions = positions
        self._builder = builder
        self._lowering = Lowering(source, positions, builder)
        self._targets = Targets(self._lowering, builder)

    def module(self, tree: ast.Module) -> None:
        builder = self._builder
        builder.scopes.append(Scope("module", "", "", -1, 0, len(self._source), docstring=self._docstring(tree.body)))
        self._body(tree.body)

    def _body(self, statements: Sequence[ast.stmt]) -> None:
        builder = self._builder
        for statement in statements:
            span = self._positions.span(statement)
            body = getattr(statement, "body", None) or getattr(statement, "cases", None)
            if isinstance(body, list) and body:
                first = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
                first = next(iter(getattr(first, "decorator_list", ())), first)
                header_end = self._positions.offset(first.lineno, first.col_offset)
                span = (span[0], span[0] + len(header_of(self._source[span[0] : header_end])))
            decorators = getattr(statement, "decorator_list", None)
            if decorators:
                span = (self._positions.span(decorators[0])[0], span[1])
            builder.statement = span
            builder.statements.append(span)
            if not builder.is_in_function:
                builder.user = span[0]
            handler = _HANDLERS.get(type(statement))
            if handler:
                handler(self, statement)
            else:
                self._other(statement)

    @contextmanager
    def _block(
        self,
        statement: ast.AST,
        arm: int,
        kind: str,
        over: Expr | None = None,
        body: Sequence[ast.stmt] = (),
        targets: tuple[str, ...] = (),
    ) -> Iterator[None]:
        builder = self._builder
        outer = builder.block
        start = self._positions.offset(statement.lineno, statement.col_offset)  # type: ignore[attr-defined]
        end = self._positions.span(body[-1])[1] if body else start
        exits = kind in ("for", "while") and any(map(leaves_loop, body))
        builder.block = builder.add_block(Block(outer, start, arm, kind, over, start, end, exits, targets))
        try:
            yield
        finally:
            builder.block = outer

    def _in_block(
        self, statement: ast.AST, arm: int, kind: str, body: Sequence[ast.stmt], over: Expr | None = None
    ) -> None:
        if body:
            with self._block(statement, arm, kind, over, body):
                self._body(body)

    # Scopes

    def _docstring(self, body: Sequence[ast.stmt]) -> Str | None:
        first = body[0] if body else None
        if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
            return None
        if not isinstance(first.value.value, str):
            return None
        expr = self._lowering.lower(first.value)
        return expr if isinstance(expr, Str) else None

    def _scope(self, scope: Scope) -> int:
        self._builder.scopes.append(scope)
        return len(self._builder.scopes) - 1

    def _qualname(self, name: str) -> str:
        parent = self._builder.scopes[self._builder.scope]
        return f"{parent.qualname}.{name}" if parent.qualname else name

    def _enter(self, index: int, op: str, name: str, body: Sequence[ast.stmt]) -> None:
        """Bind a function or class to its name, then walk its body in its own scope."""
        builder = self._builder
        start = builder.statement[0]
        builder.bind(name, op, Const(start, start, index))
        outer = builder.scope, builder.block, builder.statement, builder.is_in_function
        builder.scope, builder.block = index, -1
        builder.is_in_function |= op == "def"
        self._body(body)
        builder.scope, builder.block, builder.statement, builder.is_in_function = outer

    def _function(self, node: Function) -> None:
        lower = self._lowering
        decorators = tuple(lower.lower(decorator) for decorator in node.decorator_list)
        parameters = tuple(lower.parameters(node.args, node.name))
        returns = lower.lower(node.returns) if node.returns else None
        start, end = self._positions.span(node)
        index = self._scope(
            Scope(
                "function",
                node.name,
                self._qualname(node.name),
                self._builder.scope,
                start,
                end,
                self._builder.block,
                parameters=parameters,
                decorators=decorators,
                docstring=self._docstring(node.body),
                returns_annotation=returns,
            )
        )
        self._enter(index, "def", node.name, node.body)

    def _class(self, node: ast.ClassDef) -> None:
        lower = self._lowering
        decorators = tuple(lower.lower(decorator) for decorator in node.decorator_list)
        bases = tuple(lower.lower(base) for base in node.bases)
        keywords = tuple(
            Keyword(keyword.arg, lower.lower(keyword.value), self._positions.span(keyword)[0])
            for keyword in node.keywords
        )
        start, end = self._positions.span(node)
        index = self._scope(
            Scope(
                "class",
                node.name,
                self._qualname(node.name),
                self._builder.scope,
                start,
                end,
                self._builder.block,
                bases=bases,
                keywords=keywords,
                decorators=decorators,
                docstring=self._docstring(node.body),
            )
        )
        self._enter(index, "class", node.name, node.body)

    # Bindings

    def _assign(self, node: ast.Assign) -> None:
        value = self._assigned(node.value, self._targets.name(node.targets[0]))
        for target in node.targets:
            self._targets.bind(target, value)

    def _assigned(self, node: ast.expr, name: str | None) -> Expr:
        self._builder.target = name
        try:
            return self._lowering.text(node, "assign", name)
        finally:
            self._builder.target = None

    def _annotated(self, node: ast.AnnAssign) -> None:
        annotation = self._lowering.lower(node.annotation)
        if node.value is None:
            if name := self._targets.name(node.target):
                self._builder.bind(name, "annotation", annotation)
            return
        value = self._assigned(node.value, self._targets.name(node.target))
        self._targets.bind(node.target, value, annotation)

    def _augmented(self, node: ast.AugAssign) -> None:
        name = self._targets.name(node.target)
        value = self._assigned(node.value, name)
        if name and isinstance(node.op, ast.Add) and not isinstance(node.target, ast.Subscript):
            self._builder.bind(name, "+=", value)

    def _expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        expr = self._lowering.text(node.value, "expression")
        if isinstance(expr, Call) and isinstance(expr.func, Attr) and expr.func.name in MUTATORS:
            target = dotted(expr.func.value)
            if target and (expr.args or expr.keywords):
                self._targets.change(target, expr)

    def _return(self, node: ast.Return) -> None:
        self._builder.leave("return")
        if node.value is not None:
            scope = self._builder.scopes[self._builder.scope]
            value = self._lowering.text(node.value, "return", scope.name)
            self._builder.bind("", "return", value)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            module = alias.name if alias.asname else name
            self._add_import(name, module, None, 0)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._add_import(alias.asname or alias.name, node.module or "", alias.name, node.level)

    def _add_import(self, name: str, module: str, attribute: str | None, level: int) -> None:
        builder = self._builder
        builder.imports.append(Import(name, module, attribute, level, builder.scope, builder.statement[0]))

    # Control flow

    def _if(self, node: ast.If) -> None:
        test = self._lowering.text(node.test, "expression")
        self._in_block(node, 0, "if", node.body, test)
        self._in_block(node, 1, "if", node.orelse, test)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        over = self._lowering.text(node.iter, "expression")
        targets = bound_names(node.target)
        with self._block(node, 0, "for", over, node.body, targets):
            for name in targets:
                self._builder.bind(name, "for", over)
            self._body(node.body)
        self._in_block(node, 1, "if", node.orelse)

    def _while(self, node: ast.While) -> None:
        over = self._lowering.text(node.test, "expression")
        self._in_block(node, 0, "while", node.body, over)
        self._in_block(node, 1, "if", node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        outer = self._builder.context
        for item in node.items:
            value = self._lowering.text(item.context_expr, "expression")
            target = item.optional_vars
            name = self._targets.name(target) if isinstance(target, ast.Name | ast.Attribute) else None
            if name is not None:
                self._builder.bind(name, "with", value)
                if isinstance(value, Call):
                    self._builder.calls[value.index].bound_to = name
            self._builder.enter(value, self._positions.span(node))
        self._body(node.body)
        self._builder.context = outer

    def _try(self, node: ast.Try) -> None:
        # What a try body binds holds behind it, or the code behind it is not reached: no block of its own.
        self._body(node.body)
        self._in_block(node, 1, "try", node.orelse)
        for index, handler in enumerate(node.handlers):
            self._in_block(handler, 2 + index, "try", handler.body)
        self._body(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self._lowering.lower(node.subject)
        for index, case in enumerate(node.cases):
            if case.guard:
                self._lowering.lower(case.guard)
            self._in_block(node, index, "match", case.body)

    def _break(self, node: ast.Break) -> None:
        self._builder.leave("break")

    def _raise(self, node: ast.Raise) -> None:
        self._builder.leave("raise")
        self._other(node)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript) and (name := self._targets.name(target.value)):
                self._builder.bind(name, "del", self._lowering.lower(target))

    def _other(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._lowering.text(child, "raise" if isinstance(node, ast.Raise | ast.Assert) else "expression")


_HANDLERS: dict[type[ast.stmt], Callable[[Walk, Any], None]] = {
    ast.FunctionDef: Walk._function,
    ast.AsyncFunctionDef: Walk._function,
    ast.ClassDef: Walk._class,
    ast.Assign: Walk._assign,
    ast.AnnAssign: Walk._annotated,
    ast.AugAssign: Walk._augmented,
    ast.Expr: Walk._expression,
    ast.Return: Walk._return,
    ast.Import: Walk._import,
    ast.ImportFrom: Walk._import_from,
    ast.If: Walk._if,
    ast.For: Walk._for,
    ast.AsyncFor: Walk._for,
    ast.While: Walk._while,
    ast.With: Walk._with,
    ast.AsyncWith: Walk._with,
    ast.Try: Walk._try,
    ast.TryStar: Walk._try,
    ast.Match: Walk._match,
    ast.Break: Walk._break,
    ast.Raise: Walk._raise,
    ast.Delete: Walk._delete,
}
