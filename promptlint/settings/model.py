"""What can be set, with defaults and documentation, and where each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import Any, Literal, get_type_hints

DEFAULT_EXCLUDE = (
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "build",
    "dist",
    "node_modules",
    "site-packages",
)

DEFAULT_QUIET = (
    "benchmark/",
    "benchmarks/",
    "conftest.py",
    "docs/",
    "example/",
    "examples/",
    "test/",
    "test_*.py",
    "tests/",
    "*_test.py",
)


NAMING_RULES = ("select", "extend_select", "ignore", "per_file_ignores", "rules")
"""The settings that name rules."""


class SettingsError(Exception):
    """A configuration that cannot be used. `path` is the file as shown, `line` 1-based, both None where not known."""

    def __init__(self, message: str, path: str | None = None, line: int | None = None) -> None:
        super().__init__(message, path, line)
        self.message = message
        self.path = path
        self.line = line

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        return f"{where}: {self.message}" if where else self.message


@dataclass(frozen=True, slots=True)
class Origin:
    """Where settings come from: "default", "command line", or a file."""

    label: str
    folder: str
    """The absolute folder that patterns are relative to."""
    path: str | None = None
    """The file as shown, None where it is none."""
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    """1-based line of each key, keys as written."""

    def error(self, message: str, *keys: str) -> SettingsError:
        """An error about the value at `keys`; its line is that of the innermost of them that is known."""
        known = (self.lines[keys[:depth]] for depth in range(len(keys), 0, -1) if keys[:depth] in self.lines)
        return SettingsError(message if self.path else f"{self.label}: {message}", self.path, next(known, None))


def option(default: Any, doc: str) -> Any:
    """A settings field. A mapping is its own default factory."""
    if default == {}:
        return field(default_factory=dict, metadata={"doc": doc})
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings for the files of one folder. Keys in files are the field names with "-" for "_"."""

    select: tuple[str, ...] = option(
        ("ALL",), 'Rules to run: names, codes ("TOK101"), code prefixes ("TOK1"), or "ALL" (all but preview rules).'
    )
    extend_select: tuple[str, ...] = option((), "Rules to run besides those of `select`.")
    ignore: tuple[str, ...] = option((), "Rules not to run. The more specific selector wins over `select`.")
    exclude: tuple[str, ...] = option(
        DEFAULT_EXCLUDE, "Files and folders not to enter, as in .gitignore. Virtual environments never are."
    )
    extend_exclude: tuple[str, ...] = option((), "More patterns, besides those of `exclude`.")
    force_exclude: bool = option(False, "Exclude also what is named on the command line (pre-commit names every file).")
    quiet_paths: tuple[str, ...] = option(
        DEFAULT_QUIET,
        "Files and folders that are read, but where nothing is reported: tests, examples, benchmarks. Folders named "
        "on the command line are not quiet.",
    )
    respect_gitignore: bool = option(True, "Leave out what .gitignore and .git/info/exclude leave out.")
    prompt_files: tuple[str, ...] = option(
        (), "Text files that are prompts, as patterns in .gitignore style. Files that code loads are found without it."
    )
    per_file_ignores: Mapping[str, tuple[str, ...]] = option({}, "Rules not to run on the files a pattern matches.")
    rules: Mapping[str, Mapping[str, object]] = option({}, "Options of rules, by rule name.")
    calls: tuple[Mapping[str, object], ...] = option(
        (),
        "Functions that call a model: `name` (dotted, or Class.method) and the argument, by name or position, that is "
        "the `prompt` (or `messages`), `model`, `system`, `cap`, `tools`, `stream`, `stop`, `response-format`.",
    )
    traffic: Mapping[str, object] = option(
        {},
        "For `audit`: `calls` a month of each call site, `dynamic-tokens` that fill its values and `output-tokens` per "
        "call, `cached-share` (0 to 1), `batch`; `sites` has the same for one `path::function`.",
    )
    default_model: str | None = option(None, "The model assumed for prompts that reach no known model.")
    fail_on: Literal["low", "medium", "high"] = option("low", "The lowest severity that makes the exit code 1.")
    output_format: Literal["full", "concise", "json", "github", "gitlab", "sarif", "junit", "markdown"] = option(
        "full", "How findings are printed."
    )
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Where each field came from, by field name; what is not there is a default."""

    def origin(self, name: str) -> Origin | None:
        """Where the field `name` came from, None for a default."""
        return self.origins.get(name)

    @property
    def names_rules(self) -> bool:
        """Whether a setting names a rule, which there has to be."""
        return not self.origins.keys().isdisjoint(NAMING_RULES)

    def rows(self) -> Iterator[tuple[str, object, str, str]]:
        """Key, value, origin and documentation of every setting."""
        for name, each in options().items():
            origin = self.origins.get(name)
            yield key_of(name), getattr(self, name), origin.label if origin else "default", each.metadata["doc"]


def key_of(name: str) -> str:
    """A field name as it is written in files."""
    return name.replace("_", "-")


@cache
def options() -> Mapping[str, Field[Any]]:
    """The fields that can be set, by name."""
    return {each.name: each for each in fields(Settings) if "doc" in each.metadata}


@cache
def types() -> Mapping[str, Any]:
    """The annotated types of the fields, by name."""
    return get_type_hints(Settings)
