"""The rule missing-cache-marker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.finding import Applicability, Confidence, Finding, Fix, Saving
from promptlint.measure import Count, Price
from promptlint.measure.models import Cache
from promptlint.project import CallSite, LoopKind, Message, Prompt, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import provider_of, severity_of
from promptlint.template import Edit, Hole

LARGEST_MINIMUM = 4096
"""Tokens; no Claude model asks for more (Anthropic prompt caching page, 2026-09-26; Amazon Bedrock, 2026-10)."""
CLAUDE_ONLY = ("anthropic",)
"""SDKs whose calls need a marker whatever the model is; others serve models that cache by themselves."""
MARGIN = 1.15
"""An estimated count must exceed the minimum by this much: estimates of Claude counts are within 15 %."""
MARKERS = {
    ("anthropic", "text"): ('[{"type": "text", "text": ', ', "cache_control": {"type": "ephemeral"}}]'),
    ("anthropic", "block"): ('{"cache_control": {"type": "ephemeral"}, ', ""),
    ("bedrock", "text"): ('[{"text": ', '}, {"cachePoint": {"type": "default"}}]'),
    ("bedrock", "item"): ("", ', {"cachePoint": {"type": "default"}}'),
}
"""What is written before and after the code at a marker site, by cache style and form; the opening brace of a block is
replaced (Anthropic prompt caching page, 2026-09-26; botocore 1.44.5)."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The text that begins every request of a call. `whole` says that it is all of the system prompt, and no more."""

    text: str
    where: str
    whole: bool


@dataclass(frozen=True)
class MissingCacheMarker(Rule):
    """
    ## What it does
    Finds calls of Claude that send a long, unchanging beginning every time without a cache marker.

    ## Why is this bad?
    Claude caches nothing unless the request says what: without a marker each call pays the full input price for the
    same text. With one, later calls within five minutes pay a tenth or less for it, and each of them renews the
    five minutes. Writing the cache costs a quarter more, so it pays from the second call on, and costs more where calls
    are rarer. Only text up to the first value that changes can be cached, and only from a minimum of 512 to 4,096
    tokens that depends on the model: below it the marker does nothing, so nothing is reported. Providers that cache
    without a marker are left alone.

    ## Example
    ```python
    client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=HANDBOOK,
        messages=[{"role": "user", "content": question}],
    )
    ```
    Use instead:
    ```python
    client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=[{"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": question}],
    )
    ```

    ## Fix safety
    Unsafe: the request changes, though not what the model reads. A call that is made less often than every five
    minutes gets dearer. There is no fix where a value is filled into the system prompt: put what changes behind the
    marker, in a block of its own.

    ## Options
    None.

    ## References
    - [Prompt caching](https://platform.claude.com/docs/en/build-with-claude/prompt-caching), 2026-09-26
    - [Amazon Bedrock prompt caching](https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html), 2026-10
    """

    code = "TOK201"
    name = "missing-cache-marker"
    good = (
        """from anthropic import Anthropic

client = Anthropic()
HANDBOOK = "Short rules for short answers."


def ask(question):
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=HANDBOOK,
        messages=[{"role": "user", "content": question}],
    )
""",
        f"""from openai import OpenAI

client = OpenAI()
HANDBOOK = "{"Name the page of the handbook that says so. " * 200}"


def ask(question):
    return client.responses.create(model="gpt-5.5", instructions=HANDBOOK, input=question)
""",
    )
    bad = (
        Bad(
            f"""from anthropic import Anthropic

client = Anthropic()
HANDBOOK = "{"Name the page of the handbook that says so. " * 200}"


def ask(question):
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=HANDBOOK,
        messages=[{{"role": "user", "content": question}}],
    )
""",
            "static tokens of the system prompt are sent without a cache marker",
            fixed=f"""from anthropic import Anthropic

client = Anthropic()
HANDBOOK = "{"Name the page of the handbook that says so. " * 200}"


def ask(question):
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        system=[{{"type": "text", "text": HANDBOOK, "cache_control": {{"type": "ephemeral"}}}}],
        messages=[{{"role": "user", "content": question}}],
    )
""",
        ),
    )

    def check_call(self, call: CallSite, context: Context) -> Iterator[Finding]:
        if call.cache_style is None or call.cache_markers or context.project.is_told_inside(call):
            return
        facts = context.meter.facts(call.model) if call.model else None
        cache = facts.cache if facts else None
        if (cache is None or cache.kind != "explicit") if facts else call.sdk not in CLAUDE_ONLY:
            return
        minimum = (cache.minimum if cache else None) or LARGEST_MINIMUM
        for prefix in _prefixes(call):
            count = context.meter.count(prefix.text, call.model)
            if count.tokens >= minimum * (1 if count.exact else MARGIN):
                yield self._missing(call, context, prefix, count, minimum, cache)
                return

    def _missing(
        self, call: CallSite, context: Context, prefix: Prefix, count: Count, minimum: int, cache: Cache | None
    ) -> Finding:
        price = context.meter.price(call.model, provider_of(call)) if call.model else None
        saving = _saving(count, price)
        known = cache is not None and cache.minimum is not None
        repeats = call.loop is not LoopKind.NONE or call.function is not None
        fix = _fix(call) if prefix.whole else None
        return self.finding(
            call.place,
            f"{count.tokens:,} static tokens of {prefix.where} are sent without a cache marker",
            severity=severity_of(saving.usd_per_1k_calls if saving else None),
            confidence=(Confidence.HIGH if repeats else Confidence.MEDIUM) if known else Confidence.LOW,
            evidence=tuple(_evidence(call, count, minimum, cache, known=known)),
            help="mark the end of the part that never changes" if fix else _how(call, prefix),
            call=call,
            prompt=_system_prompt(call, context),
            saving=saving,
            fix=fix,
        )


