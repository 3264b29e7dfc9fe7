"""What to do: findings with one cause make one action, and each saves what the actions before it have left to save."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from promptlint.cost.calls import CallCost
from promptlint.cost.changes import Request, changed, overlap, request_of, table
from promptlint.cost.money import Amount, amount, total
from promptlint.cost.requests import Requests
from promptlint.finding import Applicability, Finding
from promptlint.measure import Meter
from promptlint.project import Place, Project
from promptlint.source import Source
from promptlint.template import Piece, Template


@dataclass(frozen=True)
class Action:
    """One thing to change. `alone` is what it saves if nothing else is done, `added` what it saves after all actions
    before it. `calls` are the ids of the call sites that get cheaper; `is_safe` says that safe fixes do all of it."""

    rule: str
    code: str
    step: str
    findings: tuple[Finding, ...]
    calls: tuple[str, ...]
    is_safe: bool
    alone: Amount
    added: Amount

    @property
    def title(self) -> str:
        return self.findings[0].message


@dataclass(frozen=True)
class Plan:
    """The actions in the order of work, what all calls cost before and after them, and the findings without a figure.

    `after` are the requests as they are in the end, by id of the call.
    """

    actions: tuple[Action, ...]
    before: Amount
    after: Amount
    requests: Mapping[str, Request]
    unmeasured: tuple[Finding, ...]


def plan(
    findings: Sequence[Finding],
    costs: Sequence[CallCost],
    requests: Requests,
    project: Project,
    sources: Mapping[str, Source],
    meter_for: Callable[[str], Meter],
) -> Plan:
    """The actions for findings. `costs` are those of the counted calls that have a price."""
    now = {cost.call.id: request_of(cost) for cost in costs}
    literals: dict[Place, list[str]] = defaultdict(list)
    for call in project.calls:
        for literal in call.models:
            if literal.place is not None:
                literals[literal.place].append(call.id)
    ahead = {id(one): _calls(one, requests, project, literals.get(one.place, []), now) for one in findings}
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule, _cause(finding, sources)].append(finding)
    actions: list[Action] = []
    idle: list[Finding] = []
    for group in groups.values():
        after, touched = _applied(group, now, ahead, _Ledger(), meter_for)
        alone = _saved(now, after, touched)
        if max(alone.rank) <= 0:
            idle += group
        else:
            actions.append(_action(group, touched, alone))
    ledger, state = _Ledger(), now
    ordered = []
    for action in sorted(actions, key=_order):
        after, touched = _applied(action.findings, state, ahead, ledger, meter_for)
        ordered.append(replace(action, added=_saved(state, after, touched)))
        state = after
    place = {id(finding): number for number, finding in enumerate(findings)}
    return Plan(
        actions=tuple(ordered),
        before=total(_amount(request) for request in now.values()),
        after=total(_amount(request) for request in state.values()),
        requests=state,
        unmeasured=tuple(sorted(idle, key=lambda finding: place[id(finding)])),
    )


def _action(findings: Sequence[Finding], calls: Iterable[str], alone: Amount) -> Action:
    first = findings[0]
    return Action(
        rule=first.rule,
        code=first.code,
        step=table().kind(first.rule).step,
        findings=tuple(findings),
        calls=tuple(calls),
        is_safe=all(one.fix and one.fix.applicability is Applicability.SAFE for one in findings),
        alone=alone,
        added=alone,
    )


def _order(action: Action) -> tuple[bool, int, float, float, str, int]:
    """Safe fixes first, then step by step, in each what saves most."""
    monthly, per_1k = action.alone.rank
    place = action.findings[0].place
    return not action.is_safe, list(table().steps).index(action.step), -monthly, -per_1k, place.path, place.start


def _cause(finding: Finding, sources: Mapping[str, Source]) -> str:
    """The text that a finding is about: where the same text stands twice, one cause has two places."""
    source = sources.get(finding.place.path)
    place = finding.place
    return source.text[place.start : place.end] if source else f"{place.path}:{place.start}"


def _calls(
    finding: Finding, requests: Requests, project: Project, named: Sequence[str], known: Mapping[str, Request]
) -> tuple[str, ...]:
    """The ids of the counted calls that a finding is about: those `named` by its model literal, those that send the
    text it is on, or its call."""
    prompt, call = project.prompt_by_id.get(finding.prompt or ""), project.call_by_id.get(finding.call or "")
    reached: Sequence[str] = named or (prompt.calls if prompt else ()) or ([call.id] if call else [])
    behind = {one.id: one for each in reached for one in requests.behind(each)}
    found = [one for one in behind.values() if one.id in known]
    if not named and prompt and _sends((prompt.template,), finding.place):
        # A call may send one of several texts: what is counted for it is not always this one.
        found = [one for one in found if _sends((message.template for message in one.messages), finding.place)]
    elif not named and call and call.place.path != finding.place.path:
        # It is about one way to the call: others that lead there are not meant.
        found = [one for one in found if one.id == call.id or one.place.path == finding.place.path]
    return tuple(one.id for one in found)


def _sends(templates: Iterable[Template], place: Place) -> bool:
    """Whether text of a template stands at a place in the source."""
    pieces = (part for template in templates for part in template.parts if isinstance(part, Piece))
    return any(overlap(Place(piece.path, piece.start, piece.end), place) for piece in pieces)


class _Ledger:
    """Keeps book of the source ranges that fixes have taken out, so that no token is saved twice."""

    def __init__(self) -> None:
        self._gone: dict[str, set[int]] = defaultdict(set)

    def take(self, finding: Finding) -> float:
        """The part (0 to 1) of what a finding's fix takes out that is still there; 1 where no fix says what that is."""
        edits = [edit for edit in finding.fix.edits if edit.end > edit.start] if finding.fix else []
        left = whole = 0
        for edit in edits:
            here = set(range(edit.start, edit.end))
            whole += len(here)
            left += len(here - self._gone[edit.path])
            self._gone[edit.path] |= here
        return left / whole if whole else 1.0


def _applied(
    findings: Sequence[Finding],
    state: Mapping[str, Request],
    ahead: Mapping[int, tuple[str, ...]],
    ledger: _Ledger,
    meter_for: Callable[[str], Meter],
) -> tuple[dict[str, Request], tuple[str, ...]]:
    """The requests after acting on findings, and the ids of those that change."""
    after = dict(state)
    for finding in findings:
        part = ledger.take(finding)
        for call in ahead[id(finding)]:
            after[call] = changed(after[call], finding, part, meter_for(after[call].cost.call.place.path))
    reached = dict.fromkeys(call for finding in findings for call in ahead[id(finding)])
    return after, tuple(call for call in reached if after[call] != state[call])


def _amount(request: Request) -> Amount:
    return amount(request.usd, request.cost.calls)


def _saved(before: Mapping[str, Request], after: Mapping[str, Request], calls: Iterable[str]) -> Amount:
    return total(_amount(before[call]) - _amount(after[call]) for call in calls)
