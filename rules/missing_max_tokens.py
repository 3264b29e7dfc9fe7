"""The rule missing-max-tokens."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import msgspec

from promptlint.finding import Confidence, Finding, Severity
from promptlint.project import CallSite, CapState, Place
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of
from promptlint.wording.answers import Expected, expected_from, says_all


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/missing_caps.yaml`: what no cap means by SDK, and the APIs that imply one."""

    uncapped: dict[str, str]
    implied: tuple[str, ...]


@cache
def table() -> Table:
    """The table, read once."""
    data = Path(__file__).parent / "data" / "missing_caps.yaml"
    return msgspec.yaml.decode(data.read_bytes(), type=Table)


@dataclass(frozen=True)
class MissingMaxTokens(Rule):
    """
    ## What it does
    Finds requests without an output cap where the prompt asks for a short answer, or where most other implementations
    of the same method send one.

    ## Why is this bad?
    The cap is the one hard limit on the length and price of a reply: without it one that goes wrong runs up to the
    maximum of the model. Where a project has a setting for it that most adapters pass on and one does not, the setting
    is dropped for everybody who uses that one.
    Nothing is reported where the API needs a cap or implies one, where arguments may be given that the source does not
    show, where the cap is given as None, for models on the same machine, and for short answers of models that reason.

    ## Example
    ```python
    client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": "Answer yes or no. " + text}])
    ```
    Use instead:
    ```python
    client.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "user", "content": "Answer yes or no. " + text}],
        max_completion_tokens=16,
    )
    ```

    ## Fix safety
    There is no fix: the right cap depends on the answers that you get.

    ## Options
    - `max_answer_tokens`: a longer answer is not short (default 200).
    - `peers`: how many calls in other implementations of the same method must send a cap, and more than send none there
      (default 2).

    ## References
    - [OpenAI reasoning guide](https://developers.openai.com/api/docs/guides/reasoning), 2026-09
    - [Amazon Bedrock quotas](https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html), 2026
    """

    code = "TOK302"
    name = "missing-max-tokens"
    good = (
        """from openai import OpenAI

client = OpenAI()


def ask(question):
    messages = [{"role": "user", "content": question}]
    return client.chat.completions.create(model="gpt-4.1", messages=messages)
""",
    )
    bad = (
        Bad(
            """from openai import OpenAI

client = OpenAI()


def is_complaint(text):
    messages = [{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}]
    return client.chat.completions.create(model="gpt-4.1", messages=messages)
""",
            "no output cap, but the prompt asks for yes or no",
        ),
    )

    max_answer_tokens: int = 200
    peers: int = 2

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        if not _is_uncapped(call) or not says_all(call):
            return
        facts = context.meter.facts(call.model) if call.model else None
        if (facts and facts.reasoning) or "reasoning" in call.expects or context.project.is_told_inside(call):
            return
        expected = expected_from(call)
        if expected is not None and expected.tokens <= self.max_answer_tokens:
            yield self._short(call, expected, context)

    def check_project(self, context: Context) -> Iterator[Finding]:
        methods: defaultdict[str, list[CallSite]] = defaultdict(list)
        told: set[Place] = set()
        for call in context.project.calls:
            if call.function and not call.hops:
                methods[call.function.rpartition(".")[2]].append(call)
        for name, calls in methods.items():
            siblings_of = _siblings(calls)
            for call in filter(_is_uncapped, calls):
                siblings = siblings_of(call.place.path)
                others = [other for other in siblings if _sends_cap(other)]
                place = call.spread_place or call.place
                alike = sum(map(_is_uncapped, siblings))
                if len(others) >= max(self.peers, alike + 1) and place not in told:
                    told.add(place)
                    yield self._alone(name, call, place, others, alike, context)

    def _short(self, call: CallSite, expected: Expected, context: Context) -> Finding:
        return self.finding(
            call.place,
            f"no output cap, but the prompt asks for {expected.what} (about {expected.tokens:,} tokens at most)",
            severity=_severity(call),
            confidence=Confidence.MEDIUM,
            evidence=tuple(_evidence(call, context)),
            help="send a cap with room for the answer",
            call=call,
        )

    def _alone(
        self, name: str, call: CallSite, place: Place, others: list[CallSite], alike: int, context: Context
    ) -> Finding:
        """`others` send a cap in other implementations of the method, `alike` calls there send none."""
        files = sorted({PurePosixPath(other.place.path).name for other in others})
        return self.finding(
            place,
            f"{name}() sends no output cap; other implementations of it do",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            evidence=(
                f"A cap is sent in {', '.join(files[:3])}{' and others' if len(files) > 3 else ''}"
                f"{', but not in all other files' if alike else ''}.",
                *_evidence(call, context),
            ),
            help="pass the same setting on here",
            call=call,
        )


def _is_uncapped(call: CallSite) -> bool:
    if call.cap.state is not CapState.ABSENT or call.cap.parameter or call.sdk not in table().uncapped:
        return False
    return not any(re.search(pattern, call.api) for pattern in table().implied)


def _sends_cap(call: CallSite) -> bool:
    """Whether a call sends a cap that its API would do without."""
    return call.sdk in table().uncapped and call.cap.state is not CapState.ABSENT and call.cap.parameter is not None


def _siblings(calls: Iterable[CallSite]) -> Callable[[str], list[CallSite]]:
    """Those of the calls that stand in other files of the folder of a file, or of neighbouring folders."""
    by_family: defaultdict[tuple[PurePosixPath, bool], list[CallSite]] = defaultdict(list)
    for call in calls:
        by_family[_family(call.place.path)].append(call)

    @cache
    def siblings_of(path: str) -> list[CallSite]:
        return [call for call in by_family[_family(path)] if call.place.path != path]

    return siblings_of


def _family(path: str) -> tuple[PurePosixPath, bool]:
    """What a file has in common with the files of its folder and of neighbouring ones: the folder above, True. A folder
    of the working directory has no neighbours: the folder itself, False."""
    folder = PurePosixPath(path).parent
    has_neighbours = folder.parent != PurePosixPath()
    return folder.parent if has_neighbours else folder, has_neighbours


def _severity(call: CallSite) -> Severity:
    """Bedrock reserves quota for what may come; elsewhere a short answer rarely runs away."""
    return Severity.MEDIUM if call.sdk == "bedrock" else Severity.LOW


def _evidence(call: CallSite, context: Context) -> Iterator[str]:
    yield table().uncapped[call.sdk]
    facts = context.meter.facts(call.model) if call.model else None
    price = context.meter.price(call.model, provider_of(call)) if call.model else None
    if facts and facts.output_maximum and price:
        worst = facts.output_maximum * price.output / 1_000_000
        yield (
            f"Worst case {facts.output_maximum:,} tokens of {call.model}, {worst:.2f} USD for one reply "
            f"(list price of {price.as_of})."
        )
