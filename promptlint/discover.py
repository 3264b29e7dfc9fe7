"""Finding the source files below folders: gitignore, exclude patterns, virtual environments."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from promptlint.patterns import Patterns, below
from promptlint.project import Problem
from promptlint.settings import Settings, SettingsError, SettingsResolver
from promptlint.settings.model import key_of
from promptlint.source import SourceError, read_bytes, reason, shown

SUFFIX = ".py"
ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
"""Entries that make a folder a virtual environment."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """Files to read, sorted, each once (symbolic links resolved), and paths that could not be entered."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns and the absolute folder they are relative to."""

    folder: str
    patterns: Patterns

    def decide(self, path: str, is_folder: bool) -> bool | None:
        """Whether the absolute path is left out, None where no pattern speaks of it."""
        relative = below(path, self.folder)
        return None if relative is None else self.patterns.decide(relative, is_folder)

    def covers(self, path: str, is_folder: bool) -> bool:
        """Whether the absolute path or a folder above it is left out."""
        relative = below(path, self.folder)
        return relative is not None and self.patterns.covers(relative, is_folder)


@dataclass(slots=True)
class Walk:
    """What has been found so far."""

    settings: SettingsResolver
    files: dict[str, str] = field(default_factory=dict)
    """Absolute path by real path."""
    links: list[str] = field(default_factory=list)
    """Absolute paths of symbolic links to files."""
    problems: list[Problem] = field(default_factory=list)
    _excludes: dict[int, Rules] = field(default_factory=dict)

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(shown(path, self.settings.cwd), 1, message))

    def excludes(self, settings: Settings) -> Rules:
        """The exclude patterns of settings. Raises SettingsError for one that is not valid."""
        # The resolver keeps every Settings it makes, so ids do not come back.
        if id(settings) not in self._excludes:
            origin = settings.origin("extend_exclude") or settings.origin("exclude")
            try:
                patterns = Patterns((*settings.exclude, *settings.extend_exclude))
            except ValueError as error:
                name = "exclude" if any(not is_pattern(each) for each in settings.exclude) else "extend_exclude"
                raise settings.origins[name].error(f"`{key_of(name)}`: {error}", key_of(name)) from error
            self._excludes[id(settings)] = Rules(origin.folder if origin else self.settings.cwd, patterns)
        return self._excludes[id(settings)]

    def ignore_file(self, folder: str, *name: str) -> tuple[Rules, ...]:
        """The patterns of a gitignore file of `folder`, none where there is no such file."""
        path = os.path.join(folder, *name)
        if not os.path.isfile(path):
            return ()
        try:
            lines = read_bytes(path).decode("utf-8-sig", "surrogateescape").splitlines()
        except SourceError as error:
            self.problem(path, error.message)
            return ()
        try:
            patterns = Patterns(lines)
        except ValueError:
            # As git does, pass over what is no pattern.
            patterns = Patterns(line for line in lines if is_pattern(line))
        return (Rules(folder, patterns),)


def discover(paths: Sequence[str], settings: SettingsResolver) -> Discovery:
    """The Python files that `paths` name (none: the working directory), as shown.

    Folders are searched for `*.py`. What is named itself is always taken, whatever its ending and whatever excludes it,
    unless `force-exclude` is set; exclusion concerns what is found below. Symbolic links to folders are not
    followed. Raises SettingsError for a wrong configuration at a path that is named; one found on the way is a problem.
    """
    walk = Walk(settings)
    for path in paths or (".",):
        full = os.path.normpath(os.path.join(settings.cwd, path))
        try:
            is_folder = stat.S_ISDIR(os.stat(full).st_mode)
        except OSError as error:
            walk.problem(full, reason(error))
            continue
        own = settings.for_folder(full if is_folder else os.path.dirname(full))
        if own.force_exclude and walk.excludes(own).covers(full, is_folder):
            continue
        if is_folder:
            search(walk, full)
        elif os.path.islink(full):
            walk.links.append(full)
        else:
            walk.files.setdefault(os.path.realpath(full), full)
    for link in sorted(walk.links):
        walk.files.setdefault(os.path.realpath(link), link)
    files = sorted(shown(path, settings.cwd) for path in walk.files.values())
    return Discovery(tuple(files), tuple(dict.fromkeys(walk.problems)))


def search(walk: Walk, root: str) -> None:
    """Adds the files below the absolute folder `root`."""
    real_root = os.path.realpath(root)
    folders = [(root, ignored_above(walk, root))]
    while folders:
        folder, ignores = folders.pop()
        try:
            with os.scandir(folder) as found:
                entries = list(found)
            settings = walk.settings.for_folder(folder)
            excludes = excludes_below(walk, settings, root)
        except OSError as error:
            walk.problem(folder, reason(error))
            continue
        except SettingsError as error:
            if folder == root:
                raise
            walk.problems.append(
                Problem(error.path or shown(folder, walk.settings.cwd), error.line or 1, error.message)
            )
            continue
        names = {entry.name for entry in entries}
        if folder != root and not ENVIRONMENT_MARKS.isdisjoint(names):
            continue
        if not settings.respect_gitignore:
            ignores = ()
        else:
            if ".git" in names:
                ignores = walk.ignore_file(folder, ".git", "info", "exclude")
            if ".gitignore" in names:
                ignores += walk.ignore_file(folder, ".gitignore")
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not (is_folder or entry.name.endswith(SUFFIX)):
                continue
            if excludes.decide(entry.path, is_folder) or ignored(ignores, entry.path, is_folder):
                continue
            if is_folder:
                folders.append((entry.path, ignores))
            elif entry.is_file(follow_symlinks=False):
                walk.files.setdefault(real_root + entry.path[len(root) :], entry.path)
            elif os.path.isfile(entry.path):
                walk.links.append(entry.path)


def excludes_below(walk: Walk, settings: Settings, root: str) -> Rules:
    """The exclude patterns as they apply below `root`.

    Where they cover `root` itself, which the user named all the same, they count from there: `vendor/` then excludes a
    folder `vendor` below it, not all of it.
    """
    rules = walk.excludes(settings)
    nested = rules.folder == root or below(rules.folder, root) is not None
    if nested or (below(root, rules.folder) is not None and not rules.covers(root, True)):
        return rules
    return Rules(root, rules.patterns)


def ignored_above(walk: Walk, root: str) -> tuple[Rules, ...]:
    """The gitignore rules above `root` in its repository; none where they ignore `root`, which the user named."""
    above = [root]
    while not os.path.exists(os.path.join(above[-1], ".git")):
        parent = os.path.dirname(above[-1])
        if parent == above[-1]:
            return ()
        above.append(parent)
    if above == [root]:
        return ()
    rules = walk.ignore_file(above[-1], ".git", "info", "exclude")
    for parent, child in zip(above[:0:-1], above[-2::-1], strict=True):
        rules += walk.ignore_file(parent, ".gitignore")
        if ignored(rules, child, True):
            return ()
    return rules


def ignored(rules: Iterable[Rules], path: str, is_folder: bool) -> bool:
    """What the innermost gitignore file says that speaks of the path."""
    for each in reversed(tuple(rules)):
        if (decision := each.decide(path, is_folder)) is not None:
            return decision
    return False


def is_pattern(line: str) -> bool:
    try:
        Patterns([line])
    except ValueError:
        return False
    return True
