"""What has to hold for any input, and sources made of pieces; for the fuzzers and the tests."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from promptlint.facts import ModuleFacts
from promptlint.finding import Applicability
from promptlint.fix import fix_files
from promptlint.run import examine
from promptlint.scan import scan
from promptlint.session import Session, open_session
from promptlint.source import SourceError, decode, encode
from promptlint.syntax import Field, Run, Str
from promptlint.tree import tree_of, updated

HEAD = "from openai import OpenAI\nclient = OpenAI()\n"
CALL = "client.chat.completions.create(model='gpt-4o', messages=[{'role': 'system', 'content': S}])\n"
PIECES = (
    "S",
    "P",
    " = ",
    " += ",
    " 'You are a very helpful assistant. '",
    " f'You are {x} and {y!r:>{z}}, please note. '",
    '"""You are\n    an assistant.   \n\n\n    ======\n    """',
    "rb'x'",
    "r'\\d{2} You must answer'",
    "'\\N{BULLET} a b c'",
    "'\\ud800 one two three'",
    "'''a \\\nb c'''",
    "\n",
    "\n    ",
    "\n        ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    " + ",
    " % ",
    ".format(",
    ".join(",
    ".strip()",
    "textwrap.dedent(",
    "def f(p=S):",
    "class C(D):",
    "for i in S:",
    "while True:",
    "if x:",
    "elif y:",
    "else:",
    "return ",
    "yield ",
    "await ",
    "lambda p: ",
    "import a as b",
    "from . import *",
    "# promptlint: ignore[",
    "# promptlint: ignore",
    "# é\n",
    "client.chat.completions.create(",
    "messages=",
    "model=",
    "'gpt-4o'",
    "{'role': 'user', 'content': ",
    "max_tokens=",
    "1",
    "1e999",
    "0x" + "f" * 40,
    "-1",
    "None",
    "json.dumps(x, indent=2)",
    "open('p.txt').read()",
    "f'{",
    "}'",
    "{{",
    "}}",
    "\\",
    "\t",
    "\r\n",
    "\r",
    "\x0c",
    "\x00",
    "\ufeff",
    "\u2028",
    "漢字",
    "😀",
    "é",
    "self.",
    "x",
    "y",
    " ",
    ";",
    "@tool\n",
    "with S as x:",
    "match x:",
    "case 1:",
    "try:",
    "except:",
    ":=",
    " if x else ",
    " or ",
    " for i in x",
    "*",
    "**",
    "not ",
    "del S",
)
"""Pieces of programs that call models: what is put together of them parses often enough, or nearly."""


def program(pieces: Sequence[int]) -> str:
    """A source whose body are the pieces of these numbers."""
    return HEAD + "".join(PIECES[number % len(PIECES)] for number in pieces) + "\n" + CALL


def literal(pieces: Sequence[int], prefix: str, quote: str) -> str:
    """A string literal, or what looks like one."""
    return prefix + quote + "".join(PIECES[number % len(PIECES)] for number in pieces) + quote


def check_literal(text: str) -> None:
    """The runs and fields of a literal lie in it, in order, and the runs spell its value."""
    source = f"x = (\n{text}\n)\n"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            statement = ast.parse(source).body[0]
        found = scan(decode(source.encode(), "app.py")).bindings[0].value
    except (SyntaxError, ValueError, SourceError, UnicodeEncodeError, RecursionError, MemoryError):
        return
    if not isinstance(found, Str):
        return
    at = found.start
    for part in found.parts:
        assert at <= part.start <= part.end <= found.end, (text, part)
        assert part.token.start < part.start
        assert part.end < part.token.end
        at = part.end
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
        assert "".join(part.text for part in found.parts if isinstance(part, Run)) == statement.value.value, text
        assert not any(isinstance(part, Field) for part in found.parts)


def check_scan(data: bytes) -> None:
    """Any bytes give facts that can be sent to another process, or a SourceError with a line of the file."""
    try:
        facts = scan(decode(data, "app.py"))
    except SourceError as error:
        check_line(error.line, data)
        return
    try:
        sent = msgspec.msgpack.encode(facts)
    except UnicodeEncodeError:
        return  # A text with half a surrogate pair stays in its process.
    assert msgspec.msgpack.decode(sent, type=ModuleFacts) == facts


def check_line(line: int, data: bytes) -> None:
    """The line of an error is one of the file, or the one behind its last."""
    assert 1 <= line <= data.count(b"\n") + data.count(b"\r") + 2


@cache
def session() -> Session:
    """All rules, no configuration."""
    return open_session(Path("/"), isolated=True)


def check_run(data: bytes) -> None:
    """Any bytes can be checked and fixed: no rule crashes, no fix is dropped, what parsed parses, fixes settle."""
    tree = tree_of({"app.py": data})
    analysis = examine(tree, session())
    crashes = [problem for problem in analysis.problems if "report" in problem.message]
    assert not crashes, crashes
    fixed = fix_files(analysis, lambda sources: examine(updated(tree, sources), session()), frozenset(Applicability))
    # Ten equal comments in one line are taken away one a pass, which may be too slow for the limit.
    dropped = [one for one in fixed.problems if "report" in one.message and "(unused-suppression)" not in one.message]
    assert not dropped, dropped
    for path in fixed.changed:
        after = fixed.after.sources[path]
        ast.parse(after.code)
        encode(fixed.before.sources[path], after.text)