def _prefixes(call: CallSite) -> Iterator[Prefix]:
    """What begins every request: the system prompt, then also what follows it, as far as nothing is filled in."""
    text, messages = "", list(call.messages)
    while messages and messages[0].role is Role.SYSTEM:
        message = messages.pop(0)
        text += _static(message)
        if message.template.holes:
            yield Prefix(text, "the system prompt, up to its first changing value,", whole=False)
            return
    if text:
        yield Prefix(text, "the system prompt", whole=True)
    for message in messages:
        if not message.complete or message.role is Role.ASSISTANT:
            return
        text += _static(message)
        yield Prefix(text, "the prompt, up to its first changing value,", whole=False)
        if message.template.holes:
            return


def _static(message: Message) -> str:
    """The text of a message before its first hole."""
    text = ""
    for part in message.template.parts:
        if isinstance(part, Hole):
            break
        text += part.text
    return text


def _evidence(call: CallSite, count: Count, minimum: int, cache: Cache | None, *, known: bool) -> Iterator[str]:
    counted = "exactly" if count.exact else f"so at least {MARGIN - 1:.0%} more is asked for"
    who = f"{call.model} caches" if known and cache else "the model is not known; every Claude model caches"
    source = f" ({cache.source}, {cache.as_of})" if known and cache else ""
    yield f"{who} a prefix of {minimum:,} tokens or more{source}; counted with {count.tokenizer}, {counted}."
    if call.has_tools:
        yield "Tool definitions come before the system prompt and are cached with it; they are not counted here."
    if cache and cache.write and cache.read and cache.write + cache.read < 2:
        yield (
            f"Writing the cache costs {cache.write:g} times the input price, reading it {cache.read:g} times: "
            f"it pays from the second call within {cache.life or '5 min'}, a single call costs more."
        )
    if call.loop is LoopKind.NONE:
        yield f"Assumed: this call is made again within {cache.life if cache and cache.life else '5 min'}."


def _saving(count: Count, price: Price | None) -> Saving | None:
    """No tokens are saved: the same ones are billed at the price of a cache read."""
    if price is None or price.cache_read is None:
        return None
    return Saving(
        input_tokens=0,
        output_tokens=0,
        usd_per_1k_calls=count.tokens * (price.input - price.cache_read) / 1000,
        tokenizer=count.tokenizer,
        exact=count.exact,
        basis=f"{count.tokens:,} tokens at {price.cache_read:g} instead of {price.input:g} USD per million "
        f"(list price of {price.as_of}), assuming all calls after the first read the cache",
    )


def _how(call: CallSite, prefix: Prefix) -> str:
    marker = '{"cachePoint": {"type": "default"}}' if call.cache_style == "bedrock" else '"cache_control"'
    if prefix.whole:
        return f"send it as a content block with {marker}"
    return f"send the part that never changes as a block of its own with {marker}, and what changes behind it"


def _system_prompt(call: CallSite, context: Context) -> Prompt | None:
    ids = next((message.prompts for message in call.messages if message.prompts), ())
    return context.project.prompt_by_id.get(ids[0]) if ids else None


def _fix(call: CallSite) -> Fix | None:
    site = call.marker_site
    if site is None or (call.cache_style or "", site.form) not in MARKERS or site.place.path != call.place.path:
        return None
    before, after = MARKERS[call.cache_style or "", site.form]
    start, end = site.place.start, site.place.end
    edits = (
        Edit(site.place.path, start, start + (site.form == "block"), before),
        Edit(site.place.path, end, end, after),
    )
    written = tuple(edit for edit in edits if edit.text)
    return Fix(Applicability.UNSAFE, "Mark the system prompt for caching", written)
