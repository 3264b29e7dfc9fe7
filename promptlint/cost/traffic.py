"""The setting `traffic`: how often calls are made, and what of their tokens the source cannot say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from promptlint.nearest import hint, nearest
from promptlint.patterns import below
from promptlint.settings import Settings
from promptlint.settings.model import Origin

SITES = "sites"
SEPARATOR = "::"
AMOUNTS: Mapping[str, str] = {
    "calls": "calls",
    "dynamic-tokens": "dynamic_tokens",
    "output-tokens": "output_tokens",
    "cached-share": "cached_share",
}
"""Keys whose value is a number, and the fields of `Traffic`."""
MOST: Mapping[str, int] = {
    "calls": 10**12,
    "dynamic-tokens": 10**9,
    "output-tokens": 10**9,
    "cached-share": 1,
}
"""The largest value of each. A hundred calls a month for everybody on Earth, and a hundred times what any model reads:
more is a slip of the pen, and sums of it are no numbers that JSON can hold."""
BATCH = "batch"

Site = tuple[str, str | None]
"""Path and function, None outside of functions."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is said of a call site; None where nothing is.

    `calls` a month; tokens per call: `dynamic_tokens` that fill the values of the prompt, `output_tokens` of the
    answer; `cached_share` (0 to 1) of the calls that read the cache; `batch`: through the batch API of the provider.
    """

    calls: float | None = None
    dynamic_tokens: float | None = None
    output_tokens: float | None = None
    cached_share: float | None = None
    batch: bool = False


@dataclass(frozen=True)
class TrafficTable:
    """The traffic that one configuration states. `sites` are by absolute path and function (None: outside of any)."""

    default: Traffic = Traffic()
    sites: Mapping[Site, Traffic] = field(default_factory=dict)
    origin: Origin | None = None

    def of(self, path: str, function: str | None) -> Traffic:
        """The traffic of a call; `function` is its name without the module ("Bot.answer")."""
        return self.sites.get((os.path.abspath(path), function), self.default)

    def notices(self, counted: Iterable[Site], inside: Iterable[Site]) -> tuple[str, ...]:
        """A sentence for each site that counts for nothing.

        `counted` are the path and function of the calls that are reckoned, `inside` those of calls in wrappers, which
        are reckoned where the wrapper is called.
        """
        present = {(os.path.abspath(path), function) for path, function in counted}
        wrappers = {(os.path.abspath(path), function) for path, function in inside} - present
        folder = self.origin.folder if self.origin else ""
        names = [_name(path, function, folder) for path, function in sorted(present, key=str)]
        return tuple(
            _notice(_name(*site, folder), names, is_wrapper=site in wrappers)
            for site in self.sites
            if site not in present
        )


def traffic_of(settings: Settings) -> TrafficTable:
    """The traffic that settings state. Raises SettingsError for an unknown key or a value that is none."""
    origin = settings.origin("traffic")
    if origin is None:
        return TrafficTable()
    default = _read(Traffic(), settings.traffic, origin, ("traffic",), (*AMOUNTS, BATCH, SITES))
    given = settings.traffic.get(SITES, {})
    if not isinstance(given, Mapping):
        raise origin.error(f"`traffic`: `{SITES}` has to be a table, not {given!r}", "traffic", SITES)
    sites: dict[Site, Traffic] = {}
    for name, values in given.items():
        keys = ("traffic", SITES, str(name))
        if not isinstance(values, Mapping):
            raise origin.error(f"`traffic`: the site `{name}` has to be a table, not {values!r}", *keys)
        path, _, function = str(name).partition(SEPARATOR)
        full = os.path.normpath(os.path.join(origin.folder, path))
        sites[full, function or None] = _read(default, values, origin, keys, (*AMOUNTS, BATCH))
    return TrafficTable(default, sites, origin)


def _read(
    base: Traffic, values: Mapping[str, object], origin: Origin, keys: tuple[str, ...], known: Iterable[str]
) -> Traffic:
    """`base` with the values of a table over it."""
    known = tuple(known)
    for key, value in values.items():
        if key not in known:
            raise origin.error(f"`{'.'.join(keys)}`: unknown key `{key}`, {hint(key, known)}", *keys, key)
        if key == BATCH:
            if not isinstance(value, bool):
                raise origin.error(f"`{'.'.join(keys)}`: `{key}` has to be true or false, not {value!r}", *keys, key)
            base = replace(base, batch=value)
        elif key in AMOUNTS:
            number = value if isinstance(value, int | float) and not isinstance(value, bool) else -1
            if not 0 <= number <= MOST[key]:  # so that nan is wrong too
                expected = f"a number from 0 to {MOST[key]:,}"
                raise origin.error(f"`{'.'.join(keys)}`: `{key}` has to be {expected}, not {value!r}", *keys, key)
            base = replace(base, **{AMOUNTS[key]: float(number)})  # type: ignore[arg-type]  # fields that hold numbers
    return base


def _name(path: str, function: str | None, folder: str) -> str:
    """A site as it is written in the configuration."""
    shown = below(path, folder) or path
    return f"{shown}{SEPARATOR}{function}" if function else shown


def _notice(site: str, known: list[str], *, is_wrapper: bool) -> str:
    if is_wrapper:
        return f"traffic: the requests of `{site}` are reckoned where it is called: name those functions instead"
    near = nearest(site, known)
    advice = f"did you mean `{near}`?" if near else f"a site is written `path{SEPARATOR}function`"
    return f"traffic: no call of a model is at `{site}`: {advice}"
