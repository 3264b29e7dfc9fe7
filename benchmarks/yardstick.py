"""The unavoidable: read every Python file below a folder, look at its bytes, parse what passes. Prints what it read."""

from __future__ import annotations

import ast
import sys
import warnings
from pathlib import Path

from promptlint.gate import may_matter


def main(folders: list[str]) -> None:
    read = parsed = size = 0
    warnings.simplefilter("ignore")
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            data = path.read_bytes()
            read, size = read + 1, size + len(data)
            if may_matter(data):
                try:
                    ast.parse(data)
                except (SyntaxError, ValueError):
                    continue
                parsed += 1
    print(f"{read} files, {size} bytes read, {parsed} parsed")


if __name__ == "__main__":
    main(sys.argv[1:])
