"""Parts of a run that know nothing of each other: packages and folders of which none imports from another.

Each is linked by itself. That needs less memory at a time, and can be done at the same time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from promptlint.facts import ModuleFacts, Outline
from promptlint.groups import Groups
from promptlint.link.imports import ModuleNames, absolute_name
from promptlint.project import Place, Project, Prompt


class Placed(Protocol):
    """What stands at a place of a source."""

    @property
    def place(self) -> Place: ...


_P = TypeVar("_P", bound=Placed)


def parts_of(modules: Mapping[str, Outline]) -> list[list[Outline]]:
    """The modules of each part, ordered by path; the parts are ordered by their first path."""
    names = ModuleNames(modules.values())
    groups = Groups[str]()
    for home, package in _inside_packages(modules.values()):
        groups.join((package, home))
    for module in modules.values():
        groups.join({names.homes[one.path]: None for one in (module, *_imported(module, names))})
    parts: defaultdict[str, list[Outline]] = defaultdict(list)
    for path in sorted(modules):
        parts[groups.of(names.homes[path])].append(modules[path])
    return list(parts.values())


def _inside_packages(modules: Iterable[Outline]) -> Iterator[tuple[str, str]]:
    """The folders without an `__init__.py` inside a package, with that: it may load them by name."""
    homes = {module.home: module.package_parts > 1 or module.is_package for module in modules}
    packages = {home for home, is_package in homes.items() if is_package}
    for home in homes.keys() - packages:
        above = home.rpartition(".")[0]
        while above and above not in packages:
            above = above.rpartition(".")[0]
        if above:
            yield home, above


def _imported(module: Outline, names: ModuleNames) -> Iterator[Outline]:
    for one in module.imports:
        base = absolute_name(one, module)
        for name in (base, f"{base}.{one.attribute}" if one.attribute else ""):
            found = names.resolve(name, module)
            if found is not None:
                yield found


def united(projects: Iterable[Project]) -> Project:
    """One project of those of all parts. A text file that several parts load is one prompt, which all their calls
    send."""
    modules: dict[str, ModuleFacts] = {}
    prompts: dict[str, Prompt] = {}
    whole = list(projects)
    if len(whole) == 1:
        return whole[0]
    for project in whole:
        modules.update(project.modules)
        for prompt in project.prompts:
            known = prompts.get(prompt.id)
            prompts[prompt.id] = _sent_by_both(known, prompt) if known else prompt
    return Project(
        modules=modules,
        prompts=_in_order(prompts.values()),
        calls=_in_order(call for one in whole for call in one.calls),
        named_models=tuple(model for one in whole for model in one.named_models),
        item_loops=_in_order(loop for one in whole for loop in one.item_loops),
        histories=_in_order(history for one in whole for history in one.histories),
        endless_loops=_in_order(loop for one in whole for loop in one.endless_loops),
        dumps=_in_order(dump for one in whole for dump in one.dumps),
        problems=tuple(problem for one in whole for problem in one.problems),
    )


def _sent_by_both(one: Prompt, other: Prompt) -> Prompt:
    shown = one if one.calls or not other.calls else other
    return replace(shown, calls=(*one.calls, *(call for call in other.calls if call not in one.calls)))


def _in_order(placed: Iterable[_P]) -> tuple[_P, ...]:
    return tuple(sorted(placed, key=lambda one: (one.place.path, one.place.start)))
