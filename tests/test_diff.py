"""`promptlint diff`: what each kind of change does to the table, over a git repository with prepared commits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from promptlint.cli import main
from promptlint.measure import Meter
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


def notebook(*cells: str) -> str:
    found: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": one} for one in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found})


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


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A repository with a commit of each kind."""
    folder = GitFolder.create(tmp_path_factory.mktemp("prepared"))
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


@pytest.fixture
def history(prepared: History, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.chdir(prepared.folder.path)
    return prepared


NOTHING: list[tuple[str, ...]] = []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "prompt edited",
            [
                ("call", "changed", "translate", "+3", "prompt 15 tokens > 18 tokens"),
                ("prompt", "changed", "instructions", "+3"),
            ],
        ),
        (
            "constant in another file edited",
            [
                ("call", "changed", "triage", "+2", "prompt 25 tokens > 27 tokens"),
                ("prompt", "changed", "TRIAGE", "+2"),
            ],
        ),
        ("model swapped", [("call", "changed", "translate", "+0", "model gpt-4.1 > gpt-4.1-mini")]),
        (
            "cap raised",
            [
                ("call", "changed", "triage", "+0", "output cap 300 > 40,000"),
                ("finding", "oversized-max-tokens", "shop/app.py"),
            ],
        ),
        ("call added", [("call", "added", "praise", "+7", "")]),
        ("call moved", NOTHING),
        ("call moved to another file", NOTHING),
        ("file renamed", NOTHING),
        ("folder renamed", NOTHING),
        (
            "notebook edited",
            [
                ("call", "changed", "words.ipynb cell 3:3", "+2", "prompt 9 tokens > 11 tokens"),
                ("prompt", "changed", "instructions", "+2"),
            ],
        ),
        (
            "prompt file edited",
            [
                ("call", "changed", "reply", "+2", "prompt 20 tokens > 22 tokens"),
                ("prompt", "changed", "store/reply_prompt.txt", "+2"),
            ],
        ),
        (
            "wrapper edited",
            [
                ("call", "changed", "ask", "+2", "prompt 18 tokens > 20 tokens"),
                ("prompt", "changed", "instructions", "+2"),
            ],
        ),
        ("merge", [("call", "added", "praise", "+7", "")]),
        ("call removed", [("call", "removed", "praise", "-7", "")]),
    ],
)
def test_each_commit_gives_its_minimal_table(history: History, name: str, expected: list[tuple[str, ...]]) -> None:
    assert history.table(name) == expected


def test_the_calls_of_a_wrapper_count_and_are_told_once(history: History) -> None:
    document = history.diff(f"{history.commits['wrapper edited']}^", history.commits["wrapper edited"])
    assert document["summary"]["input_tokens"] == 4
    assert len(document["calls"][0]["inherited_by"]) == 2
    text = promptlint(f"{history.commits['wrapper edited']}^", history.commits["wrapper edited"]).stdout
    assert "for the 2 calls that go through it" in text


def test_tokens_become_money_at_list_prices(history: History) -> None:
    document = history.diff(history.commits["start"], history.commits["model swapped"])
    translate = next(call for call in document["calls"] if call["after"]["function"] == "translate")
    before, after = (Meter().price(model, "openai") for model in ("gpt-4.1", "gpt-4.1-mini"))
    assert before
    assert after
    assert translate["before"]["usd_per_1k_calls"] == pytest.approx(15 * before.input / 1000)
    assert translate["after"]["usd_per_call"] == pytest.approx(18 * after.input / 1_000_000)
    assert translate["after"]["max_output_usd_per_1k_calls"] == pytest.approx(1000 * after.output / 1000)
    assert document["summary"]["usd_per_1k_calls"] == pytest.approx(
        (18 * after.input - 15 * before.input + 2 * before.input) / 1000
    )


def test_the_work_tree_is_the_head_where_none_is_given(history: History) -> None:
    assert promptlint("HEAD").stdout == "No LLM call, prompt or finding is different between HEAD and the work tree.\n"
    clean = history.folder.git("status", "--porcelain")
    commits = history.diff("HEAD~1")
    assert list(rows(commits)) == [("call", "removed", "praise", "-7", "")]
    assert history.folder.git("status", "--porcelain") == clean == ""


def test_a_branch_is_compared_with_where_it_began_and_a_commit_with_an_earlier_one(history: History) -> None:
    topic = history.commits["merge"] + "^2"
    assert list(rows(history.diff(history.commits["wrapper edited"], topic))) == [("call", "added", "praise", "+7", "")]
    back = history.diff(history.commits["prompt edited"], history.commits["start"])
    assert [row[:4] for row in rows(back)] == [
        ("call", "changed", "translate", "-3"),
        ("prompt", "changed", "instructions", "-3"),
    ]


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


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    monkeypatch.chdir(tmp_path)
    return GitFolder.create(tmp_path)


