"""Passing a string of the source through `textwrap.dedent` instead of moving its lines."""

from __future__ import annotations

from textwrap import dedent

from promptlint.facts import Import, ModuleFacts
from promptlint.project import Project
from promptlint.template import Edit, Piece, Template

_KNOWN = {("textwrap", "dedent", "dedent"): "dedent", ("textwrap", None, "textwrap"): "textwrap.dedent"}
"""What `textwrap.dedent` is called after an import of a module, attribute and name."""


def dedented(template: Template, wanted: str, project: Project) -> tuple[Edit, ...] | None:
    """The edits that wrap the string which spells a template, so that it gives the text `wanted`.

    None where it is not one triple-quoted string without placeholders, is a docstring, would give another text, or
    where the file has no place for the import.
    """
    pieces = [part for part in template.parts if isinstance(part, Piece)]
    tokens = {(piece.path, piece.token) for piece in pieces}
    if len(pieces) != len(template.parts) or len(tokens) != 1 or dedent(template.text) != wanted:
        return None
    ((path, token),) = tokens
    module = project.modules[path]
    is_docstring = any(scope.docstring and scope.docstring.start == token.start for scope in module.scopes)
    if len(token.quote) != 3 or is_docstring:
        return None
    name, added = _name(module, token.start)
    return (
        (*added, Edit(path, token.start, token.start, f"{name}("), Edit(path, token.end, token.end, ")"))
        if name
        else None
    )


def _name(module: ModuleFacts, at: int) -> tuple[str, tuple[Edit, ...]]:
    """What `textwrap.dedent` is called at an offset, and the edit that imports it first; "" where it cannot be."""
    earlier = [one for one in module.imports if one.scope == 0 and one.offset < at]
    for one in earlier:
        # By another name the scanner would not know the text for a dedented one.
        if (one.module, one.attribute, one.name) in _KNOWN:
            return _KNOWN[one.module, one.attribute, one.name], ()
    first = next((one for one in earlier if _starts_a_line(one, module)), None)
    if first is None or any(scope.parent == 0 and scope.name == "textwrap" for scope in module.scopes):
        return "", ()
    return "textwrap.dedent", (Edit(module.path, first.offset, first.offset, "import textwrap\n"),)


def _starts_a_line(one: Import, module: ModuleFacts) -> bool:
    return one.module != "__future__" and module.position(one.offset)[1] == 1 and not module.cells
