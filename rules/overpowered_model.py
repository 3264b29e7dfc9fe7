"""The rule overpowered-model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from promptlint.finding import Confidence, Finding, Saving, Severity
from promptlint.literals import NamedModel, known_text, named_models
from promptlint.measure.lifecycle import Tier, retirement, tier_of, tiers
from promptlint.project import CallSite, Project
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of, severity_of
from promptlint.unread import Unread, unread_choices
from promptlint.wording.answers import Expected, expected_from, says_all

TOP = ("large", "pro")
"""The tiers that a plainly simple task does not need."""


@dataclass(frozen=True)
class OverpoweredModel(Rule):
    """
    ## What it does
    Finds one of a provider's largest models where all it is asked for is a label, yes or no, a word or a number. Also
    finds functions that are asked for a smaller model (`model_size="small"`) and take the usual one all the same.

    ## Why is this bad?
    A large model costs ten to a hundred times as much as the smallest of the same provider. For sorting a text into given
    classes, a yes or no, or one value the small one often answers as well: worth testing on your own examples.
    Nothing is reported where the prompt is long, asks for reasons, steps or JSON, where the call has tools, a response
    format or switches on reasoning, or where the same model literal also serves a call that is not plainly simple.

    ## Example
    ```python
    client.messages.create(
        model="claude-opus-5-5",
        max_tokens=50,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
    ```
    Use instead:
    ```python
    client.messages.create(
        model="claude-haiku-5-5",
        max_tokens=50,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
    ```

    ## Fix safety
    There is no fix: whether the small model is good enough only your own examples can tell.

    ## Options
    - `max_prompt_tokens`: longer instructions are taken to be more than a simple task (default 400).
    - `max_answer_tokens`: the longest answer of a simple task (default 20).

    ## References
    - [Cost and intelligence](https://platform.claude.com/docs/en/about-claude/models/optimizing-for-cost-and-intelligence), 2026-08-21
    - List prices of the package genai-prices 0.2.3, 2026-11-10
    """  # noqa: E501

    code = "TOK501"
    name = "overpowered-model"
    good = (
        """from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-opus-5-5",
        max_tokens=500,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no, then explain why.\\n{text}"}],
    )
""",
        """from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-haiku-5-5",
        max_tokens=50,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
""",
    )
    bad = (
        Bad(
            """from anthropic import Anthropic

client = Anthropic()


def is_complaint(text):
    return client.messages.create(
        model="claude-opus-5-5",
        max_tokens=50,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
""",
            "claude-opus-5-5 is asked for yes or no: claude-haiku-5-5 costs 40 times less",
        ),
    )

    max_prompt_tokens: int = 400
    max_answer_tokens: int = 20

    def check_project(self, context: Context) -> Iterator[Finding]:
        for named in named_models(context.project):
            if not named.calls:
                continue
            provider = provider_of(named.calls[0])
            tier = tier_of(named.id, provider)
            if tier is None or tier.tier not in TOP or _is_gone(named.id, provider, context.meter.today):
                continue
            tasks = self._tasks(named, context)
            small = tiers(tier.provider)[0]
            if tasks and small.tier == "small":
                yield from self._overpowered(named, tasks, small, context)
        for unread in unread_choices(context.project):
            yield self._unread(unread, context.project)

    def _tasks(self, named: NamedModel, context: Context) -> list[tuple[CallSite, Expected]]:
        """What the calls with this model ask for; nothing where one of them is more than a simple task."""
        tasks = []
        for call in named.calls:
            if _is_passed_through(call, context.project):
                continue
            expected = self._simple(call, context)
            if expected is None:
                return []
            tasks.append((call, expected))
        return tasks

    def _simple(self, call: CallSite, context: Context) -> Expected | None:
        if "reasoning" in call.expects or not says_all(call):
            return None
        expected = expected_from(call)
        if expected is None or expected.loose or expected.tokens > self.max_answer_tokens:
            return None
        tokens = sum(context.meter.count_template(message.template, call.model).tokens for message in call.messages)
        return expected if tokens <= self.max_prompt_tokens else None

    def _overpowered(
        self, named: NamedModel, tasks: list[tuple[CallSite, Expected]], small: Tier, context: Context
    ) -> Iterator[Finding]:
        call, expected = max(tasks, key=lambda task: len(known_text(task[0])))
        saving = _saving(named.id, small.newest, call, expected, context)
        if saving is None:
            return
        usd, ratio = saving
        facts = context.meter.facts(small.newest)
        evidence = [f"All {len(tasks)} calls with this model ask for no more."] if len(tasks) > 1 else []
        if facts and facts.reasoning is not False:
            evidence.append(f"{small.newest} may reason before it answers; those tokens are billed as output.")
        yield self.finding(
            named.place,
            f"{named.id} is asked for {expected.what}: {small.newest} costs {ratio:.0f} times less",
            severity=severity_of(usd.usd_per_1k_calls),
            confidence=Confidence.MEDIUM,
            evidence=tuple(evidence),
            help=f"worth testing {small.newest} on your own examples",
            call=call,
            model=named.id,
            replacement=small.newest,
            saving=usd,
        )

    def _unread(self, unread: Unread, project: Project) -> Finding:
        first, count = unread.asked[0], len(unread.asked)
        where = f"{first.path}:{project.locate(first.path, first.start).row}"
        return self.finding(
            unread.place,
            f"`{unread.parameter}` is not read here: calls that ask for a smaller model get the usual one",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            evidence=(f"{count} call{'s ask' if count > 1 else ' asks'} for a smaller one, first at {where}.",),
            help=f"choose the model by `{unread.parameter}`",
            call=unread.call,
        )


def _is_gone(model: str, provider: str | None, today: date) -> bool:
    """Whether the model has to be replaced anyway, see retired-model."""
    end = retirement(model, provider)
    return end is not None and end.is_past(today)


def _is_passed_through(call: CallSite, project: Project) -> bool:
    """Whether a call inside a wrapper has no text of its own, and callers with text are known."""
    return (
        not call.hops and not call.prompts and any(other.hops for other in project.calls if other.model == call.model)
    )


def _saving(
    model: str, small: str, call: CallSite, expected: Expected, context: Context
) -> tuple[Saving, float] | None:
    """What the small model saves on the known text and the answer, and how many times less it costs."""
    meter, provider = context.meter, provider_of(call)
    old, new = meter.count(known_text(call), model), meter.count(known_text(call), small)
    before = meter.usd_per_1k_calls(old.tokens, expected.tokens, model, provider)
    after = meter.usd_per_1k_calls(new.tokens, expected.tokens, small, provider)
    price = meter.price(small, provider)
    if not before or not after or price is None or before < 2 * after:
        return None
    basis = (
        f"{old.tokens:,} known prompt tokens and an answer of {expected.tokens}, {after:.3f} instead of {before:.3f} "
        f"USD per 1,000 calls; what is filled in comes on top; list prices of {price.as_of}"
    )
    return Saving(0, 0, before - after, old.tokenizer, old.exact and new.exact, basis), before / after
