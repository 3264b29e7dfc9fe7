"""Two small packages with one prompt, as fixtures, and what tests change of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner

from promptlint import linking
from promptlint.cli import main
from promptlint.facts import ModuleFacts
from promptlint.link import link
from promptlint.link.tables import CallTable
from promptlint.project import Project
from promptlint.promptfiles import TextFiles

LLM = """
from openai import OpenAI

client = OpenAI()


def ask(instructions, question):
    return client.responses.create(model="gpt-4.1", instructions=instructions, input=question).output_text
"""
RULES = (
    "You are the assistant of a bookshop. Answer the question of the customer in one short sentence. Name the shelf on"
    " which the book stands, and the price with two digits. Where the book is not in the shop, say when it can be"
    " there, and offer to put one aside. Never guess a title: ask for the name of the author. Do not speak of others."
)
APP = f"""
from {{package}}.llm import ask

RULES = "{RULES}"


def main(question):
    return ask(RULES, question)
"""

FORMAT = ("--output-format", "json", "--jobs", "1")

Check: TypeAlias = Callable[..., str]


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two packages that import nothing of each other and keep the same prompt."""
    monkeypatch.chdir(tmp_path)
    for package in ("one", "two"):
        folder = Path(f"{package}-1.0", package)
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "llm.py").write_text(LLM)
        (folder / "app.py").write_text(APP.format(package=package))


@pytest.fixture
def distributed(shops: None) -> None:
    """Each of the two is distributed by itself."""
    Path("one-1.0", "pyproject.toml").write_text("")
    Path("two-1.0", "two-1.0.dist-info").mkdir()


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first file of each part that is linked."""
    seen: list[str] = []

    def noted(modules: Iterable[ModuleFacts], files: TextFiles, declared: Sequence[CallTable]) -> Project:
        modules = list(modules)
        seen.append(modules[0].path.partition("/")[0])
        return link(modules, files, declared)

    monkeypatch.setattr(linking, "link", noted)
    return seen


@pytest.fixture
def check(linked: list[str]) -> Check:
    """What `check` finds with the cache, which is what it finds without one."""

    def run(*args: str) -> str:
        linked.clear()
        found = CliRunner().invoke(main, ["check", ".", *FORMAT, "--cache-dir", "cache", *args])
        again = [*linked]
        expected = CliRunner().invoke(main, ["check", ".", *FORMAT, "--no-cache", *args])
        linked[:] = again
        assert (found.stdout, found.stderr, found.exit_code) == (expected.stdout, expected.stderr, expected.exit_code)
        return found.stdout

    return run


def edit(path: str, old: str, new: str) -> Callable[[], object]:
    return lambda: Path(path).write_text(Path(path).read_text().replace(old, new))


def write(path: str, text: str) -> Callable[[], object]:
    def step() -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)

    return step


def loads(package: str, what: str) -> Callable[[], object]:
    """The prompt of a package is what an expression reads."""
    return edit(f"{package}-1.0/{package}/app.py", f'"{RULES}"', what)


BLANKS = f"{RULES}\n\n\n\n{RULES}\n"
PROMPT_FILE = "prompts/system_prompt.txt"
LOADED = f'open("{PROMPT_FILE}").read()'
ONE = "one-1.0/one/app.py"
UNUSED = f'def _unused():\n    prompt = "{RULES}  \\n{RULES}"\n\n\ndef main'
