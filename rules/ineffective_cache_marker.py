"""The rule ineffective-cache-marker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.caching import Terms, minimum_sentences, terms_of
from promptlint.finding import Applicability, Confidence, Finding, Fix, Saving, Severity
from promptlint.measure import Count
from promptlint.project import CallSite, LoopKind, Marker, Message, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import Basis, basis_of, severity_of
from promptlint.template import Edit, Hole, Piece, Source

MOST_MARKERS = 4
"""Markers that a request may have (Anthropic prompt caching page, 2026-09-26; Amazon Bedrock, 2026-10)."""
NEW_EVERY_TIME = frozenset({Source.CLOCK, Source.RANDOM})
WITHOUT_MARKERS = frozenset({"openai"})
"""Makers of models that do not know `cache_control` (openai 3.54.0: its breakpoints have another name)."""

RULES = "Say which page of the handbook the answer is from, and quote the sentence that decides. " * 80


@dataclass(frozen=True)
class IneffectiveCacheMarker(Rule):
    """
    ## What it does
    Finds cache markers that cannot work: on too few tokens, behind a clock or a random id, a fifth one, or for a model
    that does not know them.

    ## Why is this bad?
    Below the minimum of the model, 512 to 4,096 tokens, Claude ignores a marker without an error: the request seems to
    be cached and is billed in full. Behind a value that is new in every request the marker costs money: the text is
    written to the cache at 1.25 times the input price each time and never read. A fifth marker is refused. OpenAI
    models cache by themselves, and do not know `cache_control`.

    ## Example
    ```python
    system=[
        {"type": "text", "text": f"It is {datetime.now()}. {HANDBOOK}", "cache_control": {"type": "ephemeral"}},
    ]
    ```
    Use instead:
    ```python
    system=[
        {"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": f"It is {datetime.now()}."},
    ]
    ```

    ## Fix safety
    Unsafe: the request changes, though not what the model reads. The fix takes out a marker that does nothing; one
    that stands behind a changing value is left for the author to move.

    ## Options
    None.

    ## References
    - [Prompt caching](https://platform.claude.com/docs/en/build-with-claude/prompt-caching), 2026-09-26
    - [Amazon Bedrock prompt caching](https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html), 2026-10
    """

    code = "TOK203"
    name = "ineffective-cache-marker"
    good = (
        f'''from anthropic import Anthropic

client = Anthropic()
RULES = "{RULES}"


def ask(question):
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=[{{"type": "text", "text": RULES, "cache_control": {{"type": "ephemeral"}}}}],
        messages=[{{"role": "user", "content": question}}],
    )
''',
    )
    bad = (
        Bad(
            """from anthropic import Anthropic

client = Anthropic()


def ask(question):
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=[{"type": "text", "text": "You answer from the handbook.", "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": question}],
    )
""",
            "the marker does nothing",
            fixed="""from anthropic import Anthropic

client = Anthropic()


def ask(question):
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=[{"type": "text", "text": "You answer from the handbook."}],
        messages=[{"role": "user", "content": question}],
    )
