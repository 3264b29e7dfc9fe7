"""The rule unbounded-loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.finding import Confidence, Finding, Severity
from promptlint.rule import Bad, Context, Rule


@dataclass(frozen=True)
class UnboundedLoop(Rule):
    """
    ## What it does
    Finds agent loops that end only when the model says so, with no limit of steps, time or money.

    ## Why is this bad?
    A model that keeps calling a tool, or that never writes the word that ends the loop, keeps calling for ever, and
    each step sends all steps before it: the bill grows with the square of the steps. Frameworks set a limit for that
    reason (10 turns in the OpenAI Agents SDK, 15 iterations in LangChain's `AgentExecutor`).

    ## Example
    ```python
    while True:
        response = client.messages.create(model=MODEL, max_tokens=1024, tools=TOOLS, messages=messages)
        messages.append({"role": "assistant", "content": response.content})
        if response.stop_reason != "tool_use":
            break
        messages.append({"role": "user", "content": run_tools(response)})
    ```
    Use instead:
    ```python
    for _ in range(MAX_STEPS):
        response = client.messages.create(model=MODEL, max_tokens=1024, tools=TOOLS, messages=messages)
        messages.append({"role": "assistant", "content": response.content})
        if response.stop_reason != "tool_use":
            break
        messages.append({"role": "user", "content": run_tools(response)})
    ```

    ## Fix safety
    There is no fix: how many steps a task may take is for the author to say.

    ## Options
    None.

    ## References
    - openai-agents 0.24.0, `DEFAULT_MAX_TURNS`; langchain-classic 1.0.8, `AgentExecutor.max_iterations` (2026-11-22)
    """

    code = "TOK403"
    name = "unbounded-loop"
    good = (
        """from anthropic import Anthropic

client = Anthropic()


def solve(messages, tools):
    for _ in range(20):
        response = client.messages.create(model="claude-sonnet-4-6", max_tokens=999, tools=tools, messages=messages)
        messages.append({"role": "assistant", "content": response.content})
        if response.stop_reason != "tool_use":
            break
""",
    )
    bad = (
        Bad(
            """from anthropic import Anthropic

client = Anthropic()


def solve(messages, tools, run):
    while True:
        response = client.messages.create(model="claude-sonnet-4-6", max_tokens=999, tools=tools, messages=messages)
        messages.append({"role": "assistant", "content": response.content})
        if response.stop_reason != "tool_use":
            return response
        messages.append({"role": "user", "content": run(response)})
""",
            "only the model ends this loop",
        ),
    )

    def check_project(self, context: Context) -> Iterator[Finding]:
        for loop in context.project.endless_loops:
            yield self.finding(
                loop.place,
                f"only the model ends this loop, and each step sends all of {loop.grows} again",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                evidence=(
                    "No limit of steps, time or tokens is seen in the loop; a model that goes in circles keeps paying.",
                ),
                help="count the steps and stop at a limit",
                call=context.project.call_by_id.get(loop.call or ""),
            )
