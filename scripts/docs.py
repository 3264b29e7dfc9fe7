"""Writes the pages of docs/rules/ and the rules table of README.md from the rules themselves.

python scripts/docs.py           writes what differs
python scripts/docs.py --check   writes nothing, exit code 1 and the names of the files where something differs
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path

from promptlint import registry
from promptlint.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "rules"
README = ROOT / "README.md"
BEGIN, END = "<!-- rules:begin -->", "<!-- rules:end -->"


def sections(rule: type[Rule]) -> dict[str, str]:
    """The rule's docstring by heading, in order."""
    parts = cleandoc(rule.__doc__ or "").split("## ")[1:]
    return {heading.strip(): body.strip() for heading, _, body in (part.partition("\n") for part in parts)}


def fix(rule: type[Rule]) -> str:
    """What the rule's examples and its docstring say of its fix: "safe", "unsafe" or "none"."""
    if not any(example.fixed is not None for example in rule.bad):
        return "none"
    word = sections(rule)["Fix safety"].split()[0].strip(".,:;").lower()
    if word not in {"safe", "unsafe"}:
        raise SystemExit(f"{rule.__module__}: the section 'Fix safety' has to begin with Safe or Unsafe, not {word!r}")
    return word


def page(rule: type[Rule]) -> str:
    """The Markdown page of a rule."""
    source = rule.__module__.replace("promptlint_rules.", "rules/") + ".py"
    lines = [
        f"<!-- Made from {source} by scripts/docs.py: change it there. -->",
        f"# {rule.name} ({rule.code})",
        f"Fix: {fix(rule)}." + (" Preview: runs only when it is selected by name or code." if rule.preview else ""),
    ]
    for heading, body in sections(rule).items():
        lines += [f"## {heading}", body]
        if heading == "Options" and fields(rule):
            lines += [options(rule)]
    lines += ["## Tested examples"]
    for example in rule.bad:
        lines += [f"Found, with the message “… {example.message} …”:", code(example.source)]
        if example.fixed is not None:
            lines += ["After the fix:", code(example.fixed)]
    for source in rule.good:
        lines += ["Not found:", code(source)]
    return "\n\n".join(lines) + "\n"


def options(rule: type[Rule]) -> str:
    """The options as they are written in pyproject.toml, with their defaults."""
    values = [f"{field.name.replace('_', '-')} = {toml(field.default)}" for field in fields(rule)]
    return code("\n".join([f"[tool.promptlint.rules.{rule.name}]", *values]), "toml")


def toml(value: object) -> str:
    """A simple value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def code(text: str, language: str = "python") -> str:
    """A fenced block; blanks at line ends are kept, long lines shortened, the fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    lines = [line if len(line) <= 160 else f"{line[:100]} … {line[-20:]}" for line in text.strip("\n").split("\n")]
    return "\n".join([fence + language, *lines, fence])


def table(rules: Iterable[type[Rule]]) -> str:
    """The rules as a Markdown table, with the first sentence of what each does."""
    rows = ["| code | rule | what it does | fix |", "|---|---|---|---|"]
    for rule in rules:
        does = " ".join(sections(rule)["What it does"].split("\n\n")[0].split())
        summary = does.partition(". ")[0].rstrip(".")
        rows.append(f"| {rule.code} | [{rule.name}](docs/rules/{rule.name}.md) | {summary} | {fix(rule)} |")
    return "\n".join(rows)


def with_table(readme: str, rows: str) -> str:
    """README.md with what stands between the two markers replaced."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{README.name}: the lines {BEGIN} and {END} are needed, in this order")
    return f"{before}{BEGIN}\n{rows}\n{END}{after}"


def wanted(rules: tuple[type[Rule], ...]) -> dict[Path, str | None]:
    """What each generated file has to hold, None where it has to go."""
    stale: dict[Path, str | None] = dict.fromkeys(PAGES.glob("*.md"))
    pages = {PAGES / f"{rule.name}.md": page(rule) for rule in rules}
    return stale | pages | {README: with_table(README.read_text(encoding="utf-8"), table(rules))}


def differing(files: Mapping[Path, str | None]) -> list[Path]:
    """The files that do not hold what they have to."""
    return [
        path for path, text in files.items() if (path.read_text(encoding="utf-8") if path.exists() else None) != text
    ]


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        raise SystemExit(__doc__)
    loaded = registry.load()
    if loaded.problems:
        raise SystemExit("\n".join(problem.message for problem in loaded.problems))
    files = wanted(tuple(rule for rule in loaded.rules if rule.__module__.startswith("promptlint_rules.")))
    different = differing(files)
    for path in different:
        text = files[path]
        print(f"{path.relative_to(ROOT)}: {'differs from the rules' if arguments else 'written'}", file=sys.stderr)
        if arguments:
            continue
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if arguments and different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
