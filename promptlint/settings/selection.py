"""Which rules run on which file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache

from promptlint.nearest import hint
from promptlint.patterns import Patterns, below
from promptlint.settings.model import Settings, key_of

EVERYTHING = "ALL"
EXACT = 1000
"""How specific a rule's name or whole code is; a prefix counts its length, "ALL" 0."""


def is_selected(settings: Settings, *, name: str, code: str, preview: bool) -> bool:
    """Whether the rule runs, on files that are not excepted.

    The most specific selector decides; on a tie the rule does not run. Preview rules need their name or code.
    """
    wanted = strongest((*settings.select, *settings.extend_select), name, code)
    unwanted = strongest(settings.ignore, name, code)
    return wanted >= 0 and unwanted < wanted and (not preview or wanted == EXACT)


def is_excepted(settings: Settings, *, name: str, code: str, path: str) -> bool:
    """Whether the file `path` (as shown) is one that the rule is not for."""
    origin = settings.origin("per_file_ignores")
    return any(
        strongest(selectors, name, code) >= 0 and matches(pattern, path, origin.folder if origin else "")
        for pattern, selectors in settings.per_file_ignores.items()
    )


def strongest(selectors: Iterable[str], name: str, code: str) -> int:
    """How specific the most specific selector of the rule is, -1 where none selects it."""
    return max((strength(selector, name, code) for selector in selectors), default=-1)


def strength(selector: str, name: str, code: str) -> int:
    if selector in (name, code):
        return EXACT
    if selector == EVERYTHING:
        return 0
    return len(selector) if code.startswith(selector) else -1


@cache
def matches(pattern: str, path: str, folder: str) -> bool:
    """Whether a gitignore-style pattern written for `folder` covers the file."""
    relative = below(os.path.abspath(path), folder)
    return relative is not None and compiled(pattern).covers(relative)


@cache
def compiled(pattern: str) -> Patterns:
    return Patterns([pattern])


def check_patterns(settings: Settings) -> None:
    """Raises SettingsError, with file and line, for a pattern of `per-file-ignores` that is none."""
    for pattern in settings.per_file_ignores:
        try:
            compiled(pattern)
        except ValueError as error:
            keys = (key_of("per_file_ignores"), pattern)
            raise settings.origins["per_file_ignores"].error(f"`{keys[0]}`: {error}", *keys) from error


def check_selectors(settings: Settings, names: Iterable[str], codes: Iterable[str]) -> None:
    """Raises SettingsError, with file, line and near miss, for a selector or `rules` table that fits no known rule.

    `names` and `codes` are those of all known rules.
    """
    names, codes = tuple(names), tuple(codes)
    known = {EVERYTHING, *names}
    places: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
        ("select", (), settings.select),
        ("extend_select", (), settings.extend_select),
        ("ignore", (), settings.ignore),
    ]
    places += [("per_file_ignores", (pattern,), each) for pattern, each in settings.per_file_ignores.items()]
    for field, inner, selectors in places:
        for selector in selectors:
            if selector not in known and not (selector and any(code.startswith(selector) for code in codes)):
                keys = (key_of(field), *inner)
                where = " for ".join(f"`{key}`" for key in keys)
                message = f"{where}: no rule is called `{selector}`, {hint(selector, (*names, *codes, EVERYTHING))}"
                origin = settings.origin(field)
                assert origin, "the default selects known rules"
                raise origin.error(message, *keys)
    for rule in settings.rules:
        if rule not in names:
            origin = settings.origins["rules"]
            raise origin.error(f"`rules`: no rule is called `{rule}`, {hint(rule, names)}", "rules", rule)
