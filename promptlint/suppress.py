"""Suppression comments: `# promptlint: ignore[rule-name, TOK201]` and `# promptlint: ignore-file[...]`.

An ignore applies to findings that start or end on its line, and to all findings of a statement it stands on or in;
alone on its line it applies to the statement on the next code line. Without brackets it covers every rule.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from promptlint.facts import Comment, ModuleFacts
from promptlint.finding import Finding
from promptlint.nearest import hint, nearest
from promptlint.project import Place
from promptlint.template import Edit

SELF = "unused-suppression"
"""The rule that reports suppressions. It runs last, so whether it had something to say is not known here."""

# A comment may hold several parts: "# type: ignore  # promptlint: ignore[x]". "#" before a digit is an issue number.
PART = re.compile(r"#(?:[^#]|#(?=\d))*")
DIRECTIVE = re.compile(
    r"#\s*promptlint:\s*(?P<verb>[\w-]*)\s*(?:\[(?P<names>[^\]]*)(?P<close>\])?)?(?P<rest>.*)", re.DOTALL
)
OTHERS = re.compile(
    r"\b(?:fmt|yapf|isort|ruff|noqa|nosec|type|pragma|pylint|mypy|pyright|(?:en)?coding|vim|-\*-)\s*[:=\[]|\bnoqa\b"
)
"""What other programs read in a comment, so that it is more than the reason of a suppression."""
VERBS = ("ignore", "ignore-file", "prompt")
REASON_FOLLOWS = re.compile(r"\s*(?:$|[-:\u2013\u2014])")


@dataclass(frozen=True, slots=True)
class Entry:
    """One name between the brackets, as written, and the rule it means (None: no such rule)."""

    text: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class Suppression:
    """One suppression comment and what came of it.

    `used` is False where the whole comment suppresses nothing, as far as the rules that ran can tell;
    `unused_rules` are the names, as written, whose rules ran and found nothing here.
    """

    place: Place
    """The whole comment, other text in it included."""
    rules: tuple[str, ...]
    """Names of the rules it covers; empty: all, unless `unknown` or `reason` say otherwise."""
    whole_file: bool
    unknown: tuple[str, ...]
    """Names that are no rule."""
    reason: str | None
    """Why the comment is not understood, None where it is."""
    used: bool
    unused_rules: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    near: Mapping[str, str] = field(default_factory=dict)
    """For an unknown name the nearest known one."""
    removal: Edit | None = None
    """Takes the comment away; None where it is not understood."""
    brackets: tuple[int, int] | None = None
    """Offsets of the names between the brackets."""
    line: int = 0
    """The 1-based line it stands on."""
    next_line: int | None = None
    """For a comment alone on its line, the 1-based line of the statement that follows."""

    @property
    def is_blanket(self) -> bool:
        """Whether it covers every rule."""
        return not self.entries and self.reason is None

    def covers(self, rule: str) -> bool:
        """Whether it is meant for the rule of that name. To hide that it is itself unused it must say so by name."""
        return rule in self.rules or (self.is_blanket and rule != SELF)

    def complaint(self) -> str | None:
        """What is wrong with it in one sentence, None where nothing is."""
        if self.reason:
            return self.reason
        if self.unknown:
            name = self.unknown[0]
            near = f", did you mean `{self.near[name]}`?" if name in self.near else ""
            return f"no rule is called `{name}`{near}"
        if not self.used and self.is_blanket:
            return "suppresses nothing: no rule finds anything here"
        if self.unused_rules:
            names = ", ".join(f"`{name}`" for name in self.unused_rules)
            return f"suppresses nothing: {names} {'finds' if len(self.unused_rules) == 1 else 'find'} nothing here"
        return None

    def fix_edit(self) -> Edit | None:
        """The edit that takes away what is unused: the comment, or only names between its brackets.

        None where there is nothing to take away. A name that is no rule stays: it may be a typing mistake, or a rule
        of a plugin that is not installed.
        """
        kept = [entry.text for entry in self.entries if entry.text not in self.unused_rules]
        if self.brackets and kept:
            return Edit(self.place.path, *self.brackets, ", ".join(kept)) if self.unused_rules else None
        return None if self.used else self.removal


@dataclass(frozen=True, slots=True)
class Filtered:
    """Findings that stand, findings that a comment suppresses, and the comments with `used` filled in."""

    kept: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    suppressions: tuple[Suppression, ...]


def suppressions(facts: ModuleFacts, rule_names: Mapping[str, str]) -> tuple[Suppression, ...]:
    """The suppression comments of a file, in order. `rule_names` maps the name of every known rule to its code."""
    return tuple(
        parse(facts, comment, part, directive, rule_names)
        for comment in facts.comments
        for part in PART.finditer(comment.text)
        if (directive := DIRECTIVE.match(part[0])) and directive["verb"] != "prompt"
    )


def apply(
    findings: Iterable[Finding],
    modules: Mapping[str, ModuleFacts],
    rule_names: Mapping[str, str],
    ran: Callable[[str, str], bool],
) -> Filtered:
    """Sorts out the findings that comments suppress.

    `modules` are all files by path; `ran(path, rule)` says whether a rule ran on a file: only then can its
    name in a comment be called unused. A comment without names is unused only where every rule ran.
    """
    comments = {path: suppressions(facts, rule_names) for path, facts in modules.items() if facts.comments}
    hits: dict[str, set[tuple[int, str]]] = {path: set() for path in comments}
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    near = {path: _Lines.of(found) for path, found in comments.items()}
    for finding in findings:
        path = finding.place.path
        indexes = [
            index
            for index in (near[path].at(finding, modules[path]) if path in near else ())
            if comments[path][index].covers(finding.rule) and reaches(comments[path][index], finding, modules[path])
        ]
        (suppressed if indexes else kept).append(finding)
        if indexes:
            hits[path].update((index, finding.rule) for index in indexes)
    done = (
        judge(suppression, {rule for at, rule in hits[path] if at == index}, rule_names, ran)
        for path, found in sorted(comments.items())
        for index, suppression in enumerate(found)
    )
    return Filtered(tuple(kept), tuple(suppressed), tuple(done))


@dataclass(frozen=True, slots=True)
class _Lines:
    """The comments of a file by number: those for the whole file, and the lines that others may apply to, in order."""

    everywhere: tuple[int, ...]
    lines: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, found: Sequence[Suppression]) -> _Lines:
        lines = {
            (line, index)
            for index, one in enumerate(found)
            for line in (one.line, one.next_line)
            if not one.whole_file and line is not None
        }
        return cls(tuple(index for index, one in enumerate(found) if one.whole_file), tuple(sorted(lines)))

    def at(self, finding: Finding, facts: ModuleFacts) -> list[int]:
        """The comments that may apply to a finding, in order."""
        start, end = finding.place.start, max(finding.place.start, finding.place.end - 1)
        statement = facts.statement_at(start) or (start, start + 1)
        first = line_of(facts, min(start, statement[0]))
        last = line_of(facts, max(end, statement[1] - 1))
        some = self.lines[bisect_left(self.lines, (first, -1)) : bisect_left(self.lines, (last + 1, -1))]
        return sorted({*self.everywhere, *(index for _, index in some)})


def judge(
    suppression: Suppression, matched: Set[str], rule_names: Mapping[str, str], ran: Callable[[str, str], bool]
) -> Suppression:
    """The suppression with `used` and `unused_rules` filled in; `matched` are the rules it suppressed."""
    path = suppression.place.path
    if suppression.is_blanket:
        asked = all(ran(path, rule) for rule in rule_names if rule != SELF)
        return replace(suppression, used=bool(matched) or not asked)
    idle = tuple(
        entry.text
        for entry in suppression.entries
        if entry.rule and entry.rule != SELF and entry.rule not in matched and ran(path, entry.rule)
    )
    useless = {*idle, *suppression.unknown}
    return replace(suppression, used=any(entry.text not in useless for entry in suppression.entries), unused_rules=idle)


def reaches(suppression: Suppression, finding: Finding, facts: ModuleFacts) -> bool:
    """Whether a finding in the same file lies where the comment applies."""
    if suppression.whole_file:
        return True
    start, end = finding.place.start, max(finding.place.start, finding.place.end - 1)
    if suppression.line in (line_of(facts, start), line_of(facts, end)):
        return True
    statement = facts.statement_at(start)
    if statement is None:
        return False
    first, last = line_of(facts, statement[0]), line_of(facts, max(statement[0], statement[1] - 1))
    return first <= suppression.line <= last or suppression.next_line == first


def line_of(facts: ModuleFacts, offset: int) -> int:
    return facts.position(offset)[0]


def next_code_line(facts: ModuleFacts, comment: Comment) -> int | None:
    """The line on which the statement after a comment begins, where the comment stands alone between statements."""
    if not comment.alone or facts.statement_at(comment.start):
        return None
    following = bisect_right(facts.statements, comment.start, key=lambda span: span[0])
    return line_of(facts, facts.statements[following][0]) if following < len(facts.statements) else None


def parse(
    facts: ModuleFacts, comment: Comment, part: re.Match[str], directive: re.Match[str], rule_names: Mapping[str, str]
) -> Suppression:
    """The suppression that one part of a comment declares."""
    reason = misspelt(directive)
    names = [] if reason else [name.strip() for name in (directive["names"] or "").split(",") if name.strip()]
    codes = {code: name for name, code in rule_names.items()}
    entries = tuple(Entry(name, name if name in rule_names else codes.get(name)) for name in names)
    unknown = tuple(entry.text for entry in entries if entry.rule is None)
    near = {name: match for name in unknown if (match := nearest(name, (*rule_names, *codes)))}
    offset = comment.start + part.start()
    return Suppression(
        place=Place(facts.path, comment.start, comment.end),
        rules=tuple(entry.rule for entry in entries if entry.rule),
        whole_file=directive["verb"] == "ignore-file",
        unknown=unknown,
        reason=reason,
        used=False,
        unused_rules=(),
        entries=entries,
        near=near,
        removal=None if reason or OTHERS.search(directive["rest"]) else removal(facts, comment, part),
        brackets=(offset + directive.start("names"), offset + directive.end("names")) if entries else None,
        line=comment.line,
        next_line=next_code_line(facts, comment),
    )


def misspelt(directive: re.Match[str]) -> str | None:
    """Why a directive is not understood, None where it is."""
    verb, names = directive["verb"], directive["names"]
    if verb not in VERBS:
        subject = f"`{verb}` is not understood" if verb else "nothing is said after `promptlint:`"
        return f"{subject}, {hint(verb, VERBS)}"
    if names is not None and not directive["close"]:
        return f"the bracket after `{verb}` is not closed"
    if names is not None and not names.strip(" ,\t"):
        return f"no rule is named between the brackets; `{verb}` alone covers every rule"
    if names is None and not REASON_FOLLOWS.match(directive["rest"]):
        return f"rule names belong in brackets: `{verb}[rule-name]`"
    return None


def removal(facts: ModuleFacts, comment: Comment, part: re.Match[str]) -> Edit:
    """The edit that deletes one part of a comment with the blanks before it, and its line where nothing is left."""
    start, end = comment.start + part.start(), comment.start + part.end()
    if part.end() < len(comment.text):
        return Edit(facts.path, start, end, "")
    if part.start():
        before = comment.text[: part.start()]
        return Edit(facts.path, start - (len(before) - len(before.rstrip())), end, "")
    if comment.alone and comment.line < len(facts.line_starts):
        end = facts.line_starts[comment.line]
    return Edit(facts.path, start - comment.blanks, end, "")
