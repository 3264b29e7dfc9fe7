"""What a change does to each prompt: the texts that were added, removed or edited."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from promptlint.cost.calls import function_of
from promptlint.diffs.calls import CallChange, comparable
from promptlint.diffs.matching import Traits, matched
from promptlint.project import Prompt
from promptlint.run import model_of
from promptlint.session import Session
from promptlint.tree import Tree


@dataclass(frozen=True, slots=True)
class PromptSide:
    """A prompt before or after the change. `row` is its line, in a notebook with the cell."""

    prompt: Prompt
    file: str
    row: str
    function: str | None
    tokens: int
    tokenizer: str
    exact: bool


@dataclass(frozen=True, slots=True)
class PromptChange:
    """A prompt that was added (`before` is None), removed (`after` is None) or edited."""

    before: PromptSide | None
    after: PromptSide | None

    @property
    def kind(self) -> str:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def side(self) -> PromptSide:
        """The prompt as it is now, or was last."""
        side = self.after or self.before
        assert side is not None
        return side

    @property
    def tokens(self) -> int:
        """Tokens more."""
        return (self.after.tokens if self.after else 0) - (self.before.tokens if self.before else 0)


def prompt_sides(tree: Tree, session: Session) -> list[PromptSide]:
    """The prompts of a tree in files that are reported on."""
    return [_side(one, tree, session) for one in tree.project.prompts if one.place.path not in session.quiet]


def prompt_changes(
    before: list[PromptSide], after: list[PromptSide], calls: Collection[CallChange], present: Callable[[str], str]
) -> list[PromptChange]:
    """What happened to the prompts, in order of their present place; `present` gives the present path of a file.

    One that came or went with a call of `calls` is told there, and left out here.
    """
    came = {change.after.call.id for change in calls if change.kind == "added" and change.after}
    went = {change.before.call.id for change in calls if change.kind == "removed" and change.before}
    changes = []
    for old, new in matched([_traits(side, present) for side in before], [_traits(side, str) for side in after]):
        if old and new:
            different = comparable(old.prompt.template) != comparable(new.prompt.template)
        else:
            different = not ((came if new else went) & {*(new or old or after[0]).prompt.calls})
        if different:
            changes.append(PromptChange(old, new))
    return sorted(changes, key=lambda one: (_present(one, present), one.side.prompt.place.start))


def _side(prompt: Prompt, tree: Tree, session: Session) -> PromptSide:
    path = prompt.place.path
    project = tree.project
    count = session.meter(path).count_template(prompt.template, model_of(project, prompt))
    call = project.call_by_id[prompt.calls[0]] if prompt.calls else None
    return PromptSide(
        prompt=prompt,
        file=path,
        row=project.locate(path, prompt.place.start).row,
        function=function_of(call, project) if call else None,
        tokens=count.tokens,
        tokenizer=count.tokenizer,
        exact=count.exact,
    )


def _traits(side: PromptSide, present: Callable[[str], str]) -> Traits[PromptSide]:
    owner = side.prompt.name or side.function
    return Traits(side, present(side.file), owner, side.prompt.role.value, comparable(side.prompt.template))


def _present(change: PromptChange, present: Callable[[str], str]) -> str:
    return change.side.file if change.after else present(change.side.file)
