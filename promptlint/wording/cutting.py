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
            found.append(_block(text, block, text[left:]))
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
    if last.end == len(text[: block.end].rstrip()):
        return Cut(len(text[: first.start].rstrip()), last.end, leaves_gap=False)
    behind = text[last.end : block.end]
    return Cut(first.start, last.end + len(behind) - len(behind.lstrip()), leaves_gap=False)


def _block(text: str, block: Block, rest: str) -> Cut:
    """The lines of a block with a line break, and one blank line where it has blank lines on both sides.

    `rest` is what comes behind it that stays.
    """
    before, after = text[: block.start], text[block.end :]
    introduced = before.rstrip().endswith(":") and not MARKER.match(rest.lstrip("\n"))
    gap = block.marker.strip("().").isalnum() or introduced
    if not rest.strip("\n"):
        return Cut(len(before.rstrip()), block.end, gap)
    framed = after.startswith("\n\n") and (not before or before.endswith("\n\n"))
    return Cut(block.start, block.end + 1 + framed, gap)
