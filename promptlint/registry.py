"""Finding the rules: built-in ones and anybody's come through the same entry point group.

An entry point of the group `promptlint.rules` names a module or a package; a package is walked, and every rule
defined in its modules is taken. A module that does not load costs its own rules only.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, packages_distributions
from pkgutil import walk_packages
from types import ModuleType

from promptlint.project import Problem
from promptlint.rule import Rule

GROUP = "promptlint.rules"
BUILTIN = "promptlint"
"""The distribution whose rules are taken first, so that no plugin can displace them."""

_CODE = re.compile(r"[A-Z]{2,8}[0-9]{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Registry:
    """The rules that loaded, ordered by code, and a problem for each module or rule that did not."""

    rules: tuple[type[Rule], ...]
    problems: tuple[Problem, ...] = ()

    @property
    def is_builtin(self) -> bool:
        """Whether these are the rules of promptlint alone, and all of them loaded."""
        return not self.problems and {rule.__module__.partition(".")[0] for rule in self.rules} == {"promptlint_rules"}

    @cached_property
    def by_name(self) -> Mapping[str, type[Rule]]:
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Rule name to code."""
        return {rule.name: rule.code for rule in self.rules}


def load(points: Iterable[EntryPoint] | None = None) -> Registry:
    """All rules of the given entry points, by default those of every installed distribution.

    Never raises: what does not load is in `Registry.problems`, named by distribution and module.
    """
    points = entry_points(group=GROUP) if points is None else points
    rules: list[type[Rule]] = []
    problems: list[str] = []
    for point in sorted(points, key=lambda point: (_distribution(point) != BUILTIN, _distribution(point), point.name)):
        where = f"rule plugin {point.value} (distribution {_distribution(point)})"
        for outcome in _modules(point.value):
            found = _defined_in(outcome) if isinstance(outcome, ModuleType) else outcome
            if isinstance(found, list):
                for rule in found:
                    complaint = _shape(rule) or _clash(rule, rules)
                    if complaint:
                        problems.append(f"{where}: {rule.__module__}.{rule.__qualname__} {complaint}")
                    else:
                        rules.append(rule)
            else:
                problems.append(f"{where} did not load: {found}")
    if not rules and not problems:
        problems.append(f"no rules are installed: nothing registers the entry point group {GROUP!r}")
    return Registry(
        rules=tuple(sorted(rules, key=lambda rule: rule.code)),
        problems=tuple(Problem("", 0, message) for message in problems),
    )


def load_plugins() -> Registry | None:
    """All rules, None where only those of promptlint are installed: they are known to load, and can wait."""
    points = entry_points(group=GROUP)
    return None if [_distribution(point) for point in points] == [BUILTIN] else load(points)


def build(rule: type[Rule], options: Mapping[str, object]) -> Rule:
    """An instance of the rule with the given options; keys are field names, values already have their types.

    Raises ValueError for options that the rule refuses.
    """
    try:
        return rule(**options)
    except Exception as error:
        raise ValueError(f"its options are refused: {told(error)}") from error


def told(error: BaseException) -> str:
    """An error that a rule raised, in words; it may raise another one where it is asked for its text."""
    try:
        return f"{type(error).__name__}: {error}"
    except BaseException:
        return type(error).__name__


def origin_of(rule: Rule) -> str:
    """The rule by its name, and by its distribution where that is not promptlint; for what goes wrong in it."""
    found = set(packages_distributions().get(type(rule).__module__.partition(".")[0], ())) - {BUILTIN}
    return f"rule {rule.name}" + (f" (distribution {', '.join(sorted(found))})" if found else "")


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "unknown"


def _modules(name: str) -> Iterator[ModuleType | str]:
    """The module `name` and all below it; for one that does not import, what went wrong."""
    if ":" in name:
        yield f"the entry point must name a module or package, not the object {name!r}"
        return
    root = _import(name)
    yield root
    if isinstance(root, ModuleType) and hasattr(root, "__path__"):
        # To look below a package, walk_packages imports it again; its failure has been reported by then.
        with suppress(SystemExit):
            for found in walk_packages(root.__path__, root.__name__ + ".", onerror=lambda _: None):
                yield _import(found.name)


def _import(name: str) -> ModuleType | str:
    try:
        with redirect_stdout(sys.stderr):  # what a plugin prints must not get into a report
            return import_module(name)
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"interrupted while the rule plugin {name} was loaded")
        raise
    except BaseException as error:  # a plugin may raise anything
        return f"{name}: {told(error)}"


def _defined_in(module: ModuleType) -> list[type[Rule]] | str:
    """The rules a module defines, or what went wrong. A subclass with neither code nor name is a base class for
    others."""
    try:
        return [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Rule)
            and value.__module__ == module.__name__
            and (hasattr(value, "code") or hasattr(value, "name"))
        ]
    except Exception as error:  # of a metaclass
        return f"{module.__name__}: {told(error)}"


def _shape(rule: type[Rule]) -> str | None:
    """What is wrong with the rule's declaration."""
    code, name = getattr(rule, "code", None), getattr(rule, "name", None)
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return f"needs a `code` of 2 to 8 capital letters and 3 digits such as ABC101, not {code!r}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"needs a kebab-case `name` such as long-prompt, not {name!r}"
    if (
        not is_dataclass(rule)
        or "__dataclass_params__" not in vars(rule)
        or not vars(rule)["__dataclass_params__"].frozen
    ):
        return "must be decorated with @dataclass(frozen=True)"
    required = [field.name for field in fields(rule) if field.default is MISSING and field.default_factory is MISSING]
    if required:
        return f"has an option without a default: {', '.join(required)}"
    try:
        rule()
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"interrupted while {rule.__module__}.{rule.__qualname__} was made")
        raise
    except BaseException as error:  # a plugin may raise anything
        return f"cannot be made: {told(error)}"
    return None


def _clash(rule: type[Rule], taken: Iterable[type[Rule]]) -> str | None:
    """Whether another rule already has the name or the code."""
    for other in taken:
        for attribute in ("code", "name"):
            value = getattr(rule, attribute)
            if value == getattr(other, attribute):
                return f"has the {attribute} {value} of {other.__module__}.{other.__qualname__}"
    return None
