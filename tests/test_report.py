"""What reports look like, and that nothing in a source file can spoil the terminal that shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from promptlint.finding import Applicability, Saving
from promptlint.fix import fix_files
from promptlint.project import Place
from promptlint.registry import Registry
from promptlint.report import as_json, concise, diff, full, inventory, rules, statistics
from promptlint.report.excerpt import excerpt
from promptlint.report.table import table
from promptlint.report.terminal import Terminal, cells, plural, shorten, usd, visible
from promptlint.report.view import View
from promptlint.run import Analysis, examine
from promptlint.scan import scan
from promptlint.session import Session, open_session
from promptlint.source import Source
from promptlint.tree import tree_of, updated
from sample_rules import PROGRAM, PleaseWord, VeryWord

PLAIN = Terminal()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(tmp_path, isolated=True, rules=Registry((VeryWord, PleaseWord)))


def view_of(session: Session, source: str = PROGRAM) -> View:
    return View(examine(tree_of({"app.py": source.encode()}), session), session)


def shown(source: str, text: str, width: int = 80) -> str:
    """The excerpt of the first occurrence of `text` in `source`."""
    module = scan(Source("app.py", source, "utf-8", False))
    start = source.index(text)
    lines = excerpt(source, module, Place("app.py", start, start + len(text)), Terminal(width), "red")
    assert all(cells(line) <= width for line in lines)
    return "\n".join(lines) + "\n"


def test_full_shows_source_saving_evidence_fix_and_help(session: Session) -> None:
    report = full.render(view_of(session), PLAIN)
    assert report == (
        "app.py:4:23: TST101 [*] 'very' says nothing\n"
        "  |\n"
        '4 | SYSTEM = """You are a very helpful assistant.\n'
        "  |                       ^^^^^\n"
        "  |\n"
        "  = saves: 1 input token a call (o200k_base, exact), $0.0025 per 1,000 calls\n"
        "  = basis: counted with it and without it\n"
        "  = note: It stands in every request.\n"
        "  = fix: Delete 'very' (safe)\n"
        "  = help: delete the word\n"
        "  = rule: very-word (low severity, high confidence)\n"
        "\n"
        "app.py:5:22: TST102 'please,' says nothing\n"
        "  |\n"
        '5 | Answer each question, please, in one sentence."""\n'
        "  |                      ^^^^^^^^\n"
        "  |\n"
        "  = saves: 1 input token a call (o200k_base, exact), $0.0025 per 1,000 calls\n"
        "  = basis: counted with it and without it\n"
        "  = note: It stands in every request.\n"
        "  = fix: Delete 'please,' (unsafe)\n"
        "  = help: delete the word\n"
        "  = rule: please-word (medium severity, high confidence)\n"
        "\n"
        "2 findings (1 medium, 1 low) in 1 file, 1 LLM call, 1 prompt.\n"
        "[*] 1 fixable with --fix, 1 more with --unsafe-fixes.\n"
        "Together that saves up to 2 input tokens for one call of each call site and\n"
        "$0.0050 per 1,000 calls of each.\n"
    )


def test_concise_has_a_line_a_finding(session: Session) -> None:
    lines = concise.render(view_of(session), PLAIN).splitlines()
    assert lines[:2] == [
        "app.py:4:23: TST101 [*] 'very' says nothing",
        "app.py:5:22: TST102 'please,' says nothing",
    ]


def test_nothing_found(session: Session) -> None:
    assert concise.render(view_of(session, "X = 1\n"), PLAIN) == "No findings in 1 file, 0 LLM calls, 0 prompts.\n"


def test_statistics_count_by_rule(session: Session) -> None:
    source = PROGRAM.replace("assistant", "and very very kind assistant")
    assert statistics.render(view_of(session, source), PLAIN).splitlines()[:3] == [
        "findings  code    rule         fixable  tokens/call  USD/1k calls",
        "       3  TST101  very-word          3            3       $0.0075",
        "       1  TST102  please-word        1            1       $0.0025",
    ]


def test_json_has_the_fields_of_the_contract_in_order(session: Session) -> None:
    view = view_of(session)
    document = json.loads(as_json.render(view, PLAIN))
    assert list(document) == ["schema", "version", "summary", "findings", "errors"]
    assert document["schema"] == "promptlint.check/1"
    summary = document["summary"]
    assert list(summary)[:6] == ["files", "prompts", "calls", "findings", "fixable", "input_tokens_saved"]
    assert [summary[key] for key in list(summary)[:6]] == [1, 1, 1, 2, 2, 2]
    finding = document["findings"][0]
    expected = (
        "rule code severity confidence message file line column end_line end_column call prompt model saving fix url"
    )
    assert list(finding)[:16] == expected.split()
    prompt = view.analysis.project.prompts[0]
    assert (finding["call"], finding["prompt"], finding["model"]) == (None, prompt.id, "gpt-4o")
    assert finding["saving"] == {
        "input_tokens": 1,
        "output_tokens": 0,
        "usd_per_1k_calls": 0.0025,
        "tokenizer": "o200k_base",
        "exact": True,
        "basis": "counted with it and without it",
    }
    place = {"file": "app.py", "line": 4, "column": 23, "end_line": 4, "end_column": 28}
    assert finding["fix"] == {
        "applicability": "safe",
        "description": "Delete 'very'",
        "edits": [{**place, "text": ""}],
    }
    assert {key: finding[key] for key in place} == place
    assert finding["url"] == VeryWord.url()


