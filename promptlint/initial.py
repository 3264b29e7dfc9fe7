"""What a project needs to begin with promptlint: configuration, a pre-commit hook, a workflow for its CI.

Nothing is written here. Files that exist are only ever added to, at their end, and only where reading them again shows
that nothing else in them changed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

from promptlint import __version__
from promptlint.appending import adds_item, adds_key, adds_table, appended, indented, list_at_the_end
from promptlint.baseline import FILE as BASELINE
from promptlint.measure import current_day
from promptlint.measure.lifecycle import retirement
from promptlint.measure.models import DATA
from promptlint.project import CallSite
from promptlint.settings.files import TABLE

PYPROJECT = "pyproject.toml"
CONFIG = "promptlint.yaml"
HOOKS = ".pre-commit-config.yaml"
GITHUB = ".github/workflows/promptlint.yml"
GITLAB = ".gitlab/promptlint.yml"
GITLAB_CI = ".gitlab-ci.yml"

ADDRESS = "<the address of this repository>"
"""Stands for what is not known; pip names it in its error. On the package index, the name is another project's."""
REQUIREMENT = f'PROMPTLINT_REQUIREMENT: "promptlint @ git+{ADDRESS}"\n'
ARGUMENTS = 'PROMPTLINT_ARGS: ""\n'
"""The lines of the templates that are filled in."""


@dataclass(frozen=True, slots=True)
class Step:
    """A file to write: `text` goes to the end of it, or is all of it where it is `new`."""

    path: str
    text: str
    why: str
    new: bool

    def after(self, before: str) -> str:
        """What a file that held `before` holds then."""
        return appended(before, self.text, gap=self.path == PYPROJECT)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the user has to add by hand to a file that cannot plainly be added to."""

    path: str
    text: str
    why: str


@dataclass(frozen=True)
class Project:
    """What was seen of a project. `files` are the texts of those of the files above that it has, by path."""

    files: Mapping[str, str]
    configured: bool
    uses_git: bool
    on_github: bool
    on_gitlab: bool
    model: str | None
    """The model to assume where the code names none, None where that is not needed."""
    baseline: bool
    """Whether it has a baseline."""


def proposals(project: Project) -> Iterator[Step | Advice]:
    """What to write, in order; nothing for what is there already."""
    if not project.configured:
        yield _configuration(project)
    yield from _hook(project)
    if project.on_gitlab:
        yield from _gitlab(project)
    if project.on_github:
        yield from _github(project)


def usual_model(calls: Iterable[CallSite]) -> str | None:
    """The model that most calls name and that still answers; None where all calls name one, or none does."""
    models = Counter(call.model for call in calls)
    named = [model for model, _ in models.most_common() if model and not _is_retired(model)]
    return named[0] if named and models[None] else None


def _is_retired(model: str) -> bool:
    known = retirement(model)
    return known is not None and known.is_past(current_day())


def requirement() -> str:
    """What pip has to be told to install this promptlint again, on another machine: from its repository, whose address
    is left to the user where it was installed from elsewhere."""
    try:
        origin = distribution("promptlint").read_text("direct_url.json")
    except PackageNotFoundError:
        origin = None
    source = json.loads(origin) if origin else {}
    if vcs := source.get("vcs_info"):
        return f"promptlint @ {vcs['vcs']}+{source['url']}@{vcs['commit_id']}"
    return f"promptlint @ git+{ADDRESS}@v{__version__}"


def _to_fill_in() -> str:
    return f"; put the address of promptlint in place of {ADDRESS}" if ADDRESS in requirement() else ""


def _configuration(project: Project) -> Step | Advice:
    why = "the settings of promptlint (promptlint check --show-settings explains them)"
    settings = {"fail-on": "medium", **({"default-model": project.model} if project.model else {})}
    if PYPROJECT in project.files:
        values = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        text = f"[tool.promptlint]\n{values}"
        before = project.files[PYPROJECT]
        if adds_table(before, appended(before, text, gap=True), TABLE, settings):
            return Step(PYPROJECT, text, why, new=False)
        return Advice(PYPROJECT, text, why)
    text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
    return Step(CONFIG, text, why, new=True)


def _hook(project: Project) -> Iterator[Step | Advice]:
    why = f"a hook that checks the files of each commit (pre-commit install){_to_fill_in()}"
    before = project.files.get(HOOKS)
    arguments = f" --baseline {BASELINE}" if project.baseline else ""
    lines = (
        "- repo: local",
        "  hooks:",
        "    - id: promptlint",
        "      name: promptlint",
        f"      entry: promptlint check{arguments}",
        "      language: python",
        f"      additional_dependencies: [{json.dumps(requirement())}]",
        '      args: ["--"]',
        "      types_or: [python, jupyter]",
        "      # One process sees all files: prompts and the calls they reach often stand in different ones.",
        "      require_serial: true",
    )
    if before is None:
        if project.uses_git:
            yield Step(HOOKS, "repos:\n" + indented(lines, 2), why, new=True)
    elif "promptlint" not in before:
        text = indented(lines, list_at_the_end(before, "repos") or 0)
        is_plain = adds_item(before, appended(before, text), "repos")
        yield Step(HOOKS, text, why, new=False) if is_plain else Advice(HOOKS, text, why)


def _github(project: Project) -> Iterator[Step]:
    if GITHUB not in project.files:
        yield Step(GITHUB, _filled("github.yml", project), f"a workflow for pull requests{_to_fill_in()}", new=True)


def _gitlab(project: Project) -> Iterator[Step | Advice]:
    why = "takes the job into the pipeline"
    item = f"- local: {GITLAB}"
    if GITLAB not in project.files:
        yield Step(GITLAB, _filled("gitlab.yml", project), f"a job for merge requests{_to_fill_in()}", new=True)
    before = project.files.get(GITLAB_CI)
    key = "include:\n" + indented((item,), 2)
    if before is None:
        yield Step(GITLAB_CI, key, why, new=True)
    elif GITLAB not in before:
        line = indented((item,), list_at_the_end(before, "include") or 0)
        if adds_key(before, appended(before, key), "include"):
            yield Step(GITLAB_CI, key, why, new=False)
        elif adds_item(before, appended(before, line), "include"):
            yield Step(GITLAB_CI, line, why, new=False)
        else:
            yield Advice(GITLAB_CI, key, why)


def _filled(name: str, project: Project) -> str:
    """A template for CI, with what to install and how to call it."""
    text = (DATA / "ci" / name).read_text(encoding="utf-8")
    arguments = f"--baseline {BASELINE}" if project.baseline else ""
    text = text.replace(REQUIREMENT, f"PROMPTLINT_REQUIREMENT: {json.dumps(requirement())}\n")
    return text.replace(ARGUMENTS, f"PROMPTLINT_ARGS: {json.dumps(arguments)}\n")
