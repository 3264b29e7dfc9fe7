"""The last lines of a report for people."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.finding import Applicability, Severity
from promptlint.report.terminal import Terminal, plural, usd, visible
from promptlint.report.view import Narrowed, View

COLORS = {Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


def summary(view: View, terminal: Terminal) -> list[str]:
    """What was read, what was found, what can be fixed, and what it saves."""
    tree = view.analysis.tree
    scope = (
        f"{plural(tree.files_seen, 'file')}, {plural(tree.call_count, 'LLM call')}, "
        f"{plural(tree.prompt_count, 'prompt')}"
    )
    lines = [fixed] if (fixed := fix_summary(view)) else []
    if view.findings:
        severities = ", ".join(f"{count} {severity}" for severity in Severity if (count := view.severities[severity]))
        lines.append(f"{plural(len(view.findings), 'finding')} ({severities}) in {scope}.")
        lines += [line for line in (_fixable(view), _savings(view)) if line]
    else:
        lines.append(f"No findings in {scope}.")
    lines += _left_out(view.narrowed)
    if quiet := view.quiet_files:
        lines.append(f"{plural(quiet, 'test or example file')} not checked: name the folder to check {_them(quiet)}.")
    color = None if view.findings else "green"
    return [terminal.paint(part, color, bold=True) for line in lines for part in terminal.wrap(line)]


def fix_summary(view: View, verb: str = "Fixed") -> str | None:
    """`Fixed 3 findings in 2 files, all prompts in them together 812 -> 655 tokens (157 saved).`, None for nothing."""
    if not view.fixed or not view.recount:
        return None
    before, after = view.recount
    verdict = f"{before - after:,} saved" if after <= before else f"{after - before:,} more"
    return (
        f"{verb} {plural(len(view.fixed.applied), 'finding')} in {plural(len(view.fixed.changed), 'file')}, "
        f"all prompts in them together {before:,} -> {after:,} tokens ({verdict})."
    )


def _left_out(narrowed: Narrowed) -> Iterator[str]:
    if narrowed.since is not None:
        yield f"{plural(narrowed.older, 'finding')} older than {visible(narrowed.since)} not shown."
    if narrowed.known:
        yield f"{plural(narrowed.known, 'finding')} of the baseline not shown."
    for entry in narrowed.stale:
        times = f" ({entry.count} times)" if entry.count > 1 else ""
        gone = visible(f"{entry.rule} in {entry.file}")
        yield f"Gone from the baseline: {gone}{times}. Write it again with `promptlint baseline`."


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _fixable(view: View) -> str | None:
    marked = view.fixable(*view.allowed)
    hidden = view.fixable(*Applicability) - marked
    option = "--fix --unsafe-fixes" if Applicability.UNSAFE in view.allowed else "--fix"
    if marked and hidden:
        return f"[*] {marked} fixable with {option}, {hidden} more with --unsafe-fixes."
    if marked:
        return f"[*] {marked} fixable with {option}."
    return f"{hidden} fixable with --fix --unsafe-fixes." if hidden else None


def _savings(view: View) -> str | None:
    """The findings' savings together. They may overlap, so the sum is a ceiling."""
    tokens = view.input_tokens_saved
    parts = [f"{plural(tokens, 'input token')} for one call of each call site"] if tokens else []
    if view.usd_per_1k_calls:
        parts.append(f"{usd(view.usd_per_1k_calls)} per 1,000 calls of each")
    return f"Together that saves up to {' and '.join(parts)}." if parts else None
