"""Taking sentences and list items out of a text so that what is left reads as if they had never been there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from promptlint.wording.segments import MARKER, Block, Segment


@dataclass(frozen=True, slots=True)
class Cut:
    """A range of the text to take out; `leaves_gap`: a number would be missing, or an introduction lead nowhere."""

    start: int
    end: int
    leaves_gap: bool


def cuts(text: str, gone: Sequence[Segment]) -> Iterator[Cut]:
    """The ranges that take out segments that follow each other, in order and without overlaps.

    A list item or paragraph of which nothing is left goes with its bullet and line break.
    """
    rest = text[gone[-1].block.end :]
    for block, group in groupby(gone, key=lambda segment: segment.block):
        segments = list(group)
        first, last = segments[0], segments[-1]
        if len(segments) == first.siblings:
            yield _block(text, block, rest)
        elif last.end == len(text[: block.end].rstrip()):
            yield Cut(len(text[: first.start].rstrip()), last.end, leaves_gap=False)
        else:
            behind = text[last.end : block.end]
            yield Cut(first.start, last.end + len(behind) - len(behind.lstrip()), leaves_gap=False)


def _block(text: str, block: Block, rest: str) -> Cut:
    """The lines of a block with a line break, and one blank line where it has blank lines on both sides.

    `rest` is what comes after everything that goes.
    """
    before, after = text[: block.start], text[block.end :]
    introduced = before.rstrip().endswith(":") and not MARKER.match(rest.lstrip("\n"))
    gap = block.marker.strip("().").isalnum() or introduced
    if not after.strip("\n"):
        return Cut(len(before.rstrip()), block.end, gap)
    framed = after.startswith("\n\n") and (not before or before.endswith("\n\n"))
    return Cut(block.start, block.end + 1 + framed, gap)
