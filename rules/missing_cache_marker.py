"""The rule missing-cache-marker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from promptlint.caching import Terms, minimum_sentences, reading_saves, terms_of
from promptlint.conversation import sends_results
from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.measure import Count
from promptlint.project import CallSite, LoopKind, Place, Project, Prompt, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import Basis, basis_of, severity_of
from promptlint.template import Edit, Piece, Template

MARKED = frozenset({"anthropic", "bedrock"})
"""SDKs whose calls need a marker where the model is not known; others serve models that cache by themselves."""
CLAUDE = ("claude", "anthropic")
"""Words that a branch for Claude compares a provider or model with."""
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
    """The text that begins every request of a call. `whole` says that it is all of the system prompt, and no more.

    `call` is the call that sends it, None where none is seen, and `prompt` what it is taken from where that is not
    the call that is reported.
    """

    text: str
    where: str
    whole: bool
    call: CallSite | None
    prompt: Prompt | None


@dataclass(frozen=True)
class MissingCacheMarker(Rule):
    """
    ## What it does
    Finds calls of Claude that send a long, unchanging beginning every time without a cache marker, and agents that send
    the whole conversation again after every tool call without one.

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
        """One finding at the call of the API, for the longest beginning that reaches it."""
        if call.hops or call.cache_style is None or call.cache_markers:
            return
        found = [
            (count, prefix, basis, terms)
            for prefix in (*_own(call, context), *_given(call, context))
            if (basis := _basis(prefix.call, call)) and (terms := _terms(basis, call, context))
            if terms.reached(count := context.meter.count(prefix.text, basis.model))
        ]
        if found:
            yield self._missing(call, context, *max(found, key=lambda one: one[0].tokens))
        elif call.has_tools and (terms := _terms(basis_of([call]), call, context)):
            if call.loop is LoopKind.UNBOUNDED:
                yield self._in_loop(call, call.place, "step of this loop", terms)
            elif _is_first(call, context.project) and sends_results(call, context.project):
                yield self._in_loop(call, call.system_place or call.place, "answer to a tool call", terms)

    def _missing(
        self, call: CallSite, context: Context, count: Count, prefix: Prefix, basis: Basis, terms: Terms
    ) -> Finding:
        saving = reading_saves(count, basis, context.meter)
        repeats = call.loop is not LoopKind.NONE or call.function is not None
        fix = _fix(call) if prefix.whole and prefix.call is call else None
        sure = terms.known and prefix.call is not None
        return self.finding(
            call.system_place or call.place,
            f"{count.tokens:,} static tokens of {prefix.where} are sent without a cache marker",
            severity=severity_of(saving.usd_per_1k_calls if saving else None) if saving else Severity.MEDIUM,
            confidence=(Confidence.HIGH if repeats else Confidence.MEDIUM) if sure else Confidence.LOW,
            evidence=tuple(_evidence(call, prefix, basis, count, terms, context)),
            help="mark the end of the part that never changes" if fix else _how(call, prefix),
            call=call,
            prompt=prefix.prompt,
            model=basis.model,
            saving=saving,
            fix=fix,
        )

    def _in_loop(self, call: CallSite, place: Place, what: str, terms: Terms) -> Finding:
        """An agent: what it sends again grows with every step, however short it begins."""
        return self.finding(
            place,
            f"every {what} sends the tools, the system prompt and all earlier messages again without a cache marker",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM if terms.known else Confidence.LOW,
            evidence=(
                f"Claude caches nothing unless the request says what; {_least(terms)}.",
                *_break_even(terms),
                "Assumed: the messages of earlier steps stay in the request.",
            ),
            help="mark the last block of the newest message, and the system prompt: the next step reads all before it",
            call=call,
        )


def _is_first(call: CallSite, project: Project) -> bool:
    """Whether no earlier call takes its system prompt from the same place."""
    place = call.system_place or call.place
    return call is next(one for one in project.calls if (one.system_place or one.place) == place)


def _basis(sender: CallSite | None, call: CallSite) -> Basis:
    """For which model a text is counted: the one that its caller names, else the call's."""
    return basis_of([*([sender] if sender else []), call])


