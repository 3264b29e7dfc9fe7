"""Prompts: every text expression that reaches a call, or that is a prompt on other evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from promptlint.facts import TextPlace
from promptlint.link.assembly import own_template, rooted_texts
from promptlint.link.evaluate import Evaluator
from promptlint.link.evidence import shown
from promptlint.link.filetexts import shown_files
from promptlint.link.imports import ModuleIndex
from promptlint.link.names import Module
from promptlint.link.uses import texts_with, texts_worked_on
from promptlint.link.values import Text
from promptlint.project import Evidence, Place, Prompt, Role
from promptlint.scan.texts import count_words
from promptlint.template import Piece, Template

MIN_WORDS = 3
"""Fewer words of literal text are not reported as a prompt of their own."""

MIN_FRAGMENT_WORDS = 6
"""The same for a text that is only a part of what is sent: frames like `Question: {question}` are not of interest."""


@dataclass
class _Entry:
    """A prompt while it is collected."""

    text: Text
    role: Role
    evidence: Evidence
    calls: list[str] = field(default_factory=list)
    name: str | None = None
    """What it is called where its place says no name."""


class PromptCollector:
    """Collects prompts by the place of their expression, then orders and names them."""

    def __init__(self, index: ModuleIndex, evaluator: Evaluator) -> None:
        self._index = index
        self._evaluator = evaluator
        self._entries: dict[Place, _Entry] = {}
        self.seen: list[tuple[Text, str | None]] = []
        """Every text that prompts are part of, with the id of the call that sends it where one does."""
        self._places: dict[Place, TextPlace] = {
            Place(module.path, place.expr.start, place.expr.end): place
            for module in index.modules.values()
            for place in module.facts.texts
        }

    def add_sent(self, text: Text, role: Role, call: str, least_words: int = MIN_WORDS) -> list[Place]:
        """Record what a message is made of; the places of its text expressions in order."""
        roots = []
        self.seen.append((text, call))
        for part in rooted_texts(text):
            assert part.root is not None
            least = least_words if part is text else MIN_FRAGMENT_WORDS
            if self._add(part.root, part, role, Evidence.REACHES_CALL, call, least):
                roots.append(part.root)
        return roots

    def add_named(self) -> None:
        """Record the texts that are prompts on other evidence, and what they are made of."""
        files = shown_files(self._index, self._evaluator)
        for one in (*shown(self._index, self._evaluator, self._places), *files):
            self._add_parts(one.text, one.role, one.evidence, one.name)
        for text in texts_with(self._index, self._evaluator, self._entries.keys()):
            role = next(self._entries[part.root].role for part in rooted_texts(text) if part.root in self._entries)
            self._add_parts(text, role, Evidence.NAMED)

    def _add_parts(self, text: Text, role: Role, evidence: Evidence, name: str | None = None) -> None:
        self.seen.append((text, None))
        for part in rooted_texts(text):
            if part.root is None:
                continue
            if part.root not in self._entries:
                least = MIN_WORDS if part is text and evidence is Evidence.DECLARED else MIN_FRAGMENT_WORDS
                self._add(part.root, part, role, evidence, None, least)
            if name is not None and part.root in self._entries:
                self._entries[part.root].name = name

    def _add(
        self, root: Place, text: Text, role: Role, evidence: Evidence, call: str | None, least: int = MIN_WORDS
    ) -> bool:
        entry = self._entries.get(root)
        if entry is None:
            words = sum(count_words(stretch) for stretch in own_template(text).stretches)
            if words < least:
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
        worked_on = texts_worked_on(self._index, self._evaluator)
        made = [self._prompt(root, entry, root in worked_on) for root, entry in self._entries.items()]
        return tuple(sorted(made, key=lambda prompt: (prompt.place.path, prompt.place.start, prompt.place.end)))

    def find(self, root: Place) -> str | None:
        """The id of the prompt of a text expression, None where it is none."""
        return self.identify(root) if root in self._entries else None

    def identify(self, root: Place) -> str:
        """The id of the prompt of a text expression."""
        place = self._span(root, own_template(self._entries[root].text))
        return f"{place.path}:{self._index.facts(place.path).locate(place.start)}"

    def _span(self, root: Place, template: Template) -> Place:
        tokens = [part.token for part in template.parts if isinstance(part, Piece) and _inside(part, root)]
        if not tokens:
            return root
        return Place(root.path, min(token.start for token in tokens), max(token.end for token in tokens))

    def _prompt(self, root: Place, entry: _Entry, is_worked_on: bool) -> Prompt:
        template = own_template(entry.text)
        place = self._places.get(root)
        facts = self._index.facts(root.path)
        statement = place.statement_start if place else root.start
        return Prompt(
            id=self.identify(root),
            place=self._span(root, template),
            name=(place.name if place.name and not place.name.isdigit() else place.within) if place else entry.name,
            role=entry.role,
            template=template,
            evidence=entry.evidence,
            calls=tuple(entry.calls),
            indentation=facts.position(statement)[1] - 1,
            is_worked_on=is_worked_on,
        )


def _inside(piece: Piece, root: Place) -> bool:
    return piece.path == root.path and root.start <= piece.start and piece.end <= root.end


def _length(text: Text) -> int:
    return sum(len(stretch) for stretch in own_template(text).stretches)


def modules_of(index: ModuleIndex) -> Iterable[Module]:
    return (index.modules[path] for path in sorted(index.modules))
