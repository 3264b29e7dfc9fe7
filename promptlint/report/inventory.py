"""Every call and prompt that was found: a table for people, and JSON (schema `promptlint.inventory/1`)."""

from __future__ import annotations

from promptlint import __version__
from promptlint.measure import Count
from promptlint.project import CallSite, CapState, Project, Prompt
from promptlint.report.documents import dump, errors, span
from promptlint.report.table import table
from promptlint.report.terminal import Terminal, plural, visible
from promptlint.run import model_of
from promptlint.session import Session
from promptlint.tree import Tree


def as_json(tree: Tree, session: Session) -> str:
    """The JSON document."""
    project = tree.project
    return dump(
        {
            "schema": "promptlint.inventory/1",
            "version": __version__,
            "calls": [_call(call, tree) for call in project.calls],
            "prompts": [_prompt(prompt, tree, session) for prompt in project.prompts],
            "files": {
                "seen": tree.files_seen,
                "parsed": len(tree.modules),
                "errors": errors((*tree.problems, *session.problems)),
            },
        }
    )


def as_table(tree: Tree, session: Session, terminal: Terminal) -> str:
    """Calls, prompts and a line of totals. Calls and prompts are numbered so that they can point at each other."""
    project = tree.project
    call_numbers = {call.id: f"c{number}" for number, call in enumerate(project.calls, 1)}
    prompt_numbers = {prompt.id: f"p{number}" for number, prompt in enumerate(project.prompts, 1)}
    lines: list[str] = []
    if project.calls:
        rows: list[tuple[str, ...]] = [
            (
                call_numbers[call.id],
                _where(project, call),
                _through(call),
                visible(call.model or "?"),
                {CapState.ABSENT: "none", CapState.DYNAMIC: "?"}.get(call.cap.state, str(call.cap.tokens)),
                call.loop,
                _some([prompt_numbers[prompt] for prompt in call.prompts]),
            )
            for call in project.calls
        ]
        header = ("call", "where", "sdk", "model", "cap", "loop", "prompts")
        lines += [*table(header, rows, terminal, numeric=(4,), flexible=(1, 2, 3)), ""]
    if project.prompts:
        rows = [
            (
                prompt_numbers[prompt.id],
                _where(project, prompt),
                visible(prompt.name or "-"),
                prompt.role,
                f"{'' if count.exact else '~'}{count.tokens:,}",
                prompt.evidence,
                _some([call_numbers[call] for call in prompt.calls]),
            )
            for prompt in project.prompts
            for count in (_count(prompt, project, session),)
        ]
        header = ("prompt", "where", "name", "role", "tokens", "evidence", "calls")
        lines += [*table(header, rows, terminal, numeric=(4,), flexible=(1, 2)), ""]
    lines += terminal.wrap(
        f"{plural(len(project.calls), 'call')} and {plural(len(project.prompts), 'prompt')} in "
        f"{plural(tree.files_seen, 'file')} ({len(tree.modules):,} parsed)."
    )
    return "\n".join(lines) + "\n"


def _call(call: CallSite, tree: Tree) -> dict[str, object]:
    return {
        "id": call.id,
        **span(tree, call.place),
        "sdk": call.sdk,
        "api": call.api,
        "function": call.function,
        "model": call.model,
        "max_tokens": call.cap.tokens,
        "max_tokens_state": call.cap.state,
        "loop": call.loop,
        "cache_markers": call.cache_markers,
        "reads_usage": call.reads_usage,
        "wrapper": call.wrapper,
        "prompts": call.prompts,
    }


def _prompt(prompt: Prompt, tree: Tree, session: Session) -> dict[str, object]:
    count = _count(prompt, tree.project, session)
    return {
        "id": prompt.id,
        **span(tree, prompt.place),
        "name": prompt.name,
        "role": prompt.role,
        "text": prompt.template.text,
        "holes": prompt.template.holes,
        "tokens": count.tokens,
        "tokenizer": count.tokenizer,
        "exact": count.exact,
        "evidence": prompt.evidence,
        "calls": prompt.calls,
    }


def _count(prompt: Prompt, project: Project, session: Session) -> Count:
    return session.meter(prompt.place.path).count_template(prompt.template, model_of(project, prompt))


def _where(project: Project, thing: CallSite | Prompt) -> str:
    return f"{visible(thing.place.path)}:{project.locate(thing.place.path, thing.place.start).row}"


def _through(call: CallSite) -> str:
    """The SDK that is called, or the functions of the project through which it is."""
    return f"via {' > '.join(visible(hop.rpartition('.')[2]) for hop in call.hops)}" if call.hops else call.sdk


def _some(numbers: list[str]) -> str:
    """The first few, and how many more."""
    return " ".join(numbers[:3]) + (f" +{len(numbers) - 3}" if len(numbers) > 3 else "") or "-"
