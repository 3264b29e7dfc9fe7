"""Prompts: every text expression that reaches a call, or that is a prompt on other evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from promptlint.facts import TextPlace
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.named import Verdict, judge
from promptlint.link.names import Module, ModuleIndex
from promptlint.link.schemas import is_schema_text, schema_classes
from promptlint.link.values import Text, own_template, rooted_texts
from promptlint.project import Evidence, Place, Prompt, Role
from promptlint.scan.texts import count_words
from promptlint.template import Piece, Template

MIN_WORDS = 3
"""Fewer words of literal text are not reported as a prompt of their own."""


@dataclass
class _Entry:
    """A prompt while it is collected."""

    text: Text
    role: Role
    evidence: Evidence
    calls: list[str] = field(default_factory=list)


class PromptCollector:
    """Collects prompts by the place of their expression, then orders and names them."""

    def __init__(self, index: ModuleIndex, evaluator: Evaluator) -> None:
        self._index = index
        self._evaluator = evaluator
        self._entries: dict[Place, _Entry] = {}
        self._places: dict[Place, TextPlace] = {
            Place(module.path, place.expr.start, place.expr.end): place
            for module in index.modules.values()
            for place in module.facts.texts
        }

    def add_sent(self, text: Text, role: Role, call: str) -> list[Place]:
        """Record what a message is made of; the places of its text expressions in order."""
        roots = []
        for part in rooted_texts(text):
            assert part.root is not None
            if self._add(part.root, part, role, Evidence.REACHES_CALL, call):
                roots.append(part.root)
        return roots

    def add_named(self) -> None:
        """Record the texts that are prompts on other evidence."""
        declared = {
            (module.path, comment.line)
            for module in self._index.modules.values()
            for comment in module.facts.comments
            if comment.text.replace(" ", "").endswith("promptlint:prompt")
        }
        covered = set(self._entries)
        schemas = schema_classes(self._index)
        for root, place in self._places.items():
            if root in covered:
                continue
            module = self._index.modules[root.path]
            first = module.facts.position(place.statement_start)[0]
            last = module.facts.position(place.statement_end)[0]
            is_declared = any((root.path, line) in declared for line in (first - 1, first, last))
            verdict = judge(place, module)
            if verdict is None and is_schema_text(place, module, schemas):
                verdict = Verdict(Evidence.FRAMEWORK, Role.TOOL)
            if verdict is None and not is_declared:
                continue
            env = Env(module, place.scope, place.statement_start, place.block)
            value = self._evaluator.evaluate(place.expr, env)
            if isinstance(value, Text):
                evidence = Evidence.DECLARED if is_declared or verdict is None else verdict.evidence
                role = verdict.role if verdict else Role.UNKNOWN
                self._add(root, value, role, evidence, None)

    def _add(self, root: Place, text: Text, role: Role, evidence: Evidence, call: str | None) -> bool:
        entry = self._entries.get(root)
        if entry is None:
            words = sum(count_words(stretch) for stretch in own_template(text).stretches)
            if words < MIN_WORDS:
                return False
            entry = self._entries[root] = _Entry(text, role, evidence)
        elif _length(text) < _length(entry.text):
            # Sent in several ways: the most cleaned one says what nothing more can be taken from.
            entry.text = text
        if entry.role is Role.UNKNOWN:
            entry.role = role
        if call is not None and call not in entry.calls:
            entry.calls.append(call)
        return True

    def prompts(self) -> tuple[Prompt, ...]:
        """All prompts, by path and offset."""
        made = [self._prompt(root, entry) for root, entry in self._entries.items()]
        return tuple(sorted(made, key=lambda prompt: (prompt.place.path, prompt.place.start, prompt.place.end)))

    def identify(self, root: Place) -> str:
        """The id of the prompt of a text expression."""
        place = self._span(root, own_template(self._entries[root].text))
        line, column = self._index.modules[place.path].facts.position(place.start)
        return f"{place.path}:{line}:{column}"

    def _span(self, root: Place, template: Template) -> Place:
        tokens = [part.token for part in template.parts if isinstance(part, Piece) and _inside(part, root)]
        return Place(root.path, min(token.start for token in tokens), max(token.end for token in tokens))

    def _prompt(self, root: Place, entry: _Entry) -> Prompt:
        template = own_template(entry.text)
        place = self._places.get(root)
        facts = self._index.modules[root.path].facts
        statement = place.statement_start if place else root.start
        return Prompt(
            id=self.identify(root),
            place=self._span(root, template),
            name=(place.name if place.name and not place.name.isdigit() else place.within) if place else None,
            role=entry.role,
            template=template,
            evidence=entry.evidence,
            calls=tuple(entry.calls),
            indentation=facts.position(statement)[1] - 1,
        )


def _inside(piece: Piece, root: Place) -> bool:
    return piece.path == root.path and root.start <= piece.start and piece.end <= root.end


def _length(text: Text) -> int:
    return sum(len(stretch) for stretch in own_template(text).stretches)


def modules_of(index: ModuleIndex) -> Iterable[Module]:
    return (index.modules[path] for path in sorted(index.modules))
