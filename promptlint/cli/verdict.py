"""What `promptlint check` tells about what it saw, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from promptlint.cli.output import FAILED, FINDINGS, NOTHING, deliver, emit, print_problems, terminal
from promptlint.finding import Severity
from promptlint.project import Problem
from promptlint.report.summary import fix_summary
from promptlint.report.terminal import Terminal
from promptlint.report.view import View

if TYPE_CHECKING:
    from promptlint.reportmemory import Report, ReportMemory

Render: TypeAlias = Callable[[View, Terminal], str]

FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "as_json",
    "github": "github",
    "gitlab": "gitlab",
    "sarif": "sarif",
    "junit": "junit",
    "markdown": "markdown",
}
"""Output format to the module of `promptlint.report` whose `render` makes it."""

RANKS = {severity: rank for rank, severity in enumerate((Severity.LOW, Severity.MEDIUM, Severity.HIGH))}


def renderer(output_format: str, show_statistics: bool) -> Render:
    """What makes the report. Raises UsageError where statistics are asked for in a format for machines."""
    if show_statistics and output_format not in ("full", "concise"):
        raise click.UsageError(f"--statistics is a table for people and does not go with the format {output_format}.")
    name = "statistics" if show_statistics else FORMATS[output_format]
    render: Render = import_module(f"promptlint.report.{name}").render
    return render


@dataclass(frozen=True, slots=True)
class Verdict:
    """How to tell what was found: by `render`, printed or in `output_file`; `exit_zero`: findings are no failure."""

    render: Render
    output_file: Path | None
    exit_zero: bool

    @property
    def shown_on(self) -> Terminal:
        """What the report is made for."""
        return Terminal() if self.output_file else terminal(sys.stdout)

    def on(self, view: View, memory: ReportMemory | None = None) -> int:
        """Tell the findings, and remember how; the exit code."""
        text, failing = self.render(view, self.shown_on), _reaches_threshold(view)
        if memory and not any(problem.passing for problem in view.problems):
            memory.keep(text, view.problems, failing=failing, asked=view.analysis.tree.texts.asked)
        self._deliver(text)
        return self._exit_code(view.problems, failing)

    def beside_source(self, view: View) -> int:
        """Tell the findings on standard error, since standard output holds the source; the exit code."""
        deliver(lambda terminal: self.render(view, terminal), self.output_file, err=True)
        return self._exit_code(view.problems, _reaches_threshold(view))

    def on_diff(self, view: View) -> int:
        """Show what fixing would change; the exit code."""
        from promptlint.report import diff

        fixed = view.fixed
        assert fixed is not None
        deliver(lambda terminal: diff.render(fixed, terminal), self.output_file)
        if fixed.changed:
            emit(f"{fix_summary(view, 'Would fix')}\n", err=True)
        return self._exit_code(view.problems, bool(fixed.changed))

    def again(self, report: Report) -> int:
        """Tell what was told before; the exit code."""
        self._deliver(report.text)
        return self._exit_code(report.problems, report.failing)

    def _deliver(self, text: str) -> None:
        deliver(lambda _: text, self.output_file, commands=self.render.__module__.endswith(".github"))

    def _exit_code(self, problems: Iterable[Problem], failing: bool) -> int:
        problems = tuple(problems)
        print_problems(problems)
        return FAILED if problems else FINDINGS if failing and not self.exit_zero else NOTHING


def _reaches_threshold(view: View) -> bool:
    """Whether a finding is at or above the severity that the settings of its file name."""
    return any(
        RANKS[finding.severity] >= RANKS[Severity(view.session.settings(finding.place.path).fail_on)]
        for finding in view.findings
    )
