"""The rule API: what a rule file imports, for built-in rules and anybody's.

A rule is a frozen dataclass. Its fields are its options, its docstring is its documentation (headings: What it
does, Why is this bad, Example, Fix safety, Options, References), its `good` and `bad` examples are its first tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from promptlint.finding import Confidence, Finding, Fix, Saving, Severity
from promptlint.project import CallSite, Place, Project, Prompt

if TYPE_CHECKING:
    from promptlint.measure import Meter
    from promptlint.suppress import Suppression

URL = "docs/rules/{name}.md"
"""Where a rule is documented, below the root of the repository."""


@dataclass(frozen=True, slots=True)
class Bad:
    """An example that must be found: `source` gives a finding whose message holds `message`.

    `fixed` is the source after the rule's fix (unsafe fixes included), None where it does not fix.
    """

    source: str
    message: str
    fixed: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may ask besides the prompt or call in hand."""

    project: Project
    meter: Meter
    rules: tuple[Rule, ...] = ()
    """The rules that run on the file in hand, so that two of them do not count the same tokens."""


@dataclass(frozen=True)
class Rule:
    """Base of all rules. Override the `check_…` methods that the rule needs; each yields findings."""

    code: ClassVar[str]
    name: ClassVar[str]
    good: ClassVar[tuple[str, ...]] = ()
    bad: ClassVar[tuple[Bad, ...]] = ()
    preview: ClassVar[bool] = False
    """Preview rules run only when selected by name or code."""

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterable[Finding]:
        """Findings about one prompt."""
        return ()

    def check_call(self, call: CallSite, context: Context) -> Iterable[Finding]:
        """Findings about one call."""
        return ()

    def check_project(self, context: Context) -> Iterable[Finding]:
        """Findings about the project as a whole: what several prompts or calls show together."""
        return ()

    def check_suppression(self, suppression: Suppression, context: Context) -> Iterable[Finding]:
        """Findings about one suppression comment, asked after all other findings are known."""
        return ()

    def finding(
        self,
        place: Place,
        message: str,
        *,
        severity: Severity,
        confidence: Confidence = Confidence.HIGH,
        evidence: tuple[str, ...] = (),
        help: str | None = None,
        call: CallSite | None = None,
        prompt: Prompt | None = None,
        model: str | None = None,
        replacement: str | None = None,
        saving: Saving | None = None,
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule; `model` defaults to the call's."""
        return Finding(
            rule=self.name,
            code=self.code,
            severity=severity,
            confidence=confidence,
            message=message,
            place=place,
            evidence=evidence,
            help=help,
            call=call.id if call else None,
            prompt=prompt.id if prompt else None,
            model=model or (call.model if call else None),
            replacement=replacement,
            saving=saving,
            fix=fix,
        )

    @classmethod
    def url(cls) -> str:
        """The page that documents the rule."""
        return URL.format(name=cls.name)
