"""A git repository with a commit for each kind of change, and `promptlint diff` over it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from promptlint.cli import main
from repository import GitFolder

LIMITS = "LIMIT = 300\n"
PROMPTS = '''\
TRIAGE = """You sort the messages of the customers of a furniture shop.
Answer with a JSON object that has the keys topic and urgency."""
'''
APP = """\
from pathlib import Path

from openai import OpenAI

from shop.limits import LIMIT
from shop.prompts import TRIAGE

client = OpenAI()
REPLY = Path(__file__).parent / "reply_prompt.txt"


def triage(message):
    return client.chat.completions.create(
        model="gpt-4.1",
        max_tokens=LIMIT,
        messages=[{"role": "system", "content": TRIAGE}, {"role": "user", "content": message}],
    )


def reply(message):
    return client.chat.completions.create(
        model="gpt-4.1",
        max_tokens=400,
        messages=[{"role": "system", "content": REPLY.read_text()}, {"role": "user", "content": message}],
    )


def translate(text, language):
    return client.responses.create(
        model="gpt-4.1",
        max_output_tokens=1000,
        instructions=f"Translate the letter of the customer into {language}, keep the names of products.",
        input=text,
    )
"""
REPLY = "You answer the letters of customers of a furniture shop. Be polite, and do not promise dates.\n"
LLM = """\
from openai import OpenAI


def ask(question):
    return OpenAI().responses.create(
        model="gpt-4.1",
        max_output_tokens=500,
        instructions="You know all of the sofas, tables and lamps that the shop has in its catalogue.",
        input=question,
    )


def name_lamp():
    return ask("Which of the lamps is the brightest one that costs less than 100 euros?")


def name_sofa():
    return ask("Which of the sofas has room for five people and can be washed?")
"""
CELL = """\
from openai import OpenAI

OpenAI().responses.create(model="gpt-4.1-mini", instructions="List the three words that come up most.", input=letters)
"""
ADDED = """

def praise(letter):
    return client.responses.create(
        model="gpt-4.1-mini", max_output_tokens=60, instructions="Thank the customer in one sentence.", input=letter
    )
"""
INDENTED = '''\
from openai import OpenAI


def ask(question):
    prompt = """
        Answer the question of the customer.
        Name the page of the manual.
        Keep it to three sentences.
        Do not guess prices.
        Use the language of the question.
    """
    return OpenAI().responses.create(model="gpt-4.1", instructions=prompt, input=question, max_output_tokens=200)
'''


@dataclass(frozen=True)
class History:
    folder: GitFolder
    commits: dict[str, str]
    """Commit ids by what the commit does."""

    def diff(self, *args: str) -> Any:
        result = promptlint(*args, "--output-format", "json")
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    def table(self, name: str) -> list[tuple[str, ...]]:
        """What the table says of one commit: kind, function, tokens more and what is different of each call; kind,
        name and tokens more of each prompt; rule and function of each new finding."""
        document = self.diff(f"{self.commits[name]}^", self.commits[name])
        return list(rows(document))


def prepared_history(path: Path) -> History:
    """A repository with a commit of each kind."""
    folder = GitFolder.create(path)
    commits: dict[str, str] = {}

    def text(name: str) -> str:
        return (folder.path / name).read_text(encoding="utf-8")

    def commit(name: str, file: str, old: str, new: str, **others: str | None) -> None:
        assert text(file).count(old) == 1
        commits[name] = folder.commit({file: text(file).replace(old, new), **others})

    commits["start"] = folder.commit(
        {
            "shop/__init__.py": "",
            "shop/app.py": APP,
            "shop/limits.py": LIMITS,
            "shop/llm.py": LLM,
            "shop/prompts.py": PROMPTS,
            "shop/reply_prompt.txt": REPLY,
            "words.ipynb": notebook("letters = open('letters.txt').read()\n", CELL),
            "pyproject.toml": '[tool.promptlint]\nselect = ["oversized-max-tokens", "whitespace-bloat"]\n',
        }
    )
    commit("prompt edited", "shop/app.py", "keep the names of products", "keep the names of products and of people")
    commit("constant in another file edited", "shop/prompts.py", "topic and urgency", "topic, urgency and product")
    commit(
        "model swapped",
        "shop/app.py",
        'model="gpt-4.1",\n        max_output_tokens',
        'model="gpt-4.1-mini",\n        max_output_tokens',
    )
    commit("cap raised", "shop/limits.py", "300", "40000")
    commit("call added", "shop/app.py", "def translate", ADDED.strip() + "\n\n\ndef translate")
    start = text("shop/app.py")
    moved = start[start.index("def translate") :]
    rest = start.replace(moved, "")
    commits["call moved"] = folder.commit(
        {"shop/app.py": rest.replace("\n\ndef triage", "\n\n" + moved + "\n\ndef triage")}
    )
    head = start[: start.index("def triage")]
    commits["call moved to another file"] = folder.commit({"shop/app.py": rest, "shop/letters.py": head + moved})
    folder.git("mv", "shop/app.py", "shop/desk.py")
    commits["file renamed"] = folder.commit({})
    folder.git("mv", "shop", "store")
    commits["folder renamed"] = folder.commit(
        {
            f"store/{name}": text(f"store/{name}").replace("from shop.", "from store.")
            for name in ("desk.py", "letters.py")
        }
    )
    commits["notebook edited"] = folder.commit(
        {
            "words.ipynb": notebook(
                "letters = open('letters.txt').read()\n", "print(1)", CELL.replace("three", "three or four")
            )
        }
    )
    commit("prompt file edited", "store/reply_prompt.txt", "do not promise dates", "do not promise dates or prices")
    commit("wrapper edited", "store/llm.py", "sofas, tables and lamps", "sofas, tables, beds and lamps")
    folder.git("switch", "--quiet", "--create", "topic", "HEAD~1")
    folder.commit({"store/topic.py": head.replace("shop.", "store.") + ADDED})
    folder.git("switch", "--quiet", "main")
    folder.git("merge", "--quiet", "--no-ff", "--message", "merge", "topic")
    commits["merge"] = folder.git("rev-parse", "HEAD").strip()
    commit("call removed", "store/topic.py", ADDED, "")
    return History(folder, commits)


def rows(document: Any) -> Iterator[tuple[str, ...]]:
    for call in document["calls"]:
        side = call["after"] or call["before"]
        what = ", ".join(f"{one['what']} {one['before']} > {one['after']}" for one in call["changes"])
        yield (
            "call",
            call["kind"],
            side["function"] or f"{side['file']} {side['row']}",
            f"{call['input_tokens']:+}",
            what,
        )
    for prompt in document["prompts"]:
        side = prompt["after"] or prompt["before"]
        yield "prompt", prompt["kind"], side["name"] or side["file"], f"{prompt['tokens']:+}"
    for finding in document["findings"]:
        yield "finding", finding["rule"], finding["file"]


def promptlint(*args: str) -> Result:
    return CliRunner().invoke(main, ["diff", *args, "--no-cache", "--jobs", "1"])


def difference(*args: str) -> list[tuple[str, ...]]:
    """What the table says of the repository in the current folder."""
    result = promptlint(*args, "--output-format", "json", "--config", "promptlint.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    return list(rows(json.loads(result.stdout)))


def notebook(*cells: str) -> str:
    found: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": one} for one in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found})
