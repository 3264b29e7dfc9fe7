"""What to do and what it saves, worked out by hand to the cent; and the reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from command import Console
from promptlint.cli import main
from promptlint.cost.actions import Action
from promptlint.cost.audit import Audit
from promptlint.cost.changes import CHANGES, DEFAULT, table
from promptlint.finding import Applicability, Finding, Fix, Saving, Severity
from promptlint.project import CallSite, Place, Prompt
from promptlint.registry import Registry, load
from promptlint.report import audit as text
from promptlint.report import audit_json, audit_markdown
from promptlint.report.terminal import Terminal
from promptlint.rule import Context, Rule
from word_audit import audit

TRAFFIC = {"calls": 10_000, "dynamic-tokens": 500, "output-tokens": 300, "cached-share": 0.9}


class _Cut(Rule):
    """Finds the run of a word in a prompt, and says that taking it out saves as many tokens as it has words."""

    word = ""
    applicability = Applicability.UNSAFE

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        whole = prompt.template.text
        words = whole.split().count(self.word)
        start, end = whole.find(self.word), whole.rfind(self.word) + len(self.word)
        found, edits = prompt.template.source_range(start, end), prompt.template.replace(start, end)
        if words and found and edits:
            yield self.finding(
                Place(*found),
                f"{words} times {self.word}",
                severity=Severity.LOW,
                prompt=prompt,
                saving=Saving(words, 0, None, "words", True, "by hand"),
                fix=Fix(self.applicability, "Cut", edits),
            )


@dataclass(frozen=True)
class Filler(_Cut):
    """Finds filler."""

    code = "TST201"
    name = "filler"
    word = "filler"


@dataclass(frozen=True)
class FillerAgain(_Cut):
    """Finds the same."""

    code = "TST202"
    name = "filler-again"
    word = "filler"


@dataclass(frozen=True)
class Blank(_Cut):
    """Finds what is safe to cut."""

    code = "TST203"
    name = "blank"
    word = "blank"
    applicability = Applicability.SAFE


@dataclass(frozen=True)
class Money(Rule):
    """States money and no tokens: 2 USD per 1,000 calls."""

    code = "TST204"
    name = "money"

    def check_call(self, call: CallSite, context: Context) -> Iterable[Finding]:
        saving = Saving(0, 0, 2.0, "words", True, "by hand")
        yield self.finding(call.place, "costs money", severity=Severity.LOW, call=call, saving=saving)


@dataclass(frozen=True)
class Risk(Rule):
    """Has no figure."""

    code = "TST205"
    name = "risk"

    def check_call(self, call: CallSite, context: Context) -> Iterable[Finding]:
        yield self.finding(call.place, "may go wrong", severity=Severity.LOW, call=call)


OWN = (Filler, FillerAgain, Blank, Money, Risk)
RULES = Registry((*load().rules, *OWN))


def audited(source: str | Mapping[str, str], *rules: str, traffic: Mapping[str, object] = TRAFFIC) -> Audit:
    return audit(source, traffic, rules, registry=RULES)


def only(found: Audit) -> Action:
    (action,) = found.plan.actions
    return action


def monthly(*amounts: float) -> list[object]:
    return [pytest.approx(amount, abs=0.005) for amount in amounts]


def anthropic(words: str, system: str = "RULES", model: str = "claude-sonnet-4-6") -> str:
    return f"""
from anthropic import Anthropic

client = Anthropic()
RULES = "{words}"


def answer(question):
    return client.messages.create(
        model="{model}",
        max_tokens=1000,
        system={system},
        messages=[{{"role": "user", "content": question}}],
    )
