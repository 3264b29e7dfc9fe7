"""The audit: where the money goes, what to do about it, and what could not be reckoned. Renderers show an `Audit`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from promptlint.cost.actions import Plan, plan
from promptlint.cost.calls import CallCost, Unpriced, cost_of, site_of
from promptlint.cost.money import Amount, amount, total
from promptlint.cost.requests import Requests
from promptlint.cost.traffic import TrafficTable, traffic_of
from promptlint.measure import Meter
from promptlint.project import CallSite, Project, Prompt, UsageFate
from promptlint.run import Analysis
from promptlint.session import Session
from promptlint.usage.match import Usage
from promptlint.usage.read import FileRead


@dataclass(frozen=True, slots=True)
class Share:
    """What one model, folder or cause costs, and the number of call sites behind it."""

    name: str
    amount: Amount
    calls: int


@dataclass(frozen=True, slots=True)
class MeasuredUsage:
    """Usage files and what became of their records."""

    files: tuple[FileRead, ...]
    usage: Usage


@dataclass(frozen=True)
class Audit:
    """All figures of an audit. `costs` are the call sites with a price, dearest first; the shares likewise.

    `unpriced` are call sites without model or price, `unbilled` those of models on the same machine, `loose` the
    prompts that reach no call that was found. `notices` are sentences about the configuration.
    """

    analysis: Analysis
    costs: tuple[CallCost, ...]
    models: tuple[Share, ...]
    folders: tuple[Share, ...]
    causes: tuple[Share, ...]
    plan: Plan
    unpriced: tuple[Unpriced, ...]
    unbilled: tuple[CallSite, ...]
    loose: tuple[Prompt, ...]
    quiet_files: int
    measured: MeasuredUsage | None
    notices: tuple[str, ...]

    @property
    def prices_as_of(self) -> tuple[str, ...]:
        """The dates of the price lists that were used, the newest last."""
        return tuple(sorted({cost.price.as_of for cost in self.costs}))

    @property
    def low(self) -> Amount:
        """The least that all calls with a price can cost."""
        return total(amount(cost.low, cost.calls) for cost in self.costs)

    @property
    def high(self) -> Amount | None:
        """The most that they can cost, None where nothing bounds it."""
        ends = [amount(cost.high, cost.calls) for cost in self.costs if cost.high is not None]
        return total(ends) if len(ends) == len(self.costs) else None

    @property
    def partial(self) -> int:
        """How many call sites have tokens that are not counted."""
        return sum(not cost.is_whole for cost in self.costs)


@dataclass
class _Tables:
    """The traffic tables of the configurations that are in force."""

    session: Session
    tables: dict[int, TrafficTable] = field(default_factory=dict)

    def of(self, path: str) -> TrafficTable:
        settings = self.session.settings(path)
        if id(settings) not in self.tables:
            self.tables[id(settings)] = traffic_of(settings)
        return self.tables[id(settings)]


def audit_of(
    analysis: Analysis,
    session: Session,
    requests: Requests,
    measured: MeasuredUsage | None = None,
    meter_for: Callable[[str], Meter] | None = None,
) -> Audit:
    """The audit of an analysis. `requests` are those of its project, `meter_for` gives prices and counts for a path, by
    default the session's. Raises SettingsError."""
    meter_for = meter_for or session.meter
    project = analysis.project
    tables = _Tables(session)
    usage = measured.usage if measured else Usage()
    found = [
        cost_of(
            call,
            project,
            analysis.sources,
            meter_for(call.place.path),
            tables.of(call.place.path).of(*site_of(call, project)),
            usage.matched.get(call.id),
            usage.months,
        )
        for call in requests.counted
        if call.usage is not UsageFate.UNBILLED
    ]
    costs = [one for one in found if isinstance(one, CallCost)]
    costs.sort(key=lambda cost: cost.amount.rank, reverse=True)
    return Audit(
        analysis=analysis,
        costs=tuple(costs),
        models=_shares((cost.basis.model or "", cost.amount) for cost in costs),
        folders=_shares((_folder(cost), cost.amount) for cost in costs),
        causes=_shares(pair for cost in costs for pair in _causes(cost)),
        plan=plan(analysis.findings, costs, requests, project, analysis.sources, meter_for),
        unpriced=tuple(one for one in found if isinstance(one, Unpriced)),
        unbilled=tuple(call for call in requests.counted if call.usage is UsageFate.UNBILLED),
        loose=tuple(one for one in project.prompts if not one.calls and one.place.path not in session.quiet),
        quiet_files=len(session.quiet & analysis.sources.keys()),
        measured=measured,
        notices=tuple(_notices(tables, requests, project)),
    )


def _notices(tables: _Tables, requests: Requests, project: Project) -> Iterator[str]:
    counted = [site_of(call, project) for call in requests.counted]
    inside = [site_of(project.call_by_id[call], project) for call in requests.stand_ins]
    for table in tables.tables.values():
        yield from table.notices(counted, inside)


def _folder(cost: CallCost) -> str:
    return str(PurePosixPath(cost.call.place.path).parent)


def _causes(cost: CallCost) -> Iterable[tuple[str, Amount]]:
    """What is paid for, with its part of the cost of a call."""
    scenario, bill = cost.scenario, cost.bill
    plain = scenario.rest + (0.0 if scenario.caching else scenario.prefix)
    filled = min(cost.dynamic.tokens or 0.0, plain)
    part = filled / plain if plain else 0.0
    parts: Mapping[str, float] = {
        "fixed text": bill.input * (1 - part),
        "what is filled in": bill.input * part,
        "cache writes": bill.cache_write,
        "cache reads": bill.cache_read,
        "answers": bill.output,
    }
    return ((name, amount(usd, cost.calls)) for name, usd in parts.items() if usd)


def _shares(pairs: Iterable[tuple[str, Amount]]) -> tuple[Share, ...]:
    """Added up by name, dearest first."""
    found: dict[str, list[Amount]] = defaultdict(list)
    for name, one in pairs:
        found[name].append(one)
    shares = (Share(name, total(amounts), len(amounts)) for name, amounts in found.items())
    return tuple(sorted(shares, key=lambda share: (-share.amount.monthly, -share.amount.per_1k, share.name)))
