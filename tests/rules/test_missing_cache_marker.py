"""missing-cache-marker, from source to findings and rewritten source."""

from __future__ import annotations

import ast

import pytest

from promptlint.finding import Applicability, Confidence, Finding, Severity
from promptlint.measure import Meter
from rule_run import FILE, analyse, findings, fixed

RULE = "missing-cache-marker"
STATIC = "Name the page of the handbook that says so. "
MARKED = '{"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}'


def app(system: str = "HANDBOOK", *, repeat: int = 400, model: str = '"claude-sonnet-4-6"', text: str = STATIC) -> str:
    return f'''from anthropic import Anthropic

client = Anthropic()
HANDBOOK = """{text * repeat}"""


def ask(question, name, model):
    return client.messages.create(
        model={model},
        max_tokens=1024,
        system={system},
        messages=[{{"role": "user", "content": question}}],
    )
'''


def bedrock(system: str = '[{"text": HANDBOOK}]', model: str = "anthropic.claude-sonnet-4-20250514-v1:0") -> str:
    return f'''import boto3

client = boto3.client("bedrock-runtime")
HANDBOOK = """{STATIC * 400}"""


def ask(question):
    return client.converse(
        modelId="{model}",
        system={system},
        messages=[{{"role": "user", "content": [{{"text": question}}]}}],
    )
'''


def check(source: str) -> list[Finding]:
    return findings(source, RULE)


def system_after_fix(source: str) -> str:
    after = fixed(source, RULE)[FILE]
    ast.parse(after)
    assert check(after) == []
    return after.partition("system=")[2].partition(",\n        messages")[0]


def test_a_long_static_system_prompt_is_found_with_what_it_costs() -> None:
    [finding] = check(app())
    tokens = Meter().count(STATIC * 400, "claude-sonnet-4-6").tokens
    assert finding.message == f"{tokens:,} static tokens of the system prompt are sent without a cache marker"
    assert finding.severity is Severity.HIGH
    assert finding.confidence is Confidence.HIGH
    assert finding.saving is not None
    assert finding.saving.input_tokens == 0
    # 3 USD per million tokens, read from the cache for a tenth of that.
    assert finding.saving.usd_per_1k_calls == pytest.approx(tokens * (3 - 0.3) / 1000)
    assert "1,024" in finding.evidence[0]
    assert any("1.25 times" in sentence and "second call" in sentence for sentence in finding.evidence)
    assert any(sentence.startswith("Assumed:") for sentence in finding.evidence)
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    ("model", "tokens", "found"),
    [
        pytest.param("claude-sonnet-4-6", 1024, True, id="1,024 tokens, exact or by the estimate's margin"),
        pytest.param("claude-haiku-4-5", 1024, False, id="4,096 tokens"),
        pytest.param("claude-haiku-4-5", 4096, True, id="4,096 tokens reached"),
        pytest.param("claude-opus-5", 512, True, id="512 tokens"),
        pytest.param("claude-opus-4-7", 1024, False, id="2,048 tokens"),
    ],
)
def test_the_minimum_is_that_of_the_model(model: str, tokens: int, found: bool) -> None:
    meter, repeat = Meter(), 1
    while meter.count(STATIC * repeat, model).tokens < tokens * 1.16:
        repeat += 1
    assert bool(check(app(repeat=repeat, model=f'"{model}"'))) is found


