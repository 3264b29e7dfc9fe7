"""Taking sentences and list items out of a text so that what is left reads as if they had never been there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from promptlint.wording.segments import MARKER, Block, Segment

WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Cut:
    """A range of the text to take out; `leaves_gap`: a number would be missing, or an introduction lead nowhere."""

    start: int
    end: int
    leaves_gap: bool


def cuts(text: str, gone: Sequence[Segment]) -> Iterator[Cut]:
    """The ranges that take out segments, which stand in the order of the text, in order and without overlaps.

    A list item or paragraph of which nothing is left goes with its bullet and line break.
    """
    blocks = [(block, list(group)) for block, group in groupby(gone, key=lambda segment: segment.block)]
    found: list[Cut] = []
    following, left = len(text), len(text)
    for block, segments in reversed(blocks):
        if text[block.end : following].strip():
            left = block.end
        if len(segments) == segments[0].siblings:
            found.append(_block(text, block, left))
            following = block.start
        else:
            found += [_sentences(text, block, group) for group in reversed(_neighbours(text, segments))]
            following = len(text)
    yield from reversed(found)


def _neighbours(text: str, segments: Sequence[Segment]) -> list[list[Segment]]:
    """The segments of a block, those together that follow each other."""
    groups: list[list[Segment]] = []
    for segment in segments:
        if groups and not WORD.search(text, groups[-1][-1].end, segment.start):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _sentences(text: str, block: Block, gone: Sequence[Segment]) -> Cut:
    """Some of the sentences of a block, with the blanks on one side of them."""
    first, last = gone[0], gone[-1]
    if last.end == _stripped(text, block.end):
        return Cut(_stripped(text, first.start), last.end, leaves_gap=False)
    end = last.end
    while end < block.end and text[end].isspace():
        end += 1
    return Cut(first.start, end, leaves_gap=False)


def _stripped(text: str, end: int) -> int:
    """Where `text[:end]` ends without the blanks at its end."""
    while end and text[end - 1].isspace():
        end -= 1
    return end


def _block(text: str, block: Block, left: int) -> Cut:
    """The lines of a block with a line break, and one blank line where it has blank lines on both sides.

    From `left` on the text behind it stays.
    """
    before = _stripped(text, block.start)
    behind = left
    while text.startswith("\n", behind):
        behind += 1
    introduced = text.endswith(":", 0, before) and not MARKER.match(text, behind)
    gap = block.marker.strip("().").isalnum() or introduced
    if behind == len(text):
        return Cut(before, block.end, gap)
    framed = text.startswith("\n\n", block.end) and (not block.start or text.endswith("\n\n", 0, block.start))
    return Cut(block.start, block.end + 1 + framed, gap)
