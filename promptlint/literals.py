"""Models as the code writes them: each place once, with the calls that can get their model from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.project import CallSite, Place, Project


@dataclass(frozen=True)
class NamedModel:
    """A model id in the code.

    `place` is its text, or the first call where that is put together. `calls` are those that it reaches, calls of the
    API itself first; none for a variable, setting or default argument from which no call is known.
    """

    id: str
    place: Place
    is_literal: bool
    """Whether `place` is the text of the id, which a fix can rewrite."""
    calls: tuple[CallSite, ...]

    @property
    def sent_by(self) -> int:
        """How many calls of the API it reaches; those of wrappers lead to them."""
        return sum(not call.hops for call in self.calls) or len(self.calls)


def named_models(project: Project) -> Iterator[NamedModel]:
    """Every model that the code writes: those that reach calls, by the first of these, then the others."""
    reached: dict[tuple[str, Place], list[CallSite]] = {}
    literals = set()
    for call in project.calls:
        for literal in call.models:
            reached.setdefault((literal.id, literal.place or call.place), []).append(call)
            literals.add(literal.place)
    for (model, place), calls in reached.items():
        yield NamedModel(model, place, place in literals, tuple(sorted(calls, key=lambda call: len(call.hops))))
    for literal in project.named_models:
        if literal.place is not None and (literal.id, literal.place) not in reached:
            yield NamedModel(literal.id, literal.place, True, ())


def known_text(call: CallSite) -> str:
    """The literal text that a call sends, without what is filled in."""
    return "\n".join(stretch for message in call.messages for stretch in message.template.stretches)
