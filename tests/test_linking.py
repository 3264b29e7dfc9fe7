"""Linking part by part: packages that know nothing of each other are linked apart, by processes too."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest

from promptlint import forks, linking
from promptlint.link import link
from promptlint.link.names import Module
from promptlint.link.parts import parts_of
from promptlint.project import Project
from promptlint.promptfiles import Listed, TextFiles
from promptlint.scanning import Scanner
from promptlint.tree import Tree, read_tree

LLM = """
from openai import OpenAI

client = OpenAI()


def ask(prompt, model="{model}"):
    return client.responses.create(model=model, instructions=open("prompts/shared.txt").read(), input=prompt)
"""
APP = """
import os

from {package}.llm import ask

RULES = "You are a {package} bot. Answer in one short sentence."


def main(question):
    return ask(RULES + os.linesep + question)
"""
SHARED = "You are the assistant of a shop. Answer the question of the customer."
OWN = "You are the assistant of {package}. Answer the question of the customer."


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two packages that load one text file, a text file in each, and a script called like a module of Python."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(linking, "WORTH_FORKING", 1)
    for package, model in (("one", "gpt-4.1"), ("two", "gpt-5.5")):
        folder = Path(package)
        (folder / "prompts").mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "llm.py").write_text(LLM.format(model=model))
        (folder / "app.py").write_text(APP.format(package=package))
        (folder / "prompts" / "own_prompt.txt").write_text(OWN.format(package=package))
    Path("prompts").mkdir()
    Path("prompts/shared.txt").write_text(SHARED)
    Path("scripts").mkdir()
    Path("scripts/os.py").write_text('PROMPT = "You are a bot that answers questions about the machine."\n')
    return sorted(str(path) for path in Path().rglob("*.py"))


def read(files: list[str], scanner: Scanner | None = None) -> Tree:
    listed = [Listed(str(path), False, str(path)) for path in sorted(Path().rglob("own_prompt.txt"))]
    texts = TextFiles(os.getcwd(), (os.getcwd(),), [one for one in listed if any(one.path[:3] == f[:3] for f in files)])
    return read_tree(files, texts=texts, scanner=scanner or Scanner())


def test_packages_that_import_nothing_of_each_other_are_parts(files: list[str]) -> None:
    parts = [[facts.path for facts in part] for part in parts_of(read(files).project.modules)]
    assert [part[0].partition("/")[0] for part in parts if part[0].endswith(".py")] == ["one", "scripts", "two"]
    Path("two/llm.py").write_text(LLM.format(model="gpt-5.5") + "import one.app\n")
    joined = [[facts.path for facts in part] for part in parts_of(read(files).project.modules)]
    assert [part[0].partition("/")[0] for part in joined if part[0].endswith(".py")] == ["one", "scripts"]


def test_a_package_can_mean_the_plain_modules_above_it_and_no_others(files: list[str]) -> None:
    rules = 'RULES = "You are a bot for {place}. Answer in one short sentence."\n'
    Path("scripts/rules.py").write_text(rules.format(place="scripts"))
    app = Path("one/app.py")
    app.write_text("from rules import RULES\n" + APP.format(package="one").replace("RULES =", "OWN ="))

    def sent() -> set[str]:
        paths = sorted(str(path) for path in Path().rglob("*.py"))
        calls = [call for call in read(paths).project.calls if call.place.path == "one/app.py"]
        return {message.template.text.partition("{")[0] for call in calls for message in call.messages}

    assert not any("scripts" in text for text in sent())
    Path("rules.py").write_text(rules.format(place="the shop"))
    assert any("You are a bot for the shop." in text for text in sent())


def test_a_folder_without_init_belongs_to_the_package_around_it(files: list[str]) -> None:
    Path("one/kept").mkdir()
    Path("one/kept/rules.py").write_text('RULES = "You are a kept bot. Answer in one short sentence."\n')
    Path("one/app.py").write_text(
        "from one.kept.rules import RULES\n" + APP.format(package="one").replace("RULES =", "X =")
    )
    Path("one/loaded").mkdir()
    Path("one/loaded/other.py").write_text('PROMPT = "You are a bot that is loaded by its name."\n')
    tree = read(sorted(str(path) for path in Path("one").rglob("*.py")))
    assert len(parts_of({path: facts for path, facts in tree.project.modules.items() if path.endswith(".py")})) == 1
    (call,) = (call for call in tree.project.calls if call.place.path == "one/app.py")
    assert any("You are a kept bot." in message.template.text for message in call.messages)


def test_a_part_is_what_it_is_alone(files: list[str]) -> None:
    together = read(files).project
    for package in ("one", "two"):
        alone = read([path for path in files if path.startswith(package)]).project
        assert [call for call in together.calls if call.place.path.startswith(package)] == list(alone.calls)
        own = [prompt for prompt in together.prompts if prompt.place.path.startswith(package)]
        assert own == [prompt for prompt in alone.prompts if prompt.place.path.startswith(package)]
        assert f"{package}/prompts/own_prompt.txt" in {prompt.place.path for prompt in own}


def test_a_text_file_that_two_parts_load_is_one_prompt(files: list[str]) -> None:
    (shared,) = (prompt for prompt in read(files).project.prompts if prompt.place.path == "prompts/shared.txt")
    assert {call.partition("/")[0] for call in shared.calls} == {"one", "two"}


def test_what_linking_took_is_free_when_it_ends(files: list[str]) -> None:
    modules = [facts for path, facts in read(files).project.modules.items() if path.endswith(".py")]
    gc.collect()
    gc.disable()
    try:
        project = link(modules)
        left = [one for one in gc.get_objects() if type(one) is Module]
    finally:
        gc.enable()
    assert project.prompts
    assert left == []


def test_processes_change_nothing(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    here, parent = read(files), os.getpid()
    reading, writing = os.pipe()
    waited: list[bytes] = []

    def noted(*args: Any) -> Project:
        if os.getpid() != parent:
            os.write(writing, b".")
        elif forks.can_fork() and not waited:
            waited.append(os.read(reading, 1))  # until a fork links another part
        return link(*args)

    monkeypatch.setattr(linking, "link", noted)
    there = read(files, Scanner(processes=2))
    assert there.project == here.project
    assert there.texts.asked == here.texts.asked
    assert list(there.project.modules) == list(here.project.modules)
