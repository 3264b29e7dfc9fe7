"""What each call site costs per call, and what had to be assumed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from promptlint.cost.measured import Measured, measured_of
from promptlint.cost.money import Amount, amount
from promptlint.cost.prefix import Prefix, prefix_of
from promptlint.cost.rates import in_batch, rates_of
from promptlint.cost.scenario import Bill, Rates, Scenario, bill, usd
from promptlint.cost.traffic import Site, Traffic
from promptlint.measure import Count, Meter, Price
from promptlint.measure.batch import batch_of, is_batch
from promptlint.project import CallSite, CapState, Project
from promptlint.saving import Basis, provider_of
from promptlint.source import Source
from promptlint.template import Template
from promptlint.usage.record import Totals
from promptlint.wording.answers import expected_from


@dataclass(frozen=True, slots=True)
class Known:
    """A number of tokens per call, None where it is not known, and how it is known.

    `how` is "configured", "measured", "asked for" (the prompt says how long the answer is to be), "complete" (nothing
    is filled in) or "not counted".
    """

    tokens: float | None
    how: str


NOT_COUNTED = Known(None, "not counted")


@dataclass(frozen=True)
class CallCost:
    """The cost of a call site. `low`, `expected` and `high` are USD per call; `high` is None where nothing bounds it.

    `expected` leaves out what is not counted (`dynamic` or `output` without tokens). `static` are the tokens of the
    text in the source, `dynamic` those of what is filled in. `calls` a month, None where not known.
    """

    call: CallSite
    function: str | None
    """Without its module."""
    basis: Basis
    price: Price
    rates: Rates
    scenario: Scenario
    static: Count
    dynamic: Known
    output: Known
    prefix: Prefix
    calls: float | None
    share: float
    """The part (0 to 1) of the calls that read a cache where there is one."""
    low: float
    high: float | None
    assumptions: tuple[str, ...]

    @property
    def expected(self) -> float:
        return usd(self.scenario, self.rates)

    @property
    def bill(self) -> Bill:
        return bill(self.scenario, self.rates)

    @property
    def amount(self) -> Amount:
        return amount(self.expected, self.calls)

    @property
    def is_whole(self) -> bool:
        """Whether `expected` holds all there is to pay."""
        return self.dynamic.tokens is not None and self.output.tokens is not None


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A call whose cost is not reckoned, and why."""

    call: CallSite
    reason: str


def function_of(call: CallSite, project: Project) -> str | None:
    """The function that a call stands in, without its module ("Bot.answer"), None outside of functions."""
    if call.function is None:
        return None
    facts = project.modules[call.place.path]
    module = ".".join(facts.module.split(".")[-facts.package_parts :])
    return call.function.removeprefix(f"{module}.")


def site_of(call: CallSite, project: Project) -> Site:
    """Path and function of a call, by which traffic is stated."""
    return call.place.path, function_of(call, project)


def cost_of(
    call: CallSite,
    project: Project,
    sources: Mapping[str, Source],
    meter: Meter,
    traffic: Traffic,
    usage: Totals | None = None,
    months: float = 1.0,
) -> CallCost | Unpriced:
    """The cost of a call site. `usage` is what was measured over `months`; it wins over `traffic`."""
    basis = Basis(call.model or meter.default_model, provider_of(call) if call.model else None)
    if basis.model is None:
        return Unpriced(call, "model not known (`default-model` is what to assume)")
    price = meter.price(basis.model, basis.provider)
    if price is None:
        return Unpriced(call, f"no list price known for {basis.model}")
    measured = measured_of(usage, months, traffic.calls)
    notes = [] if call.model else [f"Assumed: the model is {basis.model}, the default model."]
    prefix = prefix_of(call, basis, meter, sources)
    sent = Template(tuple(part for message in call.messages for part in message.template.parts))
    static = meter.count_template(sent, basis.model)
    dynamic = _dynamic(call, static, traffic, measured)
    output = _output(call, traffic, measured)
    scenario = _scenario(prefix, static, dynamic, output, traffic, measured)
    rates = rates_of(price, long=prefix.long)
    if traffic.batch or is_batch(call.api):
        batch = batch_of(basis.model, basis.provider)
        if batch is None:
            notes.append(f"No batch API is known for {basis.model}: the full price is reckoned.")
        else:
            rates, scenario = in_batch(rates, batch), replace(scenario, discount=batch.pays)
            notes.append(f"Through the batch API, at {batch.pays:.0%} of the price ({batch.source}, {batch.as_of}).")
    shared = traffic.cached_share is not None or measured is not None or prefix.written
    grows = any(history.call == call.id for history in project.histories)
    notes += _notes(call, prefix, dynamic, output, meter, basis, share_known=shared, grows=grows)
    low = scenario if output.how in ("configured", "measured") else replace(scenario, output=0.0)
    most = _most_output(call, output, meter, basis)
    bounded = dynamic.tokens is not None and most is not None and not grows
    high = replace(scenario, share=scenario.share if shared else 0.0, output=most or 0)
    ends = [usd(one, rates) for one in (low, scenario, high)]
    return CallCost(
        call=call,
        function=function_of(call, project),
        basis=basis,
        price=price,
        rates=rates,
        scenario=scenario,
        static=static,
        dynamic=dynamic,
        output=output,
        prefix=prefix,
        calls=measured.calls if measured else traffic.calls,
        share=_share(traffic),
        low=min(ends),
        high=max(ends) if bounded else None,
        assumptions=tuple(notes),
    )


