"""Asking the rules: every selected rule sees every prompt, call and suppression comment, and each project as a whole.

A rule that raises, or reports what is no finding, is not asked again about that file; the other rules and files are not
touched by it. One that does not end is ended by Ctrl-C, which then names it.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from promptlint import suppress
from promptlint.finding import Finding
from promptlint.forks import WORTH_FORKING, each
from promptlint.measure import Meter
from promptlint.project import CallSite, Place, Problem, Project, Prompt, problem_at
from promptlint.promptfiles import MAX_SIZE
from promptlint.registry import origin_of, told
from promptlint.rule import Context, Rule
from promptlint.suppress import Suppression

_Subject = TypeVar("_Subject", Prompt, CallSite, Suppression)


@dataclass(frozen=True, slots=True)
class Checked:
    """Findings in order of path, place and code; `suppressed` are those that an ignore comment silenced.

    `asked` are the names that rules asked files about that did not pass the gate.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    asked: frozenset[str]


class _Answers(NamedTuple):
    """Findings about prompts, calls and the project as a whole, the crashes of rules, by path and rule name, and what
    was asked of files that did not pass the gate."""

    prompts: list[Finding]
    calls: list[Finding]
    project: list[Finding]
    crashes: dict[tuple[str, str], Problem]
    asked: frozenset[str]


@dataclass(slots=True)
class _Examiner:
    """Asks rules and keeps book of those that crashed, by path and rule name."""

    project: Project
    rules_for: Callable[[str], tuple[Rule, ...]]
    meter_for: Callable[[str], Meter]
    crashes: dict[tuple[str, str], Problem]

    def ask(
        self, subject: _Subject, hook: Callable[[Rule], Callable[[_Subject, Context], Iterable[Finding]]]
    ) -> list[Finding]:
        """What the rules selected for the subject's file find; `hook` picks the method of the rule.

        A text that is too long for a prompt is data, and not asked about.
        """
        findings: list[Finding] = []
        if isinstance(subject, Prompt) and len(subject.template.text) > MAX_SIZE:
            return findings
        path = subject.place.path
        context = Context(self.project, self.meter_for(path), self.rules_for(path))
        for rule in context.rules:
            if (path, rule.name) in self.crashes:
                continue
            with self._guarded(rule, [path], subject.place.start):
                found = [self._sound(finding, rule) for finding in hook(rule)(subject, context)]
                findings += filter(self.is_selected, found)
        return findings

    def ask_about_file(self, prompts: Sequence[Prompt], calls: Sequence[CallSite]) -> _Answers:
        """What rules find in the prompts and calls of one file."""
        book = replace(self, crashes={})
        about_prompts = [one for prompt in prompts for one in book.ask(prompt, lambda rule: rule.check_prompt)]
        about_calls = [one for call in calls for one in book.ask(call, lambda rule: rule.check_call)]
        return _Answers(about_prompts, about_calls, [], book.crashes, self._asked)

    def ask_about_all(self, rule: Rule, meter: Meter, paths: Sequence[str]) -> _Answers:
        """What a rule finds in the project as a whole with the options and the counter that it has for some paths.

        A finding counts where the rule runs with these. A crash costs the rule on all files.
        """
        book = replace(self, crashes={})
        findings: list[Finding] = []
        with book._guarded(rule, paths, 0):
            found = [self._sound(finding, rule) for finding in rule.check_project(Context(self.project, meter))]
            findings = [finding for finding in found if self.is_selected(finding) and finding.place.path in paths]
        return _Answers([], [], findings, book.crashes, self._asked)

    @property
    def _asked(self) -> frozenset[str]:
        return frozenset(self.project.passed_over.asked)

    def questions_about_all(self) -> list[Callable[[], _Answers]]:
        """What rules are to be asked of the whole project, in any order and by any process."""
        return [
            partial(self.ask_about_all, rule, meter, paths)
            for rule, meter, paths in self._settled()
            if type(rule).check_project is not Rule.check_project
        ]

    def questions_about_files(self) -> list[Callable[[], _Answers]]:
        """What rules are to be asked file by file, in any order and by any process."""
        prompts: defaultdict[str, list[Prompt]] = defaultdict(list)
        calls: defaultdict[str, list[CallSite]] = defaultdict(list)
        for prompt in self.project.prompts:
            prompts[prompt.place.path].append(prompt)
        for call in self.project.calls:
            calls[call.place.path].append(call)
        return [partial(self.ask_about_file, prompts[path], calls[path]) for path in sorted({*prompts, *calls})]

    def _settled(self) -> Iterable[tuple[Rule, Meter, list[str]]]:
        """Each rule with its options and its counter, and the paths for which it runs so."""
        settled: dict[tuple[int, int], tuple[Rule, Meter, list[str]]] = {}
        for path in self.project.modules:
            meter = self.meter_for(path)
            for rule in self.rules_for(path):
                settled.setdefault((id(rule), id(meter)), (rule, meter, []))[2].append(path)
        return settled.values()

    @contextmanager
    def _guarded(self, rule: Rule, paths: Sequence[str], start: int) -> Iterator[None]:
        """Whatever goes wrong in a rule costs that rule on the paths, and is told once, at the first of them."""
        try:
            yield
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(f"interrupted in {origin_of(rule)}, which looked at {paths[0]}")
            raise
        except BaseException as error:  # a rule may raise anything
            message = f"{origin_of(rule)} crashed: {told(error)}; please report this"
            problem = replace(problem_at(self.project.modules[paths[0]], start, message), passing=True)
            self.crashes |= {(path, rule.name): problem for path in paths}

    def _sound(self, finding: Finding, rule: Rule) -> Finding:
        """The finding, if it is one: of that rule, of the right types, at places that exist. Raises ValueError."""
        if not isinstance(finding, Finding):
            raise ValueError(f"it reported {finding!r:.60}, which is no finding")
        typed = msgspec.convert(msgspec.to_builtins(finding), Finding)
        if (typed.rule, typed.code) != (rule.name, rule.code):
            raise ValueError(f"it reported a finding of {typed.rule} ({typed.code})")
        if typed.saving and not math.isfinite(typed.saving.usd_per_1k_calls or 0):
            raise ValueError(f"it reported a saving of {typed.saving.usd_per_1k_calls} USD")
        edits = typed.fix.edits if typed.fix else ()
        for place in (typed.place, *(Place(edit.path, edit.start, edit.end) for edit in edits)):
            if place.path not in self.project.modules:
                raise ValueError(f"it reported {place.path}, which was not read")
            if not 0 <= place.start <= place.end <= self.project.modules[place.path].scopes[0].end:
                raise ValueError(
                    f"it reported the offsets {place.start} to {place.end}, which {place.path} does not have"
                )
        return typed

    def is_selected(self, finding: Finding) -> bool:
        """Whether the rule is selected for the file that the finding is in, which may not be the one asked about."""
        return any(rule.name == finding.rule for rule in self.rules_for(finding.place.path))

    def has_run(self, path: str, name: str) -> bool:
        """Whether the rule has looked at the file, so that a comment that silenced nothing is known to be unused."""
        return (path, name) not in self.crashes and any(
            rule.name == name and not _judges_suppressions(rule) for rule in self.rules_for(path)
        )