def test_an_estimate_near_the_minimum_is_silent() -> None:
    meter, repeat = Meter(), 1
    while (count := meter.count(STATIC * repeat, "claude-sonnet-4-6")).tokens < 1030:
        repeat += 1
    assert bool(check(app(repeat=repeat))) is count.exact


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(app(repeat=20), id="below the minimum"),
        pytest.param(app(f"[{MARKED}]"), id="marked"),
        pytest.param(
            app().replace("max_tokens", 'cache_control={"type": "ephemeral"}, max_tokens'),
            id="marked for the whole request",
        ),
        pytest.param(app('f"You help {name}. " + HANDBOOK'), id="a changing value comes first"),
        pytest.param(bedrock('[{"text": HANDBOOK}, {"cachePoint": {"type": "default"}}]'), id="a cache point"),
        pytest.param(bedrock(model="amazon.nova-pro-v1:0"), id="a model that caches by itself"),
        pytest.param(app(model="model", repeat=90), id="an unknown model and fewer than 1,024 tokens"),
        pytest.param(
            f'from openai import OpenAI\n\nclient = OpenAI()\nclient.responses.create(model="gpt-5.5", '
            f'instructions="{STATIC * 400}", input="Hi")\n',
            id="a provider that caches by itself",
        ),
        pytest.param(
            f'import litellm\n\nlitellm.completion(model="gpt-5.5", messages=[{{"role": "system", '
            f'"content": "{STATIC * 400}"}}])\n',
            id="an SDK for many providers, and one that caches by itself",
        ),
    ],
)
def test_what_needs_no_marker(source: str) -> None:
    assert len(analyse(source, RULE).project.calls) == 1
    assert check(source) == []


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        pytest.param("HANDBOOK", f"[{MARKED}]", id="a name"),
        pytest.param(
            'HANDBOOK + "\\nBe brief."',
            f"[{MARKED}]".replace("HANDBOOK", 'HANDBOOK + "\\nBe brief."'),
            id="an expression",
        ),
        pytest.param(
            '[{"type": "text", "text": HANDBOOK}]',
            '[{"cache_control": {"type": "ephemeral"}, "type": "text", "text": HANDBOOK}]',
            id="a block",
        ),
        pytest.param(
            '[{"type": "text", "text": "Hello."}, {"type": "text", "text": HANDBOOK,},]',
            '[{"type": "text", "text": "Hello."}, '
            '{"cache_control": {"type": "ephemeral"}, "type": "text", "text": HANDBOOK,},]',
            id="the last block",
        ),
    ],
)
def test_the_fix_writes_the_marker_of_anthropic(system: str, expected: str) -> None:
    assert system_after_fix(app(system)) == expected


@pytest.mark.parametrize("comma", ["", ","])
def test_the_fix_writes_the_cache_point_of_bedrock(comma: str) -> None:
    expected = f'[{{"text": HANDBOOK}}, {{"cachePoint": {{"type": "default"}}}}{comma}]'
    assert system_after_fix(bedrock(f'[{{"text": HANDBOOK}}{comma}]')) == expected


def test_a_system_prompt_that_ends_with_a_changing_value_is_found_without_a_fix() -> None:
    [finding] = check(app('HANDBOOK + f"The customer is {name}."'))
    assert "up to its first changing value" in finding.message
    assert finding.fix is None
    assert finding.help is not None
    assert "a block of its own" in finding.help


def test_a_call_at_module_level_is_found_with_less_confidence() -> None:
    source = app().replace("def ask(question, name, model):\n    return ", "question = input()\nRESPONSE = ")
    [finding] = check(source)
    assert finding.confidence is Confidence.MEDIUM


def test_an_unknown_model_is_found_with_low_confidence_above_the_minimum_of_most() -> None:
    [finding] = check(app(model="model", repeat=250))
    assert finding.confidence is Confidence.LOW
    assert finding.saving is None


WRAPPER = """from anthropic import Anthropic


class Claude:
    def __init__(self):
        self.client = Anthropic()

    def generate(self, system, question):
        payload = {"model": "claude-sonnet-4-6", "max_tokens": 1024}
        payload["system"] = system
        payload["messages"] = [{"role": "user", "content": question}]
        return self.client.messages.create(**payload)
"""


def test_what_callers_send_through_a_wrapper_is_told_once_where_the_request_is_made() -> None:
    users = f'''from llm import Claude

HANDBOOK = """{STATIC * 400}"""


def ask(question):
    return Claude().generate(HANDBOOK, question)


def ask_briefly(question):
    return Claude().generate("Be brief, but always be right.", question)
'''
    [finding] = findings({"llm.py": WRAPPER, "use.py": users}, RULE)
    assert (finding.place.path, WRAPPER[finding.place.start : finding.place.end]) == ("llm.py", "system")
    assert "use.py:3" in finding.message
    assert finding.model == "claude-sonnet-4-6"
    assert finding.fix is None


