"""Baselines: the findings that a team knows of and will not hear about again.

A baseline counts findings by fingerprint, so it holds when lines move, and one more of the same is new. Its paths are
relative to the folder that it lies in.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from promptlint import __version__
from promptlint.finding import Finding
from promptlint.fingerprint import fingerprint
from promptlint.report.documents import as_json
from promptlint.source import Source, SourceError, read_bytes

SCHEMA = "promptlint.baseline/1"
FILE = "promptlint-baseline.json"
"""Where a baseline is written unless another name is given."""


class BaselineError(Exception):
    """A baseline that cannot be read, or that is none."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A finding that is known, `count` times. `file` is relative to the baseline, `message` is for readers only."""

    file: str
    rule: str
    fingerprint: str
    count: int
    message: str


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    version: str
    findings: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What is new beside a baseline, how many findings it knows, and its entries that are no longer found.

    The `count` of a stale entry is how many of it are gone.
    """

    new: tuple[Finding, ...]
    known: int
    stale: tuple[Entry, ...]


def read(path: Path) -> Baseline:
    """The baseline in a file. Raises BaselineError with the reason."""
    try:
        baseline = msgspec.json.decode(read_bytes(str(path)), type=Baseline)
    except SourceError as error:
        raise BaselineError(f"{path}: {error.message}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path}: this is no baseline: {error}; write one with `promptlint baseline`") from error
    if baseline.schema != SCHEMA:
        raise BaselineError(f"{path}: schema {baseline.schema!r} is not {SCHEMA!r}: another promptlint wrote it")
    return baseline


def made_of(findings: Iterable[Finding], sources: Mapping[str, Source], folder: str) -> Baseline:
    """The baseline that knows all the findings; it will lie in the absolute `folder`."""
    counts: Counter[tuple[str, str, str]] = Counter()
    messages: dict[tuple[str, str, str], str] = {}
    for finding in findings:
        path = relative(finding.place.path, folder)
        key = (path, finding.rule, fingerprint(finding, sources, path))
        counts[key] += 1
        messages.setdefault(key, finding.message)
    entries = sorted(Entry(*key, count, messages[key]) for key, count in counts.items())
    return Baseline(SCHEMA, __version__, tuple(entries))


def compared(
    baseline: Baseline,
    findings: Iterable[Finding],
    sources: Mapping[str, Source],
    folder: str,
    has_run: Callable[[str, str], bool],
) -> Compared:
    """The findings beside a baseline that lies in the absolute `folder`.

    `has_run` says whether a rule (by name) was asked about a file of the baseline: only then can an entry be stale.
    """
    left = Counter({(entry.file, entry.fingerprint): entry.count for entry in baseline.findings})
    new: list[Finding] = []
    known = 0
    for finding in findings:
        path = relative(finding.place.path, folder)
        key = (path, fingerprint(finding, sources, path))
        if left[key] > 0:
            left[key] -= 1
            known += 1
        else:
            new.append(finding)
    stale = (
        msgspec.structs.replace(entry, count=left[entry.file, entry.fingerprint])
        for entry in baseline.findings
        if left[entry.file, entry.fingerprint] > 0 and has_run(entry.file, entry.rule)
    )
    return Compared(tuple(new), known, tuple(stale))


def encoded(baseline: Baseline) -> str:
    """The text of the file: a line each, so that version control merges it."""
    entries = ",\n".join(f"  {as_json(msgspec.to_builtins(entry))}" for entry in baseline.findings)
    head = f'"schema": {as_json(baseline.schema)},\n"version": {as_json(baseline.version)}'
    return f'{{\n{head},\n"findings": [\n{entries}\n]\n}}\n'


def relative(path: str, folder: str) -> str:
    """A path as shown, relative to the absolute `folder`, with "/"; bytes that are no Unicode are spelled out."""
    relative_path = os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/")
    return relative_path.encode("utf-8", "backslashreplace").decode("utf-8")
