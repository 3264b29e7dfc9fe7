"""OpenAI, Azure, and services with a client of the same shape."""

from __future__ import annotations

from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
    "openai parse": (
        """
        from openai import AsyncAzureOpenAI
        async def ask(answer):
            client = AsyncAzureOpenAI(azure_endpoint="https://x")
            return await client.beta.chat.completions.parse(
                model="gpt-6-luna", max_completion_tokens=100, response_format=answer, messages=[
                    {"role": "developer", "content": "You are a careful bot."},
                    {"role": "user", "content": [{"type": "text", "text": "Hello to you there"}]}])
        """,
        "openai.AsyncAzureOpenAI.beta.chat.completions.parse",
        "gpt-6-luna",
        100,
    ),
    "openai chat stream": (
        """
        from openai import OpenAI
        with OpenAI().with_options(timeout=3).chat.completions.stream(model="gpt-6-luna", max_tokens=100, messages=[
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]) as stream:
            pass
        """,
        "openai.OpenAI.chat.completions.stream",
        "gpt-6-luna",
        100,
    ),
    "openai run of an assistant": (
        """
        from openai import OpenAI
        OpenAI().beta.threads.runs.create_and_poll(
            thread_id="t", assistant_id="a", model="gpt-6-luna", max_completion_tokens=100,
            instructions="You are a careful bot.",
            additional_messages=[{"role": "user", "content": "Hello to you there"}])
        """,
        "openai.OpenAI.beta.threads.runs.create_and_poll",
        "gpt-6-luna",
        100,
    ),
    "azure-ai-inference": (
        """
        from azure.ai.inference import ChatCompletionsClient
        from azure.ai.inference.models import SystemMessage, UserMessage
        client = ChatCompletionsClient(endpoint="https://x", credential=None)
        client.complete(model="phi-4", max_tokens=100, messages=[
            SystemMessage("You are a careful bot."), UserMessage(content="Hello to you there")])
        """,
        "azure.ai.inference.ChatCompletionsClient.complete",
        "phi-4",
        100,
    ),
    "groq": (
        """
        from groq import AsyncGroq
        async def ask():
            return await AsyncGroq().chat.completions.create(model="llama-4", max_completion_tokens=100, messages=[
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}])
        """,
        "groq.AsyncGroq.chat.completions.create",
        "llama-4",
        100,
    ),
    "together": (
        """
        from together import Together
        Together().chat.completions.create(model="meta-llama/Llama-4", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "together.Together.chat.completions.create",
        "meta-llama/Llama-4",
        100,
    ),
    "fireworks": (
        """
        from fireworks import Fireworks
        Fireworks().messages.create(model="accounts/fireworks/models/x", max_tokens=100,
                                    system="You are a careful bot.",
                                    messages=[{"role": "user", "content": "Hello to you there"}])
        """,
        "fireworks.Fireworks.messages.create",
        "accounts/fireworks/models/x",
        100,
    ),
    "xai": (
        """
        from xai_sdk import Client
        from xai_sdk.chat import system, user
        chat = Client().chat.create(model="grok-4", max_tokens=100, messages=[system("You are a careful bot.")])
        chat.append(user("Hello to you there"))
        chat.sample()
        """,
        "xai_sdk.chat.Chat.sample",
        "grok-4",
        100,
    ),
    "zhipuai": (
        """
        from zhipuai import ZhipuAI
        class Model(ZhipuAI):
            def headers(self): ...
        model = Model(api_key="key")
        model.chat.completions.create(model="glm-4", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "zhipuai.ZhipuAI.chat.completions.create",
        "glm-4",
        100,
    ),
    "ark": (
        """
        from volcenginesdkarkruntime import Ark
        Ark(api_key="key").chat.completions.create(model="doubao-pro", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "volcenginesdkarkruntime.Ark.chat.completions.create",
        "doubao-pro",
        100,
    ),
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))