def test_a_wrapper_whose_callers_send_little_is_left_alone() -> None:
    users = """from llm import Claude


def ask(question):
    return Claude().generate("Be brief, but always be right.", question)
"""
    assert findings({"llm.py": WRAPPER, "use.py": users}, RULE) == []


def test_a_wrapper_without_callers_and_the_long_prompt_of_its_package() -> None:
    prompts = f'''ANSWER_SYSTEM_PROMPT = """You are a careful assistant. {STATIC * 400}"""\n'''
    [finding] = findings({"llm.py": WRAPPER, "prompts.py": prompts}, RULE)
    assert finding.confidence is Confidence.LOW
    assert "ANSWER_SYSTEM_PROMPT" in finding.message
    assert any("is not seen: assumed" in sentence for sentence in finding.evidence)


def test_an_agent_that_sends_everything_again_at_every_step() -> None:
    source = """from anthropic import Anthropic

client = Anthropic()


def agent(task, tools):
    messages = [{"role": "user", "content": task}]
    while True:
        reply = client.messages.create(
            model="claude-sonnet-4-6", max_tokens=1024, tools=tools, messages=messages
        )
        if reply.stop_reason != "tool_use":
            return reply
        messages.append({"role": "assistant", "content": reply.content})
"""
    [finding] = check(source)
    assert finding.message.startswith("every step of this loop sends")
    assert finding.severity is Severity.MEDIUM
    assert check(source.replace(", tools=tools", "")) == []


@pytest.mark.parametrize(("provider", "found"), [("anthropic", 1), ("minimax", 0)])
def test_a_branch_for_another_model(provider: str, found: int) -> None:
    source = bedrock().replace('"anthropic.claude-sonnet-4-20250514-v1:0"', "MODEL").replace(
        "    return client", f'    if settings.provider == "{provider}":\n        return client'
    )  # fmt: skip
    assert len(check(source)) == found


AGENT = """from anthropic import Anthropic


class Service:
    def __init__(self):
        self.client = Anthropic()

    def send(self, request):
        return self.client.messages.create(**self.payload(request))

    def stream(self, request):
        return self.client.messages.stream(**self.payload(request))

    def payload(self, request):
        messages = []
        for one in request.messages:
            if one.role == "tool":
                block = {"type": "tool_result", "tool_use_id": one.id, "content": one.text}
                messages.append({"role": "user", "content": [block]})
            else:
                messages.append({"role": one.role, "content": one.text})
        payload = {"model": "claude-sonnet-4-6", "max_tokens": 512, "messages": messages, "tools": request.tools}
        payload["system"] = request.system_prompt
        return payload
"""


def test_a_client_that_sends_the_results_of_tools_is_told_once_at_its_system_prompt() -> None:
    [finding] = findings({"llm/claude.py": AGENT}, RULE)
    assert finding.message.startswith("every answer to a tool call sends the tools, the system prompt")
    assert AGENT[finding.place.start : finding.place.end] == "request.system_prompt"


@pytest.mark.parametrize(
    "sources",
    [
        pytest.param({"llm/claude.py": AGENT.replace(', "tools": request.tools', "")}, id="no tools"),
        pytest.param(
            {
                "llm/claude.py": AGENT.replace(
                    '{"type": "tool_result", "tool_use_id": one.id, "content": one.text}', "one"
                )
            },
            id="no results of tools",
        ),
        pytest.param(
            {
                "llm/__init__.py": "",
                "llm/claude.py": AGENT,
                "llm/marking.py": 'import anthropic\n\n\ndef mark(block):\n    block["cache_control"] = "ephemeral"\n',
            },
            id="markers are set elsewhere in the package",
        ),
    ],
)
def test_other_clients_with_tools_are_left_alone(sources: dict[str, str]) -> None:
    assert findings(sources, RULE) == []
