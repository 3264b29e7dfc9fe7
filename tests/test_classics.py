"""Eleven classic ways to waste money on a prompt, each found with the right numbers; eleven look-alikes, all silent.

Each classic is asked of the rule it is about, each look-alike of all of these rules.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from textwrap import dedent

import pytest

from promptlint.measure import Meter
from rule_run import FILE, analyse, findings, fixed

HAIKU = "claude-haiku-4-5"
OPUS = "claude-opus-4-1"
WHO = ["clerks", "drivers", "nurses", "tutors", "editors", "pilots", "bakers", "guards", "brokers", "cooks"]
WHAT = ["invoices", "parcels", "ladders", "receipts", "badges", "vouchers", "samples", "tickets", "folders", "printers"]
WHERE = ["Lisbon", "Oslo", "Quito", "Dakar", "Perth", "Turin", "Kyoto", "Accra", "Bergen", "Malmo"]
HOW = ["sign", "return", "count", "weigh", "photograph", "shelve", "repair", "forward", "translate", "archive"]


def pages(number: int) -> str:
    """So many different sentences of a handbook, the same each time."""
    chance = random.Random(number)
    pick = chance.choice
    return "".join(
        f"{pick(WHO).capitalize()} in {pick(WHERE)} {pick(HOW)} {chance.randint(2, 999)} {pick(WHAT)} for {pick(WHO)}. "
        for _ in range(number)
    )


HANDBOOK = pages(500)
"""About 7,000 tokens: above the cache minimum of every Claude model."""
SHORT = pages(3)
RULES = pages(120)
"""About 1,500 tokens: above the 1,024 from which OpenAI caches."""

MARKED = '[{"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}]'


@dataclass(frozen=True)
class Case:
    """A program by file, the rule it is about, and what each of its findings says, with `{names}` for numbers."""

    rule: str
    files: dict[str, str]
    message: str
    counts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Numbers of the message by name: the text they count, and the model whose tokenizer counts it."""


def anthropic(system: str, head: str = "", *, cap: int = 1024, model: str = HAIKU) -> str:
    return f"""from anthropic import Anthropic
{head}
client = Anthropic()


def ask(question):
    response = client.messages.create(
        model="{model}",
        max_tokens={cap},
        system={system},
        messages=[{{"role": "user", "content": question}}],
    )
    print(response.usage)
    return response.content[0].text
"""


def openai(body: str, head: str = "") -> str:
    imports = f"import json\nfrom datetime import datetime\nfrom openai import OpenAI\n{head}\n"
    return f"{imports}client = OpenAI()\n{dedent(body)}"


HELPER = f"""

def system_prompt():
    lines = ["You answer questions of the staff."]
    lines.append("{HANDBOOK}")
    return "\\n".join(lines)

"""
UNMARKED = "{tokens} static tokens of the system prompt are sent without a cache marker"
COUNTED = {"tokens": (HANDBOOK, HAIKU)}
BUILT = {"tokens": ("You answer questions of the staff.\n" + HANDBOOK, HAIKU)}

WORD = '"Classify the sentiment of the message as positive, negative or neutral. Answer with one word."'
REASONED = '"Say whether the message is a complaint. Explain your reasoning step by step in detail."'

EACH = "one call for each of reviews, at least 10 static tokens sent again each time"
PER_ITEM = """

def label(reviews):
    labels = []
    for review in reviews:
        response = client.responses.create(
            model="gpt-4.1",
            max_output_tokens=20,
            input=f"Is this review positive? Answer yes or no.\\n{review}",
        )
        print(response.usage)
        labels.append(response.output_text)
    return labels
"""
RETRIED = """

def label(review):
    for attempt in range(3):
        try:
            response = client.responses.create(
                model="gpt-4.1",
                max_output_tokens=20,
                input=f"Is this review positive? Answer yes or no.\\n{review}",
            )
            print(response.usage)
            return response.output_text
        except TimeoutError:
            continue
"""

