"""Reading values of logs and exports, where numbers can be text and objects JSON text; what does not fit is none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

TEXT_KEYS = ("content", "text", "parts", "messages", "system", "input")
"""Keys of messages below which text is found."""
NANOSECONDS, MICROSECONDS, MILLISECONDS = 1e17, 1e14, 1e11
"""Unix times from these on are in that unit, as far as this century goes."""
MOST_TOKENS, MOST_USD, MOST_TIME = 1e15, 1e12, 2.6e20
"""What all users of a large provider need in a month, what nobody can pay, and the year 10000 in nanoseconds. What is
beyond was not measured, and sums of it are no numbers that JSON can hold."""


def whole(value: object) -> int:
    """A number of tokens or requests; 0 where there is none."""
    amount = number(value, MOST_TOKENS)
    return max(0, round(amount)) if amount is not None else 0


def usd(value: object) -> float | None:
    """An amount of money."""
    return number(value, MOST_USD)


def number(value: object, most: float) -> float | None:
    """A number, also one written as text; None where it is larger than `most`, or further below 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return None
    return amount if abs(amount) <= most else None


def mapping(value: object) -> Mapping[str, object]:
    """An object, also one written as JSON text; empty where there is none."""
    parsed = loaded(value)
    return parsed if isinstance(parsed, dict) else {}


def text(value: object) -> str | None:
    """Text that is not empty."""
    return value if isinstance(value, str) and value else None


def first(values: Mapping[str, object], *keys: str) -> object:
    """The value of the first key that has one."""
    return next((values[key] for key in keys if values.get(key) not in (None, "")), None)


def seconds(value: object) -> float | None:
    """A Unix time in seconds, from ISO 8601 or a Unix time in any unit."""
    amount = number(value, MOST_TIME)
    if amount is not None:
        units = ((NANOSECONDS, 1e9), (MICROSECONDS, 1e6), (MILLISECONDS, 1e3))
        return amount / next((unit for least, unit in units if amount >= least), 1)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def times(start: object, end: object) -> tuple[float, float] | None:
    """The first and the last second of a record; None where it has no time."""
    known = [moment for moment in (seconds(start), seconds(end)) if moment is not None]
    return (min(known), max(known)) if known else None


def sent_text(value: object) -> str:
    """The text of messages, however they are nested; none where they are nested too deep to be messages."""
    try:
        return "\n".join(_texts(loaded(value)))
    except RecursionError:
        return ""


def loaded(value: object) -> object:
    """A value, parsed where it is JSON text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key in TEXT_KEYS:
            if key in value:
                yield from _texts(loaded(value[key]))