"""


MARKED = '[{"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}]'
TWO_THOUSAND = "word " * 1900 + "filler " * 100


def test_cutting_tokens() -> None:
    found = audited(anthropic(TWO_THOUSAND), "filler")
    # 100 tokens x 3 USD per million x 10,000 calls
    assert only(found).alone.monthly == pytest.approx(3.00)
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(120.00, 117.00)


def test_a_cache_marker() -> None:
    found = audited(anthropic(TWO_THOUSAND), "missing-cache-marker")
    # (2,500 x 3 + 300 x 15) against (500 x 3 + 1,800 x 0.3 + 200 x 3.75 + 300 x 15)
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(120.00, 72.90)
    assert only(found).alone.monthly == pytest.approx(47.10)


def test_savings_that_overlap_are_not_added_twice() -> None:
    found = audited(anthropic(TWO_THOUSAND), "filler", "missing-cache-marker")
    cut, marker = found.plan.actions
    assert (cut.rule, marker.rule) == ("filler", "missing-cache-marker")
    # Alone 3.00 and 47.10. With 1,900 words left: 500 x 3 + 1,710 x 0.3 + 190 x 3.75 + 4,500 = 7,225.50
    assert [cut.alone.monthly, marker.alone.monthly] == monthly(3.00, 47.10)
    assert [cut.added.monthly, marker.added.monthly] == monthly(3.00, 44.745)
    assert found.plan.after.monthly == pytest.approx(72.255)
    assert cut.added.monthly + marker.added.monthly == pytest.approx(120 - 72.255)


def test_the_same_text_is_cut_once() -> None:
    found = audited(anthropic(TWO_THOUSAND), "filler", "filler-again")
    assert [action.alone.monthly for action in found.plan.actions] == monthly(3.00, 3.00)
    assert [action.added.monthly for action in found.plan.actions] == monthly(3.00, 0.00)
    assert found.plan.after.monthly == pytest.approx(117.00)


def test_cutting_from_a_cached_prefix_saves_what_the_cache_left() -> None:
    found = audited(anthropic(TWO_THOUSAND, MARKED), "filler")
    # 90 x 0.3 + 10 x 3.75 = 64.5 per call
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(72.90, 72.255)


def test_cutting_below_the_minimum_of_the_cache_costs_more_and_is_no_action() -> None:
    found = audited(anthropic("word " * 900 + "filler " * 200, MARKED), "filler")
    assert found.plan.actions == ()
    assert [finding.rule for finding in found.plan.unmeasured] == ["filler"]


def test_what_changes_comes_last() -> None:
    source = f"""
from openai import OpenAI

client = OpenAI()
RULES = "{"word " * 2000}"


def answer(question):
    return client.responses.create(model="gpt-4.1", input=f"{{question}} {{RULES}}")
"""
    found = audited(source, "cache-busting-prefix")
    # (2,500 x 2 + 300 x 8) against (500 x 2 + 1,800 x 0.5 + 200 x 2 + 300 x 8)
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(74.00, 47.00)


def test_a_marker_that_every_call_writes() -> None:
    system = '[{"type": "text", "text": f"{datetime.now()} {RULES}", "cache_control": {"type": "ephemeral"}}]'
    source = "from datetime import datetime\n" + anthropic("word " * 2000, system)
    found = audited(source, "ineffective-cache-marker")
    # 2,000 x 3.75 + 500 x 3 + 4,500 = 13,500 against 12,000
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(135.00, 120.00)


LOOP = f"""
from anthropic import Anthropic

client = Anthropic()
RULES = "{"word " * 100}"


def summaries(texts):
    found = []
    for text in texts:
        found.append(
            client.messages.create(
                model="claude-sonnet-4-6",
                max_tokens=1000,
                system=RULES,
                messages=[{{"role": "user", "content": text}}],
            )
        )
    return found
"""


def test_the_batch_api_halves_the_price() -> None:
    found = audited(LOOP, "call-per-item")
    # 600 x 3 + 300 x 15 = 6,300
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(63.00, 31.50)
    assert only(found).step == "batching"


def test_what_goes_through_the_batch_api_already_is_not_halved_again() -> None:
    found = audited(LOOP, "call-per-item", traffic={**TRAFFIC, "batch": True})
    assert found.plan.before.monthly == pytest.approx(31.50)
    assert found.plan.actions == ()


def test_items_that_share_a_request_share_its_instructions() -> None:
    found = audited(LOOP.replace("word " * 100, "word " * 95 + "Answer yes or no."), "call-per-item")
    action = only(found)
    saved = action.findings[0].saving
    assert saved is not None
    # The rule counts with the tokenizer of the model; ten items in a call save nine tenths of the fixed text.
    assert action.alone.monthly == pytest.approx(min(saved.input_tokens, 99) * 3 * 10_000 / 1e6)


COMPLAINT = """
from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-opus-5-5",
        max_tokens=50,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no. {text}"}],
    )
