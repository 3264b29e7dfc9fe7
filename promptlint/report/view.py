"""What a report of `check` shows, and the figures that all formats share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from promptlint.finding import Applicability, Finding, Severity
from promptlint.project import Problem
from promptlint.run import Analysis, model_of
from promptlint.session import Session
from promptlint.tree import Tree

if TYPE_CHECKING:
    from promptlint.baseline import Entry
    from promptlint.fix import Fixed


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is left out of a report: findings that a baseline knows, and those older than a commit."""

    known: int = 0
    stale: tuple[Entry, ...] = ()
    """Entries of the baseline that are no longer found."""
    older: int = 0
    since: str | None = None
    """The commit as the user named it."""


@dataclass(frozen=True)
class View:
    """An analysis to report; `allowed` are the kinds of fixes that the user asked to see or apply."""

    analysis: Analysis
    session: Session
    allowed: frozenset[Applicability] = frozenset({Applicability.SAFE})
    fixed: Fixed | None = None
    narrowed: Narrowed = Narrowed()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.analysis.findings

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Those of the analysis and those of fixing."""
        return (*self.analysis.problems, *(self.fixed.problems if self.fixed else ()))

    @property
    def quiet_files(self) -> int:
        """How many files that may hold prompts or calls were read and not checked: tests and examples."""
        return len(self.session.quiet & self.analysis.sources.keys())

    @property
    def severities(self) -> Counter[Severity]:
        return Counter(finding.severity for finding in self.findings)

    def fixable(self, *kinds: Applicability) -> int:
        """How many findings have a fix of the given kinds."""
        return sum(finding.fix is not None and finding.fix.applicability in kinds for finding in self.findings)

    @property
    def input_tokens_saved(self) -> int:
        """Input tokens per call, summed over all findings."""
        return sum(finding.saving.input_tokens for finding in self.findings if finding.saving)

    @property
    def usd_per_1k_calls(self) -> float | None:
        """USD per 1,000 calls of every call site, summed over the findings with a price; None if there is none."""
        return total_usd(self.findings)

    @cached_property
    def recount(self) -> tuple[int, int] | None:
        """Input tokens of all prompts of the fixed files, before and after; None if nothing was fixed."""
        if not self.fixed or not self.fixed.changed:
            return None
        paths = frozenset(self.fixed.changed)
        before, after = self.fixed.before.tree, self.fixed.after.tree
        return input_tokens(before, self.session, paths), input_tokens(after, self.session, paths)

    def url(self, finding: Finding) -> str:
        """The page that documents the finding's rule."""
        return self.session.registry.by_name[finding.rule].url()


def total_usd(findings: Iterable[Finding]) -> float | None:
    """USD per 1,000 calls, summed; None where no finding has a figure."""
    figures = [
        finding.saving.usd_per_1k_calls
        for finding in findings
        if finding.saving and finding.saving.usd_per_1k_calls is not None
    ]
    return sum(figures) if figures else None


def input_tokens(tree: Tree, session: Session, paths: frozenset[str]) -> int:
    """The tokens of all prompts in the given files, each counted for its model."""
    tokens: dict[str, int] = {}
    for project in tree.projects_with(paths):
        for prompt in project.prompts:
            if prompt.place.path in paths and prompt.id not in tokens:
                meter = session.meter(prompt.place.path)
                tokens[prompt.id] = meter.count_template(prompt.template, model_of(project, prompt)).tokens
    return sum(tokens.values())
