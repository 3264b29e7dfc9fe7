"""What the rules said of a project, kept for as long as nothing changes that this depends on.

So where one of several projects changed, only that one is linked and checked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from promptlint.cache import Cache
from promptlint.discover import Discovery
from promptlint.finding import Finding
from promptlint.keys import Key, add_by_path, are_as_kept, states_of, surroundings
from promptlint.packing import pack, unpack_if_sound
from promptlint.promptfiles import TextFiles
from promptlint.reading import Scanned
from promptlint.run import Examined
from promptlint.session import Session
from promptlint.settings import SettingsError

if TYPE_CHECKING:  # it brings linking with it, which may not be needed
    from promptlint.projects import ProjectFiles


class Kept(msgspec.Struct, frozen=True):
    """What is known of a project without linking it.

    `prompts` are the ids of its prompts, `calls` counts its calls, `prompt_files` are the text files among the prompts.
    `texts` has a digest of each text file that was asked for. `asked` are the names that rules asked files about that
    did not pass the gate, `mentioned` those that were found there.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    prompts: tuple[str, ...]
    calls: int
    prompt_files: tuple[str, ...]
    texts: dict[str, bytes]
    asked: frozenset[str]
    mentioned: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProjectMemory:
    """What was said of projects, by all that this depends on; `about` is the part of it that all have in common."""

    cache: Cache
    session: Session
    about: bytes

    def recall(self, projects: Sequence[ProjectFiles], scanned: Scanned, texts: TextFiles) -> list[Kept | None]:
        """What was kept of each project, None where it is not known or does not hold any more.

        The text files that it came from are read anew.
        """
        try:
            keys = [self._key(files, scanned.data) for files in projects]
        except SettingsError:  # whoever looks first at a file with wrong settings says so
            return [None] * len(projects)
        held = self.cache.held(keys)
        return [
            self._if_it_holds(unpack_if_sound(held.get(key), Kept), files, scanned, texts)
            for key, files in zip(keys, projects, strict=True)
        ]

    def keep(self, examined: Iterable[Examined], data: Mapping[str, bytes]) -> None:
        """Remember what the rules say of projects; not where linking or a rule failed, which may pass."""
        fresh: dict[bytes, bytes] = {}
        for one in examined:
            if one.linked.project.problems or one.checked.problems:
                continue
            if packed := pack(self._kept(one)):
                fresh[self._key(one.linked.files, data)] = packed
        self.cache.keep(fresh)

    def _kept(self, examined: Examined) -> Kept:
        linked, checked = examined.linked, examined.checked
        project, asked = linked.project, linked.asked
        programs = {module.path for part in linked.files for module in part.modules}
        return Kept(
            findings=checked.findings,
            suppressed=checked.suppressed,
            prompts=tuple(prompt.id for prompt in project.prompts),
            calls=len(project.calls),
            prompt_files=tuple(sorted(project.modules.keys() - programs)),
            texts=states_of(asked, self._what_rules_see),
            asked=checked.asked,
            mentioned=frozenset(filter(project.passed_over.mention, checked.asked)),
        )

    def _if_it_holds(self, kept: Kept | None, files: ProjectFiles, scanned: Scanned, texts: TextFiles) -> Kept | None:
        if kept is None or frozenset(filter(scanned.passed_over.mention, kept.asked)) != kept.mentioned:
            return None
        mine = texts.only(listed for part in files for listed in part.listed)
        if not are_as_kept(kept.texts, mine, self._what_rules_see):
            return None
        texts.take_over(mine)
        return kept

    def _key(self, files: ProjectFiles, data: Mapping[str, bytes]) -> bytes:
        key = Key(self.about)
        paths = [module.path for part in files for module in part.modules]
        for part in files:
            for module in part.modules:
                key.add(module.path, module.package_parts)
                key.add_bytes(data[module.path])
            key.add(part.listed)
        add_by_path(key, paths, self._what_rules_see)
        return key.digest()

    def _what_rules_see(self, path: str) -> tuple[object, ...]:
        """The settings of a path, as far as what is said of it depends on them: none where nothing is to be said."""
        return self.session.rules(path), self.session.settings(path).default_model


def project_memory(cache: Cache, found: Discovery, session: Session) -> ProjectMemory:
    """The memory of a run over the files found. Raises SettingsError."""
    return ProjectMemory(cache, session, surroundings(found, session, session.declared(found.files)).digest())