"""


def test_a_smaller_model() -> None:
    found = audited(COMPLAINT, "overpowered-model", traffic={**TRAFFIC, "output-tokens": 10})
    # 508 x 20 + 10 x 100 = 11,160 against 508 x 0.5 + 10 x 2.5 = 279; both count tokens alike.
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(111.60, 2.79)
    assert only(found).step == "models"


def test_a_newer_model_that_makes_more_tokens_of_the_same_text() -> None:
    found = audited(
        COMPLAINT.replace("opus-5-5", "haiku-4-5"), "outdated-model", traffic={**TRAFFIC, "output-tokens": 12}
    )
    # 508 x 1 + 12 x 5 = 568 against (508 x 0.5 + 12 x 2.5) x 1.55 / 1.2 = 366.83
    assert [found.plan.before.monthly, found.plan.after.monthly] == monthly(5.68, 3.67)


def test_money_without_tokens_and_findings_without_money() -> None:
    found = audited(anthropic("word"), "money", "risk")
    assert only(found).alone.monthly == pytest.approx(20.00)
    assert [finding.rule for finding in found.plan.unmeasured] == ["risk"]


def test_one_cause_is_one_action() -> None:
    one = anthropic("word " * 50 + "filler")
    found = audited({"a.py": one, "b.py": one.replace("answer", "reply")}, "filler")
    action = only(found)
    assert [finding.place.path for finding in action.findings] == ["a.py", "b.py"]
    assert len(action.calls) == 2
    assert action.alone.monthly == pytest.approx(0.06)


WAYS = """
from anthropic import Anthropic

client = Anthropic()


def short(text):
    return f"SHORT {text}"


def long(text):
    return f"LONG {text}"


WAYS = {"short": short, "long": long}


def ask(kind, text):
    prompt = WAYS[kind](text)
    return client.messages.create(
        model="claude-sonnet-4-6", max_tokens=1000, messages=[{"role": "user", "content": prompt}]
    )
"""


def test_only_what_is_reckoned_can_be_saved() -> None:
    """Of several texts that a call may send the longest is reckoned."""
    longest = audited(WAYS.replace("SHORT", "word word word").replace("LONG", "filler filler word word"), "filler")
    assert only(longest).alone.monthly == pytest.approx(0.06)
    other = audited(WAYS.replace("SHORT", "filler word word").replace("LONG", "word word word word"), "filler")
    assert other.plan.actions == ()
    assert [finding.rule for finding in other.plan.unmeasured] == ["filler"]


def test_a_loop_saves_nothing_at_calls_that_it_does_not_make() -> None:
    files = {
        "llm.py": """
from anthropic import Anthropic


class Model:
    instruction = "You answer the question in one word."

    def generate(self, prompt):
        return Anthropic().messages.create(
            model="claude-sonnet-4-6", max_tokens=1000, messages=[{"role": "user", "content": prompt}]
        )
""",
        "greeting.py": """
from llm import Model


def greet():
    return Model().generate("word word word")
""",
        "metric.py": """
from llm import Model


class Metric:
    def __init__(self, model: Model, template):
        self.model = model
        self.template = template

    def measure(self, tasks):
        return [self.score(task) for task in tasks]

    def score(self, task):
        prompt = self.template(task)
        return self.model.generate(prompt)
""",
    }
    found = audited(files, "call-per-item")
    assert [cost.call.place.path for cost in found.costs] == ["greeting.py"]
    assert found.plan.actions == ()
    assert [finding.place.path for finding in found.plan.unmeasured] == ["metric.py"]


def test_a_call_of_which_nothing_is_known_costs_no_known_amount() -> None:
    silent = anthropic("word").replace("        system=RULES,\n", "").replace('"content": question', '"content": ""')
    found = audited(silent, traffic={})
    (cost,) = found.costs
    assert (cost.expected, cost.is_whole) == (0.0, False)
    shown = text.render(found, Terminal(200))
    row = next(line for line in shown.splitlines() if line.lstrip().startswith("app.py:9"))
    assert row.split()[-5:] == ["0+?", "?", "?", "?", "?"]


def test_safe_fixes_come_first_and_then_the_steps_in_order() -> None:
    words = "blank " + "filler " * 100 + "word " * 1900
    source = {"a.py": anthropic(words), "b.py": COMPLAINT, "c.py": LOOP}
    rules = ("overpowered-model", "call-per-item", "missing-cache-marker", "filler", "blank")
    found = audited(source, *rules)
    steps = [("safe" if action.is_safe else action.step) for action in found.plan.actions]
    assert steps == ["safe", "tokens", "caching", "batching", "models"]


def test_the_parts_add_up_to_the_whole() -> None:
    source = {"app/bot.py": anthropic(TWO_THOUSAND, MARKED), "jobs.py": LOOP, "app/sort.py": COMPLAINT}
    found = audited(source, "filler")
    for shares in (found.models, found.folders, found.causes):
        assert sum(share.amount.monthly for share in shares) == pytest.approx(found.plan.before.monthly)
    assert {share.name for share in found.folders} == {"app", "."}
    assert {share.name for share in found.causes} == {
        "fixed text",
        "what is filled in",
        "cache writes",
        "cache reads",
        "answers",
    }


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
