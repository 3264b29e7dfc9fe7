"""What one run shares: the rules, and for each path its settings, selected rules and token counter."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from promptlint.project import Problem
from promptlint.settings import (
    Settings,
    SettingsResolver,
    check_patterns,
    check_selectors,
    declared_calls,
    is_excepted,
    is_selected,
    options_of,
)

# What only files with prompts need is imported when there are some: a hook mostly sees files without.
if TYPE_CHECKING:
    from promptlint.link.tables import CallTable
    from promptlint.measure import Meter
    from promptlint.registry import Registry
    from promptlint.rule import Rule


@dataclass(slots=True)
class Session:
    """What one run shares: the rules, and for each path its settings, selected rules and token counter."""

    resolver: SettingsResolver
    loaded: Registry | None = None
    """The rules, where they are known already."""
    quiet: frozenset[str] = frozenset()
    """Paths of files in which no rule looks: tests and examples."""
    _built: dict[int, tuple[Settings, tuple[Rule, ...]]] = field(default_factory=dict)
    _selected: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    _meters: dict[str | None, Meter] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        """The rules, loaded when first asked for."""
        if self.loaded is None:
            from promptlint.registry import load

            self.loaded = load()
        return self.loaded

    def prepare(self) -> None:
        """Load what linking and the rules need: there is time for it while other processes scan."""
        from promptlint.link.sdks import load_surfaces
        from promptlint.measure import Meter

        for module in ("promptlint.linking", "promptlint.check"):
            import_module(module)
        load_surfaces()
        self.loaded = self.registry
        Meter().prepare()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Rules that did not load, as far as rules were asked for."""
        return self.loaded.problems if self.loaded else ()

    @property
    def has_plugins(self) -> bool:
        """Whether rules of others take part: what they say may depend on anything."""
        return self.loaded is not None and not self.loaded.is_builtin

    def settings(self, path: str) -> Settings:
        """The settings in force for a path. Raises SettingsError."""
        return self.resolver.for_path(path)

    def rules(self, path: str) -> tuple[Rule, ...]:
        """The rules selected for a path, with its options. Raises SettingsError."""
        if path in self.quiet:
            return ()
        if path not in self._selected:
            settings = self.settings(path)
            selected = self._selected_rules(settings)
            if settings.per_file_ignores:
                selected = tuple(
                    one for one in selected if not is_excepted(settings, name=one.name, code=one.code, path=path)
                )
            self._selected[path] = selected
        return self._selected[path]

    def meter(self, path: str) -> Meter:
        """The token counter for a path, which assumes the default model configured there."""
        from promptlint.measure import Meter

        model = self.settings(path).default_model
        return self._meters.setdefault(model, Meter(model))

    def declared(self, paths: Iterable[str]) -> tuple[CallTable, ...]:
        """The functions that the settings of any of the paths say call a model. Raises SettingsError."""
        one_of_each_folder = {os.path.dirname(path): path for path in paths}.values()
        settings = {id(one): one for one in map(self.settings, one_of_each_folder)}
        return tuple(dict.fromkeys(call for one in settings.values() for call in declared_calls(one)))

    def _selected_rules(self, settings: Settings) -> tuple[Rule, ...]:
        # One Settings object serves a whole folder: options are checked once for each. It is kept so that its id is.
        if id(settings) not in self._built:
            check_patterns(settings)
            check_selectors(settings, self.registry.by_name, self.registry.codes.values())
            built = [_built(rule, settings) for rule in self.registry.rules]  # a wrong option is told
            selected = (
                one for one in built if is_selected(settings, name=one.name, code=one.code, preview=one.preview)
            )
            self._built[id(settings)] = (settings, tuple(selected))
        return self._built[id(settings)][1]


def open_session(
    cwd: Path | None = None,
    *,
    overrides: Mapping[str, object] | None = None,
    config: Path | None = None,
    isolated: bool = False,
    rules: Registry | None = None,
) -> Session:
    """A session for paths relative to `cwd`; `overrides` are settings that win over any configuration file.

    `rules` are by default those that are installed, loaded when a file needs them.
    """
    resolver = SettingsResolver(cwd=cwd or Path.cwd(), overrides=overrides or {}, config=config, isolated=isolated)
    return Session(resolver, rules)


def _built(rule: type[Rule], settings: Settings) -> Rule:
    """A rule with its options. Raises SettingsError."""
    from promptlint.registry import build

    options = options_of(settings, rule)
    try:
        return build(rule, options)
    except ValueError as error:
        raise settings.origins["rules"].error(f"rule `{rule.name}`: {error}", "rules", rule.name) from error
