"""Suppression comments: which findings they silence, what is unused, and taking them away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from promptlint.finding import Confidence, Finding, Severity
from promptlint.project import Place
from promptlint.scan import scan
from promptlint.source import decode
from promptlint.suppress import Filtered, Suppression, apply, suppressions

RULES = {
    "whitespace-bloat": "TOK101",
    "duplicate-instruction": "TOK102",
    "missing-cache-marker": "TOK201",
    "unused-suppression": "TOK900",
}


def finding(source: str, target: str, rule: str = "whitespace-bloat", path: str = "a.py") -> Finding:
    """A finding on the first place where `target` stands."""
    start = source.index(target)
    return Finding(
        rule=rule,
        code=RULES[rule],
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        message="",
        place=Place(path, start, start + len(target)),
    )


def everywhere(path: str, rule: str) -> bool:
    return True


def check(source: str, *findings: Finding, ran: Callable[[str, str], bool] = everywhere) -> Filtered:
    facts = scan(decode(source.encode(), "a.py"))
    return apply(findings, {"a.py": facts}, RULES, ran)


def silenced(source: str, target: str = "'p'", rule: str = "whitespace-bloat") -> bool:
    """Whether a finding on `target` is silenced by the comments of `source`."""
    return bool(check(source, finding(source, target, rule)).suppressed)


def fixed(source: str, *findings: Finding) -> str:
    """The source without what its comments hold in vain."""
    edits = [edit for each in check(source, *findings).suppressions if (edit := each.fix_edit())]
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source


def only(source: str, *findings: Finding, ran: Callable[[str, str], bool] = everywhere) -> Suppression:
    (found,) = check(source, *findings, ran=ran).suppressions
    return found


# ---- what is silenced ----


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# promptlint: ignore", True),
        ("#promptlint:ignore", True),
        ("# promptlint: ignore[whitespace-bloat]", True),
        ("# promptlint: ignore[TOK101]", True),
        ("# promptlint: ignore[ TOK201 , whitespace-bloat, ]", True),
        ("# promptlint: ignore[whitespace-bloat] the layout is part of the task, see #12", True),
        ("# promptlint: ignore - all of this is quoted", True),
        ("# noqa: E501  # promptlint: ignore[whitespace-bloat]", True),
        ("# promptlint: ignore[whitespace-bloat]  # noqa", True),
        ("# promptlint: ignore-file", True),
        ("# promptlint: ignore[missing-cache-marker]", False),
        ("# promptlint: ignore[whitespace-blot]", False),
        ("# promptlint: ignore[TOK1]", False),
        ("# promptlint: ignore[]", False),
        ("# promptlint: ignore[whitespace-bloat", False),
        ("# promptlint: ignore whitespace-bloat", False),
        ("# promptlint: ignore(whitespace-bloat)", False),
        ("# promptlint: ignroe[whitespace-bloat]", False),
        ("# promptlint: prompt", False),
        ("# see promptlint: ignore", False),
        ("# ignore[whitespace-bloat]", False),
    ],
)
def test_forms(comment: str, expected: bool) -> None:
    assert silenced(f"x = 'p'  {comment}\n") is expected


def test_a_string_is_no_comment() -> None:
    assert not silenced("x = 'p', '# promptlint: ignore'\n")


def test_a_comment_reaches_its_line_and_no_other() -> None:
    assert not silenced("x = 'p'\ny = 1  # promptlint: ignore\n")
    assert not silenced("y = 1  # promptlint: ignore\nx = 'p'\n")


def test_the_end_of_a_finding_is_exclusive() -> None:
    source = "x = 'p'\ny = 1  # promptlint: ignore\n"
    assert not silenced(source, "'p'\n")


def test_a_finding_reaches_from_its_first_to_its_last_line() -> None:
    text = "'''a\nb\nc'''"
    source = f"f(1,\n  {text},  # promptlint: ignore\n)\n"
    assert silenced(source, text)
    assert silenced(source.replace(",  # promptlint: ignore", ""), text) is False


@pytest.mark.parametrize("line", range(5))
def test_a_comment_anywhere_in_a_statement_covers_all_of_it(line: int) -> None:
    lines = ["call(", "    a='p',", "    b='''", "    ''',", ")"]
    lines[line] += "  # promptlint: ignore"
    # Inside the string it is text, not a comment.
    assert silenced("\n".join(lines) + "\n") is (line != 2)


def test_a_header_and_its_body_are_apart() -> None:
    source = "def f(\n    a='h',\n):  # promptlint: ignore\n    x = 'p'\n"
    assert silenced(source, "'h'")
    assert not silenced(source, "'p'")


@pytest.mark.parametrize(
    "source",
    [
        "# promptlint: ignore\nx = (\n    'p'\n)\n",
        "# promptlint: ignore\n\n# why\nx = 'p'\n",
        "if a:\n    # promptlint: ignore\n    x = 'p'\n",
        "class A:\n    # promptlint: ignore\n    @dec\n    def f(a='p'): ...\n",
        "@dec\n# promptlint: ignore\ndef f(a='p'): ...\n",
        "# promptlint: ignore\na = 1; x = 'p'\n",
        "x = (\n    # promptlint: ignore\n    'p'\n)\n",
    ],
)
def test_a_comment_on_its_own_line_covers_the_next_statement(source: str) -> None:
    assert silenced(source)


@pytest.mark.parametrize(
    "source",
    [
        "# promptlint: ignore\na = 1\nx = 'p'\n",
        "x = 'p'\n# promptlint: ignore\n",
        "a = (\n    # promptlint: ignore\n    1\n)\nx = 'p'\n",
        "# promptlint: ignore\ndef f():\n    x = 'p'\n",
        "def f(\n    # promptlint: ignore\n    a=1,\n):\n    x = 'p'\n",
    ],
)
def test_and_no_further(source: str) -> None:
    assert not silenced(source)


def test_a_whole_file() -> None:
    source = "x = 'p'\ny = 'q'\n# promptlint: ignore-file[TOK101]\n"
    findings = (
        finding(source, "'p'"),
        finding(source, "'q'"),
        finding(source, "'q'", "duplicate-instruction"),
    )
    result = check(source, *findings)
    assert result.suppressed == findings[:2]
    assert result.kept == findings[2:]


def test_a_comment_speaks_for_its_own_file_only() -> None:
    first, second = "# promptlint: ignore-file\nx = 'p'\n", "y = 1\nx = 'p'\n"
    modules = {"a.py": scan(decode(first.encode(), "a.py")), "b.py": scan(decode(second.encode(), "b.py"))}
    result = apply([finding(first, "'p'"), finding(second, "'p'", path="b.py")], modules, RULES, everywhere)
    assert [each.place.path for each in result.kept] == ["b.py"]


def test_windows_newlines_and_wide_characters() -> None:
    source = "s = '🙂'\r\nx = 'p'  # promptlint: ignore\r\n"
    assert silenced(source)
    assert not silenced(source, "'🙂'")


# ---- what is unused ----


def test_used_and_unused_names() -> None:
    source = "x = 'p'  # promptlint: ignore[TOK201, whitespace-bloat, duplicate-instruction]\n"
    found = only(source, finding(source, "'p'"))
    assert found.used
    assert found.unused_rules == ("TOK201", "duplicate-instruction")
    assert found.complaint() == "suppresses nothing: `TOK201`, `duplicate-instruction` find nothing here"
    assert found.place == Place("a.py", source.index("#"), len(source) - 1)


@pytest.mark.parametrize(
    ("comment", "complaint"),
    [
        ("ignore", "suppresses nothing: no rule finds anything here"),
        ("ignore-file", "suppresses nothing: no rule finds anything here"),
        ("ignore[TOK101]", "suppresses nothing: `TOK101` finds nothing here"),
        ("ignore[TOK101, whitespace-blot]", "no rule is called `whitespace-blot`, did you mean `whitespace-bloat`?"),
        ("ignore[tok101]", "no rule is called `tok101`, did you mean `TOK101`?"),
        ("ignore[zzz]", "no rule is called `zzz`"),
        ("ignroe[TOK101]", "`ignroe` is not understood, did you mean `ignore`?"),
        ("", "nothing is said after `promptlint:`, known are `ignore`, `ignore-file`, `prompt`"),
        ("ignore[TOK101", "the bracket after `ignore` is not closed"),
        ("ignore[]", "no rule is named between the brackets; `ignore` alone covers every rule"),
        ("ignore TOK101", "rule names belong in brackets: `ignore[rule-name]`"),
    ],
)
def test_complaints(comment: str, complaint: str) -> None:
    found = only(f"x = 1  # promptlint: {comment}\n")
    assert not found.used
    assert found.complaint() == complaint


@pytest.mark.parametrize("comment", ["ignore", "ignore[whitespace-bloat]", "ignore-file[TOK101]"])
def test_a_comment_that_silences_something_is_fine(comment: str) -> None:
    source = f"x = 'p'  # promptlint: {comment}\n"
    found = only(source, finding(source, "'p'"))
    assert found.used
    assert (found.complaint(), found.fix_edit()) == (None, None)


def test_what_did_not_run_is_not_called_unused() -> None:
    def some(path: str, rule: str) -> bool:
        return rule == "whitespace-bloat"

    def verdict(comment: str) -> tuple[bool, tuple[str, ...], str | None]:
        (found,) = check(f"x = 1  # promptlint: {comment}\n", ran=some).suppressions
        return found.used, found.unused_rules, found.complaint()

    assert verdict("ignore") == (True, (), None)
    assert verdict("ignore[TOK201]") == (True, (), None)
    assert verdict("ignore[TOK201, TOK101]") == (True, ("TOK101",), "suppresses nothing: `TOK101` finds nothing here")


def test_findings_about_comments_are_silenced_by_name_only() -> None:
    def ran(path: str, rule: str) -> bool:
        return rule != "unused-suppression"

    assert only("x = 1  # promptlint: ignore\n", ran=ran).complaint() is not None
    for comment, silent in (("ignore", False), ("ignore[unused-suppression, TOK101]", True)):
        source = f"x = 1  # promptlint: {comment}\n"
        about = finding(source, source[source.index("#") : -1], "unused-suppression")
        assert bool(check(source, about, ran=ran).suppressed) is silent
    assert only("# promptlint: ignore-file[TOK900]\n").complaint() is None


# ---- taking away ----


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 'p'  # promptlint: ignore\n", "x = 'p'\n"),
        ("x = 'p'\t# promptlint: ignore", "x = 'p'"),
        ("x = 'p'  # promptlint: ignore[TOK201] because\r\ny = 1\r\n", "x = 'p'\r\ny = 1\r\n"),
        ("x = 'p'  # promptlint: ignore[TOK201] see #12\n", "x = 'p'\n"),
        ("if a:\n    # promptlint: ignore\n    x = 'p'\n", "if a:\n    x = 'p'\n"),
        ("x = 'p'\n# promptlint: ignore-file", "x = 'p'\n"),
        ("# promptlint: ignore-file\r\nx = 'p'\r\n", "x = 'p'\r\n"),
        ("x = 'p'  # promptlint: ignore[TOK201]  # noqa\n", "x = 'p'  # noqa\n"),
        ("x = 'p'  # noqa  # promptlint: ignore[TOK201]\n", "x = 'p'  # noqa\n"),
        ("x = 'p'  # a # promptlint: ignore # b\n", "x = 'p'  # a # b\n"),
        ("x = f(\n    'p',  # promptlint: ignore\n)\n", "x = f(\n    'p',\n)\n"),
        ("s = '''\n''' # promptlint: ignore\nx = 'p'\n", "s = '''\n'''\nx = 'p'\n"),
        # What other programs read in it stays.
        ("x = 'p'  # promptlint: ignore[TOK201] fmt: skip\n", "x = 'p'  # promptlint: ignore[TOK201] fmt: skip\n"),
        ("x = 'p'  # promptlint: ignore coding: latin-1\n", "x = 'p'  # promptlint: ignore coding: latin-1\n"),
        # What is no rule, or not understood, may be a mistake or a plugin's: it stays.
        ("x = 'p'  # promptlint: ignore[TOK201, other-rule]\n", "x = 'p'  # promptlint: ignore[other-rule]\n"),
        ("x = 'p'  # promptlint: ignore[whitespace-blot]\n", "x = 'p'  # promptlint: ignore[whitespace-blot]\n"),
        ("x = 'p'  # promptlint: ignroe[TOK101]\n", "x = 'p'  # promptlint: ignroe[TOK101]\n"),
    ],
)
def test_unused_comments_go(before: str, after: str) -> None:
    assert fixed(before) == after
    assert fixed(after) == after


def test_unused_names_go_and_the_rest_of_the_comment_stays() -> None:
    source = "x = 'p'  # promptlint: ignore[TOK201,TOK101 ,TOK102] layout matters  # noqa\n"
    assert fixed(source, finding(source, "'p'")) == ("x = 'p'  # promptlint: ignore[TOK101] layout matters  # noqa\n")


def test_reading_needs_no_findings() -> None:
    facts = scan(decode(b"# promptlint: ignore-file[TOK101, zzz]\n# promptlint: prompt\n", "a.py"))
    (found,) = suppressions(facts, RULES)
    assert (found.rules, found.whole_file, found.unknown) == (("whitespace-bloat",), True, ("zzz",))
