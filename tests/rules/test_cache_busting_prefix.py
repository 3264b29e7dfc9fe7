"""cache-busting-prefix, from source to findings."""

from __future__ import annotations

import pytest

from promptlint.finding import Confidence, Finding, Severity
from promptlint.measure import Meter
from rule_run import analyse, findings

RULE = "cache-busting-prefix"
STATIC = "Name the page of the handbook that says so. "


def app(prompt: str, *, repeat: int = 300, model: str = '"gpt-5.5"', before: str = "pass") -> str:
    return f'''import os
import uuid
from datetime import datetime

from openai import OpenAI

client = OpenAI()
HANDBOOK = """{STATIC * repeat}"""


def ask(question, language, model):
    {before}
    return client.responses.create(model={model}, input=f"""{prompt}""")
'''


def check(source: str) -> list[Finding]:
    return findings(source, RULE)


def test_a_question_in_front_of_fixed_text_is_found_with_what_it_costs() -> None:
    [finding] = check(app("Question: {question}\n{HANDBOOK}"))
    tokens = Meter().count("\n" + STATIC * 300, "gpt-5.5").tokens
    assert finding.message == (
        f"`question` changes with every request, so the {tokens:,} tokens of fixed text behind it are never read "
        "from the cache"
    )
    price = Meter().price("gpt-5.5", "openai")
    assert price is not None
    assert price.cache_read is not None
    assert finding.saving is not None
    assert finding.saving.usd_per_1k_calls == pytest.approx(tokens * (price.input - price.cache_read) / 1000)
    assert finding.severity is Severity.HIGH
    assert finding.confidence is Confidence.MEDIUM
    assert finding.fix is None
    assert any("comes from `question`" in sentence for sentence in finding.evidence)


def test_what_a_key_calls_configuration_does_not_count_as_changing() -> None:
    def found(key: str) -> list[Finding]:
        body = f"    return client.responses.create(model='gpt-5.5', input=f\"{{context['{key}']}} {{HANDBOOK}}\")\n"
        return check(app("x").split("def ask")[0] + "def ask(context):\n" + body)

    assert [finding.message.split("`")[1] for finding in found("document")] == ["context['document']"]
    assert found("entity_types") == []


@pytest.mark.parametrize("value", ["datetime.now()", "uuid.uuid4()", "datetime.now():%H:%M"])
def test_a_clock_or_a_random_value_is_certain(value: str) -> None:
    [finding] = check(app(f"{{{value}}} {{HANDBOOK}}"))
    assert finding.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(app("{HANDBOOK}\nQuestion: {question}"), id="last"),
        pytest.param(app("{HANDBOOK}\nQuestion: {question}\nAnswer in one word."), id="few words behind it"),
        pytest.param(app("{question} {HANDBOOK}", repeat=60), id="little fixed text"),
        pytest.param(app("{datetime.now():%Y-%m-%d} {HANDBOOK}"), id="the day"),
        pytest.param(app("{os.getenv('TEAM')} {HANDBOOK}"), id="the environment"),
        pytest.param(app("{language} {HANDBOOK}"), id="a setting"),
        pytest.param(app("{load()} {HANDBOOK}"), id="nobody knows"),
        pytest.param(app("{question} {HANDBOOK}", model='"gpt-4"'), id="a model that does not cache"),
    ],
)
def test_what_breaks_no_cache(source: str) -> None:
    assert len(analyse(source, RULE).project.calls) == 1
    assert check(source) == []


def test_an_unknown_model_is_found_with_low_confidence() -> None:
    [finding] = check(app("{question} {HANDBOOK}", model="model"))
    assert finding.confidence is Confidence.LOW
    assert finding.saving is None


def test_a_prompt_whose_call_is_not_seen_is_found_once() -> None:
    [finding] = check(
        "from openai import OpenAI\n\n\ndef build_prompt(context):\n"
        f'    prompt = f"""Answer the question: {{context["question"]}}\n{STATIC * 300}"""\n    return prompt\n'
    )
    assert finding.confidence is Confidence.LOW
    assert finding.call is None


def test_two_calls_that_share_a_prompt_are_told_once() -> None:
    source = app("{question} {HANDBOOK}").replace(
        "    pass\n", '    text = f"{question} {HANDBOOK}"\n    client.responses.create(model=model, input=text)\n'
    ).replace('input=f"""{question} {HANDBOOK}"""', "input=text")  # fmt: skip
    assert len(analyse(source, RULE).project.calls) == 2
    assert len(check(source)) == 1


def chat(value: str, messages: str = "[system, *history, user]") -> str:
    return f"""from datetime import datetime

from openai import OpenAI

client = OpenAI()


def chat(question, history):
    system = {{"role": "system", "content": f"Be kind. It is {{{value}}}. Answer in English."}}
    user = {{"role": "user", "content": question}}
    messages = {messages}
    return client.chat.completions.create(model="gpt-5.5", messages=messages)
"""


LOOP = """[system]
    for one in history:
        messages.append({"role": one.role, "content": one.text})"""


@pytest.mark.parametrize("messages", ["[system, *history, user]", "[system] + history + [user]", LOOP])
def test_a_clock_in_front_of_a_conversation_is_told_however_short_the_prompt(messages: str) -> None:
    [finding] = check(chat("datetime.now()", messages))
    assert finding.message == (
        "`datetime.now()` shows the time, so the conversation behind this system prompt is never read from the cache"
    )
    assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(chat("datetime.now()", "[system, user]"), id="no conversation"),
        pytest.param(chat("datetime.now():%Y-%m-%d"), id="the day"),
        pytest.param(chat("question"), id="what may be the same in all turns"),
    ],
)
def test_system_prompts_that_leave_the_conversation_cached(source: str) -> None:
    assert len(analyse(source, RULE).project.calls) == 1
    assert check(source) == []


ENHANCER = """import openai


class Enhancer:
    def enhance(self, system_prompt, user_message):
        found = "Notes:"
        for note in self.memory.search(user_message):
            found += note.text
        return system_prompt + found
"""


def test_what_is_looked_up_for_a_question_and_added_to_the_system_prompt() -> None:
    [finding] = check(ENHANCER)
    assert finding.message == (
        "what is added to the system prompt changes with `user_message`, so no later turn reads the conversation "
        "behind it from the cache"
    )
    assert ENHANCER[finding.place.start : finding.place.end] == "system_prompt + found"
    assert finding.confidence is Confidence.LOW


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(ENHANCER.replace("search(user_message)", "all()"), id="the same for every question"),
        pytest.param(ENHANCER.replace("return system_prompt + found", "return found"), id="not added to it"),
        pytest.param(ENHANCER.replace("system_prompt", "title"), id="no system prompt"),
        pytest.param(
            ENHANCER.replace(
                "        return", "        openai.responses.create(model='gpt-5.5', input=user_message)\n        return"
            ),
            id="it calls the model itself",
        ),
    ],
)
def test_what_is_added_to_the_system_prompt_and_stays(source: str) -> None:
    assert check(source) == []
