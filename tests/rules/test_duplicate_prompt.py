"""duplicate-prompt: several files in, findings out."""

from __future__ import annotations

import pytest

from promptlint.finding import Finding, Severity
from promptlint.wording.likeness import Likeness, likenesses
from rule_run import findings

RULE = "duplicate-prompt"
RULES = [
    "You answer the customers of a shop for garden tools in the language they write in.",
    "Name the page of the manual that each statement is taken from, and never guess a price.",
    "When a customer is angry, apologise once, offer to call back, and name the hours of the service desk.",
    "A refund is promised by the service desk only, so name its address when a refund is asked for.",
    "Close with one short question that helps the customer to go on, unless the customer said goodbye.",
]
PROMPT = " ".join(RULES)
NEARLY = PROMPT.replace("one short question", "one friendly question")


def app(prompt: str) -> str:
    return (
        "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef ask(question):\n"
        f"    return client.responses.create(model='gpt-4.1', instructions={prompt!r}, input=question)\n"
    )


def places(sources: dict[str, str]) -> list[tuple[str, str]]:
    return [(finding.place.path, finding.message) for finding in check(sources)]


def check(sources: dict[str, str]) -> list[Finding]:
    return findings(sources, RULE)


def test_each_later_copy_names_the_first() -> None:
    found = check({"b.py": app(PROMPT), "sub/c.py": app(PROMPT), "A.py": app(PROMPT)})
    assert [finding.place.path for finding in found] == ["b.py", "sub/c.py"]
    assert all("is also kept at A.py:7" in finding.message for finding in found)
    assert all(finding.severity is Severity.LOW and finding.saving is None and finding.fix is None for finding in found)


def test_nearly_the_same_text_says_how_much() -> None:
    ((path, message),) = places({"a.py": app(PROMPT), "b.py": app(NEARLY)})
    assert path == "b.py"
    assert "nearly (8" in message


def test_what_one_file_shares_with_another_is_one_finding_at_the_longest() -> None:
    other = " ".join(["List the tools that the order names.", *RULES[1:4]])
    two = app(PROMPT) + app(other)
    ((path, message),) = places({"a.py": two, "b.py": app(other) + app(PROMPT)})
    assert path == "b.py"
    assert message.endswith("a.py:7; so is 1 more of this file")


@pytest.mark.parametrize(
    "sources",
    [
        {"a.py": app(PROMPT), "b.py": app(" ".join(RULES[:2]))},
        {"a.py": app(PROMPT), "b.py": app(" ".join(reversed(PROMPT.split())))},
        {"a.py": app(RULES[0]), "b.py": app(RULES[0])},
        {"a.py": app(PROMPT) + app(NEARLY)},
        {"a.py": app(PROMPT), "b.py": f"# {PROMPT}\nTEXT = 1\n"},
    ],
    ids=["a part", "other order", "short", "variants in one file", "a comment"],
)
def test_look_alikes_are_silent(sources: dict[str, str]) -> None:
    assert check(sources) == []


def test_the_same_text_is_named_before_one_that_is_nearly_the_same() -> None:
    found = places({"a.py": app(NEARLY), "b.py": app(PROMPT), "c.py": app(PROMPT)})
    assert [path for path, _ in found] == ["b.py", "c.py"]
    assert found[1][1].endswith("b.py:7")


def test_a_field_of_an_example_is_no_prompt() -> None:
    example = (
        f"class Judge(PydanticPrompt):\n    instruction = 'Judge.'\n    examples = [(Case(context={PROMPT!r}), 1)]\n"
    )
    (finding,) = check({"a.py": app(PROMPT), "b.py": f"from ragas import PydanticPrompt, Case\n\n\n{example}"})
    assert finding.message.startswith("this example text of ")


@pytest.mark.parametrize(
    ("one", "two", "count"),
    [
        ("shop/chat.py", "shop/legacy/chat.py", 0),
        ("shop/v1/chat.py", "shop/v2/chat.py", 0),
        ("shop/profiles/small.py", "shop/profiles/large.py", 0),
        ("shop/legacy/chat.py", "shop/legacy/mail.py", 1),
        ("shop/chat.py", "shop/mail.py", 1),
    ],
)
def test_copies_kept_on_purpose_are_left_alone(one: str, two: str, count: int) -> None:
    assert len(check({one: app(PROMPT), two: app(PROMPT)})) == count


def test_a_copy_that_nobody_uses_can_go() -> None:
    spare = f"def spare_prompt():\n    return {PROMPT!r}\n"
    sources = {
        "pkg/main.py": "from pkg.a import ask\n\nprompt = ask('Hello')\n",
        "pkg/a.py": app(PROMPT),
        "pkg/spare.py": spare,
    }
    (finding,) = check(sources)
    assert finding.place.path == "pkg/spare.py"
    assert "nothing in the project calls `spare_prompt`" in finding.evidence
    assert finding.help is not None
    assert "delete this copy" in finding.help


def test_likeness_finds_every_pair_that_brute_force_finds() -> None:
    base = [f"w{number}" for number in range(40)]
    texts = [(*base[:at], "other", *base[at + 1 :]) for at in range(0, 40, 3)] + [tuple(base), tuple(base)]

    def runs(text: tuple[str, ...]) -> set[tuple[str, ...]]:
        return {text[at : at + 5] for at in range(len(text) - 4)}

    expected = [
        Likeness(later, earlier, len(runs(a) & runs(b)) / len(runs(a) | runs(b)))
        for later, a in enumerate(texts)
        for earlier, b in enumerate(texts[:later])
        if len(runs(a) & runs(b)) >= 0.8 * len(runs(a) | runs(b))
    ]
    assert list(likenesses(texts, 0.8)) == expected
    assert expected
