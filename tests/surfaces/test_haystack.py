"""Haystack: generators, agents and pipelines."""

from __future__ import annotations

from linked import only_call
from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
    "haystack": (
        """
        from haystack.components.generators.chat import OpenAIChatGenerator
        from haystack.dataclasses import ChatMessage
        generator = OpenAIChatGenerator(model="gpt-6-luna", generation_kwargs={"max_completion_tokens": 100})
        generator.run([ChatMessage.from_system("You are a careful bot."), ChatMessage.from_user("Hello to you there")])
        """,
        "haystack.components.generators.chat.OpenAIChatGenerator.run",
        "gpt-6-luna",
        100,
    ),
    "haystack agent": (
        """
        from haystack.components.agents import Agent
        from haystack.components.generators.chat import OpenAIChatGenerator
        from haystack.dataclasses import ChatMessage
        generator = OpenAIChatGenerator(model="gpt-6-luna", generation_kwargs={"max_completion_tokens": 100})
        agent = Agent(chat_generator=generator, system_prompt="You are a careful bot.")
        agent.run(messages=[ChatMessage.from_user("Hello to you there")])
        """,
        "haystack.components.agents.Agent.run",
        "gpt-6-luna",
        100,
    ),
    "haystack pipeline": (
        """
        from haystack import Pipeline
        from haystack.components.builders import ChatPromptBuilder
        from haystack.components.generators.chat import OpenAIChatGenerator
        from haystack.dataclasses import ChatMessage
        pipeline = Pipeline()
        pipeline.add_component("prompt", ChatPromptBuilder())
        pipeline.add_component("llm", OpenAIChatGenerator(model="gpt-6-luna", generation_kwargs={"max_tokens": 100}))
        pipeline.run({"llm": {"messages": [ChatMessage.from_system("You are a careful bot."),
                                           ChatMessage.from_user("Hello to you there")]}})
        """,
        "haystack.Pipeline.run",
        "gpt-6-luna",
        100,
    ),
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))


def test_several_models_in_one_pipeline_are_none() -> None:
    source = """
    from haystack import Pipeline
    from haystack.components.generators.chat import OpenAIChatGenerator
    pipeline = Pipeline()
    pipeline.add_component("first", OpenAIChatGenerator(model="gpt-6-luna"))
    pipeline.add_component("second", OpenAIChatGenerator(model="gpt-6"))
    pipeline.run({"first": {"messages": []}})
    """
    assert only_call(source).model is None
