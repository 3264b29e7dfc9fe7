"""Fixing comes to an end whatever rules fix together, and what one rule writes no other objects to."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from promptlint import registry
from promptlint.rule import Rule
from rule_run import FILE, findings, fixed

FIXING = [rule for rule in registry.load().rules if any(bad.fixed is not None for bad in rule.bad)]
PAIRS = [
    pytest.param(one, other, id=f"{one.name}-{other.name}") for one, other in combinations_with_replacement(FIXING, 2)
]


def example(rule: type[Rule]) -> str:
    """The rule's first example that it fixes."""
    return next(bad.source for bad in rule.bad if bad.fixed is not None)


def names(*rules: type[Rule]) -> set[str]:
    """The rules to run: that a comment silences nothing shows only where the rule runs that it names."""
    extra = {"whitespace-bloat"} if any(rule.name == "unused-suppression" for rule in rules) else set[str]()
    return {rule.name for rule in rules} | extra


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_pair_of_rules_comes_to_an_end(one: type[Rule], other: type[Rule]) -> None:
    # One file that both have something to say about; names that come twice mean the later one, as in any module.
    source = f"{example(one)}\n\n{example(other)}"
    after = fixed(source, *names(one, other))[FILE]
    assert after != source
    assert fixed(after, *names(one, other))[FILE] == after
    assert [finding for finding in findings(after, *names(one, other)) if finding.fix] == []


@pytest.mark.parametrize("rule", FIXING, ids=lambda rule: rule.name)
def test_fixes_of_all_rules_together_come_to_an_end(rule: type[Rule]) -> None:
    after = fixed(example(rule), *names(*FIXING))[FILE]
    assert fixed(after, *names(*FIXING))[FILE] == after
