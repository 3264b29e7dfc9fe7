"""Reports of an audit, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bills import LOOP, TRAFFIC, TWO_THOUSAND, anthropic, audited
from command import Console
from promptlint.cli import main
from promptlint.cost.changes import CHANGES, DEFAULT, table
from promptlint.registry import load
from promptlint.report import audit as text
from promptlint.report import audit_json, audit_markdown
from promptlint.report.terminal import Terminal


def test_the_text_report_names_spend_actions_and_what_is_missing() -> None:
    source = {"a.py": anthropic(TWO_THOUSAND), "b.py": LOOP.replace('"claude-sonnet-4-6"', "MODEL")}
    found = audited(source, "filler", "missing-cache-marker", "risk", traffic={**TRAFFIC, "calls": 20_000})
    shown = text.render(found, Terminal(120))
    assert "1 call site: $240.00 a month; $144.51 with all actions taken, 40 % less." in shown
    assert "1 call site not reckoned, model not known" in shown
    assert shown.index("Cut tokens") < shown.index("Cache what repeats") < shown.index("Findings without an amount")
    assert "List prices of 2026-11-10." in shown


def test_nothing_to_reckon_is_said() -> None:
    assert "No call of a model with a known price was found." in text.render(audited("x = 1\n"), Terminal())


def test_hostile_text_reaches_no_terminal_and_no_page() -> None:
    source = anthropic("word\\x1b[31m| <b>")
    found = audited(source.replace("claude-sonnet-4-6", "claude|<b>\\x1b[31m"), "filler")
    assert "\x1b" not in text.render(found, Terminal())
    page = audit_markdown.render(found, Terminal())
    assert "\x1b" not in page
    assert "<b>" not in page


def test_the_json_report() -> None:
    found = audited(anthropic(TWO_THOUSAND), "filler", "risk")
    document = json.loads(audit_json.render(found, Terminal()))
    assert document["schema"] == "promptlint.audit/1"
    assert document["spend"]["before"] == {"monthly": pytest.approx(120.0), "per_1k_calls": 0}
    (call,) = document["calls"]
    assert (call["function"], call["file"], call["calls_per_month"]) == ("answer", "app.py", 10_000)
    assert call["usd_per_1k_calls"]["after_actions"] == pytest.approx(11.70)
    (action,) = document["actions"]
    assert (action["rule"], action["step"], action["safe"]) == ("filler", "tokens", False)
    assert action["alone"]["monthly"] == pytest.approx(3.0)
    assert [finding["rule"] for finding in document["unmeasured"]] == ["risk"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "bot.py").write_text(anthropic("word " * 2000), encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_bot.py").write_text(anthropic("word"), encoding="utf-8")
    config = (
        '[tool.promptlint.traffic]\ncalls = 1000\n\n[tool.promptlint.traffic.sites."app/bot.py::anser"]\ncalls = 2\n'
    )
    (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_reports_leaves_tests_out_and_ends_with_0(project: Path) -> None:
    result = CliRunner().invoke(main, ["audit", "--no-cache"])
    assert result.exit_code == 0
    assert "1 call site: $" in result.stdout
    assert "1 test or example file left out." in result.stdout
    assert "did you mean `app/bot.py::answer`?" in result.stderr


def test_a_report_goes_into_a_file(project: Path) -> None:
    options = ["audit", "--no-cache", "--output-format", "markdown", "--output-file", "audit.md"]
    result = CliRunner().invoke(main, options)
    assert (result.exit_code, result.stdout) == (0, "")
    assert (project / "audit.md").read_text(encoding="utf-8").startswith("# promptlint audit\n")


def test_a_wrong_configuration_ends_with_2(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.promptlint.traffic]\ncals = 1\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["audit", "--no-cache"])
    assert result.exit_code == 2
    assert "pyproject.toml:2: `traffic`: unknown key `cals`, did you mean `calls`?" in result.stderr


def test_a_file_that_cannot_be_read_ends_with_2_and_the_rest_is_reported(project: Path) -> None:
    (project / "app" / "broken.py").write_text("from openai import OpenAI\nOpenAI(\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["audit", "--no-cache"])
    assert result.exit_code == 2
    assert "1 call site: $" in result.stdout
    assert "app/broken.py" in result.stderr


def test_usage_on_the_command_line(project: Path) -> None:
    span = {
        "name": "chat",
        "attributes": {
            "gen_ai.request.model": "claude-sonnet-4-6",
            "gen_ai.usage.input_tokens": 2600,
            "gen_ai.usage.output_tokens": 100,
            "code.file.path": "/srv/app/bot.py",
            "code.function.name": "answer",
        },
    }
    (project / "spans.jsonl").write_text((json.dumps(span) + "\n") * 50, encoding="utf-8")
    options = ["audit", "--no-cache", "--usage", "spans.jsonl", "--output-format", "json"]
    document = json.loads(CliRunner().invoke(main, options).stdout)
    (call,) = document["calls"]
    assert call["calls_per_month"] == 50
    assert call["tokens"]["output"] == {"tokens": 100, "how": "measured"}
    assert document["usage"]["unmatched"] == []
    assert CliRunner().invoke(main, [*options, "--output-file", "spans.jsonl"]).exit_code == 2
    assert CliRunner().invoke(main, options).exit_code == 0
    broken = CliRunner().invoke(main, ["audit", "--no-cache", "--usage", "pyproject.toml"])
    assert broken.exit_code == 2
    assert "pyproject.toml: invalid JSON" in broken.stderr


def test_no_progress_bar_where_nobody_looks(project: Path, console: Console) -> None:
    result = console("audit", "--no-cache", "--isolated", cwd=project)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_table_of_actions_names_what_there_is() -> None:
    known = table()
    assert known.rules.keys() <= load().by_name.keys()
    assert {kind.step for kind in known.rules.values()} | {DEFAULT} <= known.steps.keys()
    assert {kind.change for kind in known.rules.values()} | {DEFAULT} == CHANGES.keys()
