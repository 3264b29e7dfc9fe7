"""Scan: one source file to `ModuleFacts`, a pure function of the file's text.

Structure comes from `ast`; string literals that need it are read through libcst (`promptlint.scan.strings`).
The code is parsed, never imported or executed.
"""

from __future__ import annotations

import ast
import warnings
from pathlib import PurePosixPath

from promptlint.facts import ModuleFacts
from promptlint.scan.builder import Builder
from promptlint.scan.comments import read_comments
from promptlint.scan.positions import Positions
from promptlint.scan.statements import Walk
from promptlint.source import Source, SourceError

__all__ = ["parse", "scan"]

TOO_DEEP = "cannot parse: nested too deeply"


def parse(source: Source) -> ast.Module:
    """The syntax tree of a file. Raises SourceError with the line where it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.code)
    except SyntaxError as error:
        raise source.error(error.lineno or 1, f"cannot parse: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise SourceError(source.path, 1, TOO_DEEP) from error
    except ValueError as error:
        raise SourceError(source.path, 1, f"cannot parse: {error}") from error


def scan(source: Source, package_parts: int = 1) -> ModuleFacts:
    """The facts of one file. Raises SourceError where it cannot be parsed.

    `package_parts` says how many trailing parts of the path its module name has (`promptlint.packages`).
    """
    tree = parse(source)
    builder = Builder()
    code = source.code
    try:
        positions = Positions(code)
        Walk(code, positions, builder).module(tree)
    except RecursionError as error:  # hundreds of `elif`, each of which lies in the one before
        raise SourceError(source.path, 1, TOO_DEEP) from error
    starts = positions.starts
    path = PurePosixPath(source.path)
    is_package = path.name == "__init__.py"
    parts = path.parts[:-1] if is_package else (*path.parts[:-1], path.stem)
    return ModuleFacts(
        path=source.path,
        module=".".join(part for part in parts if part not in ("/", "..", ".")),
        package_parts=package_parts,
        is_package=is_package,
        line_starts=starts,
        scopes=tuple(builder.scopes),
        blocks=tuple(builder.blocks),
        bindings=tuple(builder.bindings),
        imports=tuple(builder.imports),
        calls=tuple(call.close() for call in builder.calls),
        texts=tuple(builder.texts),
        statements=tuple(builder.statements),
        comments=read_comments(code, lambda line, column: starts[line - 1] + column),
        usage_reads=tuple(sorted(builder.usage_reads)),
        exits=tuple(builder.exits),
        contexts=tuple(builder.contexts),
        cells=source.cell_starts(),
        importable=source.notebook is None,
        mentions=builder.noted.close(builder.scopes, builder.bindings, builder.imports),
    )
