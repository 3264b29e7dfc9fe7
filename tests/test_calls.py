"""LLM calls: each SDK's surface is found with model, cap and prompt; look-alikes are not."""

from __future__ import annotations

import pytest

from linked import only_call, project
from promptlint.project import CapState, LoopKind, Role

SURFACES = {
    "anthropic": (
        """
        import anthropic
        client = anthropic.Anthropic()
        client.messages.create(
            model="claude-sonnet-4-6", max_tokens=100, system="You are a careful bot.",
            messages=[{"role": "user", "content": "Hello to you there"}],
        )
        """,
        "anthropic.Anthropic.messages.create",
        "claude-sonnet-4-6",
        100,
    ),
    "anthropic stream": (
        """
        from anthropic import AsyncAnthropic as Claude
        async def ask():
            async with Claude().messages.stream(model="m", max_tokens=7, system="You are a careful bot.",
                                                messages=[{"role": "user", "content": "Hello to you there"}]) as s:
                pass
        """,
        "anthropic.AsyncAnthropic.messages.stream",
        "m",
        7,
    ),
    "openai chat": (
        """
        from openai import OpenAI
        class Bot:
            def __init__(self, model="gpt-6-luna"):
                self.client = OpenAI()
                self.model = model
            def ask(self):
                return self.client.chat.completions.create(
                    model=self.model, max_completion_tokens=100,
                    messages=[{"role": "system", "content": "You are a careful bot."},
                              {"role": "user", "content": "Hello to you there"}])
        """,
        "openai.OpenAI.chat.completions.create",
        "gpt-6-luna",
        100,
    ),
    "openai responses": (
        """
        import openai
        def ask(client: openai.AsyncOpenAI):
            return client.responses.create(model="gpt-6-luna", max_output_tokens=100,
                                           instructions="You are a careful bot.", input="Hello to you there")
        """,
        "openai.AsyncOpenAI.responses.create",
        "gpt-6-luna",
        100,
    ),
    "openai legacy": (
        """
        import openai
        openai.ChatCompletion.create(engine="gpt-4", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "openai.ChatCompletion.create",
        "gpt-4",
        100,
    ),
    "google-genai": (
        """
        from google import genai
        from google.genai import types
        client = genai.Client()
        client.models.generate_content(
            model="gemini-3.8-flash", contents="Hello to you there",
            config=types.GenerateContentConfig(system_instruction="You are a careful bot.", max_output_tokens=100))
        """,
        "google.genai.Client.models.generate_content",
        "gemini-3.8-flash",
        100,
    ),
    "google-genai chat": (
        """
        from google import genai
        chat = genai.Client().chats.create(
            model="gemini-3.8-flash", config={"system_instruction": "You are a careful bot.", "max_output_tokens": 100})
        chat.send_message("Hello to you there")
        """,
        "google.genai.chats.Chat.send_message",
        "gemini-3.8-flash",
        100,
    ),
    "litellm": (
        """
        from litellm import completion
        completion("anthropic/claude-sonnet-4-6", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "litellm.completion",
        "anthropic/claude-sonnet-4-6",
        100,
    ),
    "langchain messages": (
        """
        from langchain_openai import ChatOpenAI
        from langchain_core.messages import HumanMessage, SystemMessage
        llm = ChatOpenAI(model="gpt-6-luna", max_tokens=100)
        llm.invoke([SystemMessage(content="You are a careful bot."), HumanMessage("Hello to you there")])
        """,
        "langchain_openai.ChatOpenAI.invoke",
        "gpt-6-luna",
        100,
    ),
    "langchain chain": (
        """
        from langchain_anthropic import ChatAnthropic
        from langchain_core.prompts import ChatPromptTemplate
        prompt = ChatPromptTemplate.from_messages([("system", "You are a careful bot."),
                                                   ("human", "Hello to you there")])
        chain = prompt | ChatAnthropic(model="claude-haiku-5-5", max_tokens=100)
        chain.invoke({})
        """,
        "langchain_anthropic.ChatAnthropic.invoke",
        "claude-haiku-5-5",
        100,
    ),
    "bedrock converse": (
        """
        import boto3
        client = boto3.client("bedrock-runtime", region_name="eu-west-1")
        client.converse(modelId="anthropic.claude-sonnet-5-5", inferenceConfig={"maxTokens": 100},
                        system=[{"text": "You are a careful bot."}],
                        messages=[{"role": "user", "content": [{"text": "Hello to you there"}]}])
        """,
        "boto3.client.bedrock-runtime.converse",
        "anthropic.claude-sonnet-5-5",
        100,
    ),
    "factory": (
        """
        import openai
        def make(): return openai.OpenAI()
        client = make()
        client.chat.completions.create(model="gpt-6-luna", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "openai.OpenAI.chat.completions.create",
        "gpt-6-luna",
        100,
    ),
    "keyword dict": (
        """
        import anthropic
        def ask():
            params = {"model": "claude-sonnet-4-6", "max_tokens": 100, "system": "You are a careful bot."}
            params["messages"] = [{"role": "user", "content": "Hello to you there"}]
            return anthropic.Anthropic().messages.create(**params)
        """,
        "anthropic.Anthropic.messages.create",
        "claude-sonnet-4-6",
        100,
    ),
}


@pytest.mark.parametrize(("source", "api", "model", "cap"), SURFACES.values(), ids=SURFACES)
def test_each_surface(source: str, api: str, model: str, cap: int) -> None:
    call = only_call(source)
    assert (call.api, call.model, call.cap.tokens) == (api, model, cap)
    assert [(message.role, message.template.text) for message in call.messages] == [
        (Role.SYSTEM, "You are a careful bot."),
        (Role.USER, "Hello to you there"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "class Mail:\n    def create(self, **kw): ...\nmail = Mail()\n"
        "mail.messages = mail\nmail.messages.create(body='x')",
        "from twilio.rest import Client\nClient().messages.create(body='Your code is 1234', to='+1', from_='+2')",
        "import boto3\nboto3.client('s3').converse(modelId='x')",
        "def f(db):\n    db.models.generate_content('x')",
        "import openai\nopenai.embeddings.create(model='text-embedding-3-small', input='some words to embed')",
        "import boto3\nclass E:\n    def embed(self):\n"
        "        boto3.client('bedrock-runtime').invoke_model(modelId='amazon.titan-embed', body='{}')",
        "llm = object()\nllm.invoke('some words here')",
    ],
    ids=["own class", "twilio", "other service", "unknown object", "embeddings", "bedrock embeddings", "any invoke"],
)
def test_look_alikes_are_not_calls(source: str) -> None:
    assert project(source).calls == ()


def test_an_unknown_object_counts_where_the_file_gives_evidence() -> None:
    source = "import openai\ndef ask(client):\n    client.chat.completions.create(model='gpt-6-luna', messages=[])"
    assert only_call(source).model == "gpt-6-luna"


@pytest.mark.parametrize(
    ("arguments", "state", "tokens"),
    [
        ("max_tokens=16", CapState.LITERAL, 16),
        ("max_tokens=LIMIT", CapState.LITERAL, 64),
        ("max_tokens=limit", CapState.DYNAMIC, None),
        ("**extra", CapState.DYNAMIC, None),
        ("max_tokens=None", CapState.ABSENT, None),
        ("temperature=0", CapState.ABSENT, None),
    ],
)
def test_the_cap(arguments: str, state: CapState, tokens: int | None) -> None:
    source = f"""
    import openai
    LIMIT = 64
    def ask(limit, **extra):
        openai.OpenAI().chat.completions.create(model="m", messages=[], {arguments})
    """
    cap = only_call(source).cap
    assert (cap.state, cap.tokens) == (state, tokens)


@pytest.mark.parametrize(
    ("around", "kind"),
    [
        ("if True:", LoopKind.NONE),
        ("for item in items:", LoopKind.PER_ITEM),
        ("for index in range(len(items)):", LoopKind.PER_ITEM),
        ("for attempt in range(3):", LoopKind.BOUNDED),
        ("while True:", LoopKind.UNBOUNDED),
        ("while tries < 3:", LoopKind.BOUNDED),
    ],
)
def test_the_loop(around: str, kind: LoopKind) -> None:
    call = "openai.OpenAI().responses.create(model='m', input='x')"
    source = f"import openai\ndef ask(items):\n    {around}\n        {call}\n"
    assert only_call(source).loop is kind


def test_a_comprehension_is_a_loop_over_items() -> None:
    source = "import openai\nc = openai.OpenAI()\nr = [c.responses.create(model='m', input=i) for i in items]\n"
    assert only_call(source).loop is LoopKind.PER_ITEM


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("print(r.usage.input_tokens)", True),
        ("print(r['usage'])", True),
        ("print(r.content)", False),
        ("print(other.usage)", False),
    ],
)
def test_usage_that_is_read(read: str, expected: bool) -> None:
    source = f"import openai\ndef ask():\n    r = openai.OpenAI().responses.create(model='m', input='x')\n    {read}\n"
    assert only_call(source).reads_usage is expected


def test_messages_are_followed_through_a_list() -> None:
    source = """
    import openai
    def ask(history, question):
        messages = [{"role": "system", "content": "The system text comes first"}]
        messages.extend(history)
        messages.append({"role": "user", "content": f"Question: {question}"})
        openai.OpenAI().chat.completions.create(model="m", messages=messages)
    """
    call = only_call(source)
    assert [message.template.text for message in call.messages] == [
        "The system text comes first",
        "Question: {question}",
    ]
    assert not call.messages[0].complete


def test_names_are_followed_across_files() -> None:
    call = only_call(
        app__prompts='SYSTEM = "The system text lives elsewhere"\nMODEL = "gpt-6-luna"\n',
        app__run="""
        import openai
        from app.prompts import SYSTEM
        from app import prompts
        openai.OpenAI().responses.create(model=prompts.MODEL, instructions=SYSTEM, input="Go on then please")
        """,
    )
    assert call.model == "gpt-6-luna"
    assert call.messages[0].template.text == "The system text lives elsewhere"


@pytest.mark.parametrize("arguments", ["**{'max_tokens': 64}", "**PARAMS"])
def test_a_cap_from_elsewhere_has_no_place_to_edit(arguments: str) -> None:
    cap = only_call(f"import anthropic\nPARAMS = {{'max_tokens': 64}}\n"
                    f"anthropic.Anthropic().messages.create(model='m', messages=[], {arguments})\n").cap  # fmt: skip
    assert (cap.tokens, cap.place) == (64, None)


AGENT = """from agno.agent import Agent
from agno.models.openai import OpenAIChat
class Base(Agent):
    def __init__(self, model, **kwargs):
        super().__init__(model=OpenAIChat(id=model, max_tokens=9), **kwargs)
class Mine(Base):
    def __init__(self):
        super().__init__("gpt-6-luna", instructions="You are a careful bot.")
    def ask(self):
        {inside}
{outside}
"""


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("return self.run('Hello to you there')", ""),
        ("...", "Mine().run('Hello to you there')"),
        ("...", "bot = Mine()\nbot.run('Hello to you there')"),
    ],
    ids=["on self", "on a new one", "on a variable"],
)
def test_an_agent_class_is_constructed_by_its_base(inside: str, outside: str) -> None:
    call = only_call(AGENT.format(inside=inside, outside=outside))
    assert (call.api, call.model, call.cap.tokens) == ("agno.agent.Agent.run", "gpt-6-luna", 9)
    assert [(one.role, one.template.text) for one in call.messages] == [
        (Role.SYSTEM, "You are a careful bot."),
        (Role.USER, "Hello to you there"),
    ]


@pytest.mark.parametrize("agent", ["Mine()", "Mine('gpt-6-luna')"])
def test_a_runner_is_given_an_agent_class_of_the_project(agent: str) -> None:
    source = f"""from agents import Agent, Runner
class Mine(Agent):
    def __init__(self, model="gpt-6-luna"):
        Agent.__init__(self, name="a", model=model, instructions="You are a careful bot.")
    def ask(self):
        return Runner.run_sync(self, "Hello to you there")
Runner.run_sync({agent}, "Hello to you there")
"""
    for call in project(source).calls:
        assert (call.model, call.cap.state) == ("gpt-6-luna", CapState.ABSENT)
        assert [one.template.text for one in call.messages] == ["You are a careful bot.", "Hello to you there"]
