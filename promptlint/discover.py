"""Finding the source files below folders: gitignore, exclude patterns, virtual environments."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from promptlint.folders import DISK, LEADS_OUT, Entry, Folders, leads_out, real_paths
from promptlint.patterns import Patterns, below
from promptlint.project import Problem
from promptlint.projectroots import project_roots
from promptlint.promptfiles import Listed, is_text_file, may_hold_prompts
from promptlint.settings import Settings, SettingsError, SettingsResolver
from promptlint.settings.model import key_of
from promptlint.source import SourceError, read_bytes, reason, shown

SUFFIXES = (".py", ".ipynb")
ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
"""Entries that make a folder a virtual environment."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """Files to read, sorted, each once (symbolic links resolved), and paths that could not be entered."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    texts: tuple[Listed, ...] = ()
    """Text files that are prompts by the settings or because they are named, or that may be by their names."""
    roots: tuple[str, ...] = ()
    """Absolute folders below which code may load text files."""
    quiet: frozenset[str] = frozenset()
    """Those of the files and text files in which nothing is to be reported."""
    project_roots: Mapping[str, str] = field(default_factory=dict)
    """For each folder of the files and text files, as shown, the absolute folder of its project, "" for none."""


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
    folders: Folders
    files: dict[str, str] = field(default_factory=dict)
    """Absolute path by real path."""
    texts: dict[str, Listed] = field(default_factory=dict)
    """Text files by absolute path."""
    roots: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Absolute paths of symbolic links to files that a search found."""
    named_links: list[str] = field(default_factory=list)
    """Absolute paths of those that the user named."""
    quiet: set[str] = field(default_factory=set)
    """Absolute paths of files and text files that the patterns of a search are quiet about."""
    reported: set[str] = field(default_factory=set)
    """Those that a search is not quiet about: whoever names `.` and `tests` wants both."""
    problems: list[Problem] = field(default_factory=list)
    _rules: dict[tuple[int, tuple[str, ...]], Rules] = field(default_factory=dict)

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(shown(path, self.settings.cwd), 1, message))

    def excludes(self, settings: Settings) -> Rules:
        """The exclude patterns of settings. Raises SettingsError for one that is not valid."""
        return self._rules_of(settings, "extend_exclude", "exclude")

    def prompt_files(self, settings: Settings) -> Rules:
        """The patterns of prompt files of settings. Raises SettingsError for one that is not valid."""
        return self._rules_of(settings, "prompt_files")

    def quiet_paths(self, settings: Settings) -> Rules:
        """The patterns of files to be quiet about. Raises SettingsError for one that is not valid."""
        return self._rules_of(settings, "quiet_paths")

    def _rules_of(self, settings: Settings, *names: str) -> Rules:
        """The patterns of settings, relative to the folder of the first that is set."""
        # The resolver keeps every Settings it makes, so ids do not come back.
        key = (id(settings), names)
        if key in self._rules:
            return self._rules[key]
        origin = next((origin for name in names if (origin := settings.origin(name))), None)
        values: dict[str, tuple[str, ...]] = {name: getattr(settings, name) for name in reversed(names)}
        try:
            patterns = Patterns(pattern for value in values.values() for pattern in value)
        except ValueError as error:
            name = next(name for name, value in values.items() if not all(map(is_pattern, value)))
            raise settings.origins[name].error(f"`{key_of(name)}`: {error}", key_of(name)) from error
        self._rules[key] = Rules(origin.folder if origin else self.settings.cwd, patterns)
        return self._rules[key]

    def ignore_file(self, folder: str, *name: str) -> tuple[Rules, ...]:
        """The patterns of a gitignore file of `folder`, none where there is no such file."""
        path = os.path.join(folder, *name)
        if not os.path.isfile(path):
            return ()
        try:
            text = read_bytes(path).decode("utf-8-sig", "surrogateescape")
        except SourceError as error:
            self.problem(path, error.message)
            return ()
        lines = [line.removesuffix("\r") for line in text.split("\n")]  # where git divides them, and nowhere else
        try:
            patterns = Patterns(lines)
        except ValueError:
            # As git does, pass over what is no pattern.
            patterns = Patterns(line for line in lines if is_pattern(line))
        return (Rules(folder, patterns),)


def discover(paths: Sequence[str], settings: SettingsResolver, folders: Folders = DISK) -> Discovery:
    """The Python files and notebooks that `paths` name (none: the working directory), as shown.

    Folders are searched for `*.py` and `*.ipynb`. What is named itself is always taken, whatever its ending and
    whatever excludes it, unless `force-exclude` is set; exclusion concerns what is found below. Symbolic links to
    folders are not followed; one to a file that lies outside of what is checked is a problem. Raises SettingsError for
    a wrong configuration at a path that is named; one found on the way is a problem. `folders` are searched; settings
    and ignore files are those of the disk.
    """
    walk = Walk(settings, folders)
    for path in paths or (".",):
        full = os.path.normpath(os.path.join(settings.cwd, path))
        try:
            is_folder = folders.is_folder(full)
        except OSError as error:
            walk.problem(full, reason(error))
            continue
        own = settings.for_folder(full if is_folder else os.path.dirname(full))
        if own.force_exclude and walk.excludes(own).covers(full, is_folder):
            continue
        walk.roots.append(full if is_folder else os.path.dirname(full))
        if not is_folder and walk.quiet_paths(own).covers(full, False):
            walk.quiet.add(full)
        if is_folder:
            search(walk, full)
        elif is_text_file(full):
            walk.texts[full] = Listed(shown(full, settings.cwd), True, os.path.basename(full))
            walk.roots.append(os.path.realpath(full))
        elif os.path.islink(full):
            walk.named_links.append(full)
        else:
            walk.files.setdefault(os.path.realpath(full), full)
    roots = tuple(dict.fromkeys((settings.cwd, *walk.roots)))
    real_roots = real_paths(roots) if walk.links else frozenset()
    for link in sorted((*walk.links, *walk.named_links)):
        if link not in walk.named_links and leads_out(link, real_roots):
            walk.problem(link, LEADS_OUT)
        else:
            walk.files.setdefault(os.path.realpath(link), link)
    files = sorted(shown(path, settings.cwd) for path in walk.files.values())
    texts = sorted(walk.texts.values(), key=lambda text: text.path)
    quiet = frozenset(shown(path, settings.cwd) for path in walk.quiet - walk.reported)
    return Discovery(
        files=tuple(files),
        problems=tuple(dict.fromkeys(walk.problems)),
        texts=tuple(texts),
        roots=roots,
        quiet=quiet,
        project_roots=_project_roots(walk),
    )


def _project_roots(walk: Walk) -> dict[str, str]:
    """The roots of the projects of the files and text files, by folder as shown."""
    files = {os.path.dirname(path): path for path in (*walk.files.values(), *walk.texts)}
    roots = project_roots(files, walk.folders)
    return {posixpath.dirname(shown(files[folder], walk.settings.cwd)): roots[folder] for folder in sorted(files)}


def search(walk: Walk, root: str) -> None:
    """Adds the files below the absolute folder `root`."""
    real_root = os.path.realpath(root)
    folders = [(root, ignored_above(walk, root))]
    while folders:
        folder, ignores = folders.pop()
        try:
            entries = walk.folders.entries(folder)
            settings = walk.settings.for_folder(folder)
            excludes = rules_below(walk.excludes(settings), root)
            quiet = quiet_below(walk.quiet_paths(settings), root)
            is_quiet = quiet.covers(folder, True)
            prompt_files = walk.prompt_files(settings)
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
            is_code = entry.name.endswith(SUFFIXES)
            declared = not (is_folder or is_code) and bool(
                settings.prompt_files and prompt_files.covers(entry.path, False)
            )
            is_text = declared or (not is_folder and not is_code and may_hold_prompts(entry.path[len(root) :]))
            if not (is_folder or is_code or is_text):
                continue
            if excludes.decide(entry.path, is_folder) or ignored(ignores, entry.path, is_folder):
                continue
            if is_folder:
                folders.append((entry.path, ignores))
                continue
            (walk.quiet if is_quiet or quiet.decide(entry.path, False) else walk.reported).add(entry.path)
            if is_text:
                if _leads_to_file(walk, entry):
                    listed = Listed(shown(entry.path, walk.settings.cwd), declared, entry.path[len(root) :].lstrip("/"))
                    walk.texts.setdefault(entry.path, listed)
            elif entry.is_file(follow_symlinks=False):
                walk.files.setdefault(real_root + entry.path[len(root) :], entry.path)
            elif os.path.isfile(entry.path):
                walk.links.append(entry.path)


def _leads_to_file(walk: Walk, entry: Entry) -> bool:
    """Whether an entry is a file, or a link to one. A link that leads nowhere but to itself is a problem."""
    try:
        return entry.is_file()
    except OSError as error:
        walk.problem(entry.path, reason(error))
        return False


def rules_below(rules: Rules, root: str) -> Rules:
    """The patterns as they apply below `root`.

    Where they cover `root` itself, which the user named all the same, they count from there: `vendor/` then excludes a
    folder `vendor` below it, not all of it.
    """
    nested = rules.folder == root or below(rules.folder, root) is not None
    if nested or (below(root, rules.folder) is not None and not rules.covers(root, True)):
        return rules
    return Rules(root, rules.patterns)


def quiet_below(rules: Rules, root: str) -> Rules:
    """The patterns of files to be quiet about below `root`: none where they cover `root`, which the user named."""
    return Rules(root, Patterns(())) if rules.covers(root, True) else rules_below(rules, root)


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
