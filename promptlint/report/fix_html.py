"""A fix on a page of HTML, before and after in one: what goes is struck out, what comes is underlined."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from promptlint.finding import Fix
from promptlint.fix import is_sound
from promptlint.report.page import plain
from promptlint.report.terminal import plural, visible
from promptlint.run import Analysis
from promptlint.template import Edit

AROUND = 80
"""Characters of the line that are shown on either side of an edit."""
LONGEST = 600
"""Characters of an edit that are shown, of its beginning and its end."""
STRETCHES = 20
"""Places of a fix that are shown."""


def rewriting(fix: Fix, analysis: Analysis) -> Iterator[str]:
    """Each place that the fix changes, with its file and line; nothing for a fix that cannot be applied."""
    if not is_sound(fix.edits, analysis.sources):
        return
    stretches = _stretches(sorted(fix.edits, key=lambda edit: (edit.path, edit.start)))
    yield "<p>Before and after: what goes is struck out, what comes is underlined.</p>"
    for stretch in stretches[:STRETCHES]:
        path = stretch[0].path
        where = f"{path}:{analysis.tree.locate(path, stretch[0].start).row}"
        shown = _stretch(stretch, analysis.sources[path].text)
        yield f'<pre class="fix" tabindex="0"><b>{plain(where)}</b>\n{shown}</pre>'
    if len(stretches) > STRETCHES:
        yield f"<p>{plural(len(stretches) - STRETCHES, 'more place')}.</p>"


def _stretches(edits: Sequence[Edit]) -> list[list[Edit]]:
    """Edits that are shown together, for what stands between them is short."""
    found: list[list[Edit]] = []
    for edit in edits:
        last = found[-1][-1] if found else None
        if last and last.path == edit.path and edit.start - last.end <= 2 * AROUND:
            found[-1].append(edit)
        else:
            found.append([edit])
    return found


def _stretch(edits: Sequence[Edit], text: str) -> str:
    first, last = edits[0].start, edits[-1].end
    begin = text.rfind("\n", 0, first) + 1
    line_end = text.find("\n", last)
    end = len(text) if line_end < 0 else line_end
    head, tail = text[max(begin, first - AROUND) : first], text[last : min(end, last + AROUND)]
    pieces = ["…" if first - begin > AROUND else "", _kept(head)]
    at = first
    for edit in edits:
        pieces += (
            _kept(text[at : edit.start]),
            _changed("del", text[edit.start : edit.end]),
            _changed("ins", edit.text),
        )
        at = edit.end
    return "".join((*pieces, _kept(tail), "…" if end - last > AROUND else ""))


def _kept(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return html.escape("\n".join("\t".join(map(visible, line.split("\t"))) for line in lines))


def _changed(element: str, text: str) -> str:
    """Text that goes or comes, with line ends shown; blanks are shown where there is nothing else to see."""
    if not text:
        return ""
    half = LONGEST // 2
    cut = text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"
    seen = cut.replace(" ", "·") if cut.isspace() else cut
    return f"<{element}>{_kept(seen).replace(chr(10), '↵' + chr(10))}</{element}>"
