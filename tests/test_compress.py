"""`promptlint compress`: what goes, what stays, and what it prints where."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import Console
from promptlint.compress import Compressed, compress
from promptlint.finding import Applicability
from promptlint.session import open_session
from promptlint.source import decode_plain

SAFE = frozenset({Applicability.SAFE})
ALL = frozenset(Applicability)
SESSION = open_session(Path.cwd(), isolated=True, overrides={"select": ["TOK1"], "default-model": "gpt-4.1"})

PROMPT = """Please make sure to answer  in English.\x20\x20\x20
- Name the page.\x20\x20\x20
- Be brief in order to save time.
<!-- Ask Ana before you change this line. -->

════════════════════════════════════════
Data: {data}
{
    "name": "Ada  L.",
    "met": ["Grace", "Alan", "no"],
    "note": "{{ note }}"
}
- Name the manual and its page.
- Name the manual and its page.
"""
SAFELY = """Please make sure to answer in English.
- Name the page.
- Be brief in order to save time.
<!-- Ask Ana before you change this line. -->

═══
Data: {data}
{"name":"Ada  L.","met":["Grace","Alan","no"],"note":"{{ note }}"}
- Name the manual and its page.
- Name the manual and its page.
"""
WHOLLY = """Answer in English.
- Name the page.
- Be brief to save time.

