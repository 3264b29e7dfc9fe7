"""Fuzzes a whole run over one file, from its bytes to its fixes. See README.md."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["promptlint", "promptlint_rules"]):
    from fuzzed import PIECES, check_run, check_scan, program


def one_input(data: bytes) -> None:
    """Bytes as they are, and a program of pieces that they choose."""
    check_scan(data)
    text = program([byte % len(PIECES) for byte in data[:120]]).encode("utf-8", "surrogatepass")
    check_scan(text)
    check_run(text)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