def _terms(basis: Basis, call: CallSite, context: Context) -> Terms | None:
    """None where the model needs no marker."""
    terms = terms_of(basis, context.meter)
    if terms is None or terms.cache is None:
        is_other = call.branch_for and not any(name in one for one in call.branch_for for name in CLAUDE)
        return terms if call.sdk in MARKED and not is_other else None
    return terms if terms.cache.kind == "explicit" else None


def _own(call: CallSite, context: Context) -> Iterator[Prefix]:
    """What begins every request: the system prompt, then also what follows it, as far as nothing is filled in."""
    return _prefixes(call, "", context.project.prompt_by_id[call.prompts[0]] if call.prompts else None)


def _given(call: CallSite, context: Context) -> Iterator[Prefix]:
    """What callers of the wrapper around the call begin their requests with; where no text of them is seen, what the
    system prompts of the same package begin with."""
    project = context.project
    senders = [one for one in map(project.call_by_id.__getitem__, call.callers) if one.prompts]
    for caller in senders:
        first = project.prompt_by_id[caller.prompts[0]]
        yield from _prefixes(caller, f" that {_where(first.place, context)} gives", first)
    is_filled = any(message.template.parts for message in call.messages if message.role is Role.SYSTEM)
    if senders or is_filled or call.system_place is None:
        return
    for prompt in project.prompts:
        if prompt.role is Role.SYSTEM and project.share_package(prompt.place, call.place):
            where = f"the system prompt {prompt.name or prompt.id} (if it is sent here)"
            yield Prefix(_static(prompt.template), where, False, None, prompt)


def _prefixes(call: CallSite, whose: str, prompt: Prompt | None) -> Iterator[Prefix]:
    text, messages = "", list(call.messages)
    while messages and messages[0].role is Role.SYSTEM:
        template = messages.pop(0).template
        text += _static(template)
        if template.holes:
            yield Prefix(text, f"the system prompt{whose}, up to its first changing value,", False, call, prompt)
            return
    if text:
        yield Prefix(text, f"the system prompt{whose}", True, call, prompt)
    for message in messages:
        if not message.complete or message.role is Role.ASSISTANT:
            return
        text += _static(message.template)
        yield Prefix(text, f"the prompt{whose}, up to its first changing value,", False, call, prompt)
        if message.template.holes:
            return


def _static(template: Template) -> str:
    """The text before the first hole."""
    return "".join(part.text for part in takewhile(lambda part: isinstance(part, Piece), template.parts))


def _where(place: Place, context: Context) -> str:
    return f"{place.path}:{context.project.locate(place.path, place.start).row}"


def _least(terms: Terms) -> str:
    return f"from {terms.minimum:,} tokens on" + ("" if terms.known else " for most models")


def _evidence(
    call: CallSite, prefix: Prefix, basis: Basis, count: Count, terms: Terms, context: Context
) -> Iterator[str]:
    yield from minimum_sentences(basis, terms, count)
    if prefix.prompt is not None and prefix.call is None:
        place = _where(prefix.prompt.place, context)
        yield f"The text stands at {place}. What this function is called with is not seen: assumed, this text too."
    if call.sdk == "bedrock" and not terms.known:
        yield "Assumed: the model on Bedrock is Claude."
    if call.has_tools:
        yield "Tool definitions come before the system prompt and are cached with it; they are not counted here."
    yield from _break_even(terms)
    if call.loop is LoopKind.NONE:
        yield f"Assumed: this call is made again within {terms.life}."


def _break_even(terms: Terms) -> Iterator[str]:
    cache = terms.cache
    if cache and cache.write and cache.read and cache.write + cache.read < 2:
        yield (
            f"Writing the cache costs {cache.write:g} times the input price, reading it {cache.read:g} times: "
            f"it pays from the second call within {terms.life}, a single call costs more."
        )


def _how(call: CallSite, prefix: Prefix) -> str:
    marker = '{"cachePoint": {"type": "default"}}' if call.cache_style == "bedrock" else '"cache_control"'
    if prefix.whole:
        return f"send it as a content block with {marker}"
    return f"send the part that never changes as a block of its own with {marker}, and what changes behind it"


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
