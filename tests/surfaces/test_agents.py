"""Frameworks of agents."""

from __future__ import annotations

from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
    "pydantic-ai": (
        """
        from pydantic_ai import Agent
        from pydantic_ai.settings import ModelSettings
        agent = Agent("openai:gpt-6-luna", instructions="You are a careful bot.",
                      model_settings=ModelSettings(max_tokens=100))
        agent.run_sync("Hello to you there")
        """,
        "pydantic_ai.Agent.run_sync",
        "openai:gpt-6-luna",
        100,
    ),
    "openai-agents": (
        """
        from agents import Agent, ModelSettings, Runner
        agent = Agent(name="Bot", instructions="You are a careful bot.", model="gpt-6-luna",
                      model_settings=ModelSettings(max_tokens=100))
        async def ask():
            return await Runner.run(agent, "Hello to you there")
        """,
        "agents.Runner.run",
        "gpt-6-luna",
        100,
    ),
    "crewai model": (
        """
        from crewai import LLM
        llm = LLM(model="openai/gpt-6-luna", max_tokens=100)
        llm.call([{"role": "system", "content": "You are a careful bot."},
                  {"role": "user", "content": "Hello to you there"}])
        """,
        "crewai.LLM.call",
        "openai/gpt-6-luna",
        100,
    ),
    "crewai agent": (
        """
        from crewai import Agent, LLM
        bot = Agent(role="Bot", goal="Help", backstory="You are a careful bot.",
                    llm=LLM(model="openai/gpt-6-luna", max_tokens=100))
        bot.kickoff("Hello to you there")
        """,
        "crewai.Agent.kickoff",
        "openai/gpt-6-luna",
        100,
    ),
    "autogen client": (
        """
        from autogen_core.models import SystemMessage, UserMessage
        from autogen_ext.models.openai import OpenAIChatCompletionClient
        client = OpenAIChatCompletionClient(model="gpt-6-luna", max_tokens=100)
        async def ask():
            return await client.create([SystemMessage(content="You are a careful bot."),
                                        UserMessage(content="Hello to you there", source="user")])
        """,
        "autogen_ext.models.openai.OpenAIChatCompletionClient.create",
        "gpt-6-luna",
        100,
    ),
    "autogen agent": (
        """
        from autogen_agentchat.agents import AssistantAgent
        from autogen_ext.models.openai import OpenAIChatCompletionClient
        bot = AssistantAgent("bot", model_client=OpenAIChatCompletionClient(model="gpt-6-luna", max_tokens=100),
                             system_message="You are a careful bot.")
        async def ask():
            return await bot.run(task="Hello to you there")
        """,
        "autogen_agentchat.agents.AssistantAgent.run",
        "gpt-6-luna",
        100,
    ),
    "smolagents": (
        """
        from smolagents import CodeAgent, OpenAIServerModel
        agent = CodeAgent(tools=[], model=OpenAIServerModel(model_id="gpt-6-luna", max_tokens=100),
                          instructions="You are a careful bot.")
        agent.run("Hello to you there")
        """,
        "smolagents.CodeAgent.run",
        "gpt-6-luna",
        100,
    ),
    "agno": (
        """
        from agno.agent import Agent
        from agno.models.openai import OpenAIChat
        agent = Agent(model=OpenAIChat(id="gpt-6-luna", max_tokens=100), instructions=["You are a careful bot."])
        agent.print_response("Hello to you there")
        """,
        "agno.agent.Agent.print_response",
        "gpt-6-luna",
        100,
    ),
    "semantic-kernel prompt": (
        """
        from semantic_kernel import Kernel
        from semantic_kernel.functions import KernelArguments
        from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
        kernel = Kernel()
        kernel.add_service(OpenAIChatCompletion(ai_model_id="gpt-6-luna"))
        async def ask():
            return await kernel.invoke_prompt(prompt="Hello to you there", arguments=KernelArguments(
                settings=OpenAIChatPromptExecutionSettings(max_tokens=100)))
        """,
        "semantic_kernel.Kernel.invoke_prompt",
        "gpt-6-luna",
        100,
    ),
    "semantic-kernel agent": (
        """
        from semantic_kernel.agents import ChatCompletionAgent
        from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
        from semantic_kernel.functions import KernelArguments
        settings = OpenAIChatPromptExecutionSettings(max_tokens=100)
        agent = ChatCompletionAgent(service=OpenAIChatCompletion(ai_model_id="gpt-6-luna"), name="Bot",
                                    instructions="You are a careful bot.",
                                    arguments=KernelArguments(settings=settings))
        async def ask():
            return await agent.get_response(messages="Hello to you there")
        """,
        "semantic_kernel.agents.ChatCompletionAgent.get_response",
        "gpt-6-luna",
        100,
    ),
    "marvin": (
        """
        import marvin
        def ask():
            return marvin.extract("Hello to you there", target=str, instructions="You are a careful bot.")
        """,
        "marvin.extract",
        None,
        None,
    ),
    "marvin agent": (
        """
        import marvin
        bot = marvin.Agent(model="openai:gpt-6-luna", instructions="You are a careful bot.",
                           model_settings={"max_tokens": 100})
        bot.run("Hello to you there")
        """,
        "marvin.Agent.run",
        "openai:gpt-6-luna",
        100,
    ),
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))
