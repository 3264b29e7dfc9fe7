"""Input that means harm: no file, folder or configuration crashes a run, or costs more than itself."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from command import Console
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.tree import read_tree, tree_of
from sample_rules import PROGRAM

HEAD = "from openai import OpenAI\nclient = OpenAI()\n"
DEEP = "cannot parse: nested too deeply"
NESTED = "cannot parse: too many nested parentheses"
Expected = str | None
"""What is said of a file, None: it is read."""


def call(content: str) -> str:
    """A program that sends the value of an expression."""
    return f"{HEAD}client.responses.create(model='gpt-4o', input={content})\n"


def chain(value: str) -> str:
    """Names each of which is made of the one before."""
    return "x0 = 'You are a b c'\n" + "".join(f"x{n + 1} = {value.format(n)}\n" for n in range(60))


TEXTS: dict[str, tuple[str, Expected]] = {
    "syntax": (HEAD + "def f(:\n", "cannot parse: invalid syntax"),
    "indentation": (HEAD + "  x = 1\n", "cannot parse: unexpected indent"),
    "not_closed": (HEAD + 'x = """You are\n', "cannot parse: unterminated triple-quoted string"),
    "terms": (call(" + ".join(["'You are'"] * 20_000)), DEEP),
    "subtractions": (call(" - ".join(["a"] * 20_000)), DEEP),
    "disjunction": (call(" or ".join(["'You are a b c'"] * 20_000)), None),
    "attributes": (call("a" + ".b" * 5_000), DEEP),
    "calls": (call("a" + ".b()" * 5_000), DEEP),
    "strips": (call("'You are a b c'" + ".strip()" * 5_000), DEEP),
    "items": (call("a" + "[0]" * 5_000), DEEP),
    "brackets": (call("[" * 3_000 + "]" * 3_000), NESTED),
    "some_brackets": (call("[" * 150 + "'You are a b c'" + "]" * 150), None),
    "parentheses": (call("(" * 3_000 + "1" + ")" * 3_000), NESTED),
    "lambdas": (call("lambda: " * 3_000 + "1"), DEEP),
    "nots": (call("not " * 5_000 + "1"), DEEP),
    "elifs": (HEAD + "if a:\n    x = 1\n" + "elif b:\n    x = 1\n" * 2_000, DEEP),
    "functions": (HEAD + "".join(" " * depth + "def f():\n" for depth in range(95)) + " " * 95 + "pass\n", None),
    "percent": (call("'Hi %(\u00b2)s, you are a b c' % (1,)"), None),
    "dicts": (
        HEAD
        + 'd0 = {"a": "You are a bot"}\n'
        + "".join(f"d{n + 1} = {{**d{n}, **d{n}}}\n" for n in range(60))
        + call("d60['a']"),
        None,
    ),
    "growing": (HEAD + "p = 'You are a b c'\n" + "p += p\n" * 60 + call("p"), None),
    "branches": (HEAD + "p = 'You are a b c'\n" + "if a:\n    p = f'{p} {p}'\n" * 60 + call("p"), None),
    "undefined": ("# coding: undefined\n" + HEAD, "encoding with 'undefined' codec failed"),
    "pieces": (HEAD + "x = (" + "\n'You are a b c '" * 100_000 + ")\n", None),
    "fields": (call("(" + "\nf'You are {a!r:>{b}} c '" * 5_000 + ")"), None),
    "escapes": (HEAD + "x = '" + "You\\n" * 200_000 + "'\n", None),
    "long_line": (f"{HEAD}x = '{'word ' * 1_000_000}'\n", None),
    "long_list": (f"{HEAD}x = [{'1, ' * 200_000}]\n", None),
    "long_comment": (f"{HEAD}# {'prompt ' * 700_000}\n", None),
    "huge_number": (call("'Hi'").replace("input", "max_output_tokens=0x" + "f" * 10_000 + ", input"), None),
    "infinite_number": (call("'Hi'").replace("input", "max_output_tokens=1e999, input"), None),
    "huge_digits": (call("'Hi'").replace("input", "max_output_tokens=" + "9" * 10_000 + ", input"), "cannot parse: "),
    "digits_in_prompt": (call(f"'Answer in {'9' * 10_000} sentences, or {'9' * 10_000} words.'"), None),
    "doubling": (HEAD + chain("x{0} + x{0}") + call("x60"), None),
    "choices": (HEAD + chain("x{0} + ('a' if a else 'b')") + call("x60"), None),
    "circle": (HEAD + "x = x + y\ny = x + y\n" + call("x"), None),
    "class_circle": (HEAD + "class A(B): pass\nclass B(A): pass\nclass C(C): prompt = 'Be'\n" + call("A().x"), None),
    "call_circle": (HEAD + "def a(p): return b(p)\ndef b(p): return a(p)\n" + call("a('You are a b c')"), None),
    "repeated": (call("'You are a b c' * 10**12"), None),
    "padded": (call("f'You are a {x:>1000000000000}' + 'b'.ljust(10**12) + 'c'.expandtabs(10**12)"), None),
    "percent_width": (call("'You are a %1000000000000s' % 'x'"), None),
    "format_attack": (call("'You are {0.__class__.__mro__} {0[a]} {'.format('x')"), None),
    "surrogates": (call("'You are \\ud800 a    b   c   '").replace("gpt-4o", "gpt-4o\\udfff"), None),
    "nul_escape": (call("'You are \\0 a b c'").replace("gpt-4o", "gpt\\0"), None),
    "long_model": (call("'You are'").replace("gpt-4o", "gpt-" + "4/" * 50_000), None),
    "device_read": (HEAD + "x = open('/dev/zero').read()\n" + call("x"), None),
    "comments": (HEAD + "# promptlint: ignore[" + ",".join(["a"] * 5_000) + "]\n", None),
    "names": (HEAD + "from . import *\nimport a.b.c as d\n" + "é = 漢 = x\u0307 = 1\n" + call("漢"), None),
    "line_separators": (call("'''You are\u2028a\x85b\x0bc\x0c'''"), None),
    "old_mac": (call("'You are'").replace("\n", "\r"), None),
}  # fmt: skip
BYTES: dict[str, tuple[bytes, Expected]] = {
    "nul": (PROGRAM.encode().replace(b"very", b"\0"), "NUL byte: not a text file"),
    "only_nul": (b"prompt" + b"\0" * 100_000, "NUL byte: not a text file"),
    "utf16": (b"# prompt\n" + PROGRAM.encode("utf-16"), "NUL byte: not a text file"),
    "utf32": (b"# prompt\n" + PROGRAM.encode("utf-32"), "NUL byte: not a text file"),
    "utf16_declared": (b"# coding: utf-16\n" + PROGRAM.encode(), "not an encoding for source code: utf-16"),
    "latin": (PROGRAM.replace("very", "trés").encode("latin-1"), "byte 0xe9 is not valid utf-8"),
    "latin_declared": (b"# coding: latin-1\n" + PROGRAM.replace("very", "trés").encode("latin-1"), None),
    "cp1252": (b"# coding: cp1252\n" + PROGRAM.replace("very", "“very”").encode("cp1252"), None),
    "euc": (b"# coding: euc-jp\n" + PROGRAM.replace("very", "漢字").encode("euc-jp"), None),
    "shift_jis": (b"# coding: shift_jis\n" + PROGRAM.replace("very", "漢字").encode("shift_jis"), None),
    "gb18030": (b"# coding: gb18030\n" + PROGRAM.replace("very", "漢字").encode("gb18030"), None),
    "koi8": (b"# coding: koi8-r\n" + PROGRAM.replace("very", "очень").encode("koi8-r"), None),
    "utf7": (b"# coding: utf-7\n" + PROGRAM.encode(), None),
    "utf8_bom": (b"\xef\xbb\xbf" + PROGRAM.encode(), None),
    "two_boms": (b"\xef\xbb\xbf\xef\xbb\xbf" + PROGRAM.encode(), "cannot parse: "),
    "bom_and_latin": (b"\xef\xbb\xbf# coding: latin-1\n" + PROGRAM.encode(), "begins with a UTF-8 byte order mark"),
    "unknown": (b"# coding: klingon\n" + PROGRAM.encode(), "unknown encoding: klingon"),
    "codec_of_bytes": (b"# coding: zlib\n" + PROGRAM.encode(), "zlib"),
    "rot13": (b"# coding: rot13\n" + PROGRAM.encode(), "rot13"),
    "idna": (b"# coding: idna\n" + PROGRAM.encode(), None),
    "escapes_codec": (b"# coding: unicode_escape\n" + PROGRAM.encode(), None),
    "lone_surrogate": (PROGRAM.encode().replace(b"very", b"\xed\xa0\x80"), "byte 0xed is not valid utf-8"),
    "random": (b"prompt" + bytes(range(1, 256)) * 1_000, "is not valid utf-8"),
}
NOTEBOOKS: dict[str, tuple[str, Expected]] = {
    "broken": ('{"cells": [{"cell_type": "code", "source": ["import openai', "not a notebook"),
    "deep": ('{"openai": ' + "[" * 100_000, "not a notebook"),
    "deep_object": ('{"openai":' * 100_000, "not a notebook"),
    "deep_cells": ('{"nbformat": 4, "openai": 1, "cells": ' + "[" * 5_000 + "]" * 5_000 + "}", "not a notebook"),
    "numbers": ('{"nbformat": 4, "cells": [1, null, "openai prompt"]}', "not a notebook"),
    "sources": (
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": {"a": "openai"}}]}',
        "`source` has to be text",
    ),
    "huge_number": ('{"nbformat": ' + "9" * 10_000 + ', "cells": ["openai"]}', "not a notebook"),
    "surrogate": (
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = \'openai \\ud800\'"}]}',
        "surrogates not allowed",
    ),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Any]:
    """The exit code and the report of one run over all of these files and a good one."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "good.py").write_text(PROGRAM)
    for name, (text, _) in TEXTS.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8", newline="")
    for name, (data, _) in BYTES.items():
        (folder / f"bytes_{name}.py").write_bytes(data)
    for name, (text, _) in NOTEBOOKS.items():
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
    result = Console(folder)("check", "--isolated", "--output-format", "json", cwd=folder)
    assert "Traceback" not in result.stderr
    return result.returncode, json.loads(result.stdout)


FILES = {
    **{f"{name}.py": expected for name, (_, expected) in TEXTS.items()},
    **{f"bytes_{name}.py": expected for name, (_, expected) in BYTES.items()},
    **{f"{name}.ipynb": expected for name, (_, expected) in NOTEBOOKS.items()},
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_of_a_hostile_file(name: str, report: tuple[int, Any]) -> None:
    messages = [error["message"] for error in report[1]["errors"] if error["file"] == name]
    expected = FILES[name]
    if expected is None:
        assert messages == []
    else:
        assert len(messages) == 1
        assert expected in messages[0]


def test_hostile_files_cost_nothing_of_the_others(report: tuple[int, Any]) -> None:
    exit_code, document = report
    assert exit_code == 2
    assert {finding["rule"] for finding in document["findings"] if finding["file"] == "good.py"} >= {"unread-usage"}
    assert {error["file"] for error in document["errors"]} == {name for name, said in FILES.items() if said}


UNITS = (
    "word ",
    " ",
    "\n",
    "\n ",
    "=",
    "-",
    "_",
    "*",
    "#",
    "{",
    "{%",
    "{{ ",
    "${",
    "[",
    "(",
    "<",
    "<a ",
    "<!--",
    "`",
    "``` ",
    "```\n",
    "~~~\n",
    '" ',
    " 'a",
    "\u2018",
    "\u201c",
    "\u00ab",
    "%(",
    "|",
    "- a\n",
    "1. Do it.\n",
    "Q: a\n",
    "# A\n",
    "Example:\n",
    "Do it. ",
    "https://",
    "a\tb",
    "a   \n",
    "😀",
    "漢字",
    "1",
    "1 ",
    '{"a":',
    '{"a": 1,\n',
    "// x\n",
    "n't ",
    "/* ",
    "\u200b",
    "─",
    "TODO ",
    "a=",
    ":[",
)
"""What a text may repeat to make an expression look again and again at the same characters."""


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_time_that_grows_with_its_square(unit: str, tmp_path: Path) -> None:
    session = open_session(tmp_path, isolated=True)

    def seconds(length: int) -> float:
        text = PROGRAM.replace("Answer each", unit * (length // len(unit)) + "\nAnswer each")
        begin = time.process_time()
        examine(tree_of({"app.py": text.encode()}), session)
        return time.process_time() - begin

    seconds(100)
    short = seconds(6_000)
    # Twice the time for twice the text; what takes no time measures only noise.
    assert seconds(12_000) < max(3 * short, 0.5)


def test_names_that_break_lines_or_colour_are_shown_as_text(console: Console, tmp_path: Path) -> None:
    for name in ("a\n::error::b.py", "c\x1b[31m.py", "d\u202e.py"):
        (tmp_path / name).write_text("import openai\nx = (\n")
    result = console("check", "--isolated", cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 3
    assert "\x1b" not in result.stderr + result.stdout
    assert "\u202e" not in result.stderr
    assert "a\\n::error::b.py:2: cannot parse" in result.stderr


def test_folders_in_circles_pipes_and_devices_are_passed_over(console: Console, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(PROGRAM)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "null.py").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "prompt.txt")
    result = console("check", "--isolated", "--output-format", "json", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (1, "")
    assert {finding["file"] for finding in json.loads(result.stdout)["findings"]} == {"good.py"}
    named = console("check", "--isolated", "pipe.py", "null.py", "good.py", cwd=tmp_path)
    assert named.returncode == 2
    assert named.stderr.count("not a regular file") == 2


def test_a_file_that_vanishes_before_it_is_read_is_a_problem(tmp_path: Path) -> None:
    good = tmp_path / "good.py"
    good.write_text(PROGRAM)
    tree = read_tree([str(good), str(tmp_path / "gone.py")])
    assert len(tree.modules) == 1
    assert [problem.message for problem in tree.problems] == ["no such file or directory"]


def test_a_large_file_is_read(console: Console, tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(PROGRAM + "# a comment of no importance\n" * 1_800_000)
    result = console("check", "--isolated", "--output-format", "json", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (1, "")


@pytest.mark.parametrize("operation", ["strip", "rstrip", "lstrip"])
def test_a_line_break_behind_a_backslash_may_be_stripped(operation: str) -> None:
    source = f'{HEAD}S = r"""Be nice to everybody. \\\n"""\nclient.responses.create(model="m", input=S.{operation}())\n'
    tree = tree_of({"app.py": source.replace("\n", "\r\n").encode()})
    (prompt,) = tree.project.prompts
    assert tree.problems == ()
    assert prompt.template.text.startswith("Be nice to everybody.")


LOADING = "import yaml\n" + call("yaml.safe_load(open('prompts/p.yaml'))['system']")


@pytest.mark.parametrize("ending", [" ", "\t", "\u00a0", ""])
@pytest.mark.parametrize("header", ["|", "|-"])
def test_a_block_of_yaml_may_end_in_blanks(ending: str, header: str) -> None:
    text = f"system: {header}\n  You are a bot.{ending}\n"
    (prompt,) = tree_of({"app.py": LOADING.encode(), "prompts/p.yaml": text.encode()}).project.prompts
    assert prompt.template.text.rstrip("\n") == f"You are a bot.{ending}"


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    ["[" * 40_000 + "]" * 40_000, "- " * 40_000, '{"a": ' * 40_000, ALIASES],
    ids=["lists", "items", "dicts", "aliases"],
)
def test_yaml_that_would_take_all_memory_is_no_prompt(text: str, console: Console, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "p.yaml").write_text(text)
    (tmp_path / "app.py").write_text(LOADING)
    result = console("check", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (1, "")


def test_a_link_to_itself_is_a_problem(console: Console, tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").symlink_to("prompt.txt")
    (tmp_path / "app.py").write_text(PROGRAM)
    result = console("check", cwd=tmp_path)
    assert result.returncode == 2
    assert "prompt.txt:1: too many levels of symbolic links" in result.stderr
    assert "app.py" in result.stdout


@pytest.mark.parametrize("name", ["prompt.txt", "prompt.yaml", "app.py"])
def test_standard_input_that_is_no_text(name: str, console: Console, tmp_path: Path) -> None:
    result = console("check", "-", "--stdin-filename", name, cwd=tmp_path, stdin="prompt \0")
    assert result.returncode == 2
    assert f"error: {name}:1: NUL byte" in result.stderr


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_of_another_unicode_is_a_problem(encoding: str, console: Console, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes("x = 1\n".encode(encoding))
    result = console("check", cwd=tmp_path)
    assert result.returncode == 2
    assert "app.py:1: " in result.stderr


def test_a_text_that_is_too_long_is_not_compressed_in_silence(console: Console, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("Please note that in order to win. " * 40_000)
    result = console("compress", "long.txt", cwd=tmp_path)
    assert result.returncode == 2
    assert "long.txt: longer than 1,000,000 characters" in result.stderr