═══
Data: {data}
{"name":"Ada  L.","met":["Grace","Alan","no"],"note":"{{ note }}"}
- Name the manual and its page.
"""


def compressed(text: str, allowed: frozenset[Applicability] = ALL, path: str = "prompt.txt") -> Compressed:
    done = compress(decode_plain(text.encode(), path), SESSION, allowed)
    assert done.fixed.problems == ()
    return done


def test_layout_goes_by_default_and_words_on_demand() -> None:
    assert compressed(PROMPT, SAFE).text == SAFELY
    done = compressed(PROMPT)
    assert done.text == WHOLLY
    assert done.after.tokens < done.before.tokens
    assert {finding.rule for finding in done.fixed.applied} == {
        "whitespace-bloat",
        "duplicate-instruction",
        "filler-phrase",
        "decorative-separator",
        "pretty-json",
        "prompt-comment",
    }


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            '```\nx  =  1   \n# TODO: do it right\n══════════════════\nx = {\n  "a": 1\n}\n```\n', id="fenced code"
        ),
        pytest.param("| a      | b   |\n|--------|-----|\n| long   | x   |\n", id="table"),
        pytest.param('Say "please make sure to call in order to ask" and `in order to`.', id="quotations and code"),
        pytest.param("Do not call them in order to ask.", id="behind a negation"),
        pytest.param("Heading of this part\n────────────────────\nText.", id="underlined heading"),
        pytest.param("---\ntitle: x\n---\nText.", id="front matter"),
        pytest.param("<rules>\n  <rule>Be kind.</rule>\n</rules>", id="tags"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_protected_stays(text: str) -> None:
    assert compressed(text).text == text


def test_line_breaks_of_the_file_stay() -> None:
    assert compressed("Be  kind.   \r\n\r\nIn order to help, ask.\r\n").text == "Be kind.\r\n\r\nTo help, ask.\r\n"


def test_a_repeat_goes_but_not_the_last_word_that_forbids_something() -> None:
    twice = "Never promise a date of delivery.\nBe kind.\nNever promise a date of delivery.\n"
    assert compressed(twice).text == "Never promise a date of delivery.\nBe kind.\n"


REQUESTS: dict[str, Any] = {
    "openai chat": {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Please make sure to  be kind."},
            {"role": "user", "content": [{"type": "text", "text": "Be brief in order to help."}]},
            {"role": "assistant", "content": "I like  it in order to help."},
            {"role": "tool", "content": '{\n    "a  b": [1, 2]\n}'},
        ],
    },
    "openai responses": {
        "instructions": "Please make sure to  be kind.",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Be brief in order to help."}]},
            {"role": "assistant", "content": "I like  it in order to help."},
            {"type": "function_call_output", "output": '{\n    "a  b": [1, 2]\n}'},
        ],
    },
    "anthropic": {
        "system": [{"type": "text", "text": "Please make sure to  be kind."}],
        "messages": [
            {"role": "user", "content": "Be brief in order to help."},
            {"role": "assistant", "content": [{"type": "text", "text": "I like  it in order to help."}]},
            {"role": "user", "content": [{"type": "tool_result", "content": '{\n    "a  b": [1, 2]\n}'}]},
        ],
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "Please make sure to  be kind."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Be brief in order to help."}]},
            {"role": "model", "parts": [{"text": "I like  it in order to help."}]},
            {"role": "function", "parts": [{"text": '{\n    "a  b": [1, 2]\n}'}]},
        ],
    },
    "list of messages": [
        {"role": "developer", "content": "Please make sure to  be kind."},
        {"role": "user", "content": "Be brief in order to help."},
        {"role": "assistant", "content": "I like  it in order to help."},
        {"role": "tool", "content": '{\n    "a  b": [1, 2]\n}'},
    ],
}


@pytest.mark.parametrize("request_body", REQUESTS.values(), ids=REQUESTS)
def test_the_messages_of_a_request_are_compressed_and_nothing_else(request_body: Any) -> None:
    text = json.dumps(request_body, indent=2)
    changes = {
        "Please make sure to  be kind.": "Be kind.",
        "in order to help.": "to help.",
        json.dumps('{\n    "a  b": [1, 2]\n}'): json.dumps('{"a  b":[1,2]}'),
    }
    expected = text
    for old, new in changes.items():
        assert old in expected
        expected = expected.replace(old, new)
    expected = expected.replace("I like  it to help.", "I like  it in order to help.")
    assert compressed(text, path="request.json").text == expected


def test_what_only_begins_with_a_request_is_a_plain_text() -> None:
    messages = json.dumps([{"role": "user", "content": "Be kind."}])
    done = compressed(f"{messages}\nThis was an  example.   \n")
    assert done.text == f"{messages}\nThis was an example.\n"
    assert done.before.tokens > compressed(messages).before.tokens + 10


def test_a_repeat_across_messages_goes() -> None:
    messages = [
        {"role": "system", "content": "Answer with the name of the page. Be kind."},
        {"role": "user", "content": "Where is it? Answer with the name of the page."},
    ]
    after = json.loads(compressed(json.dumps(messages)).text)
    assert [message["content"] for message in after] == [messages[0]["content"], "Where is it?"]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text("ab \"\\{}<>%$\n'é", max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab _", max_size=4), inner, max_size=4),
    max_leaves=12,
)
LINES = st.sampled_from(
    [
        "Please make sure to answer {question} in English.",
        "You should make sure to  call `in order to` now.",
        "Do not promise a delivery date to anybody.",
        "Do not promise a delivery date to anybody.",
        "Never use <tag> in order to ask, use ${name} and %s.",
        "  - an item   with {{ value }}  ",
        "TODO: write more about {topic} here",
        "TODO: write more about the topic here",
        "<!-- a note that people left -->",
        "// Always offer a discount.",
        "════════════════════",
        "- - - - - - - - - - - -",
        "> quoted  in order to show",
        "| a   | b |",
        "Thank you in advance!",
        "```",
        "",
        "   ",
    ]
)
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$?\{\w+\}|%s|<\w+>")
NEGATIVE = re.compile(r"\b(?:not|never)\s+\w+", re.IGNORECASE)


@given(st.lists(LINES, max_size=12), st.sampled_from([SAFE, ALL]))
def test_nothing_grows_and_no_placeholder_or_negation_is_lost(
    parts: list[str], allowed: frozenset[Applicability]
) -> None:
    text = "\n".join(parts)
    done = compressed(text, allowed)
    assert done.after.tokens <= done.before.tokens
    assert Counter(PLACEHOLDER.findall(done.text)) == Counter(PLACEHOLDER.findall(text))
    assert {*NEGATIVE.findall(done.text)} == {*NEGATIVE.findall(text)}
    assert compressed(done.text, allowed).text == done.text
    if allowed == SAFE:
        assert re.sub(r"[═\-\s]", "", done.text) == re.sub(r"[═\-\s]", "", text)


@given(JSON_VALUES, st.sampled_from([1, 2, 4]), st.booleans())
def test_json_keeps_its_value(value: Any, indent: int, in_request: bool) -> None:
    payload = json.dumps(value, indent=indent, ensure_ascii=False)
    if in_request:
        done = compressed(json.dumps([{"role": "tool", "content": payload}]), SAFE)
        after = json.loads(done.text)[0]["content"]
    else:
        done = compressed(f"The data:\n{payload}\n", SAFE)
        after = done.text.removeprefix("The data:\n")
    assert json.loads(after) == value
    assert done.after.tokens <= done.before.tokens


def test_indented_records_lose_two_fifths_of_their_tokens() -> None:
    records = [{"id": n, "name": f"customer {n}", "open": True, "tags": ["new", "paid"]} for n in range(20)]
    done = compressed(json.dumps({"items": records}, indent=4), SAFE)
    assert json.loads(done.text) == {"items": records}
    assert done.after.tokens <= 0.6 * done.before.tokens


def test_the_text_goes_to_stdout_and_what_went_to_stderr(console: Console, tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text(PROMPT)
    done = console("compress", "prompt.md", "--isolated", "--model", "gpt-4.1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, SAFELY)
    assert re.search(r"^\d+ -> \d+ tokens \(\d+ saved, [\d.]+%\), counted with o200k_base: \$0\.\d+", done.stderr, re.M)
    assert "whitespace-bloat: " in done.stderr
    assert "more can be fixed with --unsafe-fixes" in done.stderr
    assert (tmp_path / "prompt.md").read_text() == PROMPT


def test_standard_input_and_unsafe_fixes(console: Console, tmp_path: Path) -> None:
    done = console("compress", "--isolated", "--unsafe-fixes", "--model", "gpt-4.1", cwd=tmp_path, stdin=PROMPT)
    assert (done.returncode, done.stdout) == (0, WHOLLY)


def test_check_says_by_exit_code_whether_it_would_change(console: Console, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text(SAFELY)
    (tmp_path / "old.txt").write_text(PROMPT)
    clean = console("compress", "--isolated", "--check", "new.txt", cwd=tmp_path)
    assert (clean.returncode, clean.stdout) == (0, "")
    assert "nothing to save" in clean.stderr
    dirty = console("compress", "--isolated", "--check", "old.txt", cwd=tmp_path)
    assert (dirty.returncode, dirty.stdout) == (1, "")


def test_diff_and_selection(console: Console, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(PROMPT)
    done = console("compress", "--isolated", "--diff", "--select", "decorative-separator", "old.txt", cwd=tmp_path)
    assert done.returncode == 1
    changed = [line for line in done.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == ["-" + "═" * 40, "+═══"]
    ignored = console("compress", "--isolated", "--ignore", "TOK1", "old.txt", cwd=tmp_path)
    assert ignored.stdout == PROMPT


def test_the_text_can_go_to_a_file(console: Console, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(PROMPT)
    done = console("compress", "--isolated", "--output-file", "new.txt", "old.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout, (tmp_path / "new.txt").read_text()) == (0, "", SAFELY)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("app.py", b"x = 1\n", "use `promptlint check --fix`"),
        ("bad.txt", b"\xff\xfe", "not valid utf-8"),
        ("missing.txt", None, "no such file"),
        ("many.jsonl", b'\n{"messages": [{"content": "Hi"}]}\r\n\n[{"content": "Hi"}]\n', "error: many.jsonl:4: "),
        ("many.jsonl", b'{"id": 1}\n{"messages": [{"content": "Hi"}]}\n', "JSON Lines are not read"),
    ],
)
def test_what_is_no_text_is_an_error(
    console: Console, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = console("compress", "--isolated", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
