"""The projects of a run: which files rules see together."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bookshops import LLM, LOADED, PROMPT_FILE, RULES, Check, edit, loads, write
from promptlint.discover import discover
from promptlint.projects import paths_of
from promptlint.promptfiles import TextFiles
from promptlint.session import open_session
from promptlint.tree import read_tree


def projects(*paths: str) -> list[list[str]]:
    """The folders of the files of each project."""
    found = discover(paths or ["."], open_session(isolated=True).resolver)
    tree = read_tree(found.files, texts=TextFiles(listed=found.texts), project_roots=found.project_roots)
    return [sorted({os.path.dirname(path) for path in paths_of(one.files)}) for one in tree.linked]


def duplicates(report: str) -> list[str]:
    return [one["file"] for one in json.loads(report)["findings"] if one["rule"] == "duplicate-prompt"]


def test_a_run_without_marks_is_one_project(shops: None, check: Check) -> None:
    assert projects() == [["one-1.0/one", "two-1.0/two"]]
    assert duplicates(check()) == ["two-1.0/two/app.py"]


def test_what_is_distributed_by_itself_is_a_project(distributed: None, check: Check) -> None:
    assert projects() == [["one-1.0/one"], ["two-1.0/two"]]
    assert duplicates(check()) == []


def test_files_below_no_root_are_a_project_together(distributed: None) -> None:
    for name in ("tools/a.py", "scripts/b.py"):
        Path(name).parent.mkdir()
        Path(name).write_text(f'PROMPT = "{RULES}"\n')
    assert projects() == [["one-1.0/one"], ["scripts", "tools"], ["two-1.0/two"]]


def test_a_root_inside_another_is_a_project_of_its_own(shops: None) -> None:
    Path("pyproject.toml").write_text("")
    Path("two-1.0", "setup.py").write_text("from setuptools import setup\nsetup()\n")
    assert projects() == [["one-1.0/one"], ["two-1.0/two"]]


@pytest.mark.parametrize(
    "paths",
    [
        ["one-1.0/one", "two-1.0/two"],
        ["one-1.0/one/app.py", "one-1.0/one/llm.py", "two-1.0/two/app.py", "two-1.0/two/llm.py"],
    ],
    ids=["folders inside", "files"],
)
def test_a_project_is_known_however_its_files_are_named(distributed: None, paths: list[str]) -> None:
    assert projects(*paths) == [["one-1.0/one"], ["two-1.0/two"]]


def test_files_outside_of_the_working_directory(distributed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    top = os.getcwd()
    monkeypatch.chdir("two-1.0/two")
    assert projects(".", f"/{top}/one-1.0") == [[f"/{top}/one-1.0/one"], [""]]


def test_prompt_files_belong_to_the_project_around_them(distributed: None) -> None:
    for folder in ("one-1.0", "two-1.0", "."):
        Path(folder, "prompts").mkdir()
        Path(folder, "prompts", "rules.txt").write_text(RULES)
    assert projects() == [["one-1.0/one", "one-1.0/prompts", "prompts"], ["two-1.0/prompts", "two-1.0/two"]]
    for path in Path().rglob("*.py"):
        path.unlink()
    assert projects() == [["one-1.0/prompts"], ["prompts"], ["two-1.0/prompts"]]


def test_a_prompt_file_of_two_projects_is_reported_once(distributed: None, check: Check) -> None:
    write(PROMPT_FILE, RULES.replace(". ", ".\n\n\n\n      \n"))()
    loads("one", LOADED)()
    loads("two", LOADED)()
    edit("two-1.0/two/llm.py", "gpt-4.1", "claude-sonnet-4-6")()
    report = json.loads(check("--select", "whitespace-bloat"))
    assert [one["file"] for one in report["findings"]] == [PROMPT_FILE]
    assert report["summary"]["prompts"] == 1
    assert report["summary"]["input_tokens_saved"] == report["findings"][0]["saving"]["input_tokens"]


def test_what_imports_another_project_belongs_to_it(distributed: None, check: Check) -> None:
    app = Path("two-1.0", "two", "app.py")
    app.write_text(app.read_text() + "\n\nimport one.llm\n")
    assert projects() == [["one-1.0/one", "two-1.0/two"]]
    assert duplicates(check()) == ["two-1.0/two/app.py"]


def test_the_gate_does_not_change_which_of_two_modules_a_name_means(distributed: None, check: Check) -> None:
    write("one-1.0/zz/x/y.py", f'TEXT = "{RULES}"\nPROMPT = TEXT\n')()
    write("one-1.0/aa/x/y.py", f'TEXT = "{RULES.replace("bookshop", "library")}"\n')()
    write("one-1.0/kk/main.py", LLM + "\nfrom x.y import TEXT\nask(TEXT, '')\n")()
    gated = json.loads(check())["findings"]
    assert gated == json.loads(check("--no-gate"))["findings"]
