"""Imports: all modules, and what an import in one of them means."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable

from promptlint.facts import Import, ModuleFacts, Outline
from promptlint.link.names import Module


class ModuleIndex:
    """All modules, and what an import in one of them means."""

    def __init__(self, modules: Iterable[ModuleFacts]) -> None:
        self.modules = {facts.path: Module(facts) for facts in modules}
        self.texts: dict[str, ModuleFacts] = {}
        """The text files that were read, by path."""
        self._names = ModuleNames(module.facts for module in self.modules.values())

    def facts(self, path: str) -> ModuleFacts:
        """The facts of a module or of a text file that was read."""
        return self.modules[path].facts if path in self.modules else self.texts[path]

    def resolve(self, name: str, importer: Module) -> Module | None:
        """The module that a dotted absolute name means in `importer`."""
        found = self._names.resolve(name, importer.facts)
        return None if found is None else self.modules[found.path]


class ModuleNames:
    """The names of modules, and which of them is meant by one."""

    def __init__(self, modules: Iterable[Outline]) -> None:
        self._by_name: defaultdict[str, list[Outline]] = defaultdict(list)
        self._resolved: dict[tuple[str, str], Outline | None] = {}
        self.homes: dict[str, str] = {}
        """The home of each module, by path."""
        for module in modules:
            self.homes[module.path] = module.home
            if not module.importable:
                continue
            parts = module.module.split(".")
            # Packages say where the name begins at the latest; folders above them may be namespace packages.
            for start in range(len(parts) - module.package_parts + 1):
                self._by_name[".".join(parts[start:])].append(module)

    def resolve(self, name: str, importer: Outline) -> Outline | None:
        """The module that a dotted absolute name means in `importer`: of several, the one in the nearest folder."""
        if name not in self._by_name:
            return None
        key = name, importer.path
        if key not in self._resolved:
            self._resolved[key] = self._nearest(name, importer)
        return self._resolved[key]

    def _nearest(self, name: str, importer: Outline) -> Outline | None:
        candidates = [
            module
            for module in self._by_name[name]
            if module is not importer and self._may_mean(name, module, importer)
        ]
        if not candidates:
            return None
        here = importer.module.split(".")
        return min(
            candidates, key=lambda module: (-_shared(module.module.split("."), here), len(module.path), module.path)
        )

    def _may_mean(self, name: str, module: Outline, importer: Outline) -> bool:
        """Whether an importer can mean a module by a name that fits: others do not mean `profiles/os.py` by `os`.

        By its bare name a plain module is known to the scripts beside it and to what lies below its folder; to other
        scripts it may be, to other packages it is not.
        """
        home = self.homes[module.path]
        if home == self.homes[importer.path]:
            return True
        if name.partition(".")[0] in sys.stdlib_module_names:
            return False
        is_bare = "." not in name and module.package_parts == 1 and not module.is_package
        in_package = importer.package_parts > 1 or importer.is_package
        return not (is_bare and in_package) or f"{importer.module}.".startswith(f"{home}." if home else "")


def absolute_name(imported: Import, importer: Outline) -> str:
    """The absolute dotted name of the module that an import names."""
    if not imported.level:
        return imported.module
    parts = importer.module.split(".")
    keep = len(parts) - imported.level + (1 if importer.is_package else 0)
    return ".".join([*parts[: max(keep, 0)], *([imported.module] if imported.module else [])])


def _shared(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
