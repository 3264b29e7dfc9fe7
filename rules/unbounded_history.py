"""The rule unbounded-history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.finding import Confidence, Finding, Severity
from promptlint.project import History
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of

LASTS = {
    "loop": "every turn of the conversation adds to it",
    "object": "every call of a method adds to it for as long as the object lives",
    "unlimited": "the limit that it can be read with is not given",
    "module": "every call adds to it for as long as the program runs, whoever asks",
}
"""How long a history grows, by `History.lasts`."""


@dataclass(frozen=True)
class UnboundedHistory(Rule):
    """
    ## What it does
    Finds message lists that grow with every turn and are sent whole, with nothing that keeps them in bounds, and
    messages that are read without the limit that their reader takes (`memory.get()` with `def get(self, k=0)`).

    ## Why is this bad?
    Each turn pays for all turns before it: twice as long a conversation costs four times as much. In the end the
    context window is full and the call fails. Keep the last turns, summarise older ones, or count tokens and cut.
    Nothing is reported where the code cuts, counts, summarises or empties the list, wherever it does so in the
    function, class or module that holds it.

    ## Example
    ```python
    while True:
        messages.append({"role": "user", "content": input()})
        answer = client.chat.completions.create(model="gpt-4.1", messages=messages)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
    ```
    Use instead:
    ```python
    while True:
        messages.append({"role": "user", "content": input()})
        recent = messages[:1] + messages[1:][-20:]
        answer = client.chat.completions.create(model="gpt-4.1", messages=recent)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
    ```

    ## Fix safety
    There is no fix: what may be forgotten is for the author to say.

    ## Options
    None.

    ## References
    - [Managing context of conversations](https://platform.claude.com/docs/en/build-with-claude/context-windows)
    """

    code = "TOK402"
    name = "unbounded-history"
    good = (
        """from openai import OpenAI

client = OpenAI()
messages = []


def chat(text):
    messages.append({"role": "user", "content": text})
    answer = client.chat.completions.create(model="gpt-4.1", messages=messages[-20:])
    messages.append({"role": "assistant", "content": answer.choices[0].message.content})
    return messages[-1]["content"]
""",
    )
    bad = (
        Bad(
            """from openai import OpenAI

client = OpenAI()


def main():
    messages = [{"role": "system", "content": "You are a helpful guide."}]
    while True:
        messages.append({"role": "user", "content": input("> ")})
        answer = client.chat.completions.create(model="gpt-4.1", messages=messages)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
        print(messages[-1]["content"])
""",
            "messages is sent whole and never cut",
        ),
    )

    def check_project(self, context: Context) -> Iterator[Finding]:
        for history in context.project.histories:
            yield self._grows(history, context)

    def _grows(self, history: History, context: Context) -> Finding:
        call = context.project.call_by_id.get(history.call or "")
        price = context.meter.price(call.model, provider_of(call)) if call and call.model else None
        where = context.project.locate(history.grows.path, history.grows.start)
        unlimited = history.lasts == "unlimited"
        rest = "without a limit all are read" if unlimited else "nothing in reach cuts, counts or empties it"
        evidence = [f"Messages are added at {history.grows.path}:{where}; {rest}."]
        if price is not None:
            evidence.append(
                f"Each 1,000 tokens kept cost {price.input:g} USD per 1,000 turns (list price of {price.as_of})."
            )
        evidence.append("Prompt caching lowers the price of what is repeated, not the growth.")
        return self.finding(
            history.place,
            f"{history.name} is sent whole and never cut: {LASTS[history.lasts]}",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM if history.lasts in ("object", "unlimited") else Confidence.HIGH,
            evidence=tuple(evidence),
            help="keep the last turns, or summarise older ones when a token budget is used up",
            call=call,
        )
