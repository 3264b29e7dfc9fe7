"""What a report of `audit` says, in order: sections of sentences and tables that every format for people shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from promptlint.cost.actions import Action
from promptlint.cost.audit import Audit, Share
from promptlint.cost.calls import CallCost
from promptlint.cost.changes import table as changes
from promptlint.cost.money import Amount
from promptlint.finding import Finding
from promptlint.project import CallSite, Place
from promptlint.report.statistics import by_rule
from promptlint.report.terminal import plural, usd

SHOWN = 25
"""Rows of a table, of which the dearest come first."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, and a table whose rows may each have a note of their own ("" for none), and findings that
    they stand for. Columns of index `numeric` stand right, those of `flexible` can be shortened."""

    title: str
    lines: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[tuple[Finding, ...], ...] = ()
    numeric: tuple[int, ...] = ()
    flexible: tuple[int, ...] = ()
    more: int = 0
    """Rows that are left out."""


def sections(audit: Audit, most: int = SHOWN) -> Iterator[Section]:
    """The sections that have something to say, with at most so many rows in each table."""
    units = units_of(audit)
    yield Section("Spend", tuple(_summary(audit, units)))
    if audit.costs:
        yield _calls(audit, most)
        for title, shares in (("model", audit.models), ("folder", audit.folders), ("cause", audit.causes)):
            if shares:
                yield _shares(title, shares, units, most)
    yield from _actions(audit, units, most)
    if audit.plan.unmeasured:
        counts = by_rule(audit.plan.unmeasured)
        rows = tuple(
            (one.rule, one.code, f"{one.findings:,}", f"{one.input_tokens:,}" if one.input_tokens else "-")
            for one in counts
        )
        behind = tuple(tuple(each for each in audit.plan.unmeasured if each.rule == one.rule) for one in counts)
        risks = "Risks, and savings at calls whose price or text is not known: `promptlint check` shows them."
        header = ("rule", "code", "findings", "tokens a call")
        yield Section("Findings without an amount of money", (risks,), header, rows, findings=behind, numeric=(2, 3))
    if audit.measured:
        yield _usage(audit, most)
    if unknown := tuple(_not_understood(audit)):
        yield Section("Not understood", unknown)
    if audit.costs:
        said = Counter(sentence for cost in audit.costs for sentence in cost.assumptions)
        lines = tuple(f"{sentence} ({plural(count, 'call site')})" for sentence, count in said.most_common(SHOWN))
        yield Section("Assumptions", (*lines, f"List prices of {', '.join(audit.prices_as_of)}."))


Unit = tuple[str, Callable[[Amount], float]]
MONTHLY: Unit = ("a month", lambda amount: amount.monthly)
PER_1K: Unit = ("per 1,000 calls", lambda amount: amount.per_1k)


def units_of(audit: Audit) -> tuple[Unit, ...]:
    """The units that the call sites of an audit have."""
    known = any(cost.calls is not None for cost in audit.costs)
    unknown = any(cost.calls is None for cost in audit.costs)
    return ((MONTHLY,) if known else ()) + ((PER_1K,) if unknown or not known else ())


def _money(amount: Amount, units: Iterable[Unit]) -> tuple[str, ...]:
    return tuple(dollars(of(amount)) for _, of in units)


def dollars(amount: float) -> str:
    """USD without the noise of floating point: nothing is nothing."""
    return usd(0.0 if abs(amount) < 1e-9 else amount)


def _summary(audit: Audit, units: tuple[Unit, ...]) -> Iterator[str]:
    if not audit.costs:
        yield "No call of a model with a known price was found."
        units = ()
    for unit in units:
        name, of = unit
        sites = sum((cost.calls is None) == (unit is PER_1K) for cost in audit.costs)
        each = " of each" if unit is PER_1K else ""
        before, after = of(audit.plan.before), of(audit.plan.after)
        saved = ""
        if audit.plan.actions and before:
            saved = f"; {dollars(after)} with all actions taken, {1 - after / before:.0%} less".replace("%", " %")
        yield f"{plural(sites, 'call site')}: {usd(before)} {name}{each}{saved}."
    if audit.partial:
        yield (
            f"At least that: at {plural(audit.partial, 'call site')} the answer or what is filled into the prompt is "
            "not counted. Say how much it is in [tool.promptlint.traffic], or give measured usage (--usage)."
        )
    if PER_1K in units and audit.costs:
        yield "How often calls are made is not in the code: `calls` in [tool.promptlint.traffic] gives USD a month."
    if audit.quiet_files:
        yield f"{plural(audit.quiet_files, 'test or example file')} left out."


def _calls(audit: Audit, most: int) -> Section:
    monthly = any(cost.calls is not None for cost in audit.costs)
    header = (
        "where",
        "function",
        "model",
        "in",
        "out",
        "least",
        "per 1,000",
        "most",
        *(("a month",) if monthly else ()),
    )
    return Section(
        "Where the money goes: call sites",
        ("Tokens in and out of a call, USD per 1,000 calls. `?` is not counted, `~` is an estimate of the tokens.",),
        header,
        tuple(_call(cost, audit, monthly=monthly) for cost in audit.costs[:most]),
        numeric=tuple(range(3, len(header))),
        flexible=(0, 1, 2),
        more=max(0, len(audit.costs) - most),
    )


def _call(cost: CallCost, audit: Audit, *, monthly: bool) -> tuple[str, ...]:
    tokens = f"{'' if cost.static.exact else '~'}{cost.scenario.input:,.0f}"
    ends = (cost.low, cost.expected, cost.high)
    return (
        where(audit, cost.call),
        cost.function or "-",
        cost.basis.model or "?",
        tokens if cost.dynamic.tokens is not None else f"{tokens}+?",
        "?" if cost.output.tokens is None else f"{cost.output.tokens:,.0f}",
        *(_unless_nothing(None if end is None else 1000 * end, dollars) for end in ends),
        *((_unless_nothing(cost.amount.monthly, usd),) if monthly else ()),
    )


def _unless_nothing(amount: float | None, shown: Callable[[float], str]) -> str:
    """An amount of USD; `?` for nothing, which means that nothing of it is counted."""
    return shown(amount) if amount else "?"


def _shares(title: str, shares: tuple[Share, ...], units: tuple[Unit, ...], most: int) -> Section:
    rows = tuple(
        (share.name, f"{share.calls:,}", *(_money(share.amount, units) if any(share.amount.rank) else "?" * len(units)))
        for share in shares[:most]
    )
    header = (title, "call sites", *(name for name, _ in units))
    numeric = tuple(range(1, len(header)))
    return Section(f"By {title}", (), header, rows, numeric=numeric, flexible=(0,), more=len(shares) - len(rows))


def _actions(audit: Audit, units: tuple[Unit, ...], most: int) -> Iterator[Section]:
    """Safe fixes, then a section for each step of the work. Actions are numbered through all of them."""
    number = 0
    titles = changes().steps

    def heading(action: Action) -> str:
        return "Quick wins: safe fixes (`promptlint check --fix`)" if action.is_safe else titles[action.step]

    for title, group in groupby(audit.plan.actions, key=heading):
        actions = list(group)
        shown = actions[:most]
        rows = tuple(
            (
                f"{number + at}",
                place(audit, action.findings[0].place) + _others(action),
                action.rule,
                *_money(action.alone, units),
                *_money(action.added, units),
            )
            for at, action in enumerate(shown, 1)
        )
        number += len(actions)
        names = [f" {name}" if len(units) > 1 else "" for name, _ in units]
        header = ("#", "where", "rule", *(f"alone{one}" for one in names), *(f"then{one}" for one in names))
        yield Section(
            title,
            (f"USD saved {' and '.join(name for name, _ in units)}: alone, and then after all actions above it.",),
            header,
            rows,
            notes=tuple(action.title for action in shown),
            findings=tuple(action.findings for action in shown),
            numeric=(0, *range(3, len(header))),
            flexible=(1,),
            more=len(actions) - len(shown),
        )


def _others(action: Action) -> str:
    return f" +{len(action.findings) - 1}" if len(action.findings) > 1 else ""


def _usage(audit: Audit, most: int) -> Section:
    """Every record is in exactly one row, so that the rows add up to the last one."""
    assert audit.measured is not None
    usage = audit.measured.usage
    calls = audit.analysis.project.call_by_id
    rows = [(where(audit, calls[call]), "", one) for call, one in usage.matched.items()]
    rows += [(model or "-", f"not matched: {reason}", one) for (reason, model), one in usage.unmatched.items()]
    rows.sort(key=lambda row: row[2].all_input + row[2].output, reverse=True)
    tokens = usage.total.all_input + usage.total.output
    lost = sum(one.all_input + one.output for one in usage.unmatched.values())
    lines = [
        f"{file.path} ({file.format})" + (f": {plural(file.broken, 'line')} could not be read" if file.broken else "")
        for file in audit.measured.files
    ]
    span = f"{usage.months * 30:,.1f} days" if usage.span else "a month, as the files name no times"
    lines.append(f"It covers {span}. {lost / tokens if tokens else 0:.1%} of the tokens match no call site.")
    shown = rows[:most]
    return Section(
        "Measured usage",
        tuple(lines),
        ("from", "requests", "input", "cache reads", "cache writes", "output", "USD"),
        tuple(
            (
                name,
                f"{one.requests:,}" if not one.uncounted else "?",
                *(f"{amount:,}" for amount in (one.input, one.cache_read, one.cache_write, one.output)),
                "?" if one.unpriced else usd(one.usd),
            )
            for name, _, one in (*shown, ("all", "", usage.total))
        ),
        notes=(*(note for _, note, _ in shown), ""),
        numeric=(1, 2, 3, 4, 5, 6),
        flexible=(0,),
        more=len(rows) - len(shown),
    )


def _not_understood(audit: Audit) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for unpriced in audit.unpriced:
        by_reason.setdefault(unpriced.reason, []).append(where(audit, unpriced.call))
    for reason, places in by_reason.items():
        more = f" and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
        yield f"{plural(len(places), 'call site')} not reckoned, {reason}: {', '.join(places[:SHOWN])}{more}."
    if audit.unbilled:
        yield f"{plural(len(audit.unbilled), 'call site')} of models on the same machine, which nobody bills."
    if audit.loose:
        yield f"{plural(len(audit.loose), 'prompt')} not reckoned, reaching no call that was found."
    for problem in audit.analysis.problems:
        yield f"{problem.path}:{problem.line}: {problem.message}" if problem.path else problem.message


def where(audit: Audit, call: CallSite) -> str:
    """Path and line of a call."""
    return place(audit, call.place)


def place(audit: Audit, place: Place) -> str:
    """Path and line of a place."""
    return f"{place.path}:{audit.analysis.tree.locate(place.path, place.start).row}"