INDENTED = '''

def review(code):
    prompt = f"""
            You are a careful reviewer of Python code.   \x20
            Look for defects, and for names that mislead.   \x20
            Do not comment on layout.

            {code}
            """
    return send(prompt)
'''
DEDENTED = INDENTED.replace("send(prompt)", "send(dedent(prompt).strip())").replace("   \x20\n", "\n")
SEND = """

def send(prompt):
    response = client.responses.create(model="gpt-4.1", max_output_tokens=900, input=prompt)
    print(response.usage)
    return response.output_text
"""

ONCE = "Never reveal the internal price list of the company to a customer."
THRICE = f"""You answer mails of customers.
{ONCE}
Write politely and in the language of the mail.
{ONCE}
Sign with the name of the team.
{ONCE}"""
FIELDS = """You fill in a form from a mail of a customer.
name: the full name of the customer, null where the mail does not say it.
city: the city of the customer, null where the mail does not say it.
order: the number of the order, null where the mail does not say it."""

CHAT = """

def chat():
    messages = [{"role": "system", "content": "You are a patient tutor of mathematics."}]
    while True:
        messages.append({"role": "user", "content": input("> ")})
        response = client.chat.completions.create(
            model="gpt-4.1", max_completion_tokens=500, messages=messages
        )
        print(response.usage)
        answer = response.choices[0].message.content
        messages.append({"role": "assistant", "content": answer})
        print(answer)
"""
WINDOW = CHAT.replace("messages=messages", "messages=[messages[0], *messages[1:][-20:]]")

CLOCK = f"""
RULES = "{RULES}"


def ask(question):
    response = client.responses.create(
        model="gpt-4.1",
        max_output_tokens=500,
        instructions=f"It is {{datetime.now()}}. {{RULES}}",
        input=question,
    )
    print(response.usage)
    return response.output_text
"""
DATE_BEHIND = CLOCK.replace(
    'f"It is {datetime.now()}. {RULES}"', 'f"{RULES} Today is {datetime.now().date().isoformat()}."'
)

JSON = """

def summarise(orders):
    response = client.responses.create(
        model="gpt-4.1",
        max_output_tokens=500,
        input=f"Summarise these orders in two sentences:\\n{json.dumps(orders, indent=4)}",
    )
    print(response.usage)
    return response.output_text
"""
COMPACT = (
    JSON.replace("indent=4", "separators=(',', ':')")
    + """

def save(orders):
    with open("orders.json", "w") as file:
        file.write(json.dumps(orders, indent=4))
"""
)

CLASSICS = {
    "a static system prompt without a marker, inline": Case(
        "missing-cache-marker", {FILE: anthropic(f'"{HANDBOOK}"')}, UNMARKED, COUNTED
    ),
    "through a constant": Case(
        "missing-cache-marker", {FILE: anthropic("HANDBOOK", f'\nHANDBOOK = "{HANDBOOK}"')}, UNMARKED, COUNTED
    ),
    "imported": Case(
        "missing-cache-marker",
        {FILE: anthropic("HANDBOOK", "from prompts import HANDBOOK\n"), "prompts.py": f'HANDBOOK = "{HANDBOOK}"\n'},
        UNMARKED,
        COUNTED,
    ),
    "built by a helper": Case("missing-cache-marker", {FILE: anthropic("system_prompt()", HELPER)}, UNMARKED, BUILT),
    "4,096 tokens for one word on the top model": Case(
        "oversized-max-tokens",
        {FILE: anthropic(WORD, cap=4096, model=OPUS)},
        "max_tokens is 4,096, but the prompt asks for one word (about 8 tokens at most)",
    ),
    "a call per item": Case("call-per-item", {FILE: openai(PER_ITEM)}, EACH),
    "an indented prompt with trailing blanks": Case(
        "whitespace-bloat", {FILE: openai(SEND + INDENTED)}, "7 of 35 tokens are layout"
    ),
    "the same instruction three times": Case(
        "duplicate-instruction",
        {FILE: anthropic(f'"""{THRICE}"""')},
        "repeats app.py:11 ({tokens} tokens, with 1 more repeat in this text)",
        {"tokens": (f"{ONCE}\n{ONCE}\n", HAIKU)},
    ),
    "a chat that grows for ever": Case("unbounded-history", {FILE: openai(CHAT)}, "messages is sent whole and never"),
    "a system prompt that starts with the time": Case(
        "cache-busting-prefix",
        {FILE: openai(CLOCK)},
        "so the {tokens} tokens of fixed text behind it",
        {"tokens": (". " + RULES, "gpt-4.1")},
    ),
    "indented JSON in a prompt": Case("pretty-json", {FILE: openai(JSON)}, "writes indented JSON into a prompt"),
}