def check(
    projects: Sequence[Project],
    rules_for: Callable[[str], tuple[Rule, ...]],
    meter_for: Callable[[str], Meter],
    codes: Mapping[str, str],
    processes: int = 1,
) -> list[Checked]:
    """What the rules find in each project, asked by up to so many processes.

    `rules_for` and `meter_for` give the rules and the token counter for a path; `codes` maps the name of every
    known rule to its code, for reading suppression comments.
    """
    with redirect_stdout(sys.stderr):  # what a rule prints must not get into a report
        examiners = [_Examiner(project, rules_for, meter_for, {}) for project in projects]
        # What is asked of a whole project takes longest, so it comes first.
        questions = [
            (at, question)
            for asking in (_Examiner.questions_about_all, _Examiner.questions_about_files)
            for at, examiner in enumerate(examiners)
            for question in asking(examiner)
        ]
        size = sum(facts.scopes[0].end for project in projects for facts in project.modules.values())
        made = each(questions, lambda asked: asked[1](), processes if size >= WORTH_FORKING else 1)
        answers: list[list[_Answers]] = [[] for _ in projects]
        for (at, _), answer in zip(questions, made, strict=True):
            answers[at].append(answer)
        return [_checked(examiner, answers[at], codes) for at, examiner in enumerate(examiners)]


def _checked(examiner: _Examiner, answers: Sequence[_Answers], codes: Mapping[str, str]) -> Checked:
    project = examiner.project
    examiner.crashes |= {key: crash for one in reversed(answers) for key, crash in one.crashes.items()}
    raw = [finding for kind in ("prompts", "calls", "project") for one in answers for finding in getattr(one, kind)]
    filtered = suppress.apply(in_order(raw), project.modules, codes, examiner.has_run)
    late: list[Finding] = []
    for comment in filtered.suppressions:
        late += examiner.ask(comment, lambda rule: rule.check_suppression)
    # A finding about a comment can itself be ignored; what that does to other comments is not asked again.
    about_comments = suppress.apply(in_order(late), project.modules, codes, examiner.has_run)
    return Checked(
        findings=in_order((*filtered.kept, *about_comments.kept)),
        suppressed=in_order((*filtered.suppressed, *about_comments.suppressed)),
        problems=tuple(dict.fromkeys(examiner.crashes.values())),
        asked=frozenset(project.passed_over.asked).union(*(one.asked for one in answers)),
    )


def _judges_suppressions(rule: Rule) -> bool:
    return type(rule).check_suppression is not Rule.check_suppression


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted by path, place and code, and one of those that say the same of the same place (a prompt may be seen
    through several calls, and a text file by several projects)."""
    unique = {(finding.code, finding.place, finding.message): finding for finding in reversed(list(findings))}
    return tuple(
        sorted(
            unique.values(),
            key=lambda finding: (
                finding.place.path,
                finding.place.start,
                finding.code,
                finding.place.end,
                finding.message,
            ),
        )
    )
