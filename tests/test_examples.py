"""The examples show each rule, and nothing is left to report after the advice was taken."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from command import ROOT, Console
from promptlint.session import open_session
from rule_run import analyse_files

EXAMPLES = ROOT / "examples"
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = {
    ("whitespace-bloat", "report_writer.py"),
    ("duplicate-instruction", "report_writer.py"),
    ("unread-usage", "report_writer.py"),
    ("unused-suppression", "report_writer.py"),
    ("call-per-item", "sentiment_job.py"),
    ("outdated-model", "sentiment_job.py"),
    ("oversized-max-tokens", "sentiment_job.py"),
    ("unread-usage", "sentiment_job.py"),
    ("missing-cache-marker", "support_bot.py"),
    ("unbounded-history", "support_bot.py"),
    ("unread-usage", "support_bot.py"),
}


def found() -> set[tuple[str, str]]:
    """Rule and path, below the folder of the examples, of each finding in it."""
    files = [str(path) for path in sorted(EXAMPLES.rglob("*.py"))]
    analysis = analyse_files(files, open_session(EXAMPLES, isolated=True))
    assert analysis.problems == ()
    return {(finding.rule, Path(finding.place.path).relative_to(EXAMPLES).as_posix()) for finding in analysis.findings}


def test_each_rule_is_shown_where_it_is_meant_to_be_and_nothing_is_left_after_the_advice() -> None:
    assert found() == SHOWN


def test_the_report_on_the_examples_has_tokens_and_dollars(console: Console) -> None:
    result = console("check", "examples", "--output-format", "json", cwd=ROOT)
    assert (result.returncode, result.stderr) == (1, "")
    report = json.loads(result.stdout)
    savings = {finding["rule"]: finding["saving"] for finding in report["findings"]}
    assert savings["whitespace-bloat"]["input_tokens"] > 0
    assert savings["whitespace-bloat"]["usd_per_1k_calls"] > 0
    assert savings["missing-cache-marker"]["usd_per_1k_calls"] > 0


def test_the_report_fits_a_terminal_of_80_columns(console: Console) -> None:
    result = console("check", "examples", cwd=ROOT)
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


@pytest.mark.skipif(find_spec("ctok") is not None, reason="README.md shows the counts without the extra `claude`")
def test_the_readme_shows_what_the_commands_print(console: Console) -> None:
    blocks = re.findall(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert blocks
    printed = console("check", "examples", cwd=ROOT).stdout
    for block in blocks:
        assert block in printed + "\n"

    summaries = re.findall(r"^\$ promptlint (.*) > /dev/null\n(.*)$", README, re.MULTILINE)
    assert summaries
    for arguments, summary in summaries:
        assert console(*arguments.split(), cwd=ROOT).stderr.strip() == summary