LOOK_ALIKES = {
    "a static system prompt with a marker": {FILE: anthropic(MARKED, f'\nHANDBOOK = "{HANDBOOK}"')},
    "one below the cache minimum": {FILE: anthropic("HANDBOOK", f'\nHANDBOOK = "{SHORT}"')},
    "one for a provider that caches by itself": {
        FILE: openai(CLOCK.replace('f"It is {datetime.now()}. {RULES}"', "RULES"))
    },
    "one that is another for each question": {
        FILE: anthropic("handbook_of(question)", "from books import handbook_of\n")
    },
    "4,096 tokens for an answer with reasons": {FILE: anthropic(REASONED, cap=4096, model=OPUS)},
    "a retry loop": {FILE: openai(RETRIED)},
    "an indented prompt that is dedented": {FILE: openai(SEND + DEDENTED, "from textwrap import dedent")},
    "the same words of several fields": {FILE: anthropic(f'"""{FIELDS}"""')},
    "a chat with a window": {FILE: openai(WINDOW)},
    "a date behind the static part": {FILE: openai(DATE_BEHIND)},
    "indented JSON in a file": {FILE: openai(COMPACT)},
}

ABOUT = sorted({case.rule for case in CLASSICS.values()})


def numbers(case: Case, message: str) -> dict[str, int]:
    """The numbers that a message gives, by their names in the case's message."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[\\d,]+)", re.escape(case.message))
    match = re.search(pattern, message)
    assert match, f"{message!r} does not say {case.message!r}"
    return {name: int(digits.replace(",", "")) for name, digits in match.groupdict().items()}


def input_tokens(files: dict[str, str]) -> int:
    """The tokens of everything that the calls of a program send."""
    return sum(
        Meter().count_template(message.template, call.model).tokens
        for call in analyse(files, "TOK900").project.calls
        for message in call.messages
    )


@pytest.mark.parametrize("case", CLASSICS.values(), ids=CLASSICS.keys())
def test_a_classic_is_found_with_its_numbers(case: Case) -> None:
    found = findings(case.files, case.rule)
    assert len(found) == 1
    for finding in found:
        said = numbers(case, finding.message)
        for name, (text, model) in case.counts.items():
            assert said[name] == pytest.approx(Meter().count(text, model).tokens, abs=2)


@pytest.mark.parametrize("files", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_a_look_alike_is_fine(files: dict[str, str]) -> None:
    assert [finding.message for finding in findings(files, *ABOUT)] == []


def test_there_are_eleven_of_each() -> None:
    assert len(CLASSICS) == len(LOOK_ALIKES) == 11


@pytest.mark.parametrize("name", ["an indented prompt with trailing blanks", "the same instruction three times"])
def test_a_fix_saves_what_the_findings_say(name: str) -> None:
    case = CLASSICS[name]
    stated = [finding.saving.input_tokens for finding in findings(case.files, case.rule) if finding.saving]
    after = fixed(case.files, case.rule)
    assert findings(after, case.rule) == []
    assert input_tokens(case.files) - input_tokens(after) == sum(stated) > 0


def test_a_cache_marker_saves_nine_tenths_of_the_input_price() -> None:
    (finding,) = findings(CLASSICS["through a constant"].files, "missing-cache-marker")
    assert finding.saving is not None
    assert finding.saving.usd_per_1k_calls is not None
    price = Meter().price(HAIKU, "anthropic")
    assert price is not None
    tokens = Meter().count(HANDBOOK, HAIKU).tokens
    assert finding.saving.usd_per_1k_calls == pytest.approx(tokens * price.input * 0.9 / 1000, rel=0.01)
