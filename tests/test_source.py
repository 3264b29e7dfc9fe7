"""Reading files: every byte comes back."""

from __future__ import annotations

import codecs
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.source import SourceError, decode, encode, read, read_bytes, shown

ROUND_TRIPS = {
    "empty": b"",
    "utf-8": "x = 'é €'\n".encode(),
    "no newline at the end": b"x = 1",
    "crlf": b"x = 1\r\ny = 2\r\n",
    "mixed newlines": b"x = 1\r\ny = 2\nz = 3\r",
    "byte order mark": codecs.BOM_UTF8 + b"x = 1\n",
    "byte order mark and declaration": codecs.BOM_UTF8 + b"# coding: utf-8\nx = 1\n",
    "latin-1": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "declared in the second line": b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
    "declared below a line in that encoding": b"# Jos\xe9\n# coding: latin-1\n",
    "old newlines before the declaration": b"# old\r# coding: latin-1\rx = '\xe9'\r",
    "cyrillic": "# coding: koi8-r\nx = 'я'\n".encode("koi8-r"),
    "japanese": "# coding: shift_jis\nx = '日本'\n".encode("shift_jis"),
    "form feed": b"x = 1\n\x0c\ny = 2\n",
}


@pytest.mark.parametrize("data", ROUND_TRIPS.values(), ids=ROUND_TRIPS)
def test_bytes_come_back(data: bytes) -> None:
    source = decode(data, "a.py")
    assert encode(source, source.text) == data


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.booleans())
def test_any_text_comes_back(text: str, bom: bool) -> None:
    # A comment first keeps random text from being read as an encoding declaration.
    data = (codecs.BOM_UTF8 if bom else b"") + b"#\n#\n" + text.encode()
    source = decode(data, "a.py")
    assert source.text == "#\n#\n" + text
    assert encode(source, source.text) == data


def test_text_has_no_byte_order_mark_and_keeps_its_newlines() -> None:
    source = decode(codecs.BOM_UTF8 + b"x = 1\r\n", "a.py")
    assert (source.text, source.encoding, source.bom) == ("x = 1\r\n", "utf-8", True)


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "byte 0xe9 is not valid utf-8"),
        (b"x = 1\r\ry = '\xe9'\r", 3, "byte 0xe9 is not valid utf-8"),
        (b"# coding: ascii\nx = '\xe9'\n", 2, "byte 0xe9 is not valid ascii"),
        (b"#!python\n# coding: klingon\n", 2, "unknown encoding: klingon"),
        (b"# coding: rot13\n", 1, "rot13"),
        (b"# coding: utf-16\nx = 1\n", 1, "not an encoding for source code: utf-16"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", 1, "declares iso-8859-1 but begins with a UTF-8 byte order mark"),
        (b"x = 1\n\ny = '\0'\n", 3, "NUL byte"),
        ("x = 1\n".encode("utf-16"), 1, "NUL byte"),
    ],
)
def test_what_cannot_be_decoded_is_reported_with_its_line(data: bytes, line: int, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data, "pkg/a.py")
    assert (caught.value.path, caught.value.line) == ("pkg/a.py", line)
    assert message in caught.value.message
    assert str(caught.value).startswith(f"pkg/a.py:{line}: ")


def test_a_character_that_the_encoding_lacks_is_reported_with_its_line() -> None:
    source = decode(b"# coding: latin-1\nx = 1\n", "a.py")
    with pytest.raises(SourceError, match="'€' cannot be written in the file's encoding iso-8859-1") as caught:
        encode(source, source.text + "y = '€'\n")
    assert caught.value.line == 3


def test_a_file_that_would_come_back_changed_is_read_but_not_written() -> None:
    # UTF-7 may spell a plain letter as base64, and writing gives the plain letter.
    source = decode(b"# coding: utf-7\nx = '+AGE-'\n", "a.py")
    assert source.text.endswith("x = 'a'\n")
    with pytest.raises(SourceError, match="byte for byte"):
        encode(source, source.text)


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\r\n")
    assert read(str(path)).text == "x = 1\r\n"


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as missing:
        read(str(tmp_path / "none.py"))
    assert (missing.value.line, missing.value.message) == (1, "no such file or directory")
    with pytest.raises(SourceError, match="is a directory"):
        read_bytes(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.py"
    os.mkfifo(fifo)
    with pytest.raises(SourceError, match="not a regular file"):
        read_bytes(str(fifo))


def test_a_device_is_refused() -> None:
    with pytest.raises(SourceError, match="not a regular file"):
        read_bytes(os.devnull)


def test_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(SourceError("a.py", 3, "bad")))
    assert (error.path, error.line, error.message) == ("a.py", 3, "bad")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/me/app/pkg/a.py", "pkg/a.py"),
        ("pkg/../pkg/a.py", "pkg/a.py"),
        ("./a.py", "a.py"),
        ("../other/a.py", "/home/me/other/a.py"),
        ("/home/me/application/a.py", "/home/me/application/a.py"),
    ],
)
def test_paths_are_shown_relative_to_the_working_directory(path: str, name: str) -> None:
    assert shown(path, "/home/me/app") == name
