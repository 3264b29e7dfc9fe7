"""Instructions that are repeated on purpose: in capitals, marked as important, or as the last word of a long prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.wording.segments import MARKER, Block, Segment

LONG_TEXT = 2_000
"""Characters from which a prompt is long: what it says first is far away where it ends."""
MARK = re.compile(r"\W*(?:VERY )?(?:IMPORTANT|CRITICAL|WARNING|ATTENTION|REMEMBER|REMINDER|MUST|NEVER EVER)\b")
CAPITALS = 0.8
"""Share of its letters that are capitals from which a sentence is shouted."""
LEAST_LETTERS = 12


def is_emphasis(text: str, segment: Segment) -> bool:
    """Whether a repeated instruction looks like emphasis."""
    said = text[segment.start : segment.end]
    letters = [character for character in said if character.isalpha()]
    if len(letters) >= LEAST_LETTERS and sum(map(str.isupper, letters)) >= CAPITALS * len(letters):
        return True
    if len(text) < LONG_TEXT:
        return False
    is_last = not text[segment.end :].strip(" \t\n*_`\"'#-=")
    return is_last or any(MARK.match(opening) for opening in (said, *_openings(text, segment.block)))


def _openings(text: str, block: Block) -> Iterator[str]:
    """What a block begins with, and the line above the list that it is an item of."""
    yield text[block.start : block.end]
    if block.marker:
        above = (line for line in reversed(text[: block.start].splitlines()) if line.strip())
        yield next((line for line in above if not MARKER.match(line)), "")
