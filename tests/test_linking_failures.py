"""Linking that fails over a file costs that file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from promptlint.link.contents import with_holes
from promptlint.link.matching import Matcher
from promptlint.link.values import Text
from promptlint.project import Project
from promptlint.promptfiles import Listed, TextFiles
from promptlint.tree import read_tree, tree_of
from sample_rules import PROGRAM


def test_a_file_over_which_linking_fails_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Matcher.match

    def match(self: Matcher, module: Any, *args: Any) -> Any:
        if module.path == "bad.py":
            raise ZeroDivisionError("never mind")
        return original(self, module, *args)

    monkeypatch.setattr(Matcher, "match", match)
    tree = tree_of({"bad.py": PROGRAM.encode(), "good.py": PROGRAM.encode()})
    (problem,) = tree.problems
    assert (problem.path, problem.passing) == ("bad.py", True)
    assert "could not be analysed: ZeroDivisionError: never mind" in problem.message
    assert [call.place.path for call in tree.project.calls] == ["good.py"]


def test_where_linking_fails_over_all_files_each_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(modules: Any, *args: Any) -> Project:
        if not modules:
            return Project({}, (), ())
        raise ZeroDivisionError

    monkeypatch.setattr("promptlint.linking.link", link)
    tree = tree_of({"a.py": PROGRAM.encode(), "b.py": PROGRAM.encode()})
    assert [problem.path for problem in tree.problems] == ["a.py", "b.py"]
    assert set(tree.project.modules) == {"a.py", "b.py"}


def test_a_text_file_over_which_linking_fails_costs_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def failing(text: Text) -> Text:
        if text.root and text.root.path == "bad.txt":
            raise ZeroDivisionError("never mind")
        return with_holes(text)

    monkeypatch.setattr("promptlint.link.filetexts.with_holes", failing)
    names = ("bad.txt", "good.txt")
    for name in names:
        (tmp_path / name).write_text("You are a clerk of the shop.")
    (tmp_path / "app.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    texts = TextFiles(str(tmp_path), [str(tmp_path)], [Listed(name, declared=True, within=name) for name in names])
    tree = read_tree(["app.py"], texts=texts)
    assert [problem.path for problem in tree.problems] == ["bad.txt"]
    assert {prompt.place.path for prompt in tree.project.prompts} == {"app.py", "good.txt"}


def test_where_linking_fails_over_a_text_file_it_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("promptlint.linking.link", lambda *_: 1 / 0)
    (tmp_path / "p.txt").write_text("You are a clerk.")
    texts = TextFiles(str(tmp_path), [str(tmp_path)], [Listed("p.txt", declared=True, within="p.txt")])
    assert [problem.path for problem in read_tree([], texts=texts).problems] == ["p.txt"]
