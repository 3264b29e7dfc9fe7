"""What is new since a commit: the tree as it was, and the findings that came with the changes."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter

from promptlint.discover import SUFFIXES
from promptlint.finding import Finding
from promptlint.fingerprint import fingerprint
from promptlint.git import Repository
from promptlint.linediff import differences
from promptlint.patterns import below
from promptlint.project import Place
from promptlint.promptfiles import is_text_file
from promptlint.run import Analysis
from promptlint.source import Source, SourceError, decode, decode_plain, shown
from promptlint.tree import Tree, updated


@dataclass(frozen=True, slots=True)
class Earlier:
    """A tree as it was in a commit. `renamed` gives the present path of a file that had another one."""

    tree: Tree
    renamed: Mapping[str, str]

    def now(self, path: str) -> str:
        """The present path of a file."""
        return self.renamed.get(path, path)


def earlier(tree: Tree, repository: Repository, commit: str, cwd: str, roots: Iterable[str]) -> Earlier:
    """The tree as it was in the commit, where only files that differ are read again.

    `roots` are the absolute folders that were searched: what lay outside of them was no part of it. What could not be
    read then is left out. Raises GitError.
    """
    roots = tuple(roots)
    held: set[str] = set()
    sources: dict[str, Source | None] = {}
    renamed: dict[str, str] = {}
    names = _names_of_links(tree, cwd)
    for part, at in _with_submodules(repository, commit):

        def seen(path: str, top: str = part.top) -> str:
            full = os.path.join(top, path)
            return names.get(full) or shown(full, cwd)

        held.update(map(seen, part.files(at)))
        wanted: list[str] = []
        for change in part.changes(at, None):
            if change.old and is_searched(os.path.join(part.top, change.old), roots):
                wanted.append(change.old)
                if change.new and change.new != change.old:
                    renamed[seen(change.old)] = seen(change.new)
        for path, data in part.contents(at, wanted).items():
            sources[seen(path)] = _decoded(data, seen(path))
    missing = dict.fromkeys(path for path in tree.sources if path not in held)
    return Earlier(updated(tree, {**missing, **sources}), renamed)


def _names_of_links(tree: Tree, cwd: str) -> dict[str, str]:
    """The names of the files of a tree that were found through a link, by where they really are."""
    real = ((path, os.path.realpath(os.path.join(cwd, path))) for path in tree.sources)
    return {full: path for path, full in real if shown(full, cwd) != path}  # mostly none


def _with_submodules(repository: Repository, commit: str) -> Iterator[tuple[Repository, str]]:
    """A repository with a commit, and the submodules of it that are there, each with the commit that belongs to it."""
    yield repository, commit
    for path, id in repository.submodules(commit).items():
        folder = os.path.join(repository.top, path)
        if os.path.exists(os.path.join(folder, ".git")) and not os.path.islink(folder):
            yield from _with_submodules(Repository(folder), id)


def new_findings(now: Analysis, before: Analysis, past: Earlier) -> tuple[Finding, ...]:
    """The findings that were not there before, and those on lines that changed."""
    known = Counter(fingerprint(finding, before.sources, past.now(finding.place.path)) for finding in before.findings)
    texts = {past.now(path): source.text for path, source in before.sources.items()}
    new: list[Finding] = []
    changed: dict[str, list[tuple[int, int]]] = {}
    for finding in now.findings:
        path = finding.place.path
        mark = fingerprint(finding, now.sources, path)
        if path not in changed:
            changed[path] = _changed(texts.get(path, ""), now.sources[path].text)
        known[mark] -= 1
        if known[mark] < 0 or _touches(finding.place, changed[path]):
            new.append(finding)
    return tuple(new)


def _touches(place: Place, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether a place holds some of the ranges, which are in order and apart from each other."""
    at = bisect_right(ranges, place.start, key=itemgetter(1))
    return at < len(ranges) and ranges[at][0] < place.end


def _changed(old: str, new: str) -> list[tuple[int, int]]:
    """The ranges of `new`, as offsets, whose lines are not those of `old`."""
    if old == new:
        return []
    starts = [0, *accumulate(map(len, new.splitlines(keepends=True)))]
    # A checkout may end lines in another way than the commit.
    return [(starts[lines.start], starts[lines.stop]) for _, lines in differences(old.splitlines(), new.splitlines())]


def is_searched(path: str, roots: tuple[str, ...]) -> bool:
    """Whether an absolute path is one of a program or text file below a root."""
    return (path.endswith(SUFFIXES) or is_text_file(path)) and any(below(path, root) for root in roots)


def _decoded(data: bytes, path: str) -> Source | None:
    try:
        return decode_plain(data, path) if is_text_file(path) else decode(data, path)
    except SourceError:
        return None
