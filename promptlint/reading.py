"""Reading and scanning: of all files those that pass the gate, and those that they import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from promptlint.gate import may_matter
from promptlint.modules import Modules, Stored
from promptlint.passedover import PassedOver
from promptlint.project import Problem
from promptlint.scanning import Scanner, problem_of
from promptlint.source import SourceError

# What only files with prompts need is imported when there are some: a hook mostly sees files without.
if TYPE_CHECKING:
    from promptlint.facts import ModuleFacts, Outline
    from promptlint.imported import Importable
    from promptlint.link.tables import CallTable


@dataclass(frozen=True, slots=True)
class Scanned:
    """Files after reading and scanning: facts and bytes by path, what could not be read, and what the gate left out.

    `seen` counts the files that were read, besides those that the gate left out.
    """

    modules: Modules
    data: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    passed_over: PassedOver
    seen: int


def scan_files(
    files: Iterable[str],
    read: Callable[[str], bytes],
    scanner: Scanner,
    problems: Iterable[Problem] = (),
    declared: Iterable[CallTable] = (),
) -> Scanned:
    """Files after the gate and the scan. What cannot be read or parsed becomes a problem after `problems`.

    `read` gives the bytes of a file or raises SourceError, `scanner` says how files are scanned, `declared` are the
    calls that the configuration declares.
    """
    failed = list(problems)
    passed_over: list[str] = []
    names = _names(declared)

    def passed() -> Iterator[tuple[str, bytes]]:
        """The files that pass the gate."""
        for path in files:
            try:
                content = read(path)
            except SourceError as error:
                failed.append(problem_of(error))
                continue
            if not scanner.gated or may_matter(content, names):
                yield path, content
            else:
                passed_over.append(path)

    return _scanned(passed(), failed, passed_over, read, scanner)


def _scanned(
    files: Iterable[tuple[str, bytes]],
    problems: list[Problem],
    passed_over: Collection[str],
    read: Callable[[str], bytes],
    scanner: Scanner,
) -> Scanned:
    """What becomes of files that passed the gate, and of those of the `passed_over` that they import, at first or
    second hand.

    `files` are read as they are taken, and meanwhile `problems` and `passed_over` grow. `read` gives the bytes of a
    file that was passed over.
    """
    modules: dict[str, ModuleFacts | Stored] = {}
    data: dict[str, bytes] = {}
    found: dict[str, bytes | Problem] = {}

    @cache
    def importable() -> Importable:
        """The files that were passed over: known when all are read."""
        from promptlint.imported import Importable

        return Importable(path for path in passed_over if path.endswith(".py"))

    def imported(module: Outline) -> dict[str, bytes]:
        """The files that a file imports, of those that were passed over, where no other has imported them."""
        given: dict[str, bytes] = {}
        for path in {*importable().imported_by(module)} - found.keys():
            try:
                found[path] = given[path] = read(path)
            except SourceError as error:
                found[path] = problem_of(error)
        return given

    def noted() -> Iterator[tuple[str, bytes]]:
        for path, content in files:
            data[path] = content
            yield path, content

    for path, outcome in scanner.scan(noted(), imported).items():
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            modules[path] = outcome
    seen = len(data) + len(passed_over)
    for path, content in sorted(found.items()):
        if isinstance(content, Problem):
            problems.append(content)
        else:
            data[path] = content
    left_out = PassedOver(frozenset(passed_over) - modules.keys(), read)
    return Scanned(Modules(modules), data, tuple(problems), left_out, seen)


def _names(declared: Iterable[CallTable]) -> tuple[bytes, ...]:
    """What a file that calls a declared function must hold."""
    return tuple(name.rpartition(".")[2].encode() for call in declared for name in call.functions)
