"""The rule cache-busting-prefix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.caching import Break, Terms, first_break, minimum_sentences, parts_in_order, reading_saves, terms_of
from promptlint.conversation import Added, added_to_system, sends_turns
from promptlint.finding import Confidence, Finding, Severity
from promptlint.measure import Count
from promptlint.project import CallSite, Place, Prompt, Role
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import Basis, basis_of, severity_of
from promptlint.template import Hole, Source

LEAST_BEHIND = 1024
"""Tokens behind the changing value from which moving it is worth an edit: one cache minimum of most models."""
LOCAL = frozenset({"local", "ollama"})
"""Who runs models on the user's own machine, where no input is billed."""
WHAT = {
    Source.CLOCK: "shows the time",
    Source.RANDOM: "is another value at every call",
    Source.REQUEST: "changes with every request",
}

RULES = "Say which page of the handbook the answer is from, and quote the sentence that decides. " * 80


@dataclass(frozen=True)
class CacheBustingPrefix(Rule):
    """
    ## What it does
    Finds values that change with every call in front of a long text that never changes, or of a conversation: a clock
    in the system prompt, or what was looked up for the newest question at its end.

    ## Why is this bad?
    Providers cache a request from its first token up to the first one that differs from an earlier request. A question,
    a document, the time of day or a random id at the front makes everything behind it new: the fixed instructions are
    billed at the full input price in every call, where a cache read costs half to a fiftieth of it. Behind the fixed
    text the same value costs nothing. A conversation is sent again with every turn: behind a system prompt that changes
    all of it is. Nothing is reported where less than 1,024 tokens of fixed text and no conversation come behind, where
    all of the fixed text is under the minimum of the model, where the value stays the same for a day or a session, and
    where the source does not say that it changes.

    ## Example
    ```python
    prompt = f"Question: {question}\\n\\n{HANDBOOK}"
    ```
    Use instead:
    ```python
    prompt = f"{HANDBOOK}\\n\\nQuestion: {question}"
    ```

    ## Fix safety
    There is no fix: what to move where is for the author to say, and the order can matter to the answers.

    ## Options
    None.

    ## References
    - [Prompt caching at Anthropic](https://platform.claude.com/docs/en/build-with-claude/prompt-caching), 2026-09-26
    - [Prompt caching at OpenAI](https://developers.openai.com/api/docs/guides/prompt-caching), 2026-09
    - [Context caching of Gemini](https://ai.google.dev/gemini-api/docs/caching), 2026-09-02
    """

    code = "TOK202"
    name = "cache-busting-prefix"
    good = (
        f'''from openai import OpenAI

client = OpenAI()
RULES = "{RULES}"


def ask(question):
    return client.responses.create(model="gpt-5.5", input=f"{{RULES}}\\nQuestion: {{question}}")
''',
        f'''from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "{RULES}"


def ask(question):
    today = datetime.now().strftime("%Y-%m-%d")
    return client.responses.create(model="gpt-5.5", instructions=f"Today is {{today}}. {{RULES}}", input=question)
''',
    )
    bad = (
        Bad(
            f'''from openai import OpenAI

client = OpenAI()
RULES = "{RULES}"


def ask(question):
    return client.responses.create(model="gpt-5.5", input=f"Question: {{question}}\\n{{RULES}}")
''',
            "`question` changes with every request",
        ),
        Bad(
            f'''from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "{RULES}"


def ask(question):
    return client.responses.create(
        model="gpt-5.5", instructions=f"It is {{datetime.now()}}. {{RULES}}", input=question
    )
''',
            "`datetime.now()` shows the time",
        ),
    )

    def check_project(self, context: Context) -> Iterator[Finding]:
        """One finding for each changing value: for the request that it makes dearest."""
        found: dict[tuple[str, int], tuple[int, Finding]] = {}
        for tokens, hole, finding in (*_in_calls(self, context), *_in_prompts(self, context)):
            key = (hole.path, hole.start)
            if key not in found or found[key][0] < tokens:
                found[key] = (tokens, finding)
        for _, finding in found.values():
            yield finding
        for added in added_to_system(context.project):
            yield self._added(added)

    def before_conversation(self, broken: Break, context: Context, call: CallSite) -> tuple[int, Hole, Finding] | None:
        """The same for a clock or a random value in the system prompt of a conversation, however long that gets."""
        hole, terms = broken.hole, terms_of(basis_of([call]), context.meter)
        place = Place(hole.path, hole.start, hole.end)
        if terms is None or hole.origin.source is Source.REQUEST or not sends_turns(place, context.project):
            return None
        finding = self.finding(
            place,
            f"`{hole.name}` {WHAT[hole.origin.source]}, so the conversation behind this system prompt is never read "
            "from the cache",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM if terms.known else Confidence.LOW,
            evidence=(f"It comes from `{hole.origin.name}`.", f"Assumed: a turn follows within {terms.life}."),
            help="put it into the newest message, or write no more of it than the day",
            call=call,
        )
        return 0, hole, finding

    def _added(self, added: Added) -> Finding:
        return self.finding(
            added.place,
            f"what is added to the system prompt changes with `{added.source}`, so no later turn reads the "
            "conversation behind it from the cache",
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            evidence=("Assumed: the messages of earlier turns are sent behind this system prompt.",),
            help="put it into the newest user message",
        )

    def busting(
        self, broken: Break, basis: Basis, context: Context, *, prompt: Prompt | None, call: CallSite | None
    ) -> tuple[int, Hole, Finding] | None:
        """The tokens behind the value, the value and the finding; None where it does not matter."""
        terms = terms_of(basis, context.meter)
        behind = context.meter.count(broken.behind, basis.model)
        fixed = context.meter.count(broken.before + broken.behind, basis.model)
        if terms is None or behind.tokens < LEAST_BEHIND or not terms.reached(fixed):
            return None
        saving = reading_saves(behind, basis, context.meter)
        hole = broken.hole
        finding = self.finding(
            Place(hole.path, hole.start, hole.end),
            f"`{hole.name}` {WHAT[hole.origin.source]}, so the {behind.tokens:,} tokens of fixed text "
            "behind it are never read from the cache",
            severity=severity_of(saving.usd_per_1k_calls if saving else None),
            confidence=_confidence(hole, terms, call),
            evidence=tuple(_evidence(broken, basis, terms, behind, fixed, context, of_request=call is not None)),
            help="put the fixed text first and what changes last"
            + (", with a cache marker between them" if terms.cache and terms.cache.kind == "explicit" else ""),
            call=call,
            prompt=prompt,
            model=basis.model,
            saving=saving,
        )
        return behind.tokens, hole, finding