def _dynamic(call: CallSite, static: Count, traffic: Traffic, measured: Measured | None) -> Known:
    if measured:
        return Known(max(0.0, measured.all_input - static.tokens), "measured")
    if traffic.dynamic_tokens is not None:
        return Known(traffic.dynamic_tokens, "configured")
    # A request without any text was not understood: nobody pays to send none.
    known = static.tokens and all(message.complete and not message.template.holes for message in call.messages)
    return Known(0.0, "complete") if known and not call.has_tools else NOT_COUNTED


def _output(call: CallSite, traffic: Traffic, measured: Measured | None) -> Known:
    if measured:
        return Known(measured.output, "measured")
    if traffic.output_tokens is not None:
        return Known(traffic.output_tokens, "configured")
    expected = expected_from(call)
    if expected is None:
        return NOT_COUNTED
    cap = call.cap.tokens
    return Known(min(expected.tokens, cap) if cap else expected.tokens, "asked for")


def _scenario(
    prefix: Prefix, static: Count, dynamic: Known, output: Known, traffic: Traffic, measured: Measured | None
) -> Scenario:
    """The request as expected: what is not counted is left out, and a cache is read unless something says otherwise."""
    covered = float(min(prefix.count.tokens, static.tokens))
    answer = output.tokens or 0.0
    if measured:
        return _measured(covered, answer, measured)
    share = 0.0 if prefix.written else _share(traffic)
    rest = static.tokens - covered + (dynamic.tokens or 0.0)
    return Scenario(covered, rest, answer, share if prefix.caching else 0.0, prefix.caching)


def _share(traffic: Traffic) -> float:
    """The part of the calls that read a cache: all of them, unless the configuration says otherwise."""
    return 1.0 if traffic.cached_share is None else traffic.cached_share


def _measured(covered: float, answer: float, measured: Measured) -> Scenario:
    """The request as it was on average.

    Where no writes are recorded (nothing is charged for them) the calls that did not read the prefix sent it as input.
    """
    each, read, write = measured.all_input, measured.cache_read, measured.cache_write
    stored = read + write if write else min(max(covered, read), each)
    if not read + write:
        return Scenario(min(covered, each), each - min(covered, each), answer)
    return Scenario(stored, each - stored, answer, read / stored, caching=True)


def _most_output(call: CallSite, output: Known, meter: Meter, basis: Basis) -> float | None:
    """The most tokens that an answer can have, None where nothing bounds it."""
    if output.how in ("configured", "measured"):
        return output.tokens
    if call.cap.state is CapState.LITERAL and call.cap.tokens is not None:
        return call.cap.tokens
    facts = meter.facts(basis.model, basis.provider)
    return output.tokens if facts and facts.reasoning is False else None


def _notes(
    call: CallSite,
    prefix: Prefix,
    dynamic: Known,
    output: Known,
    meter: Meter,
    basis: Basis,
    *,
    share_known: bool,
    grows: bool,
) -> Iterator[str]:
    if dynamic.tokens is None:
        yield "What is filled into the prompt is not counted (`dynamic-tokens`)."
        if call.has_tools:
            yield "The tool definitions are not counted."
    if output.how == "asked for":
        yield f"Assumed: an answer of {output.tokens:,.0f} tokens, as long as the prompt asks for."
        facts = meter.facts(basis.model, basis.provider)
        if facts and facts.reasoning:
            yield "The model may reason before it answers; those tokens are not counted."
    elif output.tokens is None:
        capped = f"; at most {call.cap.tokens:,} tokens" if call.cap.tokens else ""
        yield f"The answer is not counted (`output-tokens`){capped}."
    if prefix.written:
        yield "A value before the cache marker is new every time: every call writes the cache."
    elif prefix.caching and not share_known:
        yield f"Assumed: all calls read the {prefix.count.tokens:,} cached tokens (`cached-share`)."
    yield from prefix.notes
    if grows:
        yield "The conversation is sent whole and grows with every turn; the first turn is reckoned."