""",
        ),
        Bad(
            f'''from datetime import datetime

from anthropic import Anthropic

client = Anthropic()
RULES = "{RULES}"


def ask(question):
    system = f"It is {{datetime.now()}}. {{RULES}}"
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=[{{"type": "text", "text": system, "cache_control": {{"type": "ephemeral"}}}}],
        messages=[{{"role": "user", "content": question}}],
    )
''',
            "is written to the cache at every call and never read",
        ),
    )

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        if call.hops:
            return
        basis = basis_of([call])
        facts = context.meter.facts(basis.model, basis.provider) if basis.model else None
        terms = terms_of(basis, context.meter)
        if facts is not None and facts.provider in WITHOUT_MARKERS:
            yield from self._unknown_to(call)
        elif terms is not None and call.cache_style is not None:
            if call.cache_markers > MOST_MARKERS:
                yield self._too_many(call)
            for number, message in enumerate(call.messages):
                if message.marker is not None:
                    yield from self._checked(call, call.messages[: number + 1], message.marker, basis, terms, context)

    def _checked(
        self,
        call: CallSite,
        marked: tuple[Message, ...],
        marker: Marker,
        basis: Basis,
        terms: Terms,
        context: Context,
    ) -> Iterator[Finding]:
        """What is wrong with a marker that stands at the end of `marked`."""
        parts = [part for message in marked for part in message.template.parts]
        holes = [part for part in parts if isinstance(part, Hole)]
        count = context.meter.count("".join(part.text for part in parts if isinstance(part, Piece)), basis.model)
        new = next((hole for hole in holes if hole.origin.source in NEW_EVERY_TIME), None)
        known = all(one.template.parts and (one.complete or one.role is Role.SYSTEM) for one in marked)
        if new is not None and call.loop is LoopKind.NONE and terms.reached(count):
            yield self._never_read(call, marker, new, count, basis, terms, context)
        elif terms.known and known and count.tokens and not holes and not call.has_tools and terms.missed(count):
            yield self.finding(
                marker.place or call.place,
                f"the marker does nothing: {count.tokens:,} tokens come before it, "
                f"and {basis.model} caches from {terms.minimum:,} on",
                severity=Severity.LOW,
                confidence=Confidence.HIGH if count.exact else Confidence.MEDIUM,
                evidence=tuple(minimum_sentences(basis, terms, count)),
                help="take it out, or put more of what never changes before it",
                call=call,
                fix=_fix(marker),
            )

    def _never_read(
        self, call: CallSite, marker: Marker, new: Hole, count: Count, basis: Basis, terms: Terms, context: Context
    ) -> Finding:
        price = context.meter.price(basis.model, basis.provider) if basis.model else None
        saving = None
        if price is not None and price.cache_write_5m is not None:
            saving = Saving(
                input_tokens=0,
                output_tokens=0,
                usd_per_1k_calls=count.tokens * (price.cache_write_5m - price.input) / 1000,
                tokenizer=count.tokenizer,
                exact=count.exact,
                basis=f"{count.tokens:,} tokens written at {price.cache_write_5m:g} instead of sent at "
                f"{price.input:g} USD per million (list price of {price.as_of})",
            )
        return self.finding(
            marker.place or call.place,
            f"`{new.name}` before this marker is new every time, so the text is written to the cache at every call "
            "and never read",
            severity=severity_of(saving.usd_per_1k_calls if saving else None) if saving else Severity.MEDIUM,
            confidence=Confidence.HIGH if terms.known else Confidence.MEDIUM,
            evidence=(
                f"It comes from `{new.origin.name}`.",
                *minimum_sentences(basis, terms, count),
            ),
            help="put the marker behind the last text that never changes, and this value after it",
            call=call,
            saving=saving,
        )

    def _too_many(self, call: CallSite) -> Finding:
        return self.finding(
            call.place,
            f"{call.cache_markers} cache markers in one request: more than {MOST_MARKERS} are refused",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            evidence=("The API answers a fifth marker with an error (Anthropic prompt caching page, 2026-09-26).",),
            help="keep the markers at the ends of the tools, the system prompt and the newest messages",
            call=call,
        )

    def _unknown_to(self, call: CallSite) -> Iterator[Finding]:
        for message in call.messages:
            if message.marker is not None and message.marker.key == "cache_control":
                yield self.finding(
                    message.marker.place or call.place,
                    f"{call.model} does not know `cache_control`",
                    severity=Severity.LOW,
                    confidence=Confidence.MEDIUM,
                    evidence=("OpenAI models cache by themselves; their markers are `prompt_cache_breakpoint`.",),
                    help="take it out",
                    call=call,
                    fix=_fix(message.marker),
                )


def _fix(marker: Marker) -> Fix | None:
    if marker.removal is None:
        return None
    edit = Edit(marker.removal.path, marker.removal.start, marker.removal.end, "")
    return Fix(Applicability.UNSAFE, "Take the marker out", (edit,))
