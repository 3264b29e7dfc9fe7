"""A finding on a page of HTML: its source, what is known of it, and its fix before and after."""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import dropwhile

from promptlint.finding import Finding
from promptlint.fix import fixed_by
from promptlint.report.diff import patch
from promptlint.report.excerpt import excerpt
from promptlint.report.full import notes
from promptlint.report.page import plain
from promptlint.report.terminal import Terminal
from promptlint.run import Analysis

SCREEN = Terminal(width=110, screen=True)
"""Where source is shown: lines are cut to so many columns, control characters spelled out."""
LINES = {"+": "ins", "-": "del"}
"""What begins a changed line of a patch, to the element that shows it."""


def card(finding: Finding, analysis: Analysis) -> str:
    """The finding as an article."""
    return "\n".join(("<article>", *_parts(finding, analysis), "</article>"))


def _parts(finding: Finding, analysis: Analysis) -> Iterator[str]:
    path = finding.place.path
    where = analysis.project.locate(path, finding.place.start)
    yield f'<p class="where"><code>{plain(f"{path}:{where}")}</code> {plain(finding.code)}</p>'
    yield f"<p>{plain(finding.message)}</p>"
    lines = excerpt(analysis.sources[path].text, analysis.project.modules[path], finding.place, SCREEN, "")
    yield f'<pre tabindex="0">{html.escape(chr(10).join(lines[1:-1]))}</pre>'
    facts = "".join(f"<dt>{label}</dt><dd>{plain(text)}</dd>" for label, text in notes(finding))
    yield f"<dl>{facts}</dl>"
    for name, source in fixed_by(finding, analysis.sources).items():
        yield f"<p>Before and after, <code>{plain(name)}</code></p>"
        yield f'<pre class="patch" tabindex="0">{_patch(patch(analysis.sources[name], source, SCREEN))}</pre>'


def _patch(text: str) -> str:
    """The lines of a patch from its first range on."""
    lines = dropwhile(lambda line: not line.startswith("@@"), text.removesuffix("\n").split("\n"))
    return "\n".join(map(_line, lines))


def _line(line: str) -> str:
    element = LINES.get(line[:1])
    return f"<{element}>{html.escape(line)}</{element}>" if element else html.escape(line)
