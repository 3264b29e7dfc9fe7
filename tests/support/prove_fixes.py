"""Proves on any folder that fixing is sound: `python tests/support/prove_fixes.py FOLDER [--unsafe-fixes]`.

Works on a copy. After `promptlint check --fix` it compares every changed file with the original, by the syntax tree
and by the string tokens, knowing nothing of rules or edits:

- every file still parses, and a second run changes nothing;
- the tree is the same but for the text of strings (and, with unsafe fixes, a number, the id of a model, a value that is
  wrapped or sorted, a cache marker, the layout of `json.dumps`);
- strings keep their placeholders and f-string fields, and with safe fixes their words and escapes;
- every changed line is a line of a string or a comment.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLACEHOLDER = re.compile(r"\{[^{}\s\"':][^{}\n\"':]*\}|%\(\w+\)[sdrf]|%[sdrf]\b")
LAYOUT = re.compile(r",?\s*\b(indent|separators)\b\s*=\s*(\([^)]*\)|\w+)")
"""How a call asks for the layout of JSON, which an unsafe fix may change."""
ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|[^\sntr])")
RULER = re.compile(r"([^\w\s])\1{3,}")
"""A row of the same sign, of which three may be left."""
SHORTER = frozenset({"can", "if", "to", "because", "about", "before", "now", "for"})
"""Words that stand for longer phrases."""
EXIT_CODES = (0, 1)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--unsafe-fixes", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        complaints, files, changed = prove(given.folder, Path(scratch) / "copy", unsafe=given.unsafe_fixes)
    for complaint in complaints:
        print(complaint)
    print(f"{files} files, {changed} changed, {len(complaints)} complaints")
    return 1 if complaints else 0


def prove(folder: Path, copy: Path, *, unsafe: bool) -> tuple[list[str], int, int]:
    """Complaints about fixing a copy of a folder, the number of Python files in it and of those that changed."""
    shutil.copytree(folder, copy)
    command = [sys.executable, "-m", "promptlint", "check", "--isolated", "--fix", str(copy)]
    command += ["--unsafe-fixes"] if unsafe else []
    first = run(command)
    before = {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.py"))}
    after = {path: (copy / path).read_bytes() for path in before}
    second = run(command)
    complaints = [*first, *second]
    for path, old in before.items():
        if (copy / path).read_bytes() != after[path]:
            complaints.append(f"{path}: a second run changes it again")
        if old != after[path]:
            complaints += [f"{path}: {complaint}" for complaint in compare(old, after[path], unsafe=unsafe)]
    return complaints, len(before), sum(old != after[path] for path, old in before.items())


def run(command: list[str]) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [] if done.returncode in EXIT_CODES else [f"exit {done.returncode}: {done.stderr.strip()[-500:]}"]


def compare(old: bytes, new: bytes, *, unsafe: bool) -> Iterator[str]:
    """What is wrong with the new bytes of a file."""
    try:
        trees = [parse(data) for data in (old, new)]
    except SyntaxError as error:
        yield f"no longer parses: {error}"
        return
    yield from compare_nodes(trees[0], trees[1], unsafe=unsafe)
    yield from compare_strings(old, new, unsafe=unsafe)
    yield from compare_lines(old, new)


def parse(data: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(data)


def compare_nodes(old: ast.AST, new: ast.AST, *, unsafe: bool) -> Iterator[str]:
    """Where two trees differ in more than the text of strings."""
    line = getattr(old, "lineno", 0)
    if isinstance(old, ast.Constant) and isinstance(new, ast.Constant):
        yield from compare_constants(old.value, new.value, line, unsafe=unsafe)
    elif isinstance(old, ast.JoinedStr) and isinstance(new, ast.JoinedStr):
        fields = [[part for part in node.values if isinstance(part, ast.FormattedValue)] for node in (old, new)]
        if [dumped(part, unsafe=unsafe) for part in fields[0]] != [dumped(part, unsafe=unsafe) for part in fields[1]]:
            yield f"line {line}: the fields of an f-string changed"
        words = [joined(node).split() for node in (old, new)]
        yield from compare_words(words[0], words[1], line, unsafe=unsafe)
    elif type(old) is not type(new):
        if not (unsafe and is_wrapped(old, new)):
            yield f"line {line}: {type(old).__name__} became {type(new).__name__}"
    else:
        for name in old._fields:
            yield from compare_fields(getattr(old, name), getattr(new, name), line, unsafe=unsafe)


def compare_fields(old: Any, new: Any, line: int, *, unsafe: bool) -> Iterator[str]:
    if isinstance(old, ast.AST) and isinstance(new, ast.AST):
        yield from compare_nodes(old, new, unsafe=unsafe)
    elif (
        isinstance(old, list)
        and isinstance(new, list)
        and len(old) == len(new)
        and not (unsafe and is_marked(old, new))
    ):
        for one, other in zip(old, new, strict=True):
            yield from compare_fields(one, other, line, unsafe=unsafe)
    elif old != new and not (unsafe and is_marked(old, new)):
        yield f"line {line}: {str(old)[:60]!r} became {str(new)[:60]!r}"


def compare_constants(old: object, new: object, line: int, *, unsafe: bool) -> Iterator[str]:
    if isinstance(old, str) and isinstance(new, str):
        yield from compare_words(old.split(), new.split(), line, unsafe=unsafe)
    elif old != new and not (unsafe and type(old) is type(new) is int):
        yield f"line {line}: {old!r} became {new!r}"


def compare_words(old: list[str], new: list[str], line: int, *, unsafe: bool) -> Iterator[str]:
    old, new = ([RULER.sub(r"\1\1\1", word) for word in words] for words in (old, new))
    if unsafe:
        if len(old) == len(new) == 1:
            return  # the id of a model
        old, new = ([word.lower() for word in words] for words in (old, new))  # a new first word has a capital
        rest = iter(old)
        if not all(any(word.endswith(other) or other in word for other in rest) for word in new if word not in SHORTER):
            yield f"line {line}: words were added to a text"
    elif old != new:
        yield f"line {line}: the words of a text changed"


def joined(node: ast.JoinedStr) -> str:
    return "".join(part.value if isinstance(part, ast.Constant) else "\x00" for part in node.values)  # type: ignore[misc]


def is_wrapped(old: ast.AST, new: ast.AST) -> bool:
    """Whether the new node is a list or a call that holds the old one: a cache marker was written, or it was sorted."""
    return isinstance(new, ast.List | ast.Call) and ast.dump(old) in {ast.dump(node) for node in ast.walk(new)}


def is_marked(old: Any, new: Any) -> bool:
    """Whether a list or dict only gained entries, or only lost some: a cache marker was written, or taken out.

    Also whether the arguments of a call differ in those of the layout of JSON only.
    """
    if not (isinstance(old, list) and isinstance(new, list)):
        return False
    dumps = [[ast.dump(node) for node in nodes if node is not None and not is_layout(node)] for nodes in (old, new)]
    return all(one in dumps[1] for one in dumps[0]) or all(one in dumps[0] for one in dumps[1])


def dumped(node: ast.AST, *, unsafe: bool) -> str:
    """A node as text, for unsafe fixes without the layout of JSON."""
    if unsafe:
        for call in ast.walk(node):
            if isinstance(call, ast.Call):
                call.keywords = [keyword for keyword in call.keywords if not is_layout(keyword)]
    return ast.dump(node)


def is_layout(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg in ("indent", "separators")


def compare_strings(old: bytes, new: bytes, *, unsafe: bool) -> Iterator[str]:
    """Placeholders and escapes, in order, over all strings; unsafe fixes may cut escapes with their text."""
    for name, pattern in (("placeholders", PLACEHOLDER), ("escapes", ESCAPE)):
        found = [
            [match[0] for text, _ in strings(data) for match in pattern.finditer(LAYOUT.sub("", text))]
            for data in (old, new)
        ]
        rest = iter(found[0])
        if found[0] != found[1] and not (unsafe and name == "escapes" and all(one in rest for one in found[1])):
            lost = [item for item in found[0] if found[0].count(item) > found[1].count(item)]
            yield f"{name} changed: {sorted(set(lost))[:5]}"


def compare_lines(old: bytes, new: bytes) -> Iterator[str]:
    """Changed lines that hold neither a string nor a comment."""
    texts = [data.decode(tokenize.detect_encoding(io.BytesIO(data).readline)[0]) for data in (old, new)]
    lines = [text.splitlines(keepends=True) for text in texts]
    covered = {line for _, span in strings(old) for line in span}
    for tag, start, end, _, _ in difflib.SequenceMatcher(None, lines[0], lines[1], autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (
                f"line {line + 1} changed outside of strings and comments: {lines[0][line].strip()[:60]!r}"
                for line in range(start, end)
                if line + 1 not in covered and lines[0][line].strip() and not is_call_line(lines[0][line])
            )


def is_call_line(line: str) -> bool:
    """Whether a line may carry a cap, a marker or the layout of JSON, which stand outside of strings."""
    return bool(re.search(r"max\w*tokens|system|[\"']text[\"']|\bindent\b", line, re.IGNORECASE))


def strings(data: bytes) -> Iterator[tuple[str, range]]:
    """The source and the lines of every string (piece) and comment of a file."""
    wanted = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)}
    for token in tokenize.tokenize(io.BytesIO(data).readline):
        if token.type in wanted:
            yield token.string, range(token.start[0], token.end[0] + 1)


if __name__ == "__main__":
    sys.exit(main())
