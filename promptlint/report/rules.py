"""Rules as text and JSON: their docstrings, options and examples."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import fields
from inspect import cleandoc

from promptlint.report.documents import dump
from promptlint.report.table import table
from promptlint.report.terminal import Terminal
from promptlint.rule import Rule

_PROSE = re.compile(r"[A-Za-z`*\"'(]")
"""How a paragraph begins that may be filled anew; lists, tables, code and headings may not."""


def listed(rules: Iterable[type[Rule]], terminal: Terminal) -> str:
    """A line a rule: code, name, whether it fixes, and what it finds."""
    rows = [(rule.code, rule.name, "yes" if fixes(rule) else "-", first_sentence(rule)) for rule in rules]
    columns = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    room = terminal.width - sum(columns) - 6
    lines = [
        (*(row[:3] if at == 0 else ("", "", "")), text)
        for row in rows
        for at, text in enumerate(textwrap.wrap(row[3], max(room, 20)) or [""])
    ]
    return "\n".join(table(("code", "rule", "fix", "finds"), lines, terminal)) + "\n"


def explained(rule: type[Rule], terminal: Terminal) -> str:
    """The rule's documentation with its options' defaults and its examples."""
    lines = [terminal.paint(f"{rule.name} ({rule.code})", bold=True), ""]
    for paragraph in documentation(rule).split("\n\n"):
        if paragraph.startswith("#"):
            heading, _, paragraph = paragraph.partition("\n")
            lines.append(terminal.paint(heading.lstrip("# "), bold=True))
        filled = _PROSE.match(paragraph) and "\n    " not in paragraph and "```" not in paragraph
        lines += [*(terminal.wrap(paragraph) if filled else paragraph.splitlines()), ""]
    if options := _options(rule):
        lines.append(terminal.paint("Defaults", bold=True))
        lines += [f"- {name} = {default}" for name, default in options.items()]
        lines.append("")
    for title, source in _examples(rule):
        lines += [terminal.paint(title, bold=True), *textwrap.indent(source.strip("\n"), "    ").splitlines(), ""]
    lines.append(f"Fix available: {'yes' if fixes(rule) else 'no'}. {rule.url()}")
    return "\n".join(lines) + "\n"


def as_json(rules: Iterable[type[Rule]]) -> str:
    """A JSON document, schema `promptlint.rules/1`."""
    return dump({"schema": "promptlint.rules/1", "rules": [_described(rule) for rule in rules]})


def documentation(rule: type[Rule]) -> str:
    """The rule's docstring (Markdown) without its indentation."""
    return cleandoc(rule.__doc__ or "")


def fixes(rule: type[Rule]) -> bool:
    """Whether the rule has a fix, as its examples show."""
    return any(example.fixed is not None for example in rule.bad)


def _described(rule: type[Rule]) -> dict[str, object]:
    return {
        "name": rule.name,
        "code": rule.code,
        "preview": rule.preview,
        "fixes": fixes(rule),
        "options": _options(rule),
        "documentation": documentation(rule),
        "good": rule.good,
        "bad": [{"source": bad.source, "message": bad.message, "fixed": bad.fixed} for bad in rule.bad],
        "url": rule.url(),
    }


def _options(rule: type[Rule]) -> dict[str, object]:
    """Option names as written in configuration files, and their defaults."""
    defaults = rule()
    return {field.name.replace("_", "-"): getattr(defaults, field.name) for field in fields(rule)}


def _examples(rule: type[Rule]) -> list[tuple[str, str]]:
    examples = [part for bad in rule.bad[:1] for part in ((f'Found: "… {bad.message} …"', bad.source),)]
    examples += [("After the fix", bad.fixed) for bad in rule.bad[:1] if bad.fixed is not None]
    return examples + [("Not found", source) for source in rule.good[:1]]


def first_sentence(rule: type[Rule]) -> str:
    """The first sentence below the heading `What it does`."""
    paragraphs = [part for part in re.split(r"\n\s*\n|^#.*\n", documentation(rule), flags=re.MULTILINE) if part.strip()]
    text = " ".join(paragraphs[0].split()) if paragraphs else ""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", text, maxsplit=1)[0]
