"""What a change does to calls and prompts: schema `promptlint.diff/1`. Fields are added to it, never changed."""

from __future__ import annotations

from promptlint import __version__
from promptlint.diffs import CallChange, Difference
from promptlint.diffs.calls import CallSide
from promptlint.diffs.prompts import PromptChange, PromptSide
from promptlint.report.as_json import finding_document
from promptlint.report.diffs import price_dates
from promptlint.report.documents import dump, errors
from promptlint.report.terminal import Terminal
from promptlint.report.view import View


def render(difference: Difference, view: View, terminal: Terminal) -> str:
    """The JSON document; `terminal` is not used."""
    document = {
        "schema": "promptlint.diff/1",
        "version": __version__,
        "base": difference.base,
        "head": difference.head,
        "summary": {
            "input_tokens": difference.input_tokens,
            "input_tokens_before": difference.tokens_before,
            "usd_per_1k_calls": difference.input_usd,
            "usd_per_month": difference.monthly_usd,
            "unpriced": difference.unpriced,
            "price_dates": price_dates(difference),
        },
        "calls": [_call(change) for change in difference.calls],
        "prompts": [_prompt(change) for change in difference.prompts],
        "findings": [finding_document(finding, view) for finding in view.findings],
        "errors": errors(view.problems),
    }
    return dump(document)


def _call(change: CallChange) -> dict[str, object]:
    return {
        "kind": change.kind,
        "before": _call_side(change.before) if change.before else None,
        "after": _call_side(change.after) if change.after else None,
        "changes": [{"what": one.what, "before": one.before, "after": one.after} for one in change.changes],
        "input_tokens": change.input_tokens,
        "usd_per_1k_calls": change.input_usd,
        "usd_per_month": change.monthly_usd,
        "inherited_by": [one.side.call.id for one in change.inherited],
    }


def _call_side(side: CallSide) -> dict[str, object]:
    """A call; `max_output_usd_per_1k_calls` is what answers as long as the cap allows cost."""
    return {
        "file": side.file,
        "row": side.row,
        "function": side.function,
        "api": side.call.api,
        "model": side.call.model,
        "assumed_model": side.assumed,
        "max_tokens": side.call.cap.tokens,
        "max_tokens_state": side.call.cap.state,
        "loop": side.call.loop,
        "cache_markers": side.call.cache_markers,
        "input_tokens": side.input_tokens,
        "tokenizer": side.tokenizer,
        "exact": side.exact,
        "usd_per_call": None if side.input_usd is None else side.input_usd / 1000,
        "usd_per_1k_calls": side.input_usd,
        "max_output_usd_per_1k_calls": side.output_usd,
        "calls_per_month": side.monthly_calls,
    }


def _prompt(change: PromptChange) -> dict[str, object]:
    return {
        "kind": change.kind,
        "before": _prompt_side(change.before) if change.before else None,
        "after": _prompt_side(change.after) if change.after else None,
        "tokens": change.tokens,
    }


def _prompt_side(side: PromptSide) -> dict[str, object]:
    return {
        "file": side.file,
        "row": side.row,
        "name": side.prompt.name,
        "role": side.prompt.role,
        "text": side.prompt.template.text,
        "tokens": side.tokens,
        "tokenizer": side.tokenizer,
        "exact": side.exact,
    }
