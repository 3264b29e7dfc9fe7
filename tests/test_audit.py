"""What to do and what it saves, worked out by hand to the cent; and the reports."""

from __future__ import annotations

import pytest

from bills import LOOP, MARKED, TRAFFIC, TWO_THOUSAND, anthropic, audited, monthly, only
from promptlint.report import audit as text
from promptlint.report.terminal import Terminal


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
