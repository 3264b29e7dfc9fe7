"""The machine-readable report of `check`: schema `promptlint.check/1`. Fields are added to it, never changed."""

from __future__ import annotations

import msgspec

from promptlint import __version__
from promptlint.finding import Applicability, Finding, Fix, Saving
from promptlint.project import Place
from promptlint.report.documents import dump, errors, span
from promptlint.report.terminal import Terminal
from promptlint.report.view import View
from promptlint.tree import Tree


def render(view: View, terminal: Terminal) -> str:
    """The JSON document; `terminal` is not used."""
    tree = view.analysis.tree
    document = {
        "schema": "promptlint.check/1",
        "version": __version__,
        "summary": {
            "files": tree.files_seen,
            "prompts": tree.prompt_count,
            "calls": tree.call_count,
            "findings": len(view.findings),
            "fixable": view.fixable(*Applicability),
            "input_tokens_saved": view.input_tokens_saved,
            "usd_per_1k_calls": view.usd_per_1k_calls,
            "suppressed": len(view.analysis.suppressed),
            "quiet_files": view.quiet_files,
            "older": view.narrowed.older,
            "baseline": {
                "known": view.narrowed.known,
                "stale": [msgspec.to_builtins(entry) for entry in view.narrowed.stale],
            },
            "fixed": _fixed(view),
        },
        "findings": [finding_document(finding, view) for finding in view.findings],
        "errors": errors(view.problems),
    }
    return dump(document)


def finding_document(finding: Finding, view: View) -> dict[str, object]:
    """A finding as the contract of `check` has it."""
    tree = view.analysis.tree
    return {
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        **span(tree, finding.place),
        "call": finding.call,
        "prompt": finding.prompt,
        "model": finding.model,
        "saving": _saving(finding.saving) if finding.saving else None,
        "fix": _fix(finding.fix, tree) if finding.fix else None,
        "url": view.url(finding),
        "help": finding.help,
        "evidence": finding.evidence,
    }


def _saving(saving: Saving) -> dict[str, object]:
    return {
        "input_tokens": saving.input_tokens,
        "output_tokens": saving.output_tokens,
        "usd_per_1k_calls": saving.usd_per_1k_calls,
        "tokenizer": saving.tokenizer,
        "exact": saving.exact,
        "basis": saving.basis,
    }


def _fix(fix: Fix, tree: Tree) -> dict[str, object]:
    return {
        "applicability": fix.applicability,
        "description": fix.description,
        "edits": [{**span(tree, Place(edit.path, edit.start, edit.end)), "text": edit.text} for edit in fix.edits],
    }


def _fixed(view: View) -> dict[str, int] | None:
    if not view.fixed or not view.recount:
        return None
    before, after = view.recount
    return {
        "findings": len(view.fixed.applied),
        "files": len(view.fixed.changed),
        "input_tokens_before": before,
        "input_tokens_after": after,
    }
