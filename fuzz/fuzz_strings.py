"""Fuzzes the string mapping: every literal that Python reads, promptlint finds again in the source. See README.md."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["promptlint.scan", "promptlint.facts"]):
    from fuzzed import PIECES, check_literal, literal

PREFIXES = ("", "r", "u", "f", "rf", "F", "fR")
QUOTES = ("'", '"', "'''", '"""')


def one_input(data: bytes) -> None:
    """Two literals next to each other, of pieces and of any text."""
    provider = atheris.FuzzedDataProvider(data)
    literals = []
    for _ in range(provider.ConsumeIntInRange(1, 2)):
        prefix = provider.PickValueInList(list(PREFIXES))
        quote = provider.PickValueInList(list(QUOTES))
        numbers = [provider.ConsumeIntInRange(0, len(PIECES) - 1) for _ in range(provider.ConsumeIntInRange(0, 12))]
        literals.append(literal(numbers, prefix, quote))
    literals.append(repr(provider.ConsumeUnicodeNoSurrogates(20)))
    check_literal("\n".join(literals))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
