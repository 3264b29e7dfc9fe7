"""unbounded-loop, from source to findings."""

from __future__ import annotations

import pytest

from promptlint.finding import Finding
from rule_run import findings

RULE = "unbounded-loop"
AGENT = """from anthropic import Anthropic

client = Anthropic()


def solve(messages, tools):
    {start}
    {loop}:
        {first}
        response = client.messages.create(model="claude-sonnet-4-6", max_tokens=999, tools=tools, messages=messages)
        messages.append({{"role": "assistant", "content": response.content}})
        {test}
        messages.append({{"role": "user", "content": run(response)}})
"""


def agent(
    loop: str = "while True",
    test: str = "if response.stop_reason != 'tool_use': return response",
    first: str = "pass",
    start: str = "pass",
) -> list[Finding]:
    return findings(AGENT.format(loop=loop, test=test, first=first, start=start), RULE)


@pytest.mark.parametrize(
    ("loop", "test", "start"),
    [
        ("while True", "if response.stop_reason != 'tool_use': return response", "pass"),
        ("while True", "if 'DONE' in response.content[0].text: break", "pass"),
        ("while True", "if isinstance(response, FinalEvent): break", "pass"),
        ("while reason == 'tool_use'", "reason = response.stop_reason", "reason = 'tool_use'"),
        ("while not done", "done = response.stop_reason == 'end_turn'", "done = False"),
    ],
)
def test_only_the_model_ends_it(loop: str, test: str, start: str) -> None:
    (finding,) = agent(loop, test, start=start)
    assert finding.message == "only the model ends this loop, and each step sends all of messages again"


@pytest.mark.parametrize(
    ("loop", "first", "start"),
    [
        ("for _ in range(20)", "pass", "pass"),
        ("while steps < 20", "steps += 1", "steps = 0"),
        ("while True", "steps += 1", "steps = 0"),
        ("while True", "if time.time() > deadline: break", "pass"),
        ("while True", "check_budget(messages)", "pass"),
        ("while True", "if cancelled.is_set(): return", "pass"),
        ("while True", "messages.append({'role': 'user', 'content': input()})", "pass"),
    ],
)
def test_a_loop_with_a_limit_or_a_person(loop: str, first: str, start: str) -> None:
    assert agent(loop, first=first, start=start) == []


def test_a_loop_that_tries_again_is_none() -> None:
    source = AGENT.format(loop="while True", test="return response", first="pass", start="pass")
    assert findings(source, RULE) == []


def test_a_server_that_runs_for_ever_is_none() -> None:
    assert agent(test="print(response)") == []
