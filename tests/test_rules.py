"""Every rule that loads keeps its promises: its examples, its documentation, its fix."""

from __future__ import annotations

import ast
import re
from dataclasses import fields

import pytest

from promptlint import registry
from promptlint.finding import Finding
from promptlint.measure import Meter
from promptlint.rule import Bad, Rule
from rule_run import FILE, analyse, findings, fixed

RULES = registry.load().rules
GOOD = [pytest.param(rule, source, id=f"{rule.name}-{at}") for rule in RULES for at, source in enumerate(rule.good)]
BAD = [pytest.param(rule, bad, id=f"{rule.name}-{at}") for rule in RULES for at, bad in enumerate(rule.bad)]
FIXED = [
    pytest.param(rule, bad.source, bad.fixed, id=f"{rule.name}-{at}")
    for rule in RULES
    for at, bad in enumerate(rule.bad)
    if bad.fixed is not None
]
HEADINGS = [
    "## What it does",
    "## Why is this bad?",
    "## Example",
    "## Fix safety",
    "## Options",
    "## References",
]


def names(rule: type[Rule]) -> list[str]:
    """The rules that must run for a rule to find anything: one about suppressions needs those they suppress."""
    return [each.name for each in RULES] if rule.check_suppression is not Rule.check_suppression else [rule.name]


def run(rule: type[Rule], source: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in findings(source, *names(rule)) if finding.rule == rule.name]


def test_the_built_in_rules_load() -> None:
    assert registry.load().problems == ()
    assert {
        "TOK101": "whitespace-bloat",
        "TOK102": "duplicate-instruction",
        "TOK201": "missing-cache-marker",
        "TOK301": "oversized-max-tokens",
        "TOK900": "unused-suppression",
    }.items() <= {rule.code: rule.name for rule in RULES}.items()


@pytest.mark.parametrize(("rule", "source"), GOOD)
def test_good_examples_are_silent(rule: type[Rule], source: str) -> None:
    assert run(rule, source) == []


@pytest.mark.parametrize(("rule", "bad"), BAD)
def test_bad_examples_are_found(rule: type[Rule], bad: Bad) -> None:
    found = run(rule, bad.source)
    assert len(found) == 1
    assert bad.message in found[0].message
    assert found[0].code == rule.code


@pytest.mark.parametrize(("rule", "source", "expected"), FIXED)
def test_fixes_give_the_source_shown(rule: type[Rule], source: str, expected: str) -> None:
    [finding] = run(rule, source)
    assert finding.fix is not None
    after = fixed(source, *names(rule))[FILE]
    assert after == expected
    ast.parse(after)
    assert run(rule, after) == []


@pytest.mark.parametrize(("rule", "source", "expected"), FIXED)
def test_a_saving_is_what_a_recount_of_the_fixed_source_shows(rule: type[Rule], source: str, expected: str) -> None:
    [finding] = run(rule, source)
    stated = finding.saving.input_tokens if finding.saving else 0
    assert input_tokens(source) - input_tokens(expected) == stated


def input_tokens(source: str) -> int:
    """The tokens of everything that the calls of a source send."""
    return sum(
        Meter().count_template(message.template, call.model).tokens
        for call in analyse(source, "TOK900").project.calls
        for message in call.messages
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_that_fixes_shows_it_and_one_that_does_not_shows_none(rule: type[Rule]) -> None:
    fixes = [finding.fix for bad in rule.bad for finding in run(rule, bad.source)]
    assert rule.good
    assert rule.bad
    assert any(fixes) == any(bad.fixed for bad in rule.bad)
    for bad, fix in zip(rule.bad, fixes, strict=True):
        assert bad.fixed is not None or fix is None, "an example shows no fix, but the rule has one"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_documentation_has_the_agreed_form(rule: type[Rule]) -> None:
    text = rule.__doc__ or ""
    assert re.findall(r"^ *(## .*?) *$", text, re.MULTILINE) == HEADINGS
    example = text.partition("## Example")[2].partition("## Fix safety")[0]
    assert example.index("```python") < example.index("Use instead:") < example.rindex("```python")
    options = text.partition("## Options")[2].partition("## References")[0]
    assert set(re.findall(r"^ *- `(\w+)`", options, re.MULTILINE)) == {field.name for field in fields(rule)}
    for field in fields(rule):
        shown = field.default if isinstance(field.default, str) else f"{field.default:g}"
        assert f"default {shown}" in options
