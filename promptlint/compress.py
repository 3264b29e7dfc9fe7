"""Compressing a prompt that stands alone: a text, Markdown, or a chat request in JSON.

The text becomes a project of one prompt, or of one call with its messages, and the selected rules fix it as they would
in source. What a fix must not take is checked once more here, whatever the rule says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace

from promptlint.chatrequest import request_of
from promptlint.check import check
from promptlint.finding import Applicability, Finding
from promptlint.fix import Fixed, apply_edits, fix_files
from promptlint.link.assembly import own_template
from promptlint.link.contents import whole_text, with_holes
from promptlint.link.values import Text
from promptlint.linking import Linked
from promptlint.measure import Count
from promptlint.project import (
    CallSite,
    Cap,
    CapState,
    Evidence,
    LoopKind,
    Message,
    Place,
    Project,
    Prompt,
    Role,
    UsageFate,
)
from promptlint.promptfiles import text_facts
from promptlint.rule import Rule
from promptlint.run import Analysis
from promptlint.session import Session
from promptlint.source import Source
from promptlint.template import Edit
from promptlint.tree import tree_of_project
from promptlint.wording.protected import loses

DATA_ROLES = (Role.ASSISTANT, Role.TOOL)
"""Who speaks data: only JSON among it is looked at."""
EAGER = {"min_tokens": 1, "min_share": 0.0, "max_line": sys.maxsize}
"""The options of rules that keep small savings quiet, or text readable; somebody who compresses wants all."""
LAYOUT = re.compile(r"(?:\s|\\[nrt])*")


@dataclass(frozen=True, slots=True)
class Compressed:
    """What became of a text: `fixed`, and the tokens of what the model reads before and after, counted for `model`."""

    fixed: Fixed
    model: str | None
    before: Count
    after: Count

    @property
    def text(self) -> str:
        return next(iter(self.fixed.after.sources.values())).text


def compress(source: Source, session: Session, allowed: Collection[Applicability]) -> Compressed:
    """The text of `source` after all allowed fixes of the rules that `session` selects.

    Fixes that only take blanks and line breaks away count as safe: in a text that is about to be sent JSON is data. The
    result has every placeholder, negation and code block, and never more tokens: where it would, it is the text as it
    was. Raises SettingsError.
    """
    request = request_of(source.path, source.text)
    model = session.settings(source.path).default_model or (request.model if request else None)
    rules = tuple(_eager(rule) for rule in session.rules(source.path))

    def analyse(sources: Mapping[str, Source]) -> Analysis:
        current = sources.get(source.path, source)
        project = _project(current, model)
        [checked] = check([project], lambda _: rules, session.meter, session.registry.codes)
        findings = tuple(_guarded(finding, current) for finding in checked.findings)
        tree = tree_of_project(Linked((), project, {}), current)
        return Analysis(tree, findings, checked.suppressed, (*session.registry.problems, *checked.problems))

    def count(text: str) -> Count:
        meter = session.meter(source.path)
        counts = [meter.count(one, model) for one in _texts(source.path, text)]
        return Count(sum(one.tokens for one in counts), counts[0].tokenizer, all(one.exact for one in counts))

    untouched = analyse({})
    fixed = fix_files(untouched, analyse, allowed)
    before, after = count(source.text), count(fixed.after.sources[source.path].text)
    if after.tokens >= before.tokens:
        fixed, after = Fixed(untouched, untouched, (), fixed.problems), before
    return Compressed(fixed, model, before, after)


def _eager(rule: Rule) -> Rule:
    """The rule with options that let it save all it can."""
    return replace(rule, **{field.name: EAGER[field.name] for field in fields(rule) if field.name in EAGER})


def _project(source: Source, model: str | None) -> Project:
    """A project of one text file: its text as one prompt, or the messages of the request it holds as one call."""
    request = request_of(source.path, source.text)
    texts = request.texts if request else ((Role.UNKNOWN, whole_text(source.path, source.text)),)
    prompts = tuple(
        _prompt(number, role, text, sent=request is not None)
        for number, (role, text) in enumerate(texts)
        if role not in DATA_ROLES or _is_json(text)
    )
    calls = (_call(source, prompts, model),) if request else ()
    return Project(modules={source.path: text_facts(source)}, prompts=prompts, calls=calls)


def _prompt(number: int, role: Role, text: Text, *, sent: bool) -> Prompt:
    place = text.root
    assert place is not None
    return Prompt(
        id=f"{place.path}:{number}",
        place=place,
        name=None,
        role=role,
        template=own_template(with_holes(text)),
        evidence=Evidence.DECLARED,
        calls=(place.path,) if sent else (),
    )


def _call(source: Source, prompts: tuple[Prompt, ...], model: str | None) -> CallSite:
    """The request as a call, so that rules see its messages together."""
    return CallSite(
        id=source.path,
        place=Place(source.path, 0, len(source.text)),
        sdk="",
        api="",
        provider="unknown",
        function=None,
        model=model,
        cap=Cap(CapState.ABSENT),
        messages=tuple(Message(prompt.role, prompt.template, (prompt.id,), complete=True) for prompt in prompts),
        has_tools=False,
        loop=LoopKind.NONE,
        cache_markers=0,
        stream=False,
        usage=UsageFate.KEPT,
        cache_style=None,
        marker_site=None,
        prompts=tuple(prompt.id for prompt in prompts),
    )


def _texts(path: str, text: str) -> list[str]:
    """What the model reads of a file."""
    request = request_of(path, text)
    return [own_template(one).text for _, one in request.texts] if request else [text]


def _is_json(text: Text) -> bool:
    return own_template(text).text.lstrip()[:1] in ("{", "[")


def _guarded(finding: Finding, source: Source) -> Finding:
    """The finding without its fix where that loses what must stay; safe where it only takes layout away."""
    fix = finding.fix
    if fix is None:
        return finding
    edits = sorted(fix.edits, key=lambda edit: (edit.start, edit.end))
    before, after = (_texts(source.path, text) for text in (source.text, apply_edits(source.text, edits)))
    if len(before) != len(after) or any(map(loses, before, after)):
        return replace(finding, fix=None)
    if all(_is_layout(edit, source) for edit in edits):
        return replace(finding, fix=replace(fix, applicability=Applicability.SAFE))
    return finding


def _is_layout(edit: Edit, source: Source) -> bool:
    return not edit.text and LAYOUT.fullmatch(source.text, edit.start, edit.end) is not None
