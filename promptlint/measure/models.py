"""What is known about a model, looked up by the id that the code names.

The table is `promptlint/data/models.yaml`. A model is matched as a whole id, never as a part of one: what the table
does not list is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

DATA = Path(__file__).resolve().parent.parent / "data"


class Tokenizer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How text is counted for a family of models.

    `encoding` is a vocabulary of `data/vocab`; `factor` the measured tokens per token of it, None where not measured.
    `ctok` is the family name in the package ctok, `frame` the tokens of the one-message frame its counts include.
    `exact` says whether the count (with ctok, where that is given) is the model's own.
    """

    encoding: str
    factor: float | None = None
    ctok: str | None = None
    frame: int = 0
    exact: bool = False


class Cache(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prompt caching of a model. Multipliers are relative to its input price; None means not found or not offered.

    `kind`: "explicit" needs a marker or key in the request, "automatic" needs nothing, "both" works by itself and
    takes markers, "none" does not cache or gives no discount. `minimum` is the shortest prefix that is cached, in
    tokens of the model. `write`, `write_long` and `read` are the prices of storing for `life`, of storing for
    `life_long` and of reading.
    """

    kind: Literal["explicit", "automatic", "both", "none"]
    source: str
    as_of: str
    minimum: int | None = None
    write: float | None = None
    write_long: float | None = None
    read: float | None = None
    life: str | None = None
    life_long: str | None = None


class ModelFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A family of models.

    `match`: regular expressions over a whole id. `provider`: who makes and prices it, None for open weights, where the
    host does. `tokenizer`: key of the tokenizer table. `cache`: None where nothing was found. `output_maximum`: the
    largest cap in tokens, None where not found. `reasoning`: whether the cap also pays for hidden reasoning tokens by
    default, None where not found. `source`: where `output_maximum` and `reasoning` come from.
    """

    match: tuple[str, ...]
    provider: str | None
    tokenizer: str
    cache: Cache | None
    output_maximum: int | None
    reasoning: bool | None
    source: str


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices of a model that the price package does not have, USD per million tokens."""

    model: str
    provider: str
    input: float
    output: float
    source: str
    as_of: str
    cache_write: float | None = None
    cache_write_long: float | None = None
    cache_read: float | None = None


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release of the price package and its day ("2026-11-10")."""

    version: str
    released: str


class PriceTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the price lookup needs: provider names, moving aliases and prices newer than the package."""

    package: Package
    providers: dict[str, str]
    protocols: tuple[str, ...]
    moving: tuple[str, ...]
    overrides: tuple[Override, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `models.yaml`. `caches` only holds what families refer to."""

    encodings: dict[str, tuple[str, ...]]
    tokenizers: dict[str, Tokenizer]
    caches: dict[str, Cache]
    families: tuple[ModelFacts, ...]
    routes: dict[str, str | None]
    hosts: tuple[str, ...]
    prices: PriceTable


@cache
def table() -> Table:
    """The table, read once."""
    return msgspec.yaml.decode((DATA / "models.yaml").read_bytes(), type=Table)


@dataclass(frozen=True, slots=True)
class ModelId:
    """A model id taken apart.

    `name`: the model alone, lower case, without prefixes and suffixes, with its date ("gpt-4o-2024-08-06").
    `host`: who serves it according to the id ("bedrock"), None where the id does not say. `reference`: the id as that
    host spells it. `tuned`: a fine-tuned model, whose base is `name`.
    """

    name: str
    host: str | None
    reference: str
    tuned: bool = False

    @property
    def undated(self) -> str:
        """The name without date and "-latest"."""
        return _DATE.sub("", self.name)

    @property
    def candidates(self) -> tuple[str, ...]:
        """What to look for in the table, the most specific first."""
        names = tuple(dict.fromkeys((self.name, self.undated)))
        return tuple(f"{self.host}/{name}" for name in names if self.host) + names


_DATE = re.compile(r"(-20\d{2}-?\d{2}-?\d{2}|-latest)$")
_RESOURCE = re.compile(r"(?P<arn>arn:.*/)|(?:projects|publishers|accounts)/.*/models/")
_PREFIX = re.compile(r"([^/:]+)[/:](?=.)")
_REGION = re.compile(r"[a-z]{2}(?:-gov)?-[a-z]+-\d")
_BEDROCK = re.compile(
    r"(?:(?:us|us-gov|eu|apac|ap|jp|au|ca|global)\.)?"
    r"(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|moonshotai|openai|qwen)\."
    r"(?P<name>.+?)(?:-v\d+(?::.*)?|-\d+:.*)?$"
)


def parse(model: str, provider: str | None = None) -> ModelId:
    """Take a model id apart: prefixes of litellm, LangChain and others, Bedrock ids and ARNs, dates, fine-tunes.

    `provider` is who serves the call, where the code says it.
    """
    text = model.strip().lower()
    host = provider if provider in table().hosts else None
    reference = text if host else None
    while peeled := _peel(text):
        served_by, rest = peeled
        if host is None and served_by is not None:
            host, reference = served_by, rest
        elif reference == text and served_by in (None, host):
            reference = rest
        text = rest
    tuned = text.startswith("ft:")
    if tuned:
        text = text.split(":")[1]
    elif bedrock := _BEDROCK.match(text):
        host, reference = host or "bedrock", reference or text
        text = bedrock["name"]
    name = text.partition(":")[0]
    name, at, version = name.partition("@")
    if at and version.isdigit():
        name = f"{name}-{version}"
    return ModelId(name, host, reference or name, tuned)


def _peel(text: str) -> tuple[str | None, str] | None:
    """The host that the first prefix names and the text behind the prefix, None where there is no known prefix."""
    if resource := _RESOURCE.match(text):
        return "bedrock" if resource["arn"] else None, text[resource.end() :]
    prefix = _PREFIX.match(text)
    if prefix and (prefix[1] in table().routes or _REGION.fullmatch(prefix[1])):
        return table().routes.get(prefix[1]), text[prefix.end() :]
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], ModelFacts], ...]:
    """One expression per family."""
    return tuple((re.compile("|".join(f"(?:{one})" for one in family.match)), family) for family in table().families)


@cache
def find(model: str, provider: str | None = None) -> ModelFacts | None:
    """The facts of a model id, None when the id is not known. `provider` is who serves the call, where known."""
    for candidate in parse(model, provider).candidates:
        for pattern, family in _patterns():
            if pattern.fullmatch(candidate):
                return family
    return None