def test_json_names_files_that_could_not_be_parsed(session: Session) -> None:
    tree = tree_of({"bad.py": b"import openai\nPROMPT = (\n", "app.py": PROGRAM.encode()})
    document = json.loads(as_json.render(View(examine(tree, session), session), PLAIN))
    (error,) = document["errors"]
    assert (error["file"], error["line"]) == ("bad.py", 2)
    assert len(document["findings"]) == 2


def test_json_survives_every_text(session: Session) -> None:
    source = PROGRAM.replace("assistant", "assistant \x1b[31m \\ud800 日本")
    report = as_json.render(view_of(session, source), PLAIN)
    assert report.isascii()
    assert len(json.loads(report)["findings"]) == 2


def test_inventory_json_has_the_fields_of_the_contract_in_order(session: Session) -> None:
    tree = tree_of({"app.py": PROGRAM.encode()})
    document = json.loads(inventory.as_json(tree, session))
    assert list(document) == ["schema", "version", "calls", "prompts", "files"]
    (call,), (prompt,) = document["calls"], document["prompts"]
    place = ["file", "line", "column", "end_line", "end_column"]
    assert list(call) == [
        *("id", *place, "sdk", "api", "function", "model", "max_tokens", "max_tokens_state", "loop"),
        *("cache_markers", "reads_usage", "wrapper", "prompts"),
    ]
    assert list(prompt) == [
        *("id", *place, "name", "role", "text", "holes", "tokens", "tokenizer", "exact", "evidence", "calls"),
    ]
    assert [call[key] for key in place] == ["app.py", 9, 16, 13, 6]
    assert (call["model"], call["max_tokens"], call["max_tokens_state"], call["loop"]) == (
        *("gpt-4o", 100, "literal", "none"),
    )
    assert (call["sdk"], call["prompts"], prompt["calls"]) == ("openai", [prompt["id"]], [call["id"]])
    assert [prompt[key] for key in place] == ["app.py", 4, 10, 5, 50]
    assert (prompt["name"], prompt["tokens"], prompt["tokenizer"], prompt["exact"]) == (
        "SYSTEM",
        17,
        "o200k_base",
        True,
    )
    assert document["files"] == {"seen": 1, "parsed": 1, "errors": []}


def test_inventory_table_fits_80_columns(session: Session) -> None:
    path = "a/rather/long/path/to/the/folder/of/the/application/that/calls/the/model/app.py"
    report = inventory.as_table(tree_of({path: PROGRAM.encode()}), session, PLAIN)
    assert max(map(cells, report.splitlines())) <= 80
    assert "app.py:9 " in report
    assert "gpt-4o" in report
    assert report.endswith("1 call and 1 prompt in 1 file (1 parsed).\n")


def test_carets_stand_under_wide_characters_and_tabs() -> None:
    assert shown('if x:\n\ty = "日本 very"', "very") == (
        "  |\n"
        '2 |     y = "日本 very"\n'
        "  |               ^^^^\n"
        "  |\n"
    )  # fmt: skip


def test_a_long_line_is_cut_around_the_place() -> None:
    report = shown(f"x = '{'a' * 300} here {'b' * 300}'", "here", 60)
    line, carets = report.splitlines()[1:3]
    assert line[4] == line[-1] == "…"
    assert line[carets.index("^") :].startswith("here")
    assert carets.count("^") == 4


def test_a_long_place_shows_its_beginning_and_its_end() -> None:
    text = '"""one\n  two\n  three\n  four\n  five"""'
    assert shown(f"x = ({text})\n", text) == (
        '  |\n1 | x = ("""one\n  |      ^^^^^^\n2 |   two\n  |   ^^^\n… |\n5 |   five""")\n  |   ^^^^^^^\n  |\n'
    )


def test_control_characters_cannot_reach_the_terminal(session: Session) -> None:
    source = PROGRAM.replace("very", "\x1b]0;title\x07\x9b31m \u202e\u2028 very")
    view = view_of(session, source)
    message = replace(view.findings[0], message="\x1b[2J gone", help="\x08\x08", evidence=("\r hidden",))
    view = replace(view, analysis=replace(view.analysis, findings=(message,)))
    for render in (full.render, concise.render):
        report = render(view, Terminal(color=True))
        assert not set(report.replace("\x1b[", "")) & set("\x1b\x07\x08\x9b\r\u202e\u2028")
        assert "\\x1b[2J gone" in report


def test_colour_only_where_asked_for(session: Session) -> None:
    view = view_of(session)
    assert "\x1b" not in full.render(view, Terminal(color=False))
    assert "\x1b[" in full.render(view, Terminal(color=True))


