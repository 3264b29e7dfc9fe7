"""The rule wrong-cap-parameter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.project import CallSite, CapState, Place
from promptlint.rule import Bad, Context, Rule
from promptlint.template import Edit


class Wrong(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cap parameters that some calls do not take, an entry of `data/cap_parameters.yaml`."""

    sdk: str
    methods: tuple[str, ...]
    wrong: tuple[str, ...]
    effect: str
    source: str
    use: str | None = None
    where: str | None = None
    reasoning: bool = False


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/cap_parameters.yaml`."""

    wrong: tuple[Wrong, ...]


@cache
def table() -> Table:
    """The table, read once."""
    data = Path(__file__).parent / "data" / "cap_parameters.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=Table)


@dataclass(frozen=True)
class WrongCapParameter(Rule):
    """
    ## What it does
    Finds an output cap given by a parameter that this API does not take, or that this model refuses.

    ## Why is this bad?
    The call fails before an answer is written: the OpenAI reasoning models answer `max_tokens` with an error 400, and a
    parameter of another API raises a `TypeError`. Such a call often is a branch that has not run since the model or
    the SDK was changed.

    ## Example
    ```python
    client.chat.completions.create(model="gpt-6-luna", max_tokens=500, messages=messages)
    ```
    Use instead:
    ```python
    client.chat.completions.create(model="gpt-6-luna", max_completion_tokens=500, messages=messages)
    ```

    ## Fix safety
    Safe: the parameter is renamed, the prompt and the value stay. With a reasoning model the cap also pays for hidden
    reasoning, so look at its size. There is no fix where the cap belongs into a config object.

    ## Options
    None.

    ## References
    - openai 3.54.0, anthropic 2.12.0, google-genai 3.4.0: signatures and docstrings, 2026-11-22
    - [OpenAI reasoning guide](https://developers.openai.com/api/docs/guides/reasoning), 2026-09
    """

    code = "TOK303"
    name = "wrong-cap-parameter"
    good = (
        """from openai import OpenAI

client = OpenAI()


def ask(messages):
    return client.chat.completions.create(model="gpt-4.1", max_tokens=500, messages=messages)
""",
    )
    bad = (
        Bad(
            """from openai import OpenAI

client = OpenAI()


def ask(messages):
    return client.chat.completions.create(model="gpt-6-luna", max_tokens=500, messages=messages)
""",
            "gpt-6-luna does not take max_tokens here",
            fixed="""from openai import OpenAI

client = OpenAI()


def ask(messages):
    return client.chat.completions.create(model="gpt-6-luna", max_completion_tokens=500, messages=messages)
""",
        ),
    )

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        if call.hops:
            return  # What the wrapper spells is told at its own call.
        for entry in table().wrong:
            if entry.sdk != call.sdk or not call.api.endswith(entry.methods):
                continue
            for name, place in call.keywords.items():
                if name in entry.wrong and (not entry.reasoning or _is_refused(call, context)):
                    yield self._wrong(call, entry, name, place)
                    return

    def _wrong(self, call: CallSite, entry: Wrong, name: str, place: Place) -> Finding:
        who = call.model if entry.reasoning else call.api.rpartition(".")[2] + "()"
        fix = None
        if entry.use is not None and entry.use not in call.keywords:
            edit = Edit(place.path, place.start, place.end, entry.use)
            fix = Fix(Applicability.SAFE, f"Rename it to {entry.use}", (edit,))
        return self.finding(
            place,
            f"{who} does not take {name} here, the call fails",
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            evidence=(f"{entry.effect} ({entry.source}).".replace("it is", f"{name} is", 1),),
            help=f"use {entry.use}" if entry.use else f"give it as {entry.where}",
            call=call,
            fix=fix,
        )


def _is_refused(call: CallSite, context: Context) -> bool:
    """Whether a number certainly goes to a model that takes no such cap; nothing else is known to be sent."""
    known = [context.meter.facts(literal.id) for literal in call.models]
    reasons = bool(known) and all(one and one.provider == "openai" and one.reasoning for one in known)
    return reasons and call.cap.state is CapState.LITERAL
