"""The evidence besides calls: which texts are prompts by a framework, a declaration, or their name and wording."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptlint.facts import TextPlace
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.framework import framework_texts
from promptlint.link.imports import ModuleIndex
from promptlint.link.named import Verdict, judge
from promptlint.link.names import Module
from promptlint.link.schemas import is_schema_text, schema_classes
from promptlint.link.textops import without_layout
from promptlint.link.tools import described
from promptlint.link.uses import messages, texts_for_others
from promptlint.link.values import Text
from promptlint.link.vocabulary import says_prompt, table, words_of
from promptlint.project import Evidence, Place, Role
from promptlint.scan.texts import dotted


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that something shows to be a prompt; `name` where the place of the text does not say one."""

    text: Text
    role: Role
    evidence: Evidence
    name: str | None = None


def shown(index: ModuleIndex, evaluator: Evaluator, places: Mapping[Place, TextPlace]) -> Iterator[Shown]:
    """Every text that is a prompt without a call, with what it is made of still inside it."""
    schemas = schema_classes(index)
    for one in described(index, evaluator, schemas):
        yield Shown(one.text, one.role, Evidence.FRAMEWORK, one.name)
    words = table().words
    asked = texts_for_others(index, evaluator, words.asking)
    parsed = texts_for_others(index, evaluator, words.parsing)
    written = texts_for_others(index, evaluator, words.writing)
    declared = {path: _declared_lines(module) for path, module in index.modules.items()}
    typed = {path: _typed_statements(module) for path, module in index.modules.items()}
    examples = {path: _example_spans(module) for path, module in index.modules.items()}
    owners = {path: _prompt_owners(module) for path, module in index.modules.items()}
    for module in index.modules.values():
        yield from (Shown(text, role, Evidence.FRAMEWORK) for text, role in messages(module, evaluator))
        yield from (Shown(one.text, one.role, Evidence.FRAMEWORK) for one in framework_texts(module, evaluator))
    for root, place in places.items():
        module = index.modules[root.path]
        verdict = None
        if root not in asked:
            is_example = _lies_in(place, examples[root.path])
            is_beside = _owner(place) in owners[root.path]
            verdict = judge(
                place,
                module,
                is_written=root in written,
                is_parsed=root in parsed,
                is_example=is_example,
                is_beside=is_beside,
            )
        if verdict is None and is_schema_text(place, module, schemas):
            verdict = Verdict(Evidence.FRAMEWORK, Role.TOOL)
        is_typed = place.context == "assign" and place.statement_start in typed[root.path]
        is_declared = is_typed or _is_declared(place, module, declared[root.path])
        if verdict is None and not is_declared:
            continue
        value = evaluator.evaluate(place.expr, Env(module, place.scope, place.statement_start, place.block))
        if isinstance(value, Text):
            evidence = Evidence.DECLARED if is_declared or verdict is None else verdict.evidence
            text = without_layout(value) if root in parsed else value
            yield Shown(text, verdict.role if verdict else Role.UNKNOWN, evidence)


def _declared_lines(module: Module) -> frozenset[int]:
    return frozenset(
        comment.line for comment in module.facts.comments if comment.text.replace(" ", "").endswith("promptlint:prompt")
    )


def _typed_statements(module: Module) -> frozenset[int]:
    """Where the assignments begin whose annotation is a type named for prompts (`RULES: SystemPrompt = ...`)."""
    return frozenset(
        binding.offset
        for binding in module.facts.bindings
        if binding.annotation is not None and words_of(dotted(binding.annotation))[-1:] == ["prompt"]
    )


def _is_declared(place: TextPlace, module: Module, lines: frozenset[int]) -> bool:
    if not lines:
        return False
    first = module.facts.position(place.statement_start)[0]
    last = module.facts.position(place.statement_end)[0]
    return not lines.isdisjoint((first - 1, first, last))


def _owner(place: TextPlace) -> tuple[int, str]:
    """The object that a text is set on (`config` of `config.template`), or the function it is a default of."""
    if place.context == "default":
        return place.scope, f"{place.owner}()"
    return place.scope, (place.name or "").rpartition(".")[0] if place.context == "assign" else ""


def _prompt_owners(module: Module) -> frozenset[tuple[int, str]]:
    """The objects on which a prompt is set, and the functions that take one: the templates beside it are for it."""
    objects = {
        (binding.scope, base)
        for binding in module.facts.bindings
        if (base := binding.target.rpartition(".")[0]) not in ("", "self", "cls")
        and says_prompt(words_of(binding.target.rpartition(".")[2]))
    }
    functions = {
        (scope.parent, f"{scope.name}()")
        for scope in module.facts.scopes
        if any(says_prompt(words_of(parameter.name)) for parameter in scope.parameters)
    }
    return frozenset(objects | functions)


def _example_spans(module: Module) -> list[tuple[int, int]]:
    """Where calls that take an instruction take their examples: start and end offsets, in order."""
    words = table().words
    spans: list[tuple[int, int]] = []
    if words.example_words.isdisjoint(module.facts.mentions.keywords):
        return spans
    for place in module.facts.calls:
        keywords = place.expr.keywords
        if any(one.name in words.keywords or says_prompt(words_of(one.name)) for one in keywords):
            spans += [(one.value.start, one.value.end) for one in keywords if one.name in words.example_words]
    return sorted(spans)


def _lies_in(place: TextPlace, spans: list[tuple[int, int]]) -> bool:
    index = bisect_right(spans, (place.expr.start, 1 << 62)) - 1
    return index >= 0 and place.expr.end <= spans[index][1]