def test_long_messages_are_wrapped(session: Session) -> None:
    view = view_of(session)
    long = replace(view.findings[0], message="tally " * 60, help="tally " * 60)
    report = full.render(replace(view, analysis=replace(view.analysis, findings=(long,))), PLAIN)
    assert max(map(cells, report.splitlines())) <= 80
    assert report.count("tally") == 120


def test_an_estimate_is_called_one(session: Session) -> None:
    saving = Saving(0, 12, None, "o200k_base x 1.2 (estimate)", False, "by hand")
    assert full.saving_text(saving) == "12 output tokens a call (o200k_base x 1.2, estimate)"
    assert full.saving_text(replace(saving, output_tokens=0, usd_per_1k_calls=1234.5)) == "$1,234.50 per 1,000 calls"


def test_marked_are_the_fixes_that_the_user_allows(session: Session) -> None:
    view = view_of(session)
    assert concise.render(view, PLAIN).count("[*]") == 2  # one finding, and the summary
    assert concise.render(replace(view, allowed=frozenset(Applicability)), PLAIN).count("[*]") == 3


def patch(session: Session, program: str, terminal: Terminal = PLAIN) -> str:
    """The diff of the safe fixes."""
    analysis = examine(tree_of({"app.py": program.encode()}), session)

    def reanalyse(sources: Mapping[str, Source]) -> Analysis:
        return examine(updated(analysis.tree, sources), session)

    return diff.render(fix_files(analysis, reanalyse, {Applicability.SAFE}), terminal)


def test_diff_is_a_patch(session: Session) -> None:
    assert patch(session, PROGRAM) == (
        "--- app.py\n"
        "+++ app.py\n"
        "@@ -1,7 +1,7 @@\n"
        " from openai import OpenAI\n"
        " \n"
        " client = OpenAI()\n"
        '-SYSTEM = """You are a very helpful assistant.\n'
        '+SYSTEM = """You are a helpful assistant.\n'
        ' Answer each question, please, in one sentence."""\n'
        " \n"
        " \n"
    )


def test_diff_keeps_the_line_breaks_of_the_file(session: Session) -> None:
    report = patch(session, PROGRAM.replace("\n", "\r\n"))
    assert '\n-SYSTEM = """You are a very helpful assistant.\r\n+SYSTEM' in report
    assert report.count("\r\n") == 8


def test_diff_says_where_the_last_line_break_is_missing(session: Session) -> None:
    call = 'OpenAI().responses.create(model="gpt-4o", input="Tell a{} short story.")'
    old, new = call.format(" very"), call.format("")
    assert patch(session, f"from openai import OpenAI\n{old}") == (
        "--- app.py\n+++ app.py\n@@ -1,2 +1,2 @@\n from openai import OpenAI\n"
        f"-{old}\n\\ No newline at end of file\n+{new}\n\\ No newline at end of file\n"
    )


def test_diff_breaks_lines_at_line_feeds_only(session: Session) -> None:
    report = patch(session, PROGRAM.replace("client", "# \x0c one \x1c line \u2028\nclient", 1))
    assert " # \x0c one \x1c line \u2028\n" in report
    screen = patch(session, PROGRAM.replace("client", "# \x0c one \x1c line \u2028\nclient", 1), Terminal(screen=True))
    assert " # \\x0c one \\x1c line \\u2028\n" in screen


def test_rule_is_explained_with_options_and_examples() -> None:
    report = rules.explained(VeryWord, PLAIN)
    for part in ("very-word (TST101)", "Why is this bad?", "- word = very", 'PROMPT = "a very helpful', VeryWord.url()):
        assert part in report
    assert rules.listed([VeryWord, PleaseWord], PLAIN).splitlines() == [
        "code    rule         fix  finds",
        "TST101  very-word    yes  Finds the word very.",
        "TST102  please-word  -    Finds the word please.",
    ]
    (described,) = json.loads(rules.as_json([VeryWord]))["rules"]
    assert (described["name"], described["options"], described["fixes"]) == ("very-word", {"word": "very"}, True)


def test_a_table_loses_the_beginning_of_its_widest_column() -> None:
    lines = table(("a", "b"), [("x" * 50 + "END", "1")], Terminal(width=20), numeric=(1,), flexible=(0,))
    assert [cells(line) for line in lines] == [20, 20]
    assert lines[1].startswith("…x")
    assert "END" in lines[1]


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0"), (0.00025, "$0.00025"), (0.0123, "$0.012"), (0.5, "$0.50"), (5.4, "$5.40"), (-1234.567, "-$1,234.57")],
)
def test_dollars(amount: float, text: str) -> None:
    assert usd(amount) == text


def test_text_helpers() -> None:
    assert visible("a\x1b\t\n\u202eé\ud800") == "a\\x1b\\t\\n\\u202eé\\ud800"
    assert (plural(1, "call"), plural(1234, "call")) == ("1 call", "1,234 calls")
    assert (shorten("abcdef", 4), shorten("日本語", 4), shorten("abcdef", 4, keep_end=True)) == ("abc…", "日…", "…def")
