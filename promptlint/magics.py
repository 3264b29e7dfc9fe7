"""What IPython understands beside Python, made invisible: magics, shell lines, help.

Sources: IPython 9.8, `core/inputtransformer2.py`; cell magics whose body is Python: ruff 0.14, `CellMagic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_PYTHON_CELLS = frozenset({"capture", "debug", "ipytest", "prun", "pypy", "python", "python3", "time", "timeit"})
"""Cell magics that run the rest of the cell as Python."""

_LINE = re.compile(
    r"""(?P<indent>[ \t]*+)(?:
        (?:%{1,2}|!{1,2}|\?{1,2}|[,;/](?=[A-Za-z_]))             # %magic, !shell, ?help, /call
      | [%\w.*\[\]]+\?{1,2}[ \t]*(?=\r?\n|\r|\Z)                 # help?, help??
      | [^=\n\r"'()#]*[^=!<>\n\r"'()#]=[ \t]*(?:%[A-Za-z_]|!)    # files = !ls, result = %sql
    )(?:[^\\\n\r]|\\(?:\r\n|[\s\S]))*""",
    re.VERBOSE,
)
"""A logical line that is not Python, with the lines that backslashes join to it."""

_TOKEN = re.compile(
    r"""\#[^\n\r]*
      | (?P<quote>'{3}|"{3})(?:\\[\s\S]|(?!(?P=quote))[\s\S])*(?:(?P=quote)|\Z)
      | '(?:\\[\s\S]|[^'\\\n\r])*'? | "(?:\\[\s\S]|[^"\\\n\r])*"?
      | (?P<open>[(\[{]) | (?P<close>[)\]}]) | \\(?:\r\n|[\s\S]) | (?P<newline>\r\n|\n|\r)""",
    re.VERBOSE,
)
"""What decides where a logical line begins: strings, brackets, comments, joined lines."""


def without_magics(cell: str) -> str:
    """The text of a cell with everything that is not Python blanked: same length, same lines."""
    magic = _CELL_MAGIC.match(cell)
    if magic and magic[1] not in _PYTHON_CELLS:
        return blanked(cell)
    pieces: list[str] = []
    at = 0
    for start, end, indented in _magic_lines(cell):
        # An indented line may be all that a block holds, so a statement has to stay.
        pieces += (cell[at:start], "0" if indented else " ", blanked(cell[start + 1 : end]))
        at = end
    return "".join((*pieces, cell[at:]))


def blanked(text: str) -> str:
    """As many blanks, with the line breaks kept."""
    return re.sub(r"[^\n\r]", " ", text)


def _magic_lines(cell: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each logical line that is not Python, and whether it is indented."""
    at, depth, at_start = 0, 0, True
    while at < len(cell):
        if at_start and (line := _LINE.match(cell, at)):
            yield line.end("indent"), line.end(), bool(line["indent"])
            at = line.end()
        token = _TOKEN.search(cell, at)
        if token is None:
            return
        at = max(token.end(), at + 1)
        depth = max(0, depth + (token["open"] is not None) - (token["close"] is not None))
        at_start = token["newline"] is not None and depth == 0
