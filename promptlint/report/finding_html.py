"""A finding on a page of HTML: its source and what is known of it."""

from __future__ import annotations

import html
from collections.abc import Iterator

from promptlint.finding import Finding
from promptlint.report.excerpt import excerpt
from promptlint.report.fix_html import rewriting
from promptlint.report.full import notes
from promptlint.report.page import plain, prose
from promptlint.report.terminal import Terminal
from promptlint.run import Analysis

SCREEN = Terminal(width=110)
"""Where source is shown: lines are cut to so many columns."""


def card(finding: Finding, analysis: Analysis) -> str:
    """The finding as an article."""
    return "\n".join(("<article>", *_parts(finding, analysis), "</article>"))


def _parts(finding: Finding, analysis: Analysis) -> Iterator[str]:
    path = finding.place.path
    where = analysis.tree.locate(path, finding.place.start)
    yield f'<p class="where"><code>{plain(f"{path}:{where}")}</code> {plain(finding.code)}</p>'
    yield f"<p>{prose(finding.message)}</p>"
    lines = excerpt(analysis.sources[path].text, analysis.tree.modules[path], finding.place, SCREEN, "")
    yield f'<pre tabindex="0">{html.escape(chr(10).join(lines[1:-1]))}</pre>'
    facts = "".join(f"<dt>{label}</dt><dd>{prose(text)}</dd>" for label, text in notes(finding))
    yield f"<dl>{facts}</dl>"
    if finding.fix:
        yield from rewriting(finding.fix, analysis)