def _in_calls(rule: CacheBustingPrefix, context: Context) -> Iterator[tuple[int, Hole, Finding]]:
    for call in context.project.calls:
        if call.provider in LOCAL or context.project.is_told_inside(call):
            continue
        broken = first_break(parts_in_order(call))
        if broken is None or _is_marked(broken, call):
            continue
        prompt = next((context.project.prompt_by_id[one] for one in call.prompts), None)
        found = rule.busting(broken, basis_of([call]), context, prompt=prompt, call=call)
        if found is None and _is_in_system(broken, call):
            found = rule.before_conversation(broken, context, call)
        if found:
            yield found


def _in_prompts(rule: CacheBustingPrefix, context: Context) -> Iterator[tuple[int, Hole, Finding]]:
    """The prompts whose call is not seen."""
    for prompt in context.project.prompts:
        broken = first_break(prompt.template.parts) if not prompt.calls and prompt.role is not Role.TOOL else None
        if broken and (found := rule.busting(broken, basis_of([]), context, prompt=prompt, call=None)):
            yield found


def _is_in_system(broken: Break, call: CallSite) -> bool:
    return any(broken.hole in one.template.parts for one in call.messages if one.role is Role.SYSTEM)


def _is_marked(broken: Break, call: CallSite) -> bool:
    """Whether the value stands before a cache marker: then the marker is what does not work."""
    holding = next(number for number, one in enumerate(call.messages) if broken.hole in one.template.parts)
    return any(message.cached for message in call.messages[holding:])


def _confidence(hole: Hole, terms: Terms, call: CallSite | None) -> Confidence:
    if call is None or not terms.known:
        return Confidence.LOW
    return Confidence.MEDIUM if hole.origin.source is Source.REQUEST else Confidence.HIGH


def _evidence(
    broken: Break, basis: Basis, terms: Terms, behind: Count, fixed: Count, context: Context, *, of_request: bool
) -> Iterator[str]:
    origin = broken.hole.origin
    before = context.meter.count(broken.before, basis.model)
    where = "" if of_request else " in this prompt; what is sent around it is not seen"
    yield f"{before.tokens:,} tokens of fixed text come before it, {behind.tokens:,} behind it{where}."
    if origin.source is Source.REQUEST:
        yield f"It comes from `{origin.name}`, which the function is given. Assumed: that differs from call to call."
    else:
        yield f"It comes from `{origin.name}`."
    yield from minimum_sentences(basis, terms, fixed)
    yield f"Assumed: this text is sent again within {terms.life}."
