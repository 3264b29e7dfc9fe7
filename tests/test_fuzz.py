"""What has to hold for any input, tried on a few; `fuzz/` tries more. What was found there stays here."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzed import PIECES, check_literal, check_run, check_scan, literal, program

NUMBERS = st.lists(st.integers(0, len(PIECES) - 1), max_size=12)
FOUND = (
    # `tokenize` ends where Python goes on: a carriage return behind a backslash.
    "x = (\nF\"}}\\\r'one two'# promptlint: ignore'S\"\n''\n)\n",
    "x = (\n'a' # promptlint: ignore\n",
    "import openai\nx = -1\\\n# promptlint: ignore\n'gpt-4o'\n",
    "import openai\nx = 0x" + "f" * 40 + "\n",
    "x = '\\ud800 one two three'\n",
    # Quotes that are left of an emptied string run into those of the next: `'''`.
    "import openai\nPROMPT = 'You are a very kind guide. ''You are a very kind guide. ''Go.'\n",
)


@given(st.lists(NUMBERS, min_size=1, max_size=2), st.sampled_from(["", "r", "f", "rf"]), st.sampled_from(["'", '"""']))
def test_literals_are_found_again(pieces: list[list[int]], prefix: str, quote: str) -> None:
    check_literal("\n".join(literal(numbers, prefix, quote) for numbers in pieces))


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_an_error(data: bytes) -> None:
    check_scan(data)


@settings(max_examples=60)
@given(NUMBERS)
def test_any_program_is_checked_and_fixed(pieces: list[int]) -> None:
    data = program(pieces).encode("utf-8", "surrogatepass")
    check_scan(data)
    check_run(data)


@pytest.mark.parametrize("source", FOUND)
def test_what_the_fuzzers_found(source: str) -> None:
    check_scan(source.encode("utf-8", "surrogatepass"))
    check_run(source.encode("utf-8", "surrogatepass"))
