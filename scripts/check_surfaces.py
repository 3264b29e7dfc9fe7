"""Check the SDK tables against installed SDKs: `python scripts/check_surfaces.py [sdk ...]`.

Every argument name of a table is looked up in the signatures (or model fields) of the classes, methods and functions
that share it, as far as their packages can be imported. Prints the names that none of them takes: typing errors, and
names of other versions, which the `source` of the table then has to name. Callables that take `**kwargs` show nothing.
Run it where the SDKs are installed: it is not part of the test suite.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "promptlint" / "data" / "sdks"
DUMMY = {"api_key": "x", "access_token": "x", "base_url": "http://localhost", "region": "eu-west-1"}


def main(wanted: list[str]) -> None:
    warnings.simplefilter("ignore")
    for path in sorted(FOLDER.glob("*.yaml")):
        if not wanted or path.stem in wanted:
            for line in _check(yaml.safe_load(path.read_text(encoding="utf-8"))):
                print(f"{path.stem}: {line}")


def _check(table: dict[str, Any]) -> Iterator[str]:
    clients = {name: client for name, client in table.get("clients", {}).items() if "*" not in name}
    for call in table.get("calls", ()):
        things = [_load(function) for function in call.get("functions", ())]
        for method in call.get("methods", ()):
            has = [name for name, client in clients.items() if method in (client.get("methods") or [method])]
            things.extend(_method(_load(name), method) for name in has)
        names = [name for concept in call["arguments"].values() for name in concept]
        label = ", ".join((call.get("methods") or call.get("functions") or call["urls"])[:2])
        yield from _missing(label, things, names)
    made = [(name, client.get("constructor") or {}) for name, client in clients.items()]
    for concepts in {str(one): one for _, one in made}.values():
        sharing = [name for name, one in made if one == concepts]
        names = [name for concept in concepts.values() for name in concept]
        yield from _missing(", ".join(sharing[:2]), [_load(name) for name in sharing], names)
    for name, arguments in table.get("prompts", {}).items():
        yield from _missing(name, [_load(name)], list(arguments))
    for name, message in table.get("messages", {}).items():
        yield from _missing(name, [_load(name)], [*message["text"], *message.get("named", ())])


def _load(name: str) -> Any:
    """What a dotted name stands for, None where its package is not installed."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:length]))
        except Exception:
            continue
        for part in parts[length:]:
            thing = getattr(thing, part, None)
        return thing
    return None


def _method(client: Any, method: str) -> Any:
    """A method of a client class; where it hangs on resources, on an instance made with a made-up key."""
    if client is None:
        return None
    thing = client
    if "." in method:
        try:
            accepted = inspect.signature(client).parameters
            thing = client(**{key: value for key, value in DUMMY.items() if key in accepted})
        except Exception:
            return None
    for part in method.split("."):
        thing = getattr(thing, part, None)
    return thing


def _missing(what: str, things: list[Any], names: list[str | int]) -> Iterator[str]:
    """The names that none of several callables takes, where all of them say what they take."""
    known: set[str | None] = set()
    for thing in filter(None, things):
        fields = getattr(thing, "model_fields", {})
        try:
            parameters = inspect.signature(thing).parameters.values()
        except (TypeError, ValueError):
            return
        if any(one.kind is one.VAR_KEYWORD for one in parameters) and not fields:
            return
        known |= {one.name for one in parameters} | set(fields)
        known |= {getattr(one, "alias", None) for one in fields.values()}
    outer = {name.partition(".")[0] for name in names if isinstance(name, str)}
    missing = sorted(name for name in outer if name not in known and not name.isdigit())
    if known and missing:
        yield f"{what}: no {', '.join(missing)}"


if __name__ == "__main__":
    main(sys.argv[1:])
