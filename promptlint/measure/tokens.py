"""Counting tokens offline, with the tokenizer of the model or a stated estimate of it."""

from __future__ import annotations

import re
from binascii import a2b_base64
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from promptlint.measure.models import DATA, Tokenizer, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import tiktoken

UNKNOWN = "unknown"
"""Key of the tokenizer for models that are not known."""

_LONGEST_RUN = 500_000
_BLANKS = re.compile(rf"[^\S\r\n]{{1,{_LONGEST_RUN}}}+")


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens of a text; `tokenizer` says what counted them, `exact` whether the model counts the same."""

    tokens: int
    tokenizer: str
    exact: bool


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """The encoding `name` from the vocabulary in the package: nothing is downloaded, no cache is read or written.

    `tiktoken.get_encoding` would fetch the vocabulary, and its loader copies even a local file to a cache folder.
    Special tokens are left out: in a prompt they are plain text. The file holds a token and its rank a line, in the
    order of the ranks, which therefore need no reading (a quarter of the time).
    """
    import tiktoken

    tokens = (DATA / "vocab" / f"{name}.tiktoken").read_bytes().split()[::2]
    ranks = dict(zip(map(a2b_base64, tokens), range(len(tokens)), strict=True))
    return tiktoken.Encoding(name, pat_str="|".join(table().encodings[name]), mergeable_ranks=ranks, special_tokens={})


@cache
def has_ctok() -> bool:
    """Whether the optional package ctok, which counts for Claude, can be imported."""
    return find_spec("ctok") is not None


def label(tokenizer: Tokenizer) -> tuple[str, bool]:
    """What a count with this tokenizer is called, and whether it is exact."""
    if tokenizer.ctok and has_ctok():
        name, exact = f"ctok {tokenizer.ctok}", tokenizer.exact
    else:
        name = tokenizer.encoding if tokenizer.factor is None else f"{tokenizer.encoding} x {tokenizer.factor}"
        exact = tokenizer.exact and tokenizer.factor is None
    return (name, True) if exact else (f"{name} (estimate)", False)


def count(texts: Iterable[str], tokenizer: Tokenizer) -> Count:
    """The tokens of texts counted apart and added up.

    An estimate is scaled once, after adding, and rounded half up: more text never counts less.
    """
    name, exact = label(tokenizer)
    if tokenizer.ctok and has_ctok():
        return Count(sum(_ctok(text, tokenizer.ctok, tokenizer.frame) for text in texts), name, exact)
    counts = [_plain(text, tokenizer.encoding) for text in texts]
    tokens = sum(tokens for tokens, _ in counts)
    if tokenizer.factor is not None:
        tokens = int(tokens * tokenizer.factor + 0.5)
    return Count(tokens, name, exact and all(whole for _, whole in counts))


@cache
def _ctok(text: str, family: str, frame: int) -> int:
    from ctok import token_count

    return max(int(token_count(text, family)) - frame, 0) if text else 0


@cache
def _plain(text: str, name: str) -> tuple[int, bool]:
    """Tokens, and whether the text was counted whole.

    tiktoken's regular expression overflows its stack on a million blanks in a row; such a run is cut.
    """
    core, at, tokens = encoding(name), 0, 0
    if len(text) > _LONGEST_RUN:
        for run in _BLANKS.finditer(text):
            if run.end() - run.start() == _LONGEST_RUN:
                tokens += len(core.encode_ordinary(text[at : run.end()]))
                at = run.end()
    return tokens + len(core.encode_ordinary(text[at:])), at == 0
