"""Changes of a prompt's wording: which of them can be written back, and which save tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from promptlint.measure import Count, Meter
from promptlint.saving import Basis
from promptlint.template import Edit, Template

Replacement = tuple[int, int, str]
"""Start and end in `Template.text`, and what takes their place."""


@dataclass(frozen=True, slots=True)
class Change:
    """Replacements that belong together, and what a message calls them."""

    what: str
    replacements: tuple[Replacement, ...]

    @property
    def start(self) -> int:
        return min(start for start, _, _ in self.replacements)

    @property
    def end(self) -> int:
        return max(end for _, end, _ in self.replacements)


LONG = 8_000
"""Characters from which a single change is weighed by the text around it: counting all of it takes too long."""
AROUND = 200
"""Characters before and behind a change that are counted with it."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """Changes that save tokens, with the edits that make them; `tokens` is what all of them save together."""

    changes: tuple[Change, ...]
    edits: tuple[Edit, ...]
    before: Count
    tokens: int


def reword(template: Template, changes: Iterable[Change], basis: Basis, meter: Meter) -> Rewording:
    """The changes that can be written into the source and save tokens, each recounted with the basis's model.

    Of changes that overlap the first is taken: the longer one where they begin together.
    """
    before = meter.count_template(template, basis.model)

    def saved(chosen: Sequence[Change]) -> int:
        after = template.after([one for change in chosen for one in change.replacements])
        return before.tokens - meter.count_template(after, basis.model).tokens

    is_long = len(template.text) > LONG
    kept: list[Change] = []
    edits: list[Edit] = []
    for change in sorted(changes, key=lambda change: (change.start, -change.end)):
        written = [template.replace(*replacement) for replacement in change.replacements]
        if (kept and change.start < kept[-1].end) or None in written:
            continue
        if (_saved_around(change, template, basis, meter) if is_long else saved([change])) <= 0:
            continue
        kept.append(change)
        edits += [edit for one in written for edit in one or ()]
    return Rewording(tuple(kept), tuple(edits), before, saved(kept) if kept else 0)


def _saved_around(change: Change, template: Template, basis: Basis, meter: Meter) -> int:
    """The tokens that a change saves in the text around it."""
    first, last = max(0, change.start - AROUND), change.end + AROUND
    after, at = "", first
    for start, end, replacement in sorted(change.replacements):
        after += template.text[at:start] + replacement
        at = end
    after += template.text[at:last]
    counted = [meter.count(text, basis.model).tokens for text in (template.text[first:last], after)]
    return counted[0] - counted[1]
