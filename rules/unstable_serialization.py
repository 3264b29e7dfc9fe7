"""The rule unstable-serialization."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.caching import first_break, minimum_sentences, parts_in_order, terms_of
from promptlint.finding import Applicability, Confidence, Finding, Fix, Severity
from promptlint.project import CallSite, Place
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of
from promptlint.template import Edit, Hole, Piece, Source

SETS = frozenset({"set", "frozenset"})

RULES = "Say which page of the handbook the answer is from, and quote the sentence that decides. " * 80


@dataclass(frozen=True)
class UnstableSerialization(Rule):
    """
    ## What it does
    Finds sets and directory listings that are written unsorted into the part of a prompt that is cached.

    ## Why is this bad?
    The order of a set of strings differs from one Python process to the next, and a directory lists its files in any
    order. The same prompt is then sent in other words by every worker and after every restart, and what one of them
    wrote to the cache is no use to the others: they pay the full input price for everything behind the list. Dicts keep
    the order in which they are filled and are left alone, with and without `sort_keys`. Nothing is reported where the
    fixed text is under the minimum that the model caches, or behind a value that changes with every call anyway.

    ## Example
    ```python
    system = f"Topics: {', '.join(set(topics))}\\n{HANDBOOK}"
    ```
    Use instead:
    ```python
    system = f"Topics: {', '.join(sorted(set(topics)))}\\n{HANDBOOK}"
    ```

    ## Fix safety
    Unsafe: the order that the model reads changes, and items that cannot be compared cannot be sorted.

    ## Options
    None.

    ## References
    - [PYTHONHASHSEED](https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED), Python 3.14
    - [os.listdir](https://docs.python.org/3/library/os.html#os.listdir), Python 3.14
    """

    code = "TOK204"
    name = "unstable-serialization"
    good = (
        f'''from openai import OpenAI

client = OpenAI()
RULES = "{RULES}"


def ask(question, topics):
    system = f"Topics: {{', '.join(sorted(set(topics)))}}. {{RULES}}"
    return client.responses.create(model="gpt-5.5", instructions=system, input=question)
''',
    )
    bad = (
        Bad(
            f'''from openai import OpenAI

client = OpenAI()
RULES = "{RULES}"


def ask(question, topics):
    system = "Topics: " + ", ".join(set(topics)) + ". " + RULES
    return client.responses.create(model="gpt-5.5", instructions=system, input=question)
''',
            "has no fixed order",
            fixed=f'''from openai import OpenAI

client = OpenAI()
RULES = "{RULES}"


def ask(question, topics):
    system = "Topics: " + ", ".join(sorted(set(topics))) + ". " + RULES
    return client.responses.create(model="gpt-5.5", instructions=system, input=question)
''',
        ),
    )

    def check_project(self, context: Context) -> Iterator[Finding]:
        """One finding for each list, at the first call that is sent it."""
        seen: set[tuple[str, int]] = set()
        for call in context.project.calls:
            for hole in () if context.project.is_told_inside(call) else _unordered(call):
                key = (hole.origin.path, hole.origin.start)
                if key not in seen and (finding := self._unstable(hole, call, context)):
                    seen.add(key)
                    yield finding

    def _unstable(self, hole: Hole, call: CallSite, context: Context) -> Finding | None:
        basis = basis_of([call])
        terms = terms_of(basis, context.meter)
        fixed = context.meter.count(_fixed_text(call), basis.model)
        if terms is None or not terms.reached(fixed):
            return None
        origin = hole.origin
        what = "differs from process to process" if origin.name in SETS else "is the file system's"
        return self.finding(
            Place(hole.path, hole.start, hole.end),
            f"`{origin.name}(...)` has no fixed order, so the prompt is not the same text in every process "
            "and cannot be read from the cache",
            severity=Severity.MEDIUM if origin.name in SETS else Severity.LOW,
            confidence=Confidence.MEDIUM if terms.known and origin.name in SETS else Confidence.LOW,
            evidence=(
                f"The order {what}; {fixed.tokens:,} tokens of the prompt stay the same otherwise.",
                *minimum_sentences(basis, terms, fixed),
                "Assumed: several processes send this prompt, or one that is restarted.",
            ),
            help="sort it before it is written into the prompt",
            call=call,
            fix=_fix(hole),
        )


def _unordered(call: CallSite) -> Iterator[Hole]:
    """The holes in no fixed order before the first value that changes with every call."""
    broken = first_break(parts_in_order(call))
    for part in parts_in_order(call):
        if broken and part is broken.hole:
            return
        if isinstance(part, Hole) and part.origin.source is Source.UNORDERED and part.origin.path:
            yield part


def _fixed_text(call: CallSite) -> str:
    """The literal text before the first value that changes with every call."""
    parts = tuple(parts_in_order(call))
    broken = first_break(parts)
    return broken.before if broken else "".join(part.text for part in parts if isinstance(part, Piece))


def _fix(hole: Hole) -> Fix | None:
    """Sorts the list where it is written; None where it is made elsewhere, for other uses too."""
    origin = hole.origin
    if origin.path != hole.path or not hole.start <= origin.start <= origin.end <= hole.end:
        return None
    edits = (
        Edit(origin.path, origin.start, origin.start, "sorted("),
        Edit(origin.path, origin.end, origin.end, ")"),
    )
    return Fix(Applicability.UNSAFE, "Sort it", edits)
