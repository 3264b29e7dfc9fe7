"""The rule unread-usage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.finding import Confidence, Finding, Severity
from promptlint.project import CallSite, LoopKind, UsageFate
from promptlint.rule import Bad, Context, Rule
from promptlint.unused import is_dead

_LOST = frozenset({UsageFate.DROPPED, UsageFate.UNSENT})
_MANY = frozenset({LoopKind.PER_ITEM, LoopKind.UNBOUNDED})


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `data/usage.yaml`: where a response reports its tokens, and where a streamed one does."""

    field: str
    stream: str | None = None


@cache
def reports() -> dict[str, Report]:
    """The table by SDK, read once."""
    data = Path(__file__).parent / "data" / "usage.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=dict[str, Report])


@dataclass(frozen=True)
class UnreadUsage(Rule):
    """
    ## What it does
    Finds calls whose token usage nobody reads, anywhere in the project.

    ## Why is this bad?
    The usage in the response is the only place where a program learns what a call cost, by feature, customer and
    prompt, and whether the cache was hit. The bill of the provider shows it too late and in one sum. Chat completions
    of OpenAI do not even send it with a stream unless the request asks for it.
    The response is followed through variables, lists, helpers and return values; printing it is not reading its
    usage. Nothing is reported where it leaves the project or cannot be followed, where a callback, an observability
    SDK or a gateway sees it, for models on the same machine, and for frameworks that count by themselves.

    ## Example
    ```python
    def ask(question):
        response = client.responses.create(model="gpt-5.5", input=question)
        return response.output_text
    ```
    Use instead:
    ```python
    def ask(question):
        response = client.responses.create(model="gpt-5.5", input=question)
        record_tokens("ask", response.usage.input_tokens, response.usage.output_tokens)
        return response.output_text
    ```

    ## Fix safety
    No fix: where the numbers go is for the program to say.

    ## Options
    None.

    ## References
    - [OpenAI chat completions](https://developers.openai.com/api/reference/resources/chat), `stream_options`, 2026-11
    - [Anthropic messages](https://platform.claude.com/docs/en/api/messages), `usage`, 2026-11
    """

    code = "TOK601"
    name = "unread-usage"
    good = (
        """from openai import OpenAI

client = OpenAI()


def ask(question):
    response = client.responses.create(model="gpt-5.5", input=question)
    record(response)
    return response.output_text


def record(response):
    print(response.usage.total_tokens)
""",
        """from openai import OpenAI

client = OpenAI()


def ask(question):
    return client.responses.create(model="gpt-5.5", input=question)
""",
    )
    bad = (
        Bad(
            """from openai import OpenAI

client = OpenAI()


def ask(question):
    response = client.responses.create(model="gpt-5.5", input=question)
    return response.output_text
""",
            "nobody reads the token usage of this call: response.usage is dropped",
        ),
        Bad(
            """from openai import OpenAI

client = OpenAI()


def ask(question):
    messages = [{"role": "user", "content": question}]
    for chunk in client.chat.completions.create(model="gpt-5.5", messages=messages, stream=True):
        yield chunk
""",
            "the token usage of this stream never arrives",
        ),
    )

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        report = reports().get(call.sdk)
        if report is None or call.wrapper is not None or call.usage not in _LOST:
            return
        if is_dead(call.place, context.project):
            return
        many = call.stream or call.loop in _MANY
        yield self.finding(
            call.place,
            _message(call, report),
            severity=Severity.MEDIUM if many else Severity.LOW,
            confidence=Confidence.HIGH if call.usage is UsageFate.UNSENT else Confidence.MEDIUM,
            evidence=tuple(_evidence(call, context.project.usage_reads)),
            help=_help(call, report),
            call=call,
        )


def _message(call: CallSite, report: Report) -> str:
    if call.usage is UsageFate.UNSENT:
        return 'the token usage of this stream never arrives: stream_options={"include_usage": True} is missing'
    if call.stream and report.stream:
        return "nobody reads the token usage of this stream"
    return f"nobody reads the token usage of this call: {report.field} is dropped"


def _evidence(call: CallSite, read: int) -> Iterator[str]:
    if call.usage is UsageFate.DROPPED:
        yield "The response was followed to everywhere it goes in the project; no callback or gateway logs it either."
    if call.loop in _MANY:
        yield "The call stands in a loop: its tokens add up unseen."
    if read:
        others = "another call" if read == 1 else f"{read} other calls"
        yield f"The project reads the usage of {others}, but not of this one."


def _help(call: CallSite, report: Report) -> str:
    if call.usage is UsageFate.UNSENT:
        return "ask for it, and add up the usage of the last chunk"
    where = report.stream if call.stream and report.stream else report.field
    return f"record {where}, by feature and model"
