"""Asking rules: who is asked about what, and what a rule that fails costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from promptlint.finding import Finding, Severity
from promptlint.project import CallSite, Place, Prompt
from promptlint.registry import Registry
from promptlint.rule import Context, Rule
from promptlint.run import Analysis, examine
from promptlint.session import open_session
from promptlint.suppress import Suppression
from promptlint.tree import tree_of
from sample_rules import PROGRAM, Crash, PleaseWord, VeryWord

TEXTS = 'SYSTEM = "You are a very helpful assistant. Answer each question in one sentence."\n'
CALLS = """\
from openai import OpenAI
from texts import SYSTEM

def ask(question: str) -> object:
    return OpenAI().responses.create(model="gpt-4o", instructions=SYSTEM, input=question)

def ask_again(question: str) -> object:
    return OpenAI().responses.create(model="gpt-4o", instructions=SYSTEM, input=question)
"""


@dataclass(frozen=True)
class AtPrompt(Rule):
    """Looks at calls and reports at their prompts, which may stand in another file."""

    code = "TST201"
    name = "at-prompt"

    def check_call(self, call: CallSite, context: Context) -> Iterable[Finding]:
        for prompt in call.prompts:
            yield self.finding(context.project.prompt_by_id[prompt].place, "here", severity=Severity.LOW)


@dataclass(frozen=True)
class AtComment(Rule):
    """Reports each suppression comment that is not used."""

    code = "TST202"
    name = "at-comment"

    def check_suppression(self, suppression: Suppression, context: Context) -> Iterable[Finding]:
        if not suppression.used:
            yield self.finding(suppression.place, "unused", severity=Severity.LOW)


@dataclass(frozen=True)
class Elsewhere(Rule):
    """Reports in a file that nobody read."""

    code = "TST203"
    name = "elsewhere"

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        yield self.finding(Place("no.py", 0, 1), "there", severity=Severity.LOW)


@dataclass(frozen=True)
class Census(Rule):
    """Reports the last prompt with the number of all; the option makes it crash."""

    code = "TST204"
    name = "census"
    crash: bool = False

    def check_project(self, context: Context) -> Iterable[Finding]:
        prompts = context.project.prompts
        if self.crash:
            raise ValueError("boom")
        yield self.finding(prompts[-1].place, f"{len(prompts)} prompts", severity=Severity.LOW)


def analysed(folder: Path, files: dict[str, str], *rules: type[Rule]) -> Analysis:
    tree = tree_of({path: text.encode() for path, text in files.items()})
    assert tree.problems == ()
    return examine(tree, open_session(folder, rules=Registry(rules)))


def test_the_same_finding_through_two_calls_is_one(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, {"texts.py": TEXTS, "app.py": CALLS}, AtPrompt)
    assert len(analysis.project.calls) == 2
    assert [(finding.place.path, finding.place.start) for finding in analysis.findings] == [("texts.py", 9)]


def test_a_rule_sees_the_project_as_a_whole_once(tmp_path: Path) -> None:
    found = analysed(tmp_path, {"a.py": PROGRAM, "b.py": PROGRAM}, Census).findings
    assert [(finding.place.path, finding.message) for finding in found] == [("b.py", "2 prompts")]


def test_what_a_rule_says_of_the_project_counts_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("promptlint.yaml").write_text("per-file-ignores: {b.py: [census]}\n")
    assert analysed(tmp_path, {"a.py": PROGRAM, "b.py": PROGRAM}, Census).findings == ()


def test_a_rule_that_crashes_on_the_project_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("promptlint.yaml").write_text("rules: {census: {crash: true}}\n")
    analysis = analysed(tmp_path, {"a.py": PROGRAM, "b.py": PROGRAM}, Census, VeryWord)
    assert [problem.message for problem in analysis.problems] == [
        "rule census crashed: ValueError: boom; please report this"
    ]
    assert [finding.rule for finding in analysis.findings] == ["very-word"] * 2


def test_a_rule_ignored_where_its_finding_stands_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("promptlint.yaml").write_text("per-file-ignores: {texts.py: [at-prompt]}\n")
    assert analysed(tmp_path, {"texts.py": TEXTS, "app.py": CALLS}, AtPrompt).findings == ()


def test_a_rule_that_crashed_is_not_asked_again_about_that_file(tmp_path: Path) -> None:
    boom = "\n".join(PROGRAM.replace("assistant", "boom").replace("SYSTEM", name) for name in ("FIRST", "SECOND"))
    analysis = analysed(tmp_path, {"a.py": boom, "b.py": boom}, VeryWord, Crash)
    assert len(analysis.project.prompts) == 4
    assert [(problem.path, problem.line) for problem in analysis.problems] == [("a.py", 4), ("b.py", 4)]
    assert [finding.rule for finding in analysis.findings] == ["very-word"] * 4


def test_a_finding_in_a_file_that_was_not_read_is_a_crash_of_the_rule(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, {"a.py": PROGRAM}, Elsewhere)
    assert analysis.findings == ()
    assert "rule elsewhere crashed: ValueError: it reported no.py, which was not read" in analysis.problems[0].message


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("ignore[very-word]", []),
        ("ignore[please-word]", ["TST101", "TST202"]),
        # This rule crashes on the file: nobody knows whether the comment is needed.
        ("ignore[crash]", ["TST101"]),
    ],
)
def test_comments_are_judged_by_what_they_silenced(tmp_path: Path, comment: str, codes: list[str]) -> None:
    program = PROGRAM.replace("assistant", "boom").replace(", please,", "")
    program = program.replace('sentence."""', f'sentence."""  # promptlint: {comment}')
    found = analysed(tmp_path, {"a.py": program}, VeryWord, PleaseWord, Crash, AtComment)
    assert [finding.code for finding in found.findings] == codes


def test_a_finding_about_a_comment_can_be_silenced(tmp_path: Path) -> None:
    program = PROGRAM.replace("very ", "").replace('sentence."""', 'sentence."""  # promptlint: ignore[very-word]')
    assert len(analysed(tmp_path, {"a.py": program}, VeryWord, AtComment).findings) == 1
    program += "# promptlint: ignore-file[at-comment]\n"
    found = analysed(tmp_path, {"a.py": program}, VeryWord, AtComment)
    assert [finding.code for finding in found.findings] == []
    assert len(found.suppressed) == 1


def test_findings_are_in_order_of_place(tmp_path: Path) -> None:
    files = {"b.py": PROGRAM, "a.py": PROGRAM.replace("assistant", "and very kind assistant")}
    found = analysed(tmp_path, files, AtPrompt, VeryWord).findings
    places = [(finding.place.path, finding.place.start, finding.code) for finding in found]
    assert places == sorted(places)
    assert len(places) == 5
