"""What tells a finding again after lines moved: for baselines and for services that track findings over time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from promptlint.finding import Finding
from promptlint.source import Source

LENGTH = 32
"""Hexadecimal digits."""


def fingerprints(findings: Iterable[Finding], sources: Mapping[str, Source]) -> Iterator[tuple[Finding, str]]:
    """Each finding with its fingerprint, in order.

    It is made of the rule's code, the path and the code at the place without its blanks, so neither lines inserted
    above nor a new indentation change it. Of several that are alike the later ones carry their number.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        mark = fingerprint(finding, sources, finding.place.path)
        seen[mark] += 1
        yield finding, mark if seen[mark] == 1 else _digest(mark, str(seen[mark]))


def fingerprint(finding: Finding, sources: Mapping[str, Source], path: str) -> str:
    """The fingerprint of a finding alone, in the file that is called `path`.

    Findings of one rule on the same code of a file share it.
    """
    place = finding.place
    code = "".join(sources[place.path].text[place.start : place.end].split())
    return _digest(finding.code, path, code)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
