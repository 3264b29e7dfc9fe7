"""What acting on a finding changes about a request. Which change a rule stands for is in `data/actions.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import msgspec

from promptlint.caching import terms_of
from promptlint.cost.calls import CallCost
from promptlint.cost.rates import in_batch, rates_of
from promptlint.cost.scenario import Rates, Scenario, usd
from promptlint.finding import Finding
from promptlint.measure import Meter
from promptlint.measure.batch import batch_of
from promptlint.measure.models import DATA
from promptlint.measure.switching import change as switched
from promptlint.project import Place
from promptlint.saving import Basis

DEFAULT = "tokens"


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The step of the work that a rule belongs to, and the change that its findings stand for."""

    step: str
    change: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/actions.yaml`; `steps` maps each to its title, in order."""

    steps: dict[str, str]
    rules: dict[str, Kind]

    def kind(self, rule: str) -> Kind:
        return self.rules.get(rule, Kind(DEFAULT, DEFAULT))


@cache
def table() -> Table:
    """The table, read once."""
    return msgspec.yaml.decode((DATA / "actions.yaml").read_bytes(), type=Table)


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a call site, with the changes made to it so far. `minimum` is that of its model's cache, in tokens;
    `off` are USD per call saved by findings that state no tokens."""

    cost: CallCost
    scenario: Scenario
    rates: Rates
    basis: Basis
    minimum: int
    off: float = 0.0

    @property
    def usd(self) -> float:
        """What one call costs; never less than nothing."""
        return max(0.0, usd(self.scenario, self.rates) - self.off)


def request_of(cost: CallCost) -> Request:
    """A request as the code stands."""
    return Request(cost, cost.scenario, cost.rates, cost.basis, cost.prefix.minimum)


def changed(request: Request, finding: Finding, part: float, meter: Meter) -> Request:
    """The request after acting on a finding; `part` (0 to 1) is what of its tokens no earlier change took out."""
    return CHANGES[table().kind(finding.rule).change](request, finding, part, meter)


def _trimmed(request: Request, finding: Finding, part: float, meter: Meter) -> Request:
    """Tokens are taken out, of the prefix where their text stands there. A prefix that gets too short is not cached."""
    saving, scenario = finding.saving, request.scenario
    if saving is None:
        return request
    if not saving.input_tokens and not saving.output_tokens:
        return replace(request, off=request.off + part * (saving.usd_per_1k_calls or 0.0) / 1000)
    tokens = part * saving.input_tokens
    inside = any(overlap(finding.place, place) for place in request.cost.prefix.places)
    from_prefix = min(tokens, scenario.prefix) if inside else 0.0
    prefix = scenario.prefix - from_prefix
    trimmed = replace(
        scenario,
        prefix=prefix,
        rest=max(0.0, scenario.rest - (tokens - from_prefix)),
        output=max(0.0, scenario.output - saving.output_tokens),
        # The average of measured requests can be under the minimum before.
        caching=scenario.caching and (prefix >= request.minimum or scenario.prefix < request.minimum),
    )
    return replace(request, scenario=trimmed)


def _cached(request: Request, finding: Finding, part: float, meter: Meter) -> Request:
    scenario = request.scenario
    if scenario.caching or not request.minimum or scenario.prefix < request.minimum:
        return request
    return replace(request, scenario=replace(scenario, caching=True, share=request.cost.share))


def _reordered(request: Request, finding: Finding, part: float, meter: Meter) -> Request:
    scenario, prefix = request.scenario, request.cost.prefix
    gained = min(float(prefix.whole.tokens - prefix.count.tokens), scenario.rest)
    longer = replace(scenario, prefix=scenario.prefix + gained, rest=scenario.rest - gained, caching=False)
    moved = _cached(replace(request, scenario=longer), finding, part, meter)
    return moved if moved.scenario.caching else request


def _uncached(request: Request, finding: Finding, part: float, meter: Meter) -> Request:
    return replace(request, scenario=replace(request.scenario, caching=False)) if finding.saving else request


def _batched(request: Request, finding: Finding, part: float, meter: Meter) -> Request:
    scenario, saving, static = request.scenario, finding.saving, request.cost.static.tokens
    if saving and saving.input_tokens and static:
        # Items share the fixed text: it is not shorter, so it is cached as before.
        kept = max(0.0, 1 - saving.input_tokens / static)
        fixed = min(static - scenario.prefix, scenario.rest) if static > scenario.prefix else 0.0
        shared = replace(scenario, prefix=scenario.prefix * kept, rest=scenario.rest - fixed * (1 - kept))
        return replace(request, scenario=shared)
    batch = batch_of(request.basis.model or "", request.basis.provider)
    if batch is None or scenario.discount < 1:
        return request
    return replace(request, scenario=replace(scenario, discount=batch.pays), rates=in_batch(request.rates, batch))


def _moved(request: Request, finding: Finding, part: float, meter: Meter) -> Request:
    """Another model, with its own tokens for the same text, its prices and its cache."""
    old, provider, scenario = request.basis.model, request.basis.provider, request.scenario
    new = finding.replacement
    made = switched(old, new, provider, meter) if old and new and old == finding.model else None
    price = meter.price(new, provider) if new else None
    if made is None or price is None:
        return request
    more = made.input * made.old.input / made.new.input
    basis = Basis(new, provider)
    terms = terms_of(basis, meter)
    prefix = scenario.prefix * more
    alone = terms is not None and terms.cache is not None and terms.cache.kind != "explicit"
    caching = terms is not None and prefix >= terms.minimum and (alone or scenario.caching)
    rates, batch = rates_of(price, long=request.cost.prefix.long), batch_of(new or "", provider)
    if scenario.discount < 1 and batch:
        rates = in_batch(rates, batch)
    resized = replace(
        scenario,
        prefix=prefix,
        rest=scenario.rest * more,
        output=scenario.output * more,
        caching=caching,
        share=scenario.share if scenario.caching else request.cost.share,
    )
    return replace(request, scenario=resized, rates=rates, basis=basis, minimum=terms.minimum if terms else 0)


CHANGES: Mapping[str, Callable[[Request, Finding, float, Meter], Request]] = {
    "tokens": _trimmed,
    "cache": _cached,
    "reorder": _reordered,
    "uncache": _uncached,
    "batch": _batched,
    "model": _moved,
}


def overlap(one: Place, other: Place) -> bool:
    """Whether two places share text."""
    return one.path == other.path and one.start < other.end and other.start < one.end
