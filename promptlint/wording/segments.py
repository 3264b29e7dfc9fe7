"""The instructions in a prompt: sentences and list items, without examples, code, data, headings and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from promptlint.template import HOLE
from promptlint.wording.text import Line, lines

MARKER = re.compile(r"[ \t]*(?P<mark>[-*+•‣▪◦\u2013]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+(?=\S)")
HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t].*(?<![.!])|[*_]{2}[^*_]+[*_]{2}:?|[=\-_*~#]{3,})[ \t]*")
TAGS = re.compile(r"[ \t]*(?:</?[\w.:-]+(?:[ \t][^<>]*)?/?>[ \t]*)+")
DATA = re.compile(
    r"""[ \t]*(?:[{}\[\]<|>✓✗✅❌]|\w+[ \t]*=|//|/\*|\#!|\$[ ]|>>>|@\w
      |(?:def|class|import|from|return|async|SELECT|FROM|WHERE|JOIN|INSERT|UPDATE|DELETE|CREATE|ALTER|MATCH)[ \t]
      |(?P<quote>["'`]).*(?P=quote)[,.]?[ \t]*$ | \u201c.*\u201d[,.]?[ \t]*$)
    |.*(?:[|;{\[]|[:=][ ]?[\[{].*[\]}],?)[ \t]*$""",
    re.VERBOSE,
)
"""A line that is code or data, not an instruction: its first or last characters give it away."""
TURN = re.compile(
    r"[ \t]*[*_]*(?:input|output|question|answer|q|a|user|assistant|human|ai|bot|agent|system|customer|response|result"
    r"|good|bad|correct|incorrect|right|wrong|thought|action|observation|context|text|sentence|review|query|sql"
    r"|source|extracts?|content|passage|document|title|url|schema"
    r"|examples?\b[^:]{0,40})[ \t]?\d*[*_]*:",
    re.IGNORECASE,
)
EXAMPLE = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]*)?[\[(*_-]*+[ \t]*(?:[\w-]+[ \t]){0,4}"
    r"(?:few[- ]shots?|examples?|samples?|demonstrations?|e\.g\.)"
    r"(?:[^\w:.!?][^:.!?]{0,60})?(?::[*_]*|[\])*_#]+)?[ \t]*",
    re.IGNORECASE,
)
EXAMPLE_TAG = re.compile(r"<(?P<close>/?)[\w-]*(?:example|sample|demo|few[-_]?shot)[\w-]*[^<>]*>", re.IGNORECASE)
SENTENCE_END = re.compile(rf"""(?<=[.!?])["'\u201d\u2019)\]*_`]*\s+(?=["'\u201c\u2018(\[*_`]*[A-Z0-9{HOLE}])""")
ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|dr|mr|mrs|ms|no|st|approx)|^\W*\w|\s\w)\.$", re.IGNORECASE)

LONGEST_ABBREVIATION = 12
"""Characters, with what stands before it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A list item, or lines of running prose; offsets from the first line's start to the last line's end."""

    start: int
    end: int
    marker: str
    """The bullet or number, empty for prose."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence: `text[start:end]` without bullet and surrounding blanks."""

    start: int
    end: int
    block: Block
    siblings: int
    """How many segments the block has, this one included."""


@lru_cache(maxsize=32)
def segments(masked: str) -> tuple[Segment, ...]:
    """The instructions of a text in order; `masked` is the text with its holes masked (`Template.masked`).

    Several rules ask for those of the same text, some for each of its sentences.
    """
    return tuple(segment for block in _blocks(masked) for segment in _sentences(masked, block))


def _blocks(masked: str) -> Iterator[Block]:
    block: Block | None = None
    for line in _prose(lines(masked)):
        marker = MARKER.match(line.text) if line else None
        if line and block and not marker and _continues(masked[block.start : block.end], line.text):
            block = Block(block.start, line.end, block.marker)
            continue
        if block:
            yield block
        block = Block(line.start, line.end, marker["mark"] if marker else "") if line else None
    if block:
        yield block


def _continues(before: str, line: str) -> bool:
    """Whether `line` goes on with the sentence that `before` leaves open: prose wrapped at some width."""
    return before.rstrip()[-1] not in ".!?:;" and not line.lstrip()[0].isupper()


def _prose(all_lines: tuple[Line, ...]) -> Iterator[Line | None]:
    """The lines that hold instructions; None for a line that ends what stands before it."""
    depth = 0  # of example tags
    example = ""  # the line that opened an example, while inside it
    begun = False  # whether that example has shown content
    quoted = False  # between two triple quotes: a docstring, or data that they delimit
    turns = _turns(all_lines)
    for number, line in enumerate(all_lines):
        tags = [match["close"] for match in EXAMPLE_TAG.finditer(line.text)]
        inside = depth > 0
        depth = max(0, depth + tags.count("") - tags.count("/"))
        inside, quoted = inside or quoted, quoted ^ bool(line.text.count('"""') % 2)
        if line.is_blank:
            if begun and not _is_heading(example):
                example = ""
            yield None
        elif inside or depth or tags or quoted or line.fenced or number in turns:
            begun = True
            yield None
        elif EXAMPLE.fullmatch(line.text):
            example, begun = line.text, False
            yield None
        elif example and _is_heading(example) and _closes(example, line.text):
            example = ""
            yield None
        elif example or _is_heading(line.text) or TAGS.fullmatch(line.text) or DATA.match(line.text):
            begun = True
            yield None
        else:
            yield None if TURN.match(line.text) else line


def _turns(all_lines: tuple[Line, ...]) -> range:
    """The lines of a few-shot dialogue: from the first line with a label that comes again to the end of the last."""
    labels = [
        match[0].strip(" \t*_:0123456789").lower() if (match := TURN.match(line.text)) else "" for line in all_lines
    ]
    counts = Counter(labels)
    again = [number for number, label in enumerate(labels) if label and counts[label] > 1]
    if not again:
        return range(0)
    end = again[-1] + 1
    while end < len(all_lines) and not all_lines[end].is_blank:
        end += 1
    return range(again[0], end)


def _is_heading(line: str) -> bool:
    return bool(HEADING.fullmatch(line))


def _closes(example: str, line: str) -> bool:
    """Whether the heading `line` ends the section that the heading `example` opened."""
    level, other = (len(text.strip()) - len(text.strip().lstrip("#")) for text in (example, line))
    return _is_heading(line) and (other <= level if other else not level)


def _sentences(masked: str, block: Block) -> Iterator[Segment]:
    marker = MARKER.match(masked, block.start, block.end) if block.marker else None
    start = marker.end() if marker else block.start
    bounds = [start]
    for match in SENTENCE_END.finditer(masked, start, block.end):
        if not ABBREVIATION.search(masked, max(bounds[-1], match.start() - LONGEST_ABBREVIATION), match.start()):
            bounds.append(match.end())
    spans = [_stripped(masked, a, b) for a, b in zip(bounds, [*bounds[1:], block.end], strict=True)]
    filled = [(a, b) for a, b in spans if a < b]
    for a, b in filled:
        yield Segment(a, b, block, len(filled))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
