"""The rule outdated-model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.finding import Applicability, Confidence, Finding, Fix, Saving, Severity
from promptlint.literals import NamedModel, known_text, named_models
from promptlint.measure.lifecycle import Tier, retirement, tier_of, tiers
from promptlint.measure.models import parse
from promptlint.measure.switching import Change, change
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of, severity_of
from promptlint.template import Edit

SURE_GAIN = 0.3
"""The part of the price that must go where it is not known whether the newer model reasons, which is billed."""
LEAST_KNOWN = 100
"""Tokens of a prompt that must be known: what a call costs cannot be told from less."""


@dataclass(frozen=True)
class OutdatedModel(Rule):
    """
    ## What it does
    Finds models for which their provider has a newer one, of the same size or larger, that costs less.

    ## Why is this bad?
    New models often cost less than the ones they follow, but code keeps the name it was written with.
    The comparison is for the same text: the newer Claude models make about 30 % more tokens of it, so a lower price per
    token can still be a higher bill. Both input and output must be cheaper, today and in 90 days (promotional prices
    do not count), and a model that reasons before it answers is not held against one that does not.

    ## Example
    ```python
    client.messages.create(model="claude-haiku-4-5", max_tokens=1024, messages=messages)
    ```
    Use instead:
    ```python
    client.messages.create(model="claude-haiku-5-5", max_tokens=1024, messages=messages)
    ```

    ## Fix safety
    Unsafe: another model answers otherwise. There is no fix where a call sets parameters that the newer model refuses.

    ## Options
    - `min_gain`: report from this part of the price saved (default 0.1).

    ## References
    - List prices of the package genai-prices 0.2.3, 2026-11-10
    - [Anthropic models](https://platform.claude.com/docs/en/about-claude/models/overview), 2026-10
    - [Token counting](https://platform.claude.com/docs/en/build-with-claude/token-counting), 2026-08-21
    """

    code = "TOK503"
    name = "outdated-model"
    good = (
        """from anthropic import Anthropic

client = Anthropic()


def ask(question):
    messages = [{"role": "user", "content": question}]
    return client.messages.create(model="claude-opus-4-6", max_tokens=1024, messages=messages)
""",
    )
    bad = (
        Bad(
            """from anthropic import Anthropic

client = Anthropic()


def ask(question):
    messages = [{"role": "user", "content": question}]
    return client.messages.create(model="claude-haiku-4-5", max_tokens=1024, messages=messages)
""",
            "claude-haiku-5-5 is newer, at least as large and costs 87 % less for the same text",
            fixed="""from anthropic import Anthropic

client = Anthropic()


def ask(question):
    messages = [{"role": "user", "content": question}]
    return client.messages.create(model="claude-haiku-5-5", max_tokens=1024, messages=messages)
""",
        ),
    )

    min_gain: float = 0.1

    def check_project(self, context: Context) -> Iterator[Finding]:
        for named in named_models(context.project):
            if not named.calls:
                continue
            provider = provider_of(named.calls[0])
            tier = tier_of(named.id, provider)
            if tier is None or retirement(named.id, provider) is not None:
                continue  # What has an end is moved for that reason, see retired-model.
            better = [(one, made) for one in tiers(tier.provider) if (made := self._gain(named, one, tier, context))]
            if better:
                newer, made = min(better, key=lambda found: found[1].input + found[1].output)
                yield self._outdated(named, newer, made, context)

    def _gain(self, named: NamedModel, newer: Tier, tier: Tier, context: Context) -> Change | None:
        """What the newest model of a tier changes; None where it is no better."""
        if newer.rank < tier.rank or parse(named.id).undated == newer.newest:
            return None
        old, new = context.meter.facts(named.id), context.meter.facts(newer.newest)
        if old is None or new is None or (new.reasoning and not old.reasoning):
            return None
        made = change(named.id, newer.newest, provider_of(named.calls[0]), context.meter)
        least = self.min_gain if new.reasoning == old.reasoning else max(self.min_gain, SURE_GAIN)
        if made is None or max(made.input, made.output) > 1 or min(made.input, made.output) > 1 - least:
            return None
        return made

    def _outdated(self, named: NamedModel, tier: Tier, made: Change, context: Context) -> Finding:
        newer, refused = tier.newest, _refused(named, tier)
        saving = _saving(named, newer, context)
        severity = severity_of(saving.usd_per_1k_calls if saving else None)
        return self.finding(
            named.place,
            f"{newer} is newer, at least as large and costs {_less(made)} for the same text",
            severity=Severity.MEDIUM if severity is Severity.LOW and max(made.input, made.output) <= 0.5 else severity,
            confidence=Confidence.MEDIUM,
            evidence=tuple(_evidence(named, newer, made, refused)),
            help=f"test {newer} on your own examples" + (f", without {' and '.join(refused)}" if refused else ""),
            call=named.calls[0],
            model=named.id,
            replacement=newer,
            saving=saving,
            fix=None if refused else _fix(named, newer),
        )


def _less(made: Change) -> str:
    """How much is saved, in words."""
    parts = [round(100 * (1 - ratio)) for ratio in (made.input, made.output)]
    if parts[0] == parts[1]:
        return f"{parts[0]} % less"
    both = zip(parts, ("input", "output"), strict=True)
    return " and ".join(f"{part} % less for {what}" for part, what in both if part)


def _refused(named: NamedModel, newer: Tier) -> list[str]:
    """The parameters that calls give and the newer model refuses."""
    return sorted({name for call in named.calls for name in call.keywords if name in newer.refuses})


def _evidence(named: NamedModel, newer: str, made: Change, refused: list[str]) -> Iterator[str]:
    yield (
        f"List prices per million tokens, input and output: {named.id} {made.old.input:g} and {made.old.output:g} USD, "
        f"{newer} {made.new.input:g} and {made.new.output:g} USD ({made.new.as_of})."
    )
    more = made.input * made.old.input / made.new.input
    if more > 1.01:
        yield f"{newer} makes about {more - 1:.0%} more tokens of the same text; that is counted in.".replace("%", " %")
    if refused:
        yield f"{newer} refuses {' and '.join(refused)} unless at its default."
    if named.sent_by > 1:
        yield f"{named.sent_by} calls of the API can get their model from here."


def _saving(named: NamedModel, newer: str, context: Context) -> Saving | None:
    """Of the call with the most known text; None where too little of it is known to say what a call costs."""
    texts = [(call, known_text(call)) for call in named.calls]
    call, text = max(texts, key=lambda one: len(one[1]))
    meter, provider = context.meter, provider_of(call)
    old, new = meter.count(text, named.id), meter.count(text, newer)
    before = meter.usd_per_1k_calls(old.tokens, 0, named.id, provider)
    after = meter.usd_per_1k_calls(new.tokens, 0, newer, provider)
    price = meter.price(newer, provider)
    if old.tokens < LEAST_KNOWN or before is None or after is None or price is None:
        return None
    return Saving(
        input_tokens=0,
        output_tokens=0,
        usd_per_1k_calls=before - after,
        tokenizer=old.tokenizer,
        exact=old.exact and new.exact,
        basis=f"the {old.tokens:,} known prompt tokens of one call ({new.tokens:,} with {newer}), {after:.2f} instead "
        f"of {before:.2f} USD per 1,000 calls; the answer comes on top; list prices of {price.as_of}",
    )


def _fix(named: NamedModel, newer: str) -> Fix | None:
    """Writes the newer id over the older one, behind whatever prefix it has."""
    name = parse(named.id).name
    if not named.is_literal or not named.id.lower().endswith(name):
        return None
    edit = Edit(named.place.path, named.place.end - len(name), named.place.end, newer)
    return Fix(Applicability.UNSAFE, f"Use {newer}", (edit,))
