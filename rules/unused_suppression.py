"""The rule unused-suppression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from promptlint.finding import Applicability, Finding, Fix, Severity
from promptlint.rule import Bad, Context, Rule
from promptlint.suppress import Suppression


@dataclass(frozen=True)
class UnusedSuppression(Rule):
    """
    ## What it does
    Finds `# promptlint: ignore[...]` comments that silence nothing, and those that cannot be understood.

    ## Why is this bad?
    The comment claims a problem that is no longer there, and it will silence the next one that comes up. A misspelt
    one does not silence what it was written for.

    ## Example
    ```python
    GREETING = "Say hello to the customer."  # promptlint: ignore[whitespace-bloat]
    ```
    Use instead:
    ```python
    GREETING = "Say hello to the customer."
    ```

    ## Fix safety
    Safe: only the comment changes, other text in it is kept. A name that is no rule is kept too, as it may be a typing
    mistake or belong to a plugin that is not installed. A rule that did not run here is not called unused.

    ## Options
    None.

    ## References
    - Suppression comments: `# promptlint: ignore[rule, TOK101]` for a line or statement, `ignore-file[...]` for a file
    """

    code = "TOK900"
    name = "unused-suppression"
    good = (
        '''from openai import OpenAI

client = OpenAI()


def ask(question):
    prompt = """
        Answer the question of the customer.
        Name the page of the manual.
        Keep it to three sentences.
        Do not guess prices.
        Do not promise dates.
        Use the language of the question.
        """  # promptlint: ignore[whitespace-bloat]
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=question)
''',
    )
    bad = (
        Bad(
            """from openai import OpenAI

client = OpenAI()


def greet(customer):
    prompt = "Say hello to the customer in one friendly sentence."  # promptlint: ignore[whitespace-bloat]
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=customer)
""",
            "suppresses nothing",
            fixed="""from openai import OpenAI

client = OpenAI()


def greet(customer):
    prompt = "Say hello to the customer in one friendly sentence."
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=customer)
""",
        ),
        Bad(
            """from openai import OpenAI

client = OpenAI()


def greet(customer):
    prompt = "Say hello to the customer in one friendly sentence."  # promptlint: ignore[whitespace-blot]
    return client.responses.create(model="gpt-4.1", instructions=prompt, input=customer)
""",
            "did you mean `whitespace-bloat`?",
        ),
    )

    def check_suppression(self, suppression: Suppression, context: Context) -> Iterator[Finding]:
        complaint = suppression.complaint()
        if complaint is None:
            return
        edit = suppression.fix_edit()
        yield self.finding(
            suppression.place,
            complaint,
            severity=Severity.LOW,
            fix=Fix(Applicability.SAFE, "Remove what suppresses nothing", (edit,)) if edit else None,
        )
