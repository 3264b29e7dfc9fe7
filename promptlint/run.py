"""The pipeline: files in, linked projects and findings out. Nothing is written and nothing is printed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promptlint.project import Problem, Project, Prompt
from promptlint.promptfiles import TextFiles
from promptlint.session import Session
from promptlint.source import Source
from promptlint.tree import Tree, read_tree

# What only files with prompts need is imported when there are some: a hook mostly sees files without.
if TYPE_CHECKING:
    from promptlint.check import Checked
    from promptlint.finding import Finding


@dataclass(frozen=True)
class Analysis:
    """A tree and what the rules say of it. `problems` are those of reading, of plugins and of rules, in order.

    `checked` is what the rules say of each project that was linked.
    """

    tree: Tree
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    checked: tuple[Checked, ...] = ()

    @property
    def project(self) -> Project:
        return self.tree.project

    @property
    def sources(self) -> Mapping[str, Source]:
        return self.tree.sources


def analyse(
    files: Iterable[str], session: Session, problems: Iterable[Problem] = (), texts: TextFiles | None = None
) -> Analysis:
    """Read and check files as one project. `problems` are those of finding the files. Raises SettingsError."""
    files = tuple(files)
    return examine(read_tree(files, problems, texts, session.declared(files)), session)


def examine(tree: Tree, session: Session, before: Analysis | None = None) -> Analysis:
    """Check a tree with the rules of the session; what is in the analysis `before` of an earlier state of it is not
    checked again. Raises SettingsError."""
    if not (tree.linked or tree.recalled):
        return Analysis(tree, (), (), _in_order({*tree.problems, *session.problems}))
    from promptlint.check import check, in_order

    known = {id(one): said for one, said in zip(before.tree.linked, before.checked, strict=True)} if before else {}
    fresh = [one for one in tree.linked if id(one) not in known]
    projects = [one.project for one in fresh]
    said = check(projects, session.rules, session.meter, session.registry.codes, tree.processes)
    known |= zip(map(id, fresh), said, strict=True)
    checked = [known[id(one)] for one in tree.linked]
    told = (*checked, *(one.kept.checked for one in tree.recalled))
    problems = {*tree.problems, *session.problems, *(problem for one in told for problem in one.problems)}
    return Analysis(
        tree,
        findings=in_order(finding for one in told for finding in one.findings),
        suppressed=in_order(finding for one in told for finding in one.suppressed),
        problems=_in_order(problems),
        checked=tuple(checked),
    )


def model_of(project: Project, prompt: Prompt) -> str | None:
    """The model that a prompt is counted for: that of the first of its calls that names one."""
    return next((model for call in prompt.calls if (model := project.call_by_id[call].model)), None)


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line, problem.message)))
