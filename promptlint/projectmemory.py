"""What the rules said of a project, kept for as long as nothing changes that this depends on.

So where one of several projects changed, only that one is linked and checked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec

from promptlint.cache import Cache
from promptlint.check import Checked
from promptlint.discover import Discovery
from promptlint.facts import ModuleFacts
from promptlint.keys import Key, state_of_text, surroundings
from promptlint.linking import Linked
from promptlint.packing import Damaged, pack, unpack
from promptlint.projects import ProjectFiles
from promptlint.promptfiles import TextFiles
from promptlint.reading import Scanned
from promptlint.session import Session


class Kept(msgspec.Struct, frozen=True):
    """What is known of a project without linking it.

    `prompts` are the ids of its prompts, `calls` counts its calls, `prompt_files` are the text files among the prompts,
    `texts` has a digest of each text file that was asked for, and of its settings. `defined` are the names of its
    functions and constants, `mentioned` those of them that files mention which did not pass the gate.
    """

    checked: Checked
    prompts: tuple[str, ...]
    calls: int
    prompt_files: tuple[str, ...]
    texts: dict[str, bytes]
    defined: frozenset[str]
    mentioned: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProjectMemory:
    """What was said of projects, by all that this depends on; `about` is the part of it that all have in common."""

    cache: Cache
    session: Session
    about: bytes

    def recall(self, files: ProjectFiles, scanned: Scanned, texts: TextFiles) -> Kept | None:
        """What was kept of a project, None where it is not known or does not hold any more. The text files that it came
        from are read anew."""
        key = self._key(files, scanned.data)
        held = self.cache.held([key]).get(key)
        try:
            kept = unpack(held, Kept) if held else None
        except Damaged:
            return None
        if kept is None or scanned.passed_over.mentioned(kept.defined) != kept.mentioned:
            return None
        for path, state in kept.texts.items():
            texts.read(path)
            if state_of_text(self.session, path, texts.asked[path]) != state:
                return None
        return kept

    def keep(self, linked: Linked, checked: Checked, data: Mapping[str, bytes]) -> None:
        """Remember what the rules say of a project, unless another run of the same may say something else."""
        project = linked.project
        problems = (*project.problems, *checked.problems)
        if any(problem.passing for problem in problems):
            return
        defined = _defined(project.modules.values())
        kept = Kept(
            checked=replace(checked, problems=problems),
            prompts=tuple(prompt.id for prompt in project.prompts),
            calls=len(project.calls),
            prompt_files=tuple(sorted(project.modules.keys() & linked.asked.keys())),
            texts={path: state_of_text(self.session, path, content) for path, content in linked.asked.items()},
            defined=defined,
            mentioned=project.passed_over.mentioned(defined),
        )
        if packed := pack(kept):
            self.cache.keep({self._key(linked.files, data): packed})

    def _key(self, files: ProjectFiles, data: Mapping[str, bytes]) -> bytes:
        key = Key(self.about)
        modules = [module for part in files for module in part.modules]
        for module in modules:
            key.add(module.path, module.package_parts, module.path in self.session.quiet)
            key.add_bytes(data[module.path])
        key.add_settings(self.session, (module.path for module in modules))
        key.add(*((one, one.path in self.session.quiet) for part in files for one in part.listed))
        return key.digest()


def memory_of(cache: Cache, found: Discovery, session: Session) -> ProjectMemory:
    """The memory of a run over the files found. Raises SettingsError."""
    return ProjectMemory(cache, session, surroundings(found, session, session.declared(found.files)).digest())


def _defined(modules: Iterable[ModuleFacts]) -> frozenset[str]:
    """The names of functions and constants: rules ask whether anybody uses them."""
    names: set[str] = set()
    for facts in modules:
        names.update(scope.name for scope in facts.scopes if scope.kind == "function")
        names.update(binding.target for binding in facts.bindings if binding.is_constant)
    return frozenset(names)
