"""Instructions that are repeated on purpose: in capitals, marked as important, or as the last word of a long prompt."""

from __future__ import annotations

import re

from promptlint.wording.segments import Segment

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
    return len(text) >= LONG_TEXT and (MARK.match(said) is not None or not text[segment.end :].strip(" \t\n*_`\"'#-="))
