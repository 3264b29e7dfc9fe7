"""SARIF 2.1.0 (OASIS), for code scanning services: rules with their help, findings with fingerprints and fixes."""

from __future__ import annotations

import os
from urllib.parse import quote

from promptlint import __version__
from promptlint.finding import Finding, Fix, Severity
from promptlint.fingerprint import fingerprints
from promptlint.project import Place, Problem
from promptlint.report.annotations import lines_of, said
from promptlint.report.documents import dump
from promptlint.report.rules import documentation, first_sentence
from promptlint.report.terminal import Terminal, visible
from promptlint.report.view import View
from promptlint.rule import Rule
from promptlint.template import Edit
from promptlint.tree import Tree

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}


def render(view: View, terminal: Terminal) -> str:
    """The JSON document; `terminal` is not used."""
    rules = sorted(
        {view.session.registry.by_name[finding.rule] for finding in view.findings}, key=lambda rule: rule.code
    )
    order = {rule.name: at for at, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "promptlint", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not view.problems,
                "toolExecutionNotifications": [_notification(problem) for problem in view.problems],
            }
        ],
        "results": [
            _result(finding, mark, order[finding.rule], view)
            for finding, mark in fingerprints(view.findings, view.analysis.sources)
        ],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: type[Rule]) -> dict[str, object]:
    text = documentation(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": first_sentence(rule)},
        "help": {"text": text, "markdown": text},
        "properties": {"tags": ["llm", "cost"]},
    }


def _result(finding: Finding, mark: str, index: int, view: View) -> dict[str, object]:
    tree = view.analysis.tree
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": said(finding, tree)},
        "locations": [_location(tree, finding.place)],
        "partialFingerprints": {"promptlint/v1": mark},
        "properties": {"confidence": finding.confidence, "evidence": [visible(one) for one in finding.evidence]},
    }
    changes = _changes(finding.fix, tree) if finding.fix else None
    if finding.fix and changes:
        result["fixes"] = [{"description": {"text": finding.fix.description}, "artifactChanges": changes}]
    return result


def _changes(fix: Fix, tree: Tree) -> list[dict[str, object]] | None:
    """The changes by file; None where one is in a notebook, whose lines are not those of the file."""
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.path, []).append(edit)
    changes: list[dict[str, object]] = []
    for path, edits in by_path.items():
        replacements = []
        for edit in edits:
            region = _region(tree, Place(path, edit.start, edit.end))
            if region is None:
                return None
            replacements.append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
        changes.append({"artifactLocation": {"uri": _uri(path)}, "replacements": replacements})
    return changes


def _location(tree: Tree, place: Place) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(place.path)}}
    # Services need a line; that of a cell would be a wrong one.
    physical["region"] = _region(tree, place) or {"startLine": 1}
    return {"physicalLocation": physical}


def _uri(path: str) -> str:
    """A path below the working directory as a relative reference, another one as a file URI."""
    quoted = quote(os.fsencode(path))
    return f"file://{quoted}" if path.startswith("/") else quoted


def _region(tree: Tree, place: Place) -> dict[str, int] | None:
    at = lines_of(tree, place)
    if at is None:
        return None
    return {"startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column}


def _notification(problem: Problem) -> dict[str, object]:
    notification: dict[str, object] = {"level": "error", "message": {"text": visible(problem.message)}}
    if problem.path:
        physical = {"artifactLocation": {"uri": _uri(problem.path)}, "region": {"startLine": problem.line or 1}}
        notification["locations"] = [{"physicalLocation": physical}]
    return notification
