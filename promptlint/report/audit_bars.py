"""The charts of an audit: bars with their names and amounts as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from promptlint.cost.actions import Action
from promptlint.cost.audit import Audit
from promptlint.cost.calls import CallCost
from promptlint.cost.money import amount
from promptlint.report.audit_sections import Unit, dollars, place, where
from promptlint.report.page import plain
from promptlint.report.terminal import plural

BARS = 15
"""Bars of a chart, the longest; the rest is added up."""
PAID_FOR = ("input", "cache writes", "cache reads", "answers")


@dataclass(frozen=True, slots=True)
class _Bar:
    """`parts` are USD for each entry of the legend, one behind the other; `name` and `value` are HTML."""

    name: str
    value: str
    parts: tuple[float, ...]


def spend(audit: Audit, unit: Unit) -> str:
    """What each call site costs, by what is paid for; empty where nothing costs anything."""
    name, of = unit
    costs = sorted((cost for cost in audit.costs if of(cost.amount) > 0), key=lambda cost: -of(cost.amount))
    bars = [_site(cost, audit, unit) for cost in costs[:BARS]]
    rest = costs[BARS:]
    more = f"{plural(len(rest), 'more call site')}: {dollars(sum(of(cost.amount) for cost in rest))}." if rest else ""
    return _chart(f"Spend by call site, USD {name}", PAID_FOR, bars, more)


def _site(cost: CallCost, audit: Audit, unit: Unit) -> _Bar:
    _, of = unit
    bill = cost.bill
    parts = (bill.input, bill.cache_write, bill.cache_read, bill.output)
    name = f"<code>{plain(where(audit, cost.call))}</code> {plain(cost.function or '')}"
    return _Bar(name, dollars(of(cost.amount)), tuple(of(amount(usd, cost.calls)) for usd in parts))


def savings(audit: Audit, unit: Unit, anchors: Mapping[int, str]) -> str:
    """What each action saves; `anchors` are the ids of table rows by the id() of their first finding."""
    name, of = unit
    numbered = [(number, action) for number, action in enumerate(audit.plan.actions, 1) if of(action.alone) > 0]
    numbered.sort(key=lambda pair: -of(pair[1].alone))
    bars = [_action(number, action, audit, unit, anchors) for number, action in numbered[:BARS]]
    rest = [action for _, action in numbered[BARS:]]
    more = f"{plural(len(rest), 'more action')}: {dollars(sum(of(one.added) for one in rest))} added." if rest else ""
    legend = ("saved after the actions before it", "more if nothing else is done")
    return _chart(f"What each action saves, USD {name}", legend, bars, more)


def _action(number: int, action: Action, audit: Audit, unit: Unit, anchors: Mapping[int, str]) -> _Bar:
    _, of = unit
    first = action.findings[0]
    alone, added = of(action.alone), of(action.added)
    link = f'<a href="#{anchors[id(first)]}">{number}. {plain(action.rule)}</a>'
    shown, then = dollars(alone), dollars(added)
    value = shown if shown == then else f"{shown} alone, then {then}"
    covered = min(max(added, 0.0), alone)
    return _Bar(f"{link} <code>{plain(place(audit, first.place))}</code>", value, (covered, alone - covered))


def _chart(title: str, legend: Sequence[str], bars: Sequence[_Bar], more: str) -> str:
    if not bars:
        return ""
    used = [at for at in range(len(legend)) if any(bar.parts[at] for bar in bars)]
    longest = max(sum(bar.parts) for bar in bars)
    return "\n".join(
        (
            f"<figure>\n<figcaption>{plain(title)}</figcaption>",
            f'<ul class="legend">{"".join(_key(at, legend[at]) for at in used)}</ul>',
            '<ol class="bars">',
            *(
                f'<li><span class="name">{bar.name}</span> <span class="value">{bar.value}</span> '
                f"{_drawing(bar.parts, legend, longest)}</li>"
                for bar in bars
            ),
            f"</ol>\n{f'<p>{more}</p>' if more else ''}\n</figure>",
        )
    )


def _key(at: int, name: str) -> str:
    swatch = f'<rect class="part{at}" width="10" height="10"/>'
    return f'<li><svg viewBox="0 0 10 10" aria-hidden="true">{swatch}</svg> {plain(name)}</li>'


def _drawing(parts: Iterable[float], legend: Sequence[str], longest: float) -> str:
    """One bar as a picture, in percent of the longest."""
    rects, said = [], []
    for at, x, part in _places(parts):
        said.append(f"{legend[at]} {dollars(part)}")
        sizes = f'x="{100 * x / longest:.2f}" width="{100 * part / longest:.2f}" height="10"'
        rects.append(f'<rect class="part{at}" {sizes}><title>{plain(said[-1])}</title></rect>')
    label = plain(", ".join(said))
    return (
        f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{label}">{"".join(rects)}</svg>'
    )


def _places(parts: Iterable[float]) -> Iterator[tuple[int, float, float]]:
    """Number, begin and length of the parts that are there."""
    x = 0.0
    for at, part in enumerate(parts):
        if part > 0:
            yield at, x, part
            x += part
