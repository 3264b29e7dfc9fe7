"""Which files others import: a constant for a prompt may stand in one that holds no word of prompts itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from promptlint.facts import Import, Outline


class Importable:
    """Files by the dotted names they can be imported by."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._paths: dict[tuple[str, ...], str] = {}
        for path in paths:
            parts = _parts(path)
            self._by_name[parts[-1]].append(parts)
            self._paths[parts] = path

    def imported_by(self, module: Outline) -> Iterator[str]:
        """The files that a module may import: those whose path ends as an import says."""
        package = _parts(module.path) if module.is_package else _parts(module.path)[:-1]
        for one in module.imports:
            for name in _names(one, package):
                for parts in self._by_name.get(name[-1], ()):
                    if parts[-len(name) :] == name:
                        yield self._paths[parts]


def _names(one: Import, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The modules that an import may mean, as parts: `from a import b` means a, or b in it."""
    inner = tuple(part for part in one.module.split(".") if part)
    base = (*package[: len(package) - one.level + 1], *inner) if one.level else inner
    if base:
        yield base
    if one.attribute and one.attribute != "*":
        yield (*base, one.attribute)


def _parts(path: str) -> tuple[str, ...]:
    """A path as the parts of a dotted name."""
    parts = path.removesuffix(".py").split("/")
    return tuple(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
