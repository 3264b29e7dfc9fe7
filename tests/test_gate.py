"""The gate: what is passed over holds nothing to tell, but for what is listed here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from promptlint.cli import main
from promptlint.gate import may_matter

CALLER = """\
from anthropic import Anthropic

from shop.texts import GREETING
from shop.wrap import ask

client = Anthropic()


def greet(name: str) -> str:
    return client.messages.create(
        model="claude-sonnet-4-5", max_tokens=100, system=GREETING, messages=[{"role": "user", "content": name}]
    ).content[0].text


def answer(question: str) -> str:
    return ask("In order to be helpful, please note that you answer in one word.\\n\\n\\n\\n" + question)
"""
WRAPPER = """\
import openai


def ask(text: str) -> str:
    response = openai.OpenAI().responses.create(model="gpt-4o", input=text)
    return response.output_text
"""
TREE = {
    "shop/__init__.py": "",
    "shop/calls.py": CALLER,
    "shop/wrap.py": WRAPPER,
    "shop/texts.py": 'from shop.words import POLITE\n\nGREETING = "Greet the customer by name, in a line. " + POLITE\n',
    "shop/words.py": 'POLITE = "Stay friendly and call nobody by the first name alone."\n',
    "shop/numbers.py": "def total(prices):\n    return sum(prices)\n",
    "shop/page.py": 'HTML = "<p>Please choose one of the articles below, then press the button to go on.</p>"\n',
    "shop/config.py": 'SYSTEM_PROMPT = "You are a clerk of the shop. Answer briefly and only about its goods."\n',
}
"""Of these the gate passes over texts, words, numbers and page; the first two come back by their imports."""

ONLY_WITHOUT_GATE = {
    "shop/broken.py": ("def total(prices:\n", "errors", "cannot parse: '(' was never closed"),
    "shop/shelf.py": (
        "from shop.wrap import ask\n\nSHELF = ask('Name the shelf on which a customer finds the bread.')\n",
        "calls",
        "shop.wrap.ask",
    ),
}
"""What only a file that is parsed tells: its text, under which key, and what stands there.

A call of a wrapper in a file without a word of prompts is passed over; none was in the packages that were measured.
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command over the tree; gives its JSON."""
    monkeypatch.chdir(tmp_path)

    def write_and_run(command: str, *args: str, more: dict[str, str] | None = None) -> Any:
        for path, text in {**TREE, **(more or {})}.items():
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).write_text(text, encoding="utf-8")
        options = ("--isolated", "--no-cache", "--output-format", "json", *args)
        return json.loads(CliRunner().invoke(main, [command, *options]).stdout)

    return write_and_run


def test_gate_and_no_gate_agree(run: Any) -> None:
    gated, whole = run("inventory"), run("inventory", "--no-gate")
    assert (gated["files"]["parsed"], whole["files"]["parsed"]) == (len(TREE) - 3, len(TREE))
    assert len(gated["calls"]) == 3
    assert {prompt["file"] for prompt in gated["prompts"]} >= {"shop/texts.py", "shop/words.py", "shop/config.py"}
    assert (gated["calls"], gated["prompts"]) == (whole["calls"], whole["prompts"])
    assert gated["files"]["seen"] == whole["files"]["seen"] == len(TREE)
    findings = run("check")["findings"]
    assert findings
    assert findings == run("check", "--no-gate")["findings"]


@pytest.mark.parametrize("path", ONLY_WITHOUT_GATE)
def test_where_gate_and_no_gate_differ(run: Any, path: str) -> None:
    text, key, told = ONLY_WITHOUT_GATE[path]

    def tell(*args: str) -> list[str | None]:
        document = run("inventory", *args, more={path: text})
        entries = (document["files"] | document)[key]
        return [entry.get("message", entry.get("wrapper")) for entry in entries if entry["file"] == path]

    assert (tell(), tell("--no-gate")) == ([], [told])


@pytest.mark.parametrize(
    "text",
    [
        "def ask(clerk, question):\n    return clerk.messages.create(model='opus', max_tokens=9, messages=question)\n",
        "PERSONA = 'A friendly clerk of a small shop, who knows each customer and answers in one line.'\n",
    ],
)
def test_what_counts_without_a_name_of_the_field_passes_the_gate(run: Any, text: str) -> None:
    gated, whole = (run("inventory", *args, more={"shop/more.py": text}) for args in ((), ("--no-gate",)))
    for key in ("calls", "prompts"):
        assert gated[key] == whole[key]
    assert any(entry["file"] == "shop/more.py" for key in ("calls", "prompts") for entry in gated[key])


@pytest.mark.parametrize(
    "line",
    ["{'role': 1}", "roles = 1", "tool = 1", "my_tool = 1", "say('You are kind')", "ChatModel()", "few_shot = 1",
     "personA = 1", "sys_msg = 1", "system_text = 1", "import crewai", "from  logfire import x", "the Prompt"],
)  # fmt: skip
def test_one_word_is_enough(line: str) -> None:
    assert may_matter(f"x = 1\n{line}\n".encode())


@pytest.mark.parametrize(
    "line", ["", "control = 1", "toolbox = 1", "system = 1", "chat = 1", "import crew", "x_role_y"]
)
def test_other_words_are_not(line: str) -> None:
    assert not may_matter(line.encode())