def difference(*args: str) -> list[tuple[str, ...]]:
    result = promptlint(*args, "--output-format", "json", "--config", "promptlint.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    return list(rows(json.loads(result.stdout)))


def test_files_that_the_settings_leave_out_are_left_out_of_both_sides(repository: GitFolder) -> None:
    repository.commit(
        {
            "promptlint.yaml": "select: [whitespace-bloat]\nextend-exclude: [vendor/]\n",
            "vendor/app.py": INDENTED,
            "tests/test_app.py": INDENTED,
            "app.py": INDENTED,
        }
    )
    repository.commit({"vendor/app.py": None, "tests/test_app.py": None, "app.py": None})
    gone = [("call", "removed", "ask", "-39", "")]
    assert difference("HEAD~1") == gone
    assert difference("HEAD~1", "HEAD") == gone
    assert difference("HEAD~1", "HEAD", "--path", "vendor") == gone
    assert promptlint("HEAD~1", "HEAD", "--path", "elsewhere").exit_code == 2


def test_a_finding_that_moves_with_its_code_is_not_new(repository: GitFolder) -> None:
    repository.commit({"promptlint.yaml": "select: [whitespace-bloat]\n", "app.py": INDENTED})
    repository.commit({"app.py": None, "manual.py": "import os\n\n\n" + INDENTED})
    assert difference("HEAD~1") == []
    repository.write({"more.py": INDENTED.replace("customer", "guest")})
    assert difference("HEAD") == [("call", "added", "ask", "+39", ""), ("finding", "whitespace-bloat", "more.py")]


def function(name: str, prompt: str, sdk: str = "openai") -> str:
    """A function with one call."""
    return {
        "openai": f"""

def {name}(text):
    return OpenAI().responses.create(model="gpt-4.1", max_output_tokens=90, instructions={prompt!r}, input=text)
""",
        "anthropic": f"""

def {name}(text):
    return Anthropic().messages.create(
        model="claude-sonnet-4-5", max_tokens=90, system={prompt!r}, messages=[{{"role": "user", "content": text}}]
    )
""",
        "helper": f"""

def {name}(text):
    return send({prompt!r}, text)
""",
    }[sdk]


HEAD = "from anthropic import Anthropic\nfrom openai import OpenAI\n"
SEND = function("send", "X").replace("send(text)", "send(system, text)").replace("'X'", "system")
SORT, POLITE = "Sort the letters of the customers by topic.", "Be polite to everybody who writes to the shop."
OTHER, MORE = "Which of these words is a name?", "Give one number from 1 to 5, nothing else at all."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            {"app.py": HEAD + function("sort", SORT) + function("again", SORT)},
            {"app.py": HEAD + function("again", SORT)},
            [("removed", "sort")],
            id="of two calls with one prompt the first goes",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT)},
            {"app.py": HEAD + function("by_topic", SORT) + function("sort", OTHER)},
            [("added", "sort")],
            id="a call moves to a new function and another takes its place",
        ),
        pytest.param(
            {"app.py": HEAD + function("both", SORT) + function("both", POLITE, "anthropic")},
            {"app.py": HEAD + function("both", OTHER, "anthropic") + function("both", MORE)},
            [("changed", "both", "anthropic"), ("changed", "both", "openai")],
            id="two calls of a function are told apart by their API",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT) + function("answer", POLITE)},
            {"app.py": HEAD + SEND + function("sort", SORT, "helper") + function("answer", POLITE, "helper")},
            [],
            id="two calls come to share a helper",
        ),
        pytest.param(
            {"app.py": HEAD + SEND + function("sort", SORT, "helper")},
            {"app.py": HEAD + SEND + function("sort", SORT, "helper") + function("answer", POLITE, "helper")},
            [("added", "answer")],
            id="one call more goes through a helper",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT) + function("answer", POLITE) + "\n\nX = 1\n" * 9},
            {"app.py": None, "desk.py": HEAD + function("sort", MORE) + function("answer", POLITE) + "\n\nX = 1\n" * 9},
            [("changed", "sort", "openai")],
            id="a prompt is rewritten in a file that moves",
        ),
        pytest.param(
            {
                "shop/__init__.py": "",
                "shop/openai.py": "class OpenAI: ...\n",
                "shop/app.py": HEAD + function("sort", SORT),
            },
            {
                "shop/__init__.py": None,
                "shop/openai.py": None,
                "shop/app.py": None,
                "store/__init__.py": "",
                "store/openai.py": "class OpenAI: ...\n",
                "store/app.py": HEAD + function("sort", SORT),
            },
            [],
            id="a package moves that has a module with the name of the SDK",
        ),
        pytest.param(
            {"app.py": HEAD + function("sort", SORT), "more.py": INDENTED, "rest.py": HEAD},
            {"app.py": HEAD + function("sort", SORT), "more.py": "", "rest.py": HEAD + INDENTED},
            [],
            id="a call with a finding moves to another file",
        ),
        pytest.param(
            {"app.py": INDENTED + function("sort", SORT)},
            {"app.py": HEAD + function("sort", SORT) + INDENTED},
            [],
            id="a call with a finding moves down",
        ),
    ],
)
def test_calls_are_found_again(
    repository: GitFolder,
    before: dict[str, str | None],
    after: dict[str, str | None],
    expected: list[tuple[str, ...]],
) -> None:
    repository.commit({"promptlint.yaml": "select: [whitespace-bloat]\n", **before})
    repository.commit(after)
    result = promptlint("HEAD~1", "--output-format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    sides = [(call["kind"], call["after"] or call["before"]) for call in document["calls"]]
    told = [(kind, side["function"], side["api"].partition(".")[0]) for kind, side in sides]
    assert [row[: len(wanted)] for row, wanted in zip(told, expected, strict=True)] == expected
    assert document["findings"] == []


def test_two_commits_are_compared_whatever_the_work_tree_holds(repository: GitFolder) -> None:
    repository.commit({"promptlint.yaml": "", "app.py": APP, "reply_prompt.txt": REPLY})
    repository.commit({"reply_prompt.txt": REPLY + "Answer in English.\n"})
    repository.git("config", "core.fsmonitor", "touch pwned; false")
    repository.write({"app.py": "client.chat(\n", "new.py": APP, "reply_prompt.txt": None})
    assert next(row[:4] for row in difference("HEAD~1", "HEAD")) == ("call", "changed", "reply", "+4")
    assert not Path("pwned").exists()
    assert Path("app.py").read_text(encoding="utf-8") == "client.chat(\n"


TRAFFIC = """\
select: [whitespace-bloat]
traffic:
  sites:
    "app.py::ask": {calls: 2000000}
"""


def test_money_a_month_where_the_traffic_is_known(repository: GitFolder) -> None:
    repository.commit({"promptlint.yaml": TRAFFIC, "app.py": INDENTED})
    repository.write({"app.py": INDENTED.replace("three sentences", "three sentences at most")})
    document = json.loads(promptlint("HEAD", "--output-format", "json").stdout)
    price = Meter().price("gpt-4.1", "openai")
    assert price
    more = 2 * 2_000_000 * price.input / 1_000_000
    assert document["summary"]["usd_per_month"] == pytest.approx(more)
    assert f"At your traffic: +${more:,.2f} a month." in promptlint("HEAD").stdout
    assert promptlint("HEAD", "--fail-above", f"{more}usd/month").exit_code == 0
    assert promptlint("HEAD", "--fail-above", f"${more - 0.01:.2f}/month").exit_code == 1


@pytest.mark.parametrize(
    ("limit", "exit_code", "message"),
    [
        ("3tokens", 0, ""),
        ("2.5 tokens", 1, "error: --fail-above: +3 input tokens, more than 2.5\n"),
        ("3%", 0, ""),
        ("2%", 1, "error: --fail-above: +2.2%, more than 2 %\n"),
        ("1usd", 0, ""),
        ("$0.001", 1, "error: --fail-above: +$0.0060 per 1,000 calls of each call site, more than $0.0010\n"),
        ("3", 2, "`3` is no limit: write 100tokens, 5%, 0.50usd or 50usd/month"),
    ],
)
def test_a_limit_is_for_the_growth_of_all_calls(history: History, limit: str, exit_code: int, message: str) -> None:
    edited = history.commits["prompt edited"]
    result = promptlint(f"{edited}^", edited, "--fail-above", limit)
    assert result.exit_code == exit_code
    assert (message in result.stderr) if exit_code == 2 else (result.stderr == message)


def test_markdown_is_a_comment_that_can_be_found_again(history: History, tmp_path: Path) -> None:
    edited = history.commits["prompt edited"]
    target = tmp_path / "comment.md"
    assert promptlint(f"{edited}^", edited, "--output-format", "markdown", "--output-file", str(target)).exit_code == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "<!-- promptlint diff -->"
    assert "| `translate()` `shop/app.py:29` | changed | 15 → 18 (+3) |" in "\n".join(lines)
    assert sum(line.startswith("| ") for line in lines) == 2 * 3


def test_no_text_of_the_code_becomes_markup(repository: GitFolder) -> None:
    repository.commit({"README": ""})
    hostile = "a|b`</script><!-- @everyone [x](http://x) -->"
    program = INDENTED.replace('model="gpt-4.1"', f"model={hostile!r}")
    repository.write({f"{hostile.replace('/', '')}.py": program})
    text = promptlint("HEAD", "--output-format", "markdown").stdout
    body = text.partition("\n")[2].replace("<br>", "")
    for span in ("`` ", " ``"):
        assert span in body
    outside = "".join(part for at, part in enumerate(body.split("``")) if at % 2 == 0)
    assert "<" not in outside
    assert "@everyone" not in outside.replace("\\@everyone", "")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("nowhere",), "there is no commit `nowhere` here"),
        (("HEAD", "nowhere"), "there is no commit `nowhere` here"),
        (("--output=x",), "No such option"),
    ],
)
def test_what_git_cannot_say_is_an_error(history: History, args: tuple[str, ...], message: str) -> None:
    result = promptlint(*args)
    assert result.exit_code == 2
    assert message in result.stderr
