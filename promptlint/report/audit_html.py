"""The audit as a page of HTML: figures, charts, and tables that open to the findings behind their rows."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from promptlint import __version__
from promptlint.cost.audit import Audit
from promptlint.cost.money import total
from promptlint.finding import Finding
from promptlint.report.audit_bars import savings, spend
from promptlint.report.audit_sections import Section, Unit, dollars, sections, units_of
from promptlint.report.finding_html import card
from promptlint.report.page import breakable, page, plain, prose
from promptlint.report.terminal import Terminal, plural

ALL = sys.maxsize
"""Rows of a table: no limit."""

Anchors = Mapping[int, str]
"""The ids of the table rows on the page, by the id() of the first finding behind each."""


def render(audit: Audit, terminal: Terminal) -> str:
    """The page; `terminal` is not used."""
    anchors = {id(finding): f"finding-{number}" for number, finding in enumerate(audit.analysis.findings, 1)}
    first, *others = sections(audit, ALL)
    body = (
        f"<header>\n<h1>promptlint audit</h1>\n<p>{plain(_about(audit))}</p>",
        _contents(others),
        "</header>\n<main>",
        f'<section id="spend">\n<h2>{prose(first.title)}</h2>\n{_tiles(audit)}',
        *(f"<p>{prose(line)}</p>" for line in first.lines),
        *_charts(audit, anchors),
        "</section>",
        *(_section(section, number, audit, anchors) for number, section in enumerate(others, 1)),
        "</main>",
    )
    return page("promptlint audit", "\n".join(body))


def _about(audit: Audit) -> str:
    dates = f" List prices of {', '.join(audit.prices_as_of)}." if audit.prices_as_of else ""
    return f"What the LLM calls in this code cost, and what to change. promptlint {__version__}.{dates}"


def _contents(others: list[Section]) -> str:
    links = (f'<li><a href="#section-{number}">{prose(one.title)}</a></li>' for number, one in enumerate(others, 1))
    return (
        f'<nav aria-label="Sections">\n<ul>\n<li><a href="#spend">Spend</a></li>\n{chr(10).join(links)}\n</ul>\n</nav>'
    )


def _tiles(audit: Audit) -> str:
    tiles = [tile for unit in units_of(audit) for tile in _amounts(audit, unit)] if audit.costs else []
    left_out = len(audit.unpriced) + len(audit.unbilled)
    tiles.append(
        ("Call sites", f"{len(audit.costs):,}", f"{left_out:,} more not reckoned" if left_out else "with a price")
    )
    quick = sum(action.is_safe for action in audit.plan.actions)
    tiles.append(("Actions", f"{len(audit.plan.actions):,}", f"{quick:,} of them safe fixes"))
    shown = (
        f'<div><dt>{plain(name)}</dt><dd>{plain(value)}</dd><dd class="note">{plain(note)}</dd></div>'
        for name, value, note in tiles
    )
    return f'<dl class="tiles">\n{chr(10).join(shown)}\n</dl>'


def _amounts(audit: Audit, unit: Unit) -> Iterator[tuple[str, str, str]]:
    """Name, amount and note of the tiles for money."""
    name, of = unit
    before, after = of(audit.plan.before), of(audit.plan.after)
    most = f"at most {dollars(of(audit.high))}" if audit.high else "nothing bounds the most"
    yield f"Spend {name}", dollars(before), f"at least {dollars(of(audit.low))}, {most}"
    less = f"{1 - after / before:.0%}".replace("%", " %") if before else "0 %"
    yield f"With all actions, {name}", dollars(after), f"{dollars(before - after)} saved, {less} less"
    quick = of(total(action.added for action in audit.plan.actions if action.is_safe))
    yield f"Quick wins, {name}", dollars(quick), "saved by safe fixes alone"


def _charts(audit: Audit, anchors: Anchors) -> Iterator[str]:
    for unit in units_of(audit):
        yield f'<div class="charts">\n{spend(audit, unit)}\n{savings(audit, unit, anchors)}\n</div>'


def _section(section: Section, number: int, audit: Audit, anchors: Anchors) -> str:
    heading = f"heading-{number}"
    parts = [f'<section id="section-{number}" aria-labelledby="{heading}">']
    parts.append(f'<h2 id="{heading}">{prose(section.title)}</h2>')
    if section.rows:
        parts += (f"<p>{prose(line)}</p>" for line in section.lines)
        parts.append(_table(section, heading, audit, anchors))
    else:
        parts.append(f"<ul>{''.join(f'<li>{prose(line)}</li>' for line in section.lines)}</ul>")
    return "\n".join((*parts, "</section>"))


def _table(section: Section, heading: str, audit: Audit, anchors: Anchors) -> str:
    """A body for each row, so that what belongs to the row moves and hides with it."""
    kinds = ["number" if column in section.numeric else "text" for column in range(len(section.header))]
    head = "".join(
        f'<th scope="col" class="{kind}">{plain(name)}</th>' for name, kind in zip(section.header, kinds, strict=True)
    )
    bodies = []
    for at, row in enumerate(section.rows):
        cells = "".join(
            f'<td class="{kind}" data-label="{plain(name)}">{breakable(cell) if kind == "text" else plain(cell)}</td>'
            for cell, name, kind in zip(row, section.header, kinds, strict=True)
        )
        note = section.notes[at] if section.notes else ""
        findings = section.findings[at] if section.findings else ()
        anchor = f' id="{anchors[id(findings[0])]}"' if findings else ""
        below = _below(note, findings, audit)
        more = f'\n<tr class="below"><td colspan="{len(row)}">{below}</td></tr>' if below else ""
        bodies.append(f"<tbody{anchor}>\n<tr>{cells}</tr>{more}\n</tbody>")
    return f'<table aria-labelledby="{heading}">\n<thead><tr>{head}</tr></thead>\n{chr(10).join(bodies)}\n</table>'


def _below(note: str, findings: tuple[Finding, ...], audit: Audit) -> str:
    """What stands below a row: its note, and the findings to open."""
    if not findings:
        return prose(note)
    cards = "\n".join(card(finding, audit.analysis) for finding in findings)
    title = note or f"Show {plural(len(findings), 'finding')}"
    return f"<details>\n<summary>{prose(title)}</summary>\n{cards}\n</details>"
