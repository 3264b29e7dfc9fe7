"""The fix engine: what it writes, what it leaves alone, and what it refuses."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.finding import Applicability, Finding, Fix, Severity
from promptlint.fix import Fixed, apply_edits, fix_files, unchanged_outside, write_fixed
from promptlint.project import Prompt
from promptlint.registry import Registry
from promptlint.rule import Context, Rule
from promptlint.run import Analysis, examine
from promptlint.session import open_session
from promptlint.source import Source
from promptlint.template import Edit
from promptlint.tree import updated
from promptlint.write import Replacement, WriteError, replace_files
from rule_run import analyse_files
from sample_rules import PROGRAM, PleaseWord, VeryWord

SAFE = frozenset({Applicability.SAFE})
ALL = frozenset(Applicability)
FixRun = Callable[..., Fixed]


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FixRun:
    """Writes files, fixes them with the given rules, and writes the result."""
    monkeypatch.chdir(tmp_path)

    def run(
        files: Mapping[str, bytes],
        *rules: type[Rule],
        allowed: frozenset[Applicability] = SAFE,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Fixed:
        for name, content in files.items():
            Path(name).write_bytes(content)
        session = open_session(tmp_path, isolated=True, rules=Registry(rules))
        analysis = analyse_files(files, session)
        assert analysis.problems == ()

        def reanalyse(sources: Mapping[str, Source]) -> Analysis:
            return examine(updated(analysis.tree, sources), session)

        fixed = fix_files(analysis, reanalyse, allowed)
        meanwhile()
        return write_fixed(fixed, reanalyse)

    return run


def edit_rule(make: Callable[[Prompt, str], Iterable[Edit]], number: int = 901) -> type[Rule]:
    """A rule that gives every prompt a safe fix with the edits that `make` says."""

    @dataclass(frozen=True)
    class EditRule(Rule):
        code = f"TST{number}"
        name = f"edit-{number}"

        def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
            if edits := tuple(make(prompt, prompt.template.text)):
                yield self.finding(
                    prompt.place, f"{number}", severity=Severity.LOW, fix=Fix(Applicability.SAFE, "Edit", edits)
                )

    return EditRule


def swap(old: str, new: str) -> Callable[[Prompt, str], Iterable[Edit]]:
    """Edits that replace the first `old` of a prompt by `new`."""

    def make(prompt: Prompt, text: str) -> Iterable[Edit]:
        start = text.find(old)
        return (prompt.template.replace(start, start + len(old), new) or ()) if start >= 0 else ()

    return make


@pytest.mark.parametrize(
    ("encoding", "bom", "newline"),
    [("utf-8", b"", "\n"), ("utf-8", b"\xef\xbb\xbf", "\n"), ("utf-8", b"", "\r\n"), ("iso-8859-1", b"", "\r\n")],
)
def test_a_safe_fix_changes_its_range_and_nothing_else(fix: FixRun, encoding: str, bom: bytes, newline: str) -> None:
    program = f"# -*- coding: {encoding} -*-\n# é, and a comment   \n{PROGRAM}"
    old = bom + program.replace("\n", newline).encode(encoding)
    fixed = fix({"app.py": old}, VeryWord, PleaseWord)
    assert Path("app.py").read_bytes() == old.replace(b"very ", b"")
    assert fixed.changed == ("app.py",)
    assert [finding.rule for finding in fixed.applied] == ["very-word"]
    assert [finding.rule for finding in fixed.after.findings] == ["please-word"]
    assert fixed.problems == ()


def test_unsafe_fixes_are_applied_when_allowed(fix: FixRun) -> None:
    fix({"app.py": PROGRAM.encode()}, VeryWord, PleaseWord, allowed=ALL)
    assert Path("app.py").read_text() == PROGRAM.replace("very ", "").replace(" please,", "")


def test_a_second_run_changes_nothing(fix: FixRun) -> None:
    fix({"app.py": PROGRAM.encode()}, VeryWord)
    content = Path("app.py").read_bytes()
    assert fix({"app.py": content}, VeryWord).changed == ()
    assert Path("app.py").read_bytes() == content


def test_overlapping_fixes_are_applied_one_after_the_other(fix: FixRun) -> None:
    first = edit_rule(swap("very helpful", "helpful"), 901)
    second = edit_rule(swap("helpful assistant", "assistant"), 902)
    fixed = fix({"app.py": PROGRAM.encode()}, first, second)
    assert "You are a assistant." in Path("app.py").read_text()
    assert [finding.rule for finding in fixed.applied] == ["edit-901", "edit-902"]


def test_two_findings_with_the_same_edit_are_both_fixed_by_it(fix: FixRun) -> None:
    fixed = fix({"app.py": PROGRAM.encode()}, edit_rule(swap("very ", ""), 901), edit_rule(swap("very ", ""), 902))
    assert Path("app.py").read_text() == PROGRAM.replace("very ", "")
    assert len(fixed.applied) == 2


def test_fixes_without_an_end_leave_the_file_as_it_was(fix: FixRun) -> None:
    there, back = edit_rule(swap("very helpful", "really helpful"), 901), edit_rule(swap("really ", "very "), 902)
    program = PROGRAM.encode()
    fixed = fix({"app.py": program, "other.py": program.replace(b"very helpful", b"nice")}, there, back)
    assert Path("app.py").read_bytes() == program
    assert (fixed.changed, fixed.applied) == ((), ())
    (problem,) = fixed.problems
    assert problem.path == "app.py"
    assert "do not come to an end after 10 passes" in problem.message


def test_a_fix_that_breaks_the_file_is_dropped_and_the_others_applied(fix: FixRun) -> None:
    broken = edit_rule(lambda prompt, _: [Edit(prompt.place.path, prompt.place.end - 1, prompt.place.end, "")], 901)
    fixed = fix({"app.py": PROGRAM.encode()}, VeryWord, broken)
    assert Path("app.py").read_text() == PROGRAM.replace("very ", "")
    (problem,) = fixed.problems
    assert problem.message == "fix of edit-901 dropped: the result would not parse; please report this"
    assert (problem.path, problem.line) == ("app.py", 4)


def test_of_two_fixes_that_break_the_file_together_the_first_is_applied(fix: FixRun) -> None:
    source = b'from openai import OpenAI\nOpenAI().responses.create(0, input="You are the clerk of a shop.")\n'
    first, text = source.index(b"0"), source.index(b'"')
    named = edit_rule(lambda one, _: [Edit("a.py", first, first, "n=")] if one.place.start == text else [], 901)
    bare = edit_rule(lambda one, _: [Edit("a.py", one.place.start - 6, one.place.start, "")], 902)
    fixed = fix({"a.py": source}, named, bare)
    assert Path("a.py").read_bytes() == source.replace(b"(0", b"(n=0")
    assert [problem.message.split(":")[0] for problem in fixed.problems] == ["fix of edit-902 dropped"]


def test_a_fix_that_the_encoding_of_the_file_cannot_hold_is_dropped(fix: FixRun) -> None:
    program = b"# coding: ascii\n" + PROGRAM.encode()
    fixed = fix({"app.py": program}, edit_rule(swap("very", "très"), 901))
    assert Path("app.py").read_bytes() == program
    assert "fix of edit-901 dropped" in fixed.problems[0].message


def test_a_fix_that_says_another_encoding_is_dropped(fix: FixRun) -> None:
    """Python reads the encoding of a file in its first two lines: taking the first one away can move it there."""
    content = b"# one\n# two\n# vim: set fileencoding=latin-1 :\n" + PROGRAM.replace("very", "tr\u00e8s").encode()
    first = edit_rule(lambda prompt, text: [Edit(prompt.place.path, 0, 6, "")])
    fixed = fix({"app.py": content}, first)
    assert (fixed.changed, Path("app.py").read_bytes()) == ((), content)
    assert "the result would be read in another encoding" in fixed.problems[0].message


def test_edits_that_overlap_each_other_are_dropped(fix: FixRun) -> None:
    overlapping = edit_rule(
        lambda prompt, _: [Edit(prompt.place.path, 30, 35, "x"), Edit(prompt.place.path, 32, 40, "y")]
    )
    fixed = fix({"app.py": PROGRAM.encode()}, overlapping)
    assert Path("app.py").read_text() == PROGRAM
    assert "its edits overlap each other or lie outside the source" in fixed.problems[0].message


def test_inserted_lines_end_as_the_lines_of_the_file(fix: FixRun) -> None:
    program = PROGRAM.replace("\n", "\r\n").encode()
    fix({"app.py": program}, edit_rule(swap("very ", "\n")))
    assert Path("app.py").read_bytes() == program.replace(b"very ", b"\r\n")


def both_files(prompt: Prompt, text: str) -> Iterable[Edit]:
    """A fix that deletes the word in a.py and in b.py, which are alike."""
    start = text.find("very ")
    edits = (prompt.template.replace(start, start + 5) or ()) if start >= 0 else ()
    return [Edit(path, edit.start, edit.end, edit.text) for edit in edits for path in ("a.py", "b.py")]


def test_a_fix_of_several_files_is_applied_to_all(fix: FixRun) -> None:
    fixed = fix({"a.py": PROGRAM.encode(), "b.py": PROGRAM.encode()}, edit_rule(both_files))
    assert fixed.changed == ("a.py", "b.py")
    assert {Path(name).read_text() for name in ("a.py", "b.py")} == {PROGRAM.replace("very ", "")}


def test_a_fix_of_several_files_is_written_to_all_or_none(fix: FixRun) -> None:
    files = {name: PROGRAM.encode() for name in ("a.py", "b.py")}
    newer = PROGRAM.replace("very", "most").encode()
    fixed = fix(files, edit_rule(both_files), meanwhile=lambda: Path("b.py").write_bytes(newer))
    assert Path("a.py").read_text() == PROGRAM
    assert Path("b.py").read_bytes() == newer
    assert (fixed.changed, fixed.applied) == ((), ())
    (problem,) = fixed.problems
    assert (problem.path, problem.message) == ("b.py", "not written: the file changed since it was read")


def test_independent_files_are_written_when_one_cannot_be(fix: FixRun) -> None:
    files = {name: PROGRAM.encode() for name in ("a.py", "b.py")}
    fixed = fix(files, VeryWord, meanwhile=lambda: Path("b.py").unlink())
    assert Path("a.py").read_text() == PROGRAM.replace("very ", "")
    assert fixed.changed == ("a.py",)
    assert [problem.path for problem in fixed.problems] == ["b.py"]


def test_writing_keeps_mode_and_symbolic_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.py", tmp_path / "link.py"
    target.write_bytes(b"old")
    target.chmod(0o755)
    link.symlink_to(target)
    replace_files({str(link): Replacement(b"old", b"new")})
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o755
    assert sorted(os.listdir(tmp_path)) == ["link.py", "target.py"]


def test_a_refused_write_leaves_no_trace(tmp_path: Path) -> None:
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_bytes(b"old")
    second.write_bytes(b"newer")
    with pytest.raises(WriteError, match="changed since it was read"):
        replace_files({str(first): Replacement(b"old", b"new"), str(second): Replacement(b"old", b"new")})
    assert (first.read_bytes(), second.read_bytes()) == (b"old", b"newer")
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py"]


def test_a_write_protected_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    # Asked of the system, since root may write everything.
    with patch("os.access", return_value=False), pytest.raises(WriteError, match="write-protected"):
        replace_files({str(path): Replacement(b"old", b"new")})
    assert path.read_bytes() == b"old"


@st.composite
def edited_text(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(alphabet="abc\n", max_size=30))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit("x", start, end, draw(st.text(alphabet="xyz", max_size=3))) for start, end in pairs]


@given(edited_text())
def test_edits_change_their_ranges_only(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    new = apply_edits(text, edits)
    assert unchanged_outside(text, new, edits)
    # The text has none of these letters, so whatever is added is outside every edit.
    assert not unchanged_outside(text, new + "Z", edits)
    assert not unchanged_outside(text, "Z" + new, edits)
    remaining = "".join(char for char in new if char not in "xyz")
    deleted = sum(edit.end - edit.start for edit in edits)
    assert len(remaining) == len(text) - deleted
