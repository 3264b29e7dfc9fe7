"""What rules say of texts that nothing in the project uses, or that are only compared: sources in, findings out."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from promptlint.finding import Confidence, Finding
from promptlint.gate import may_matter
from promptlint.session import open_session
from rule_run import analyse_files, findings

RULES = ("whitespace-bloat", "duplicate-instruction", "pretty-json", "filler-phrase")
LINES = [f"You are given part number {number} of the manual, and you name its page." for number in range(8)]
BLOATED = '"""\n' + indent("\n".join(LINES), " " * 8) + '\n        """'
SENDS = (
    "from openai import OpenAI\n\nfrom pkg.prompts import used_prompt\n\n\ndef ask(question):\n"
    "    return OpenAI().responses.create(model='gpt-4.1', instructions=used_prompt(), input=question)\n"
)
USED = "def used_prompt():\n    return 'You answer questions about one manual, and you name its page.'\n\n\n"


def check(prompts: str, *, init: str = "", app: str = SENDS, **more: str) -> list[Finding]:
    """Findings in a package whose modules use each other; `prompts` is its file of prompts."""
    files = {"pkg/__init__.py": init, "pkg/app.py": app, "pkg/prompts.py": USED + prompts}
    return findings(files | {f"pkg/{name}.py": text for name, text in more.items()}, *RULES)


def test_a_function_of_the_package_that_nobody_calls_is_doubted() -> None:
    (finding,) = check(f"def get_manual_prompt():\n    return {BLOATED}\n")
    assert finding.confidence is Confidence.LOW
    assert "nothing in the project calls `get_manual_prompt`" in finding.evidence


def test_so_is_a_constant_that_only_such_a_function_uses() -> None:
    body = f"MANUAL_PROMPT = {BLOATED}\n\n\ndef get_manual_prompt():\n    return MANUAL_PROMPT\n"
    (finding,) = check(body)
    assert "nothing in the project calls `get_manual_prompt`" in finding.evidence


@pytest.mark.parametrize(
    "body",
    [
        f"def _manual_prompt():\n    return {BLOATED}\n",
        f"_MANUAL_PROMPT = {BLOATED}\n",
        f"def _one():\n    return _two() + _manual_prompt()\n\n\ndef _two():\n    return _one()\n\n\n"
        f"def _manual_prompt():\n    return {BLOATED}\n",
    ],
    ids=["a function", "a constant", "used by what nobody uses"],
)
def test_what_is_private_and_used_by_nobody_is_silent(body: str) -> None:
    assert check(body) == []


def test_what_stands_in_a_module_that_nobody_imports_is_silent() -> None:
    prompt = f"def manual_prompt():\n    return {BLOATED}\n"
    assert check("", spare=prompt) == []
    assert check("", spare=f"__all__ = ['manual_prompt']\n{prompt}")[0].confidence is Confidence.LOW
    assert check("", init="from pkg.spare import manual_prompt\n", spare=prompt)[0].confidence is Confidence.LOW


@pytest.mark.parametrize(
    "use",
    [
        "def send(client):\n    client.run(_manual_prompt())\n\n\nsend(None)\n",
        "TABLE = {'manual': _manual_prompt}\nTABLE['manual']()\n",
        "import sys\n\ngetattr(sys.modules[__name__], '_manual_prompt')()\n",
        "print(f'{_manual_prompt()}')\n",
        "print(f'{_manual_prompt.name}')\n",
        "import asyncio\n\nasyncio.run([one async for one in _manual_prompt][0])\n",
        "def send(client, text=_manual_prompt):\n    client.run(text)\n\n\nsend(None)\n",
    ],
    ids=["called", "in a table", "by its name", "in a text", "a name in a text", "in a comprehension", "as a default"],
)
def test_what_is_used_in_some_way_is_reported_as_ever(use: str) -> None:
    (finding,) = check(f"def _manual_prompt():\n    return {BLOATED}\n\n\n{use}")
    assert not any("nothing in the project" in one for one in finding.evidence)


def test_a_decorated_function_may_be_called_by_others() -> None:
    (finding,) = check(f"import registry\n\n\n@registry.prompt\ndef _manual_prompt():\n    return {BLOATED}\n")
    assert not any("nothing in the project" in one for one in finding.evidence)


def test_a_method_that_a_base_class_may_call_is_used() -> None:
    body = f"import base\n\n\nclass Metric(base.Metric):\n    def _manual_prompt(self):\n        return {BLOATED}\n"
    assert len(check(body)) == 1
    assert check(body.replace("(base.Metric)", "")) == []


def test_of_one_file_nothing_is_known_about_its_importers() -> None:
    (finding,) = findings(f"MANUAL_PROMPT = {BLOATED}\n", *RULES)
    assert not any("nothing in the project" in one for one in finding.evidence)


def test_json_that_only_an_unused_function_writes_is_silent() -> None:
    text = "You are given pages of the manual as JSON, and name the best: {json.dumps(pages, indent=4)}"
    body = f"import json\n\n\ndef _manual_prompt(pages):\n    return f'{text}'\n"
    assert check(body) == []
    assert len(check(f"{body}\n\n_manual_prompt([])\n")) == 1


@pytest.mark.parametrize(
    ("then", "count"),
    [
        ("if saved in old_prompts:\n        return None", 0),
        ("plain = [normalize(one) for one in old_prompts]\n    if saved in plain:\n        return None", 0),
        ("for old in old_prompts:\n        if saved.startswith(old):\n            saved = saved[len(old):]", 0),
        ("for old in old_prompts:\n        client.send(old)", 1),
        ("if saved in old_prompts:\n        return old_prompts[-1]", 1),
        ("for old in old_prompts:\n        if saved.startswith(old):\n            return old", 1),
    ],
)
def test_texts_that_are_only_compared_are_never_sent(then: str, count: int) -> None:
    text = "You are an assistant. Never run code without asking first. Be kind. Never run code without asking first."
    body = f'def migrate_prompt(saved, client):\n    old_prompts = [\n        "{text}",\n    ]\n    {then}\n'
    body += "\n\nmigrate_prompt('', None)\n"
    assert len(check(body)) == count


def test_a_text_file_that_no_code_loads_is_doubted() -> None:
    text = (
        "You are an assistant.\nNever run code without asking first.\nBe kind.\nNever run code without asking first.\n"
    )
    (finding,) = findings({"pkg/__init__.py": "", "pkg/app.py": USED, "pkg/prompts/sum_up.txt": text}, *RULES)
    assert finding.confidence is Confidence.LOW
    assert "no code is seen to load `sum_up.txt`" in finding.evidence


def test_what_a_file_without_prompts_uses_is_used() -> None:
    body = f"def _manual_page():\n    return {BLOATED}\n"
    start = "import pkg\n\npkg._manual_page()\n"
    assert not may_matter(start.encode())
    assert check(body) == []
    assert len(check(body, start=start)) == 1


def test_a_constant_that_only_an_unused_function_of_another_file_uses_is_doubted() -> None:
    body = f"MANUAL_PROMPT = {BLOATED}\n"
    user = "from pkg.prompts import MANUAL_PROMPT as TEXT\n\n\ndef old_prompt():\n    return {}\n"
    (finding,) = check(body, old=user.format("TEXT"))
    assert "nothing in the project calls `old_prompt`" in finding.evidence
    (finding,) = check(body, old=user.format("None"))  # it may be there for others to import
    assert not any("nothing in the project" in one for one in finding.evidence)


def test_what_is_said_twice_where_nobody_sends_it_is_silent() -> None:
    rule = "Never name a page that is not in the manual."
    body = f'def get_manual_prompt():\n    return """You know a manual.\n{rule}\nBe kind.\n{rule}\n"""\n'
    assert check(body) == []
    assert len(check(f"{body}\n\nget_manual_prompt()\n")) == 1


def test_json_for_which_there_are_two_doubts_is_silent() -> None:
    body = 'import json\n\n\ndef get_manual_prompt(pages):\n    """{}"""\n'
    body += (
        "    return f'You are given pages of the manual as JSON, and name the best: {json.dumps(pages, indent=4)}'\n"
    )
    assert len(check(body.replace('"""{}"""', '"""The prompt."""'))) == 1
    assert check(body.replace("{}", "The output matches the old prompt exactly.", 1)) == []


CALL = "client.responses.create(model='gpt-5.5', input=question).output_text"
ASK = f"from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef {{}}(question):\n    return {CALL}\n"


@pytest.mark.parametrize(
    ("ask", "more", "count"),
    [
        pytest.param(ASK.format("_ask"), {}, 0, id="private"),
        pytest.param(ASK.format("ask"), {}, 0, id="in a module that nobody imports"),
        pytest.param(ASK.format("ask"), {"__init__": "from pkg.calls import ask\n"}, 1, id="offered"),
        pytest.param(ASK.format("ask"), {"start": "import pkg.calls\n\npkg.calls.ask('')\n"}, 1, id="called"),
        pytest.param(
            ASK.format("_ask") + "\n\nclass Bot:\n    def answer(self, question):\n        return _ask(question)\n",
            {},
            1,
            id="behind a method that others may call",
        ),
    ],
)
def test_a_call_that_nobody_gets_to_costs_nothing(
    ask: str, more: dict[str, str], count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"__init__": "", "app": SENDS, "prompts": USED, "calls": ask} | more
    for name, text in files.items():
        path = tmp_path / "pkg" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    session = open_session(tmp_path, isolated=True, overrides={"select": ["unread-usage"]})
    found = analyse_files(sorted(str(path) for path in tmp_path.rglob("*.py")), session).findings
    assert sum(one.place.path.endswith("calls.py") for one in found) == count


def test_of_a_script_nobody_knows_who_starts_it(tmp_path: Path) -> None:
    (tmp_path / "start.py").write_text(ASK.format("ask"), encoding="utf-8")
    (tmp_path / "texts.py").write_text(USED, encoding="utf-8")
    (tmp_path / "more.py").write_text("from texts import used_prompt\n", encoding="utf-8")
    session = open_session(tmp_path, isolated=True, overrides={"select": ["unread-usage"]})
    assert len(analyse_files(sorted(map(str, tmp_path.glob("*.py"))), session).findings) == 1
