"""Writes the files of a new rule, which works as it stands: python scripts/new_rule.py NAME CODE

NAME is kebab-case and names the bad pattern (`very-very`), CODE is free (`TOK199`). The rule goes to `rules/`, its
first test to `tests/rules/`; what they look for is an example to replace. Exit code 2 with the reason where it cannot.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from promptlint import registry

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CODE = re.compile(r"TOK[0-9]{3}")

RULE = '''\
"""The rule {name}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.finding import Applicability, Confidence, Finding, Fix
from promptlint.project import Place, Prompt
from promptlint.rule import Bad, Context, Rule
from promptlint.saving import basis_of, input_saving, severity_of

PATTERN = re.compile(r"\\bvery (?P<again>(?:very )+)")


@dataclass(frozen=True)
class {cls}(Rule):
    """
    ## What it does
    Finds `very very`.

    ## Why is this bad?
    Each call pays for every word, and one says the same.

    ## Example
    ```python
    SYSTEM_PROMPT = "Be very very brief."
    ```
    Use instead:
    ```python
    SYSTEM_PROMPT = "Be very brief."
    ```

    ## Fix safety
    Unsafe: the text changes.

    ## Options
    - `min_tokens`: report from this many tokens saved per call (default 1).

    ## References
    None.
    """

    code = "{code}"
    name = "{name}"
    preview = True
    good = (
        """from openai import OpenAI

OpenAI().responses.create(model="gpt-5.5", input="Name the capital of France and be very brief.")
""",
    )
    bad = (
        Bad(
            """from openai import OpenAI

OpenAI().responses.create(model="gpt-5.5", input="Name the capital of France and be very very brief.")
""",
            "said 2 times",
            fixed="""from openai import OpenAI

OpenAI().responses.create(model="gpt-5.5", input="Name the capital of France and be very brief.")
""",
        ),
    )

    min_tokens: int = 1

    def check_prompt(self, prompt: Prompt, context: Context) -> Iterator[Finding]:
        text = prompt.template
        calls = [context.project.call_by_id[call] for call in prompt.calls]
        basis = basis_of(calls)
        before = context.meter.count_template(text, basis.model)
        for match in PATTERN.finditer(text.text):
            start, end = match.span("again")
            edits, where = text.replace(start, end), text.source_range(*match.span())
            after = context.meter.count_template(text.after([(start, end, "")]), basis.model)
            saved = before.tokens - after.tokens
            if edits is None or where is None or saved < self.min_tokens:
                continue
            saving = input_saving(saved, before, basis, context.meter)
            yield self.finding(
                Place(*where),
                f"'very' is said {{match.group().count('very')}} times",
                severity=severity_of(saving.usd_per_1k_calls),
                confidence=Confidence.HIGH if prompt.calls else Confidence.MEDIUM,
                help="say it once",
                prompt=prompt,
                model=basis.model,
                saving=saving,
                fix=Fix(Applicability.UNSAFE, "Say it once", edits),
            )
'''

TEST = '''\
"""{name}: cases beyond its own examples (those run in tests/test_rules.py)."""

from __future__ import annotations

from rule_run import findings

CALL = 'from openai import OpenAI\\n\\nOpenAI().responses.create(model="gpt-5.5", input={{}})\\n'


def test_a_saving_is_stated() -> None:
    (finding,) = findings(CALL.format('"Be very very very brief, and name your source."'), "{name}")
    assert finding.saving
    assert finding.saving.input_tokens == 2
'''


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        return refused(f"two arguments are needed, NAME and CODE\n{__doc__}")
    name, code = arguments
    if not NAME.fullmatch(name):
        return refused(f"{name!r} is no kebab-case name such as very-very")
    if not CODE.fullmatch(code):
        return refused(f"{code!r} is no code such as TOK199")
    for rule in registry.load().rules:
        if rule.name == name or rule.code == code:
            return refused(f"{rule.code} is {rule.name}: take another {'name' if rule.name == name else 'code'}")
    module = name.replace("-", "_")
    files = {ROOT / "rules" / f"{module}.py": RULE, ROOT / "tests" / "rules" / f"test_{module}.py": TEST}
    for path in files:
        if path.exists():
            return refused(f"{path.relative_to(ROOT)} exists")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(name=name, code=code, cls=name.title().replace("-", "")), encoding="utf-8")
        print(path.relative_to(ROOT))
    print("Replace what the rule looks for, then: python -m pytest tests/test_rules.py && python scripts/docs.py")
    return 0


def refused(why: str) -> int:
    print(f"new_rule: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
