"""LlamaIndex."""

from __future__ import annotations

from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
    "llama-index": (
        """
        from llama_index.core.llms import ChatMessage, MessageRole
        from llama_index.llms.openai import OpenAI
        llm = OpenAI(model="gpt-6-luna", max_tokens=100)
        llm.chat([ChatMessage(role=MessageRole.SYSTEM, content="You are a careful bot."),
                  ChatMessage(role="user", content="Hello to you there")])
        """,
        "llama_index.llms.openai.OpenAI.chat",
        "gpt-6-luna",
        100,
    ),
    "llama-index complete": (
        """
        from llama_index.llms.anthropic import Anthropic
        Anthropic(model="claude-haiku-5-5", max_tokens=100, system_prompt="You are a careful bot.").complete(
            "Hello to you there")
        """,
        "llama_index.llms.anthropic.Anthropic.complete",
        "claude-haiku-5-5",
        100,
    ),
    "llama-index agent": (
        """
        from llama_index.core.agent.workflow import FunctionAgent
        from llama_index.llms.openai import OpenAI
        agent = FunctionAgent(tools=[], llm=OpenAI(model="gpt-6-luna", max_tokens=100),
                              system_prompt="You are a careful bot.")
        async def ask():
            return await agent.run("Hello to you there")
        """,
        "llama_index.core.agent.workflow.FunctionAgent.run",
        "gpt-6-luna",
        100,
    ),
    "llama-index chat engine": (
        """
        from llama_index.core import VectorStoreIndex
        from llama_index.llms.openai import OpenAI
        def ask(documents):
            index = VectorStoreIndex.from_documents(documents)
            engine = index.as_chat_engine(llm=OpenAI(model="gpt-6-luna", max_tokens=100),
                                          system_prompt="You are a careful bot.")
            return engine.chat("Hello to you there")
        """,
        "llama_index.core.chat_engine.types.BaseChatEngine.chat",
        "gpt-6-luna",
        100,
    ),
    "llama-index message on an unknown model": (
        """
        from llama_index.core.llms import ChatMessage
        async def ask(model):
            messages = [ChatMessage(role="system", content="You are a careful bot.")]
            messages.append(ChatMessage(role="user", content="Hello to you there"))
            return await model.achat(messages=messages)
        """,
        "llama_index.achat",
        None,
        None,
    ),
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))
