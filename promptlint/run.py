"""The pipeline: files in, linked projects and findings out. Nothing is written and nothing is printed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promptlint.project import Place, Problem, Project, Prompt
from promptlint.session import Session
from promptlint.source import Source
from promptlint.tree import Recalled, Tree

# What only files with prompts need is imported when there are some: a hook mostly sees files without.
if TYPE_CHECKING:
    from promptlint.check import Checked
    from promptlint.finding import Finding
    from promptlint.linking import Linked


@dataclass(frozen=True, slots=True)
class Examined:
    """A project that was linked, and what the rules say of it."""

    linked: Linked
    checked: Checked


@dataclass(frozen=True)
class Analysis:
    """A tree and what the rules say of it. `problems` are those of reading, of plugins and of rules, in order."""

    tree: Tree
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    examined: tuple[Examined, ...] = ()
    """The projects that were linked."""

    @property
    def project(self) -> Project:
        return self.tree.project

    @property
    def sources(self) -> Mapping[str, Source]:
        return self.tree.sources


def examine(tree: Tree, session: Session, before: Analysis | None = None) -> Analysis:
    """Check a tree with the rules of the session; what is in the analysis `before` of an earlier state of it is not
    checked again. Raises SettingsError."""
    if not tree.projects:
        return Analysis(tree, (), (), _in_order({*tree.problems, *session.problems}))
    from promptlint.check import check

    known = {id(one.linked): one for one in before.examined} if before else {}
    fresh = [one for one in tree.linked if id(one) not in known]
    checked = check(
        [one.project for one in fresh], session.rules, session.meter, session.registry.codes, tree.processes
    )
    known |= {id(linked): Examined(linked, said) for linked, said in zip(fresh, checked, strict=True)}
    told = [one.kept if isinstance(one, Recalled) else known[id(one)].checked for one in tree.projects]
    examined = tuple(known[id(one)] for one in tree.linked)
    crashes = (problem for one in examined for problem in one.checked.problems)
    return Analysis(
        tree,
        findings=_each_once(one.findings for one in told),
        suppressed=_each_once(one.suppressed for one in told),
        problems=_in_order({*tree.problems, *session.problems, *crashes}),
        examined=examined,
    )


def _each_once(projects: Iterable[Iterable[Finding]]) -> tuple[Finding, ...]:
    """The findings of all projects in order. What several say of a text file that all of them load, the first says."""
    from promptlint.check import in_order

    owner: dict[tuple[str, Place], int] = {}
    return in_order(
        finding
        for number, findings in enumerate(projects)
        for finding in findings
        if owner.setdefault((finding.code, finding.place), number) == number
    )


def model_of(project: Project, prompt: Prompt) -> str | None:
    """The model that a prompt is counted for: that of the first of its calls that names one."""
    return next((model for call in prompt.calls if (model := project.call_by_id[call].model)), None)


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line, problem.message)))
