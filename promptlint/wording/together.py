"""What is sent together: the texts of a call that instruct, or a prompt and the one that its name says goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptlint.project import CallSite, Evidence, Message, Place, Project, Prompt, Role
from promptlint.saving import Basis, basis_of
from promptlint.template import Template
from promptlint.wording.partners import partner

INSTRUCTING = (Role.SYSTEM, Role.USER, Role.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Together:
    """Texts that one request holds, the prompts that spell them, and the call, where that is known."""

    templates: tuple[Template, ...]
    prompts: tuple[Prompt, ...]
    call: CallSite | None = None

    @property
    def basis(self) -> Basis:
        return basis_of([self.call] if self.call else [])

    @property
    def is_guessed(self) -> bool:
        """Whether only the names say that the texts go together."""
        return self.call is None and len(self.prompts) > 1

    def owner(self, place: Place) -> Prompt | None:
        """The prompt that spells what stands at a place."""
        return next((prompt for prompt in self.prompts if overlap(prompt.place, place)), None)

    def tells(self, one: Prompt | None, other: Prompt | None) -> bool:
        """Whether what two of its prompts say twice is to be told here: once, where they first meet."""
        if self.call is None:
            return not self.is_guessed or one is not other or one is self.prompts[-1]
        if one is None or other is None:
            return True
        return self.call.id == next((each for each in one.calls if each in other.calls), self.call.id)


def sent_by(call: CallSite, project: Project) -> Together:
    """What a call sends."""
    templates = tuple(message.template for message in _instructing(call.messages))
    return Together(templates, tuple(project.prompt_by_id[prompt] for prompt in call.prompts), call)


def sent_with(prompt: Prompt, project: Project) -> Together | None:
    """What a prompt is sent with of which no call is known; None where it does not instruct.

    Where only its name says that it is a prompt, its role is a guess.
    """
    if prompt.calls or not (prompt.role in INSTRUCTING or prompt.evidence is Evidence.NAMED):
        return None
    system = partner(prompt, project)
    prompts = (system, prompt) if system else (prompt,)
    return Together(tuple(one.template for one in prompts), prompts)


def requests(project: Project) -> Iterator[Together]:
    """All that is sent together, and each prompt by itself, where its placeholders are not replaced by their values."""
    for call in project.calls:
        yield sent_by(call, project)
    for prompt in project.prompts:
        yield sent_with(prompt, project) or Together((prompt.template,), (prompt,))


def overlap(one: Place, other: Place) -> bool:
    """Whether two places share a part of the source."""
    return one.path == other.path and one.start < other.end and other.start < one.end


def _instructing(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages that instruct: not the turns of few-shot examples, which end with an answer of the model."""
    answers = [index for index, message in enumerate(messages) if message.role is Role.ASSISTANT]
    for index, message in enumerate(messages):
        is_example = message.role is Role.USER and any(index < answer < len(messages) - 1 for answer in answers)
        if message.role in INSTRUCTING and not is_example:
            yield message
