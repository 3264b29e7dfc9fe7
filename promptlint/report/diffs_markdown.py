"""What a change does to calls and prompts, as a comment on a pull request. No text of the code can become markup."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.diffs import CallChange, Difference
from promptlint.report.diffs import (
    call_name,
    features,
    followers,
    money_per_call,
    prompt_name,
    signed,
    signed_usd,
    summary,
)
from promptlint.report.markdown import SHOWN, code, finding_rows, plain, prose, table
from promptlint.report.terminal import Terminal, usd
from promptlint.report.view import View

MARKER = "<!-- promptlint diff -->"
"""The first line, which nobody sees: by it the comment is found again, to be replaced."""


STAYED = (signed(0), signed_usd(0.0))
"""How it is written that nothing changed."""


def render(difference: Difference, view: View, terminal: Terminal) -> str:
    """Marker, headline, and a table each of calls, prompts and new findings; `terminal` is not used."""
    lines = [MARKER, "## promptlint: tokens and cost", "", *map(prose, summary(difference))]
    if difference.calls:
        header = ("call", "change", "input tokens per call", "USD per call", "USD per 1,000 calls")
        lines += ["", *table(header, _calls(difference)), *_rest(len(difference.calls), "calls")]
    if difference.prompts:
        lines += ["", *table(("prompt", "change", "tokens"), _prompts(difference))]
        lines += _rest(len(difference.prompts), "prompts")
    if difference.findings:
        lines += [
            "",
            "### New findings",
            "",
            *table(("where", "rule", "severity", "finding", "saves"), finding_rows(view)),
        ]
        lines += _rest(len(difference.findings), "findings")
    return "\n".join(lines) + "\n"


def _calls(difference: Difference) -> Iterator[tuple[str, ...]]:
    for change in difference.calls[:SHOWN]:
        side = change.side
        notes = [change.kind, *([side.model] if change.kind != "changed" else []), *features(change)]
        if change.monthly_usd is not None:
            notes.append(f"{signed_usd(change.monthly_usd)} a month")
        if text := followers(change):
            notes.append(text)
        yield (
            f"{code(call_name(side))} {code(f'{side.file}:{side.row}')}",
            "<br>".join(prose(note.replace(" -> ", " → ")) for note in notes),
            *_figures(change),
        )


def _figures(change: CallChange) -> tuple[str, str, str]:
    sides = [side for side in (change.before, change.after) if side]
    tokens = _arrow([f"{side.input_tokens:,}" for side in sides], signed(change.input_tokens))
    amounts = [side.input_usd for side in sides]
    known = [amount for amount in amounts if amount is not None]
    if change.input_usd is None or len(known) < len(amounts):
        return tokens, "not known", "not known"
    more = change.input_usd
    return (
        tokens,
        plain(_arrow([money_per_call(amount) for amount in known], signed_usd(more / 1000))),
        plain(_arrow([usd(amount) for amount in known], signed_usd(more))),
    )


def _arrow(values: list[str], more: str) -> str:
    """`100 → 120 (+20)`, `100` where it stayed, `+100` or `-100` for what came or went."""
    if len(values) == 1:
        return more
    # What is rounded can look the same before and after.
    shown = " → ".join(dict.fromkeys(values))
    return shown if more in STAYED else f"{shown} ({more})"


def _prompts(difference: Difference) -> Iterator[tuple[str, ...]]:
    for change in difference.prompts[:SHOWN]:
        side = change.side
        tokens = [f"{one.tokens:,}" for one in (change.before, change.after) if one]
        yield (
            f"{plain(prompt_name(side))} {code(f'{side.file}:{side.row}')}",
            change.kind,
            _arrow(tokens, signed(change.tokens)),
        )


def _rest(count: int, noun: str) -> list[str]:
    return ["", f"{count - SHOWN:,} more {noun} are not shown."] if count > SHOWN else []
