"""Token counts are those of the model's tokenizer where it can be had, and say so where they are estimates."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest
import tiktoken  # noqa: TID253 -- the tests compare with it
import tiktoken_ext.openai_public as openai_public  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken.load import load_tiktoken_bpe  # noqa: TID253

from promptlint.measure import Count, Meter, tokens
from promptlint.measure.models import DATA, table
from promptlint.syntax import Token
from promptlint.template import Hole, Piece, Template

ARTICLE = """
You are a smart and helpful AI assistant.
You will help users answer their questions.
When responding, you should:
- Answer clearly and completely
- Use easy-to-understand language
- Don't say things you're not sure about
"""
ENCODINGS = ("o200k_base", "cl100k_base")


@cache
def official(name: str) -> tiktoken.Encoding:
    """tiktoken's own definition of an encoding, with our file in place of its download."""

    def load(url: str, expected_hash: str) -> dict[bytes, int]:
        path = DATA / "vocab" / url.rpartition("/")[2]
        assert sha256(path.read_bytes()).hexdigest() == expected_hash
        return load_tiktoken_bpe(str(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", "")
        patch.setattr(openai_public, "load_tiktoken_bpe", load)
        return tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[name]())


@pytest.fixture
def without_ctok(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "ctok", None)
    tokens.has_ctok.cache_clear()
    yield
    tokens.has_ctok.cache_clear()


@pytest.fixture
def fake_ctok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A ctok that counts words, plus the frame that the real one includes."""
    (tmp_path / "ctok.py").write_text(
        "def token_count(text, version):\n    return len(text.split()) + {'3.0': 7, '4.7': 11, '4.8': 6}[version]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "ctok", raising=False)
    forget = (tokens.has_ctok.cache_clear, tokens._ctok.cache_clear)
    for clear in forget:
        clear()
    yield
    sys.modules.pop("ctok", None)
    for clear in forget:
        clear()


def template(*parts: str | Hole) -> Template:
    token = Token(0, 0, "", '"')
    return Template(tuple(part if isinstance(part, Hole) else Piece(part, "a.py", 0, 0, token) for part in parts))


def test_the_prompt_of_the_article_has_47_tokens() -> None:
    assert Meter().count(ARTICLE, "gpt-4o") == Count(47, "o200k_base", exact=True)


@pytest.mark.parametrize("name", ENCODINGS)
@settings(deadline=None)  # the first example loads the vocabulary
@given(text=st.text(st.characters(codec="utf-8") | st.sampled_from(" \t\r\n'sS<|>1a")))
def test_counts_are_those_of_tiktoken(name: str, text: str) -> None:
    assert len(tokens.encoding(name).encode_ordinary(text)) == len(official(name).encode_ordinary(text))


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_vocabulary_and_pattern_are_those_of_tiktoken(name: str) -> None:
    ours = tokens.encoding(name)
    assert ours._mergeable_ranks == official(name)._mergeable_ranks
    assert "|".join(table().encodings[name]) == official(name)._pat_str


def test_special_tokens_in_a_prompt_are_plain_text() -> None:
    text = "<|endoftext|>"
    assert Meter().count(text, "gpt-4o").tokens == len(official("o200k_base").encode_ordinary(text)) > 1


@pytest.mark.usefixtures("without_ctok")
@pytest.mark.parametrize(
    ("model", "tokenizer", "exact"),
    [
        ("gpt-4o-mini", "o200k_base", True),
        ("gpt-5.6-luna", "o200k_base", True),
        ("o3", "o200k_base", True),
        ("groq/openai/gpt-oss-20b", "o200k_base", True),
        ("gpt-4", "cl100k_base", True),
        ("gpt-3.5-turbo-0125", "cl100k_base", True),
        ("gpt-6.2-sol", "o200k_base (estimate)", False),
        ("gemini-2.5-flash", "o200k_base (estimate)", False),
        ("mistral-large-4", "o200k_base x 1.05 (estimate)", False),
        ("deepseek-flash", "o200k_base x 1.04 (estimate)", False),
        ("claude-sonnet-4-6", "o200k_base x 1.2 (estimate)", False),
        ("claude-opus-4-7", "o200k_base x 1.55 (estimate)", False),
        ("claude-sonnet-5-5", "o200k_base x 1.55 (estimate)", False),
        ("our-deployment", "o200k_base (estimate)", False),
        (None, "o200k_base (estimate)", False),
    ],
)
def test_every_count_says_what_counted_it(model: str | None, tokenizer: str, exact: bool) -> None:
    assert Meter().tokenizer(model) == (tokenizer, exact)
    counted = Meter().count(ARTICLE, model)
    assert (counted.tokenizer, counted.exact) == (tokenizer, exact)


@pytest.mark.usefixtures("without_ctok")
def test_an_estimate_is_the_measured_ratio() -> None:
    assert Meter().count(ARTICLE, "claude-sonnet-4-6").tokens == 56  # 47 x 1.2
    assert Meter().count(ARTICLE, "claude-sonnet-5-5").tokens == 73  # 47 x 1.55
    assert Meter().count(ARTICLE, "gpt-6.2-sol").tokens == 47


@pytest.mark.usefixtures("without_ctok")
@settings(deadline=None)
@given(words=st.integers(0, 300))
def test_more_text_never_counts_less(words: int) -> None:
    meter = Meter()
    for model in ("claude-sonnet-4-6", "claude-sonnet-5-5", "mistral-large-4"):
        assert meter.count(" a" * words, model).tokens <= meter.count(" a" * (words + 1), model).tokens


def test_the_default_model_counts_for_unknown_ones() -> None:
    meter = Meter("gpt-4")
    assert meter.tokenizer(None) == meter.tokenizer("our-deployment") == ("cl100k_base", True)
    assert meter.tokenizer("gpt-4o") == ("o200k_base", True)


def test_no_text_has_no_tokens() -> None:
    for model in ("gpt-4o", "claude-sonnet-4-6", None):
        assert Meter().count("", model).tokens == 0


def test_a_template_counts_its_text_and_not_its_holes() -> None:
    meter, hole = Meter(), Hole("a very long expression about nothing", "a.py", 0, 0)
    whole = template("Classify the text: ", hole, "\nAnswer in ", "one word.")
    apart = sum(meter.count(text, "gpt-4o").tokens for text in ("Classify the text: ", "\nAnswer in one word."))
    assert meter.count_template(whole, "gpt-4o") == Count(apart, "o200k_base", exact=True)
    assert meter.count_template(template(hole), "gpt-4o").tokens == 0


@pytest.mark.usefixtures("without_ctok")
def test_an_estimate_of_a_template_is_rounded_once() -> None:
    parts = [part for index in range(10) for part in ("word", Hole(str(index), "a.py", 0, 0))]
    assert Meter().count_template(template(*parts), "claude-sonnet-4-6").tokens == 12  # 10 x 1.2, not 10 x 1


@pytest.mark.usefixtures("fake_ctok")
@pytest.mark.parametrize(
    ("model", "tokenizer", "exact"),
    [
        ("claude-sonnet-4-6", "ctok 3.0", True),
        ("claude-opus-4-7", "ctok 4.7", True),
        ("claude-sonnet-5", "ctok 4.8", True),
        ("claude-sonnet-5-5", "ctok 4.8 (estimate)", False),  # newer than ctok: assumed to count alike
    ],
)
def test_ctok_counts_for_claude_where_it_is_installed(model: str, tokenizer: str, exact: bool) -> None:
    assert Meter().count("one two three", model) == Count(3, tokenizer, exact)
    assert Meter().tokenizer(model) == (tokenizer, exact)


@pytest.mark.usefixtures("fake_ctok")
def test_ctok_counts_a_template_without_a_frame_per_piece() -> None:
    hole = Hole("x", "a.py", 0, 0)
    assert Meter().count_template(template("one two", hole, "three"), "claude-sonnet-4-6").tokens == 3
    assert Meter().count("", "claude-sonnet-4-6").tokens == 0


@pytest.mark.skipif(find_spec("ctok") is None, reason="ctok is not installed (extra `claude`, Python 3.12 or newer)")
def test_ctok_itself() -> None:
    tokens.has_ctok.cache_clear()
    meter = Meter()
    assert meter.count("hello, world", "claude-sonnet-4-6") == Count(3, "ctok 3.0", exact=True)
    assert meter.count("hello, world", "claude-opus-4-7") == Count(4, "ctok 4.7", exact=True)
    assert meter.count("hello, world", "claude-opus-4-8") == Count(4, "ctok 4.8", exact=True)
    assert meter.count(ARTICLE, "claude-opus-4-8").tokens == 71


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a" * 1_000_000, 125_000), ("=" * 1_000_000, 15_625), ("\n" * 1_000_000, 62_500), ("1" * 1_000_000, 333_334)],
    ids=["letters", "rule", "newlines", "digits"],
)
def test_a_megabyte_of_one_character_is_counted_exactly(text: str, expected: int) -> None:
    assert Meter().count(text, "gpt-4o") == Count(expected, "o200k_base", exact=True)


@pytest.mark.parametrize("blank", [" ", "\t", "\u3000"])
@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4"])
def test_blanks_that_would_overflow_tiktoken_are_cut(blank: str, model: str) -> None:
    meter = Meter()
    whole = meter.count(blank * 400_000 + "end", model)
    cut = meter.count(blank * 1_600_000 + "end", model)
    assert whole.exact
    assert not cut.exact
    assert cut.tokens == pytest.approx(4 * whole.tokens, rel=0.001)


def test_text_that_is_not_unicode_is_counted() -> None:
    assert Meter().count("\ud800 lone surrogate", "gpt-4o").tokens > 0


def rubbish(folder: Path) -> str:
    (folder / "not-a-folder").write_text("")
    return str(folder / "not-a-folder")


@pytest.mark.parametrize(
    "cache_dir", [str, rubbish, lambda folder: None], ids=["an empty folder", "not a folder", "unset"]
)
def test_no_socket_and_no_cache_is_touched(tmp_path: Path, cache_dir: Callable[[Path], str | None]) -> None:
    code = """
import socket

def refuse(*args, **kwargs):
    raise AssertionError("network")

socket.socket.__init__ = refuse
socket.getaddrinfo = socket.create_connection = refuse
from promptlint.measure import Meter
meter = Meter()
assert meter.count("Answer in one word.", "gpt-4o").tokens == 5
assert meter.count("Answer in one word.", "gpt-4").tokens == 5
assert meter.count("Answer in one word.", "claude-sonnet-5-5").tokens > 5
assert meter.price("gpt-4o").input > 0
"""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_CACHE_DIR")}
    folder = cache_dir(tmp_path)
    if folder is not None:
        environment["TIKTOKEN_CACHE_DIR"] = folder
    before = sorted(tmp_path.iterdir())
    subprocess.run([sys.executable, "-c", code], check=True, env=environment | {"TMPDIR": str(tmp_path)})
    assert sorted(tmp_path.iterdir()) == before
