"""The SDK tables: a realistic use of each surface is found with name, model, cap and texts; look-alikes are not."""

from __future__ import annotations

import re

import pytest

from linked import only_call, project
from promptlint.link.sdks import load_surfaces
from promptlint.project import CallSite, CapState, Evidence, Role

SYSTEM = "You are a careful bot."
USER = "Hello to you there"

SURFACES: dict[str, tuple[str, str, str | None, int | None]] = {
    "anthropic bedrock": (
        """
        from anthropic import AnthropicBedrock
        client = AnthropicBedrock(aws_region="eu-west-1")
        client.beta.messages.create(model="claude-sonnet-5-5", max_tokens=100, system="You are a careful bot.",
                                    messages=[{"role": "user", "content": "Hello to you there"}], betas=["x"])
        """,
        "anthropic.AnthropicBedrock.beta.messages.create",
        "claude-sonnet-5-5",
        100,
    ),
    "anthropic batch": (
        """
        from anthropic import Anthropic
        from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
        from anthropic.types.messages.batch_create_params import Request
        Anthropic().messages.batches.create(requests=[
            Request(custom_id="1", params=MessageCreateParamsNonStreaming(
                model="claude-haiku-5-5", max_tokens=100, system="You are a careful bot.",
                messages=[{"role": "user", "content": "Hello to you there"}]))])
        """,
        "anthropic.Anthropic.messages.batches.create",
        "claude-haiku-5-5",
        100,
    ),
    "anthropic batch of dicts": (
        """
        import anthropic
        def batch(items):
            requests = [{"custom_id": item, "params": {
                "model": "claude-haiku-5-5", "max_tokens": 100, "system": "You are a careful bot.",
                "messages": [{"role": "user", "content": "Hello to you there"}]}} for item in items]
            return anthropic.Anthropic().messages.batches.create(requests=requests)
        """,
        "anthropic.Anthropic.messages.batches.create",
        "claude-haiku-5-5",
        100,
    ),
    "anthropic raw response": (
        """
        import anthropic
        anthropic.Anthropic().messages.with_raw_response.create(
            model="claude-haiku-5-5", max_tokens=100, system="You are a careful bot.",
            messages=[{"role": "user", "content": "Hello to you there"}])
        """,
        "anthropic.Anthropic.messages.with_raw_response.create",
        "claude-haiku-5-5",
        100,
    ),
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
    "google-genai types": (
        """
        from google import genai
        from google.genai import types
        async def ask():
            return await genai.Client().aio.models.generate_content(
                model="gemini-3.8-flash",
                contents=[types.Content(role="user", parts=[types.Part.from_text(text="Hello to you there")])],
                config=types.GenerateContentConfig(max_output_tokens=100, system_instruction="You are a careful bot."))
        """,
        "google.genai.Client.aio.models.generate_content",
        "gemini-3.8-flash",
        100,
    ),
    "google-genai interaction": (
        """
        from google import genai
        genai.Client().interactions.create(
            model="gemini-3.8-flash", system_instruction="You are a careful bot.", input="Hello to you there",
            generation_config={"max_output_tokens": 100})
        """,
        "google.genai.Client.interactions.create",
        "gemini-3.8-flash",
        100,
    ),
    "google.generativeai": (
        """
        import google.generativeai as genai
        model = genai.GenerativeModel("gemini-1.5-pro", system_instruction="You are a careful bot.",
                                      generation_config=genai.GenerationConfig(max_output_tokens=100))
        model.generate_content("Hello to you there")
        """,
        "google.generativeai.GenerativeModel.generate_content",
        "gemini-1.5-pro",
        100,
    ),
    "google.generativeai chat": (
        """
        import google.generativeai as genai
        model = genai.GenerativeModel("gemini-1.5-pro", system_instruction="You are a careful bot.",
                                      generation_config={"max_output_tokens": 100})
        chat = model.start_chat(history=[])
        chat.send_message("Hello to you there")
        """,
        "google.generativeai.ChatSession.send_message",
        "gemini-1.5-pro",
        100,
    ),
    "vertexai": (
        """
        from vertexai.generative_models import GenerationConfig, GenerativeModel
        model = GenerativeModel("gemini-1.5-pro", system_instruction=["You are a careful bot."])
        model.generate_content("Hello to you there", generation_config=GenerationConfig(max_output_tokens=100))
        """,
        "vertexai.generative_models.GenerativeModel.generate_content",
        "gemini-1.5-pro",
        100,
    ),
    "vertexai language model": (
        """
        from vertexai.language_models import TextGenerationModel
        model = TextGenerationModel.from_pretrained("text-bison")
        model.predict("Hello to you there", max_output_tokens=100)
        """,
        "vertexai.language_models.TextGenerationModel.predict",
        "text-bison",
        100,
    ),
    "litellm router": (
        """
        import litellm
        router = litellm.Router(model_list=[
            {"model_name": "fast", "litellm_params": {"model": "openai/gpt-6-luna", "max_tokens": 100}},
            {"model_name": "good", "litellm_params": {"model": "openai/gpt-6", "max_tokens": 400}}])
        async def ask():
            return await router.acompletion(model="fast", messages=[
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}])
        """,
        "litellm.Router.acompletion",
        "openai/gpt-6-luna",
        100,
    ),
    "litellm responses": (
        """
        import litellm
        litellm.responses(model="gpt-6-luna", instructions="You are a careful bot.", input="Hello to you there",
                          max_output_tokens=100)
        """,
        "litellm.responses",
        "gpt-6-luna",
        100,
    ),
    "langchain partner package": (
        """
        from langchain_xai import ChatXAI
        from langchain_core.messages import HumanMessage, SystemMessage
        ChatXAI(model="grok-4", max_tokens=100).invoke(
            [SystemMessage("You are a careful bot."), HumanMessage("Hello to you there")])
        """,
        "langchain_xai.ChatXAI.invoke",
        "grok-4",
        100,
    ),
    "langchain chain class": (
        """
        from langchain.chains import LLMChain
        from langchain.prompts import ChatPromptTemplate
        from langchain_openai import ChatOpenAI
        messages = [("system", "You are a careful bot."), ("user", "Hello to you there")]
        prompt = ChatPromptTemplate.from_messages(messages)
        LLMChain(llm=ChatOpenAI(model="gpt-6-luna", max_tokens=100), prompt=prompt).run(topic="x")
        """,
        "langchain.chains.LLMChain.run",
        "gpt-6-luna",
        100,
    ),
    "langchain agent": (
        """
        from langchain.agents import create_agent
        from langchain.chat_models import init_chat_model
        agent = create_agent(init_chat_model("gpt-6-luna", max_tokens=100), tools=[],
                             system_prompt="You are a careful bot.")
        agent.invoke({"messages": [{"role": "user", "content": "Hello to you there"}]})
        """,
        "langchain.agents.create_agent.invoke",
        "gpt-6-luna",
        100,
    ),
    "langgraph agent": (
        """
        from langchain_openai import ChatOpenAI
        from langgraph.prebuilt import create_react_agent
        model = ChatOpenAI(model="gpt-6-luna", max_tokens=100)
        agent = create_react_agent(model, tools=[], prompt="You are a careful bot.")
        agent.invoke({"messages": [("user", "Hello to you there")]})
        """,
        "langgraph.prebuilt.create_react_agent.invoke",
        "gpt-6-luna",
        100,
    ),
    "langgraph agent with the name of a model": (
        """
        from langgraph.prebuilt import create_react_agent
        agent = create_react_agent("openai:gpt-6-luna", tools=[], prompt="You are a careful bot.")
        agent.invoke({"messages": [("user", "Hello to you there")]})
        """,
        "langgraph.prebuilt.create_react_agent.invoke",
        "openai:gpt-6-luna",
        None,
    ),
    "langchain message on an unknown model": (
        """
        from langchain_core.messages import HumanMessage, SystemMessage
        def ask(llm):
            return llm.invoke([SystemMessage("You are a careful bot."), HumanMessage("Hello to you there")])
        """,
        "langchain.invoke",
        None,
        None,
    ),
    "langchain prompt in a chain with an unknown model": (
        """
        from langchain_core.prompts import ChatPromptTemplate
        def ask(llm):
            prompt = ChatPromptTemplate.from_messages([("system", "You are a careful bot."),
                                                       ("human", "Hello to you there")])
            return (prompt | llm).invoke({})
        """,
        "langchain.invoke",
        None,
        None,
    ),
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
    "dspy": (
        """
        import dspy
        lm = dspy.LM("openai/gpt-6-luna", max_tokens=100)
        lm(messages=[{"role": "system", "content": "You are a careful bot."},
                     {"role": "user", "content": "Hello to you there"}])
        """,
        "dspy.LM.__call__",
        "openai/gpt-6-luna",
        100,
    ),
    "dspy module": (
        """
        import dspy
        dspy.configure(lm=dspy.LM("openai/gpt-6-luna", max_tokens=100))
        class Bot(dspy.Module):
            def __init__(self):
                self.answer = dspy.ChainOfThought(dspy.Signature("question -> answer", "You are a careful bot."))
            def forward(self, question):
                return self.answer(question=question)
        """,
        "dspy.ChainOfThought.__call__",
        "openai/gpt-6-luna",
        100,
    ),
    "dspy module with the class of a signature": (
        """
        import dspy
        class Answer(dspy.Signature):
            '''You are a careful bot.'''
            question: str = dspy.InputField()
        lm = dspy.LM(model="openai/gpt-6-luna", max_tokens=100)
        def ask(question):
            bot = dspy.ReAct(Answer, tools=[])
            with dspy.context(lm=lm):
                return bot(question=question)
        """,
        "dspy.ReAct.__call__",
        "openai/gpt-6-luna",
        100,
    ),
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
    "instructor": (
        """
        import instructor
        client = instructor.from_provider("openai/gpt-6-luna")
        client.create(response_model=dict, max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "instructor.Instructor.create",
        "openai/gpt-6-luna",
        100,
    ),
    "mirascope": (
        """
        from mirascope import llm
        model = llm.model("openai/gpt-6-luna", max_tokens=100)
        model.call([llm.messages.system("You are a careful bot."), llm.messages.user("Hello to you there")])
        """,
        "mirascope.llm.model.call",
        "openai/gpt-6-luna",
        100,
    ),
    "mirascope decorator": (
        """
        from mirascope import llm
        @llm.call("openai/gpt-6-luna", max_tokens=100)
        async def ask(topic: str):
            '''Ask for a few words.'''
            return [llm.messages.system("You are a careful bot."), llm.messages.user("Hello to you there")]
        """,
        "mirascope.llm.call",
        "openai/gpt-6-luna",
        100,
    ),
    "mirascope decorator with a model": (
        """
        from mirascope import llm
        MODEL = llm.model("openai/gpt-6-luna", max_tokens=100)
        class Bot:
            @llm.call(MODEL)
            def ask(self):
                return "Hello to you there"
        """,
        "mirascope.llm.call",
        "openai/gpt-6-luna",
        100,
    ),
    "mirascope prompt": (
        """
        from mirascope import llm
        @llm.prompt
        def ask(greeting):
            return f"{greeting} to you there"
        ask.call(llm.Model("openai/gpt-6-luna", max_tokens=100), "Hello")  # Hello to you there
        """,
        "mirascope.llm.Prompt.call",
        "openai/gpt-6-luna",
        100,
    ),
    "mirascope 1": (
        """
        from mirascope import llm, prompt_template
        @llm.call(provider="openai", model="gpt-6-luna", call_params={"max_tokens": 100})
        @prompt_template("Hello to you there")
        def ask(): ...
        """,
        "mirascope.llm.call",
        "gpt-6-luna",
        100,
    ),
    "mirascope 1 with messages": (
        """
        from mirascope.core import Messages, openai
        @openai.call("gpt-6-luna", call_params=openai.OpenAICallParams(max_tokens=100))
        def ask():
            return [Messages.System("You are a careful bot."), Messages.User("Hello to you there")]
        """,
        "mirascope.core.openai.call",
        "gpt-6-luna",
        100,
    ),
    "mirascope 1 with a docstring": (
        """
        from mirascope.core import anthropic
        @anthropic.call("claude-haiku-5-5", call_params={"max_tokens": 100})
        def ask():
            '''Hello to you there'''
        """,
        "mirascope.core.anthropic.call",
        "claude-haiku-5-5",
        100,
    ),
    "guidance": (
        """
        from guidance import assistant, gen, models, system, user
        base = models.OpenAI("gpt-6-luna")
        def ask():
            lm = base
            with system():
                lm += "You are a careful bot."
            with user():
                lm += "Hello to you there"
            with assistant():
                lm += gen("answer", max_tokens=100)
            return lm["answer"]
        """,
        "guidance.gen",
        "gpt-6-luna",
        100,
    ),
    "guidance in one expression": (
        """
        from guidance import gen, models
        class Bot:
            def __init__(self):
                self.lm = models.Transformers("Qwen/Qwen3-8B")
            def ask(self):
                return self.lm + "Hello to you there" + gen(max_tokens=100)
        """,
        "guidance.gen",
        "Qwen/Qwen3-8B",
        100,
    ),
    "guidance function": (
        """
        import guidance
        @guidance(stateless=True)
        def ask(lm):
            with guidance.user():
                lm += "Hello to you there"
            return lm + guidance.gen("answer", max_tokens=100)
        """,
        "guidance.gen",
        None,
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
    "ollama": (
        """
        import ollama
        ollama.generate(model="llama3", system="You are a careful bot.", prompt="Hello to you there",
                        options={"num_predict": 100})
        """,
        "ollama.generate",
        "llama3",
        100,
    ),
    "ollama client": (
        """
        from ollama import AsyncClient
        async def ask():
            return await AsyncClient(host="x").chat(model="llama3", options={"num_predict": 100}, messages=[
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}])
        """,
        "ollama.AsyncClient.chat",
        "llama3",
        100,
    ),
    "cohere": (
        """
        import cohere
        cohere.ClientV2("key").chat(model="command-a-03-2025", max_tokens=100, messages=[
            cohere.SystemChatMessageV2(content="You are a careful bot."),
            cohere.UserChatMessageV2(content="Hello to you there")])
        """,
        "cohere.ClientV2.chat",
        "command-a-03-2025",
        100,
    ),
    "cohere v1": (
        """
        import cohere
        cohere.Client("key").chat(model="command-r", max_tokens=100, preamble="You are a careful bot.",
                                  message="Hello to you there")
        """,
        "cohere.Client.chat",
        "command-r",
        100,
    ),
    "mistral": (
        """
        from mistralai import Mistral
        Mistral(api_key="key").chat.complete(model="mistral-large-latest", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "mistralai.client.Mistral.chat.complete",
        "mistral-large-latest",
        100,
    ),
    "mistral conversation": (
        """
        from mistralai.client import Mistral
        Mistral(api_key="key").beta.conversations.start(
            model="mistral-large-latest", instructions="You are a careful bot.", inputs="Hello to you there",
            completion_args={"max_tokens": 100})
        """,
        "mistralai.client.Mistral.beta.conversations.start",
        "mistral-large-latest",
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
    "replicate": (
        """
        import replicate
        replicate.run("meta/meta-llama-3-70b-instruct", input={
            "system_prompt": "You are a careful bot.", "prompt": "Hello to you there", "max_tokens": 100})
        """,
        "replicate.run",
        "meta/meta-llama-3-70b-instruct",
        100,
    ),
    "huggingface": (
        """
        from huggingface_hub import InferenceClient
        client = InferenceClient(model="meta-llama/Llama-4")
        client.chat_completion(max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "huggingface_hub.InferenceClient.chat_completion",
        "meta-llama/Llama-4",
        100,
    ),
    "transformers pipeline": (
        """
        from transformers import pipeline
        pipe = pipeline("text-generation", model="Qwen/Qwen3-8B")
        pipe([{"role": "system", "content": "You are a careful bot."},
              {"role": "user", "content": "Hello to you there"}], max_new_tokens=100)
        """,
        "transformers.TextGenerationPipeline.__call__",
        "Qwen/Qwen3-8B",
        100,
    ),
    "transformers generate": (
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer
        tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen3-8B")
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen3-8B").to("cuda")
        inputs = tokenizer.apply_chat_template([{"role": "system", "content": "You are a careful bot."},
                                                {"role": "user", "content": "Hello to you there"}]).to("cuda")
        model.generate(inputs, max_new_tokens=100)
        """,
        "transformers.AutoModelForCausalLM.generate",
        "Qwen/Qwen3-8B",
        100,
    ),
    "vllm": (
        """
        from vllm import LLM, SamplingParams
        llm = LLM(model="Qwen/Qwen3-8B")
        llm.chat([{"role": "system", "content": "You are a careful bot."},
                  {"role": "user", "content": "Hello to you there"}], SamplingParams(max_tokens=100))
        """,
        "vllm.LLM.chat",
        "Qwen/Qwen3-8B",
        100,
    ),
    "llama.cpp": (
        """
        from llama_cpp import Llama
        llm = Llama(model_path="model.gguf")
        llm.create_chat_completion(max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "llama_cpp.Llama.create_chat_completion",
        "model.gguf",
        100,
    ),
    "lmdeploy": (
        """
        from lmdeploy import GenerationConfig, pipeline
        pipe = pipeline("internlm/internlm3-8b-instruct")
        pipe([{"role": "system", "content": "You are a careful bot."},
              {"role": "user", "content": "Hello to you there"}], gen_config=GenerationConfig(max_new_tokens=100))
        """,
        "lmdeploy.pipeline.__call__",
        "internlm/internlm3-8b-instruct",
        100,
    ),
    "bedrock body": (
        """
        import boto3, json
        session = boto3.Session(profile_name="x")
        client = session.client(service_name="bedrock-runtime")
        client.invoke_model(modelId="anthropic.claude-sonnet-5-5", body=json.dumps({
            "anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "system": "You are a careful bot.",
            "messages": [{"role": "user", "content": "Hello to you there"}]}))
        """,
        "boto3.client.bedrock-runtime.invoke_model",
        "anthropic.claude-sonnet-5-5",
        100,
    ),
    "aisuite": (
        """
        import aisuite as ai
        ai.Client().chat.completions.create(model="openai:gpt-6-luna", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "aisuite.Client.chat.completions.create",
        "openai:gpt-6-luna",
        100,
    ),
    "claude-agent-sdk": (
        """
        from claude_agent_sdk import ClaudeAgentOptions, query
        async def ask():
            async for message in query(prompt="Hello to you there", options=ClaudeAgentOptions(
                    system_prompt="You are a careful bot.", model="claude-sonnet-5-5")):
                print(message)
        """,
        "claude_agent_sdk.query",
        "claude-sonnet-5-5",
        None,
    ),
    "claude-agent-sdk client": (
        """
        from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient
        async def ask():
            options = ClaudeAgentOptions(system_prompt="You are a careful bot.", model="claude-sonnet-5-5")
            async with ClaudeSDKClient(options=options) as client:
                await client.query("Hello to you there")
        """,
        "claude_agent_sdk.ClaudeSDKClient.query",
        "claude-sonnet-5-5",
        None,
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
    "dashscope": (
        """
        import dashscope
        from http import HTTPStatus
        dashscope.Generation.call(model="qwen-plus", max_tokens=100, messages=[
            {"role": "system", "content": "You are a careful bot."},
            {"role": "user", "content": "Hello to you there"}])
        """,
        "dashscope.Generation.call",
        "qwen-plus",
        100,
    ),
    "qianfan": (
        """
        import qianfan
        class Bot:
            def __init__(self):
                self.client = qianfan.ChatCompletion(model="ERNIE-4.0-8K")
            async def ask(self):
                return await self.client.ado(system="You are a careful bot.", max_output_tokens=100,
                                             messages=[{"role": "user", "content": "Hello to you there"}])
        """,
        "qianfan.ChatCompletion.ado",
        "ERNIE-4.0-8K",
        100,
    ),
    "xinference": (
        """
        from xinference.client import Client
        model = Client("http://localhost:9997").get_model("qwen3")
        model.chat([{"role": "system", "content": "You are a careful bot."},
                    {"role": "user", "content": "Hello to you there"}], generate_config={"max_tokens": 100})
        """,
        "xinference_client.RESTfulChatModelHandle.chat",
        "qwen3",
        100,
    ),
    "oci": (
        """
        import oci
        from oci.generative_ai_inference import GenerativeAiInferenceClient
        from oci.generative_ai_inference import models
        client = GenerativeAiInferenceClient(config={})
        client.chat(models.ChatDetails(
            serving_mode=models.OnDemandServingMode(model_id="cohere.command-a"),
            chat_request=models.CohereChatRequest(preamble_override="You are a careful bot.",
                                                  message="Hello to you there", max_tokens=100)))
        """,
        "oci.generative_ai_inference.GenerativeAiInferenceClient.chat",
        "cohere.command-a",
        100,
    ),
    "watsonx": (
        """
        from ibm_watsonx_ai.foundation_models import ModelInference
        model = ModelInference(model_id="ibm/granite-4", params={"max_tokens": 100})
        model.chat(messages=[{"role": "system", "content": "You are a careful bot."},
                             {"role": "user", "content": "Hello to you there"}])
        """,
        "ibm_watsonx_ai.foundation_models.ModelInference.chat",
        "ibm/granite-4",
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
    "sparkai": (
        """
        from sparkai.core.messages import ChatMessage
        from sparkai.llm.llm import ChatSparkLLM
        spark = ChatSparkLLM(spark_llm_domain="generalv3.5", max_tokens=100)
        spark.generate([[ChatMessage(role="system", content="You are a careful bot."),
                         ChatMessage(role="user", content="Hello to you there")]])
        """,
        "sparkai.llm.llm.ChatSparkLLM.generate",
        "generalv3.5",
        100,
    ),
}


@pytest.mark.parametrize(("source", "api", "model", "cap"), SURFACES.values(), ids=SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    call = only_call(source)
    assert (call.api, call.model, call.cap.tokens) == (api, model, cap)
    texts = [(role, text) for role, text in ((Role.SYSTEM, SYSTEM), (Role.USER, USER)) if text in source]
    assert texts
    assert _sent(call) == texts


def test_every_table_has_a_fixture() -> None:
    tested = {call.sdk for source, *_ in SURFACES.values() for call in project(source).calls}
    tested |= {"http", "bedrock", "anthropic", "openai"}
    assert {table.sdk for table in load_surfaces().tables} - tested <= {"unknown"}


POSTS = {
    "requests": (
        """
        import requests
        requests.post("https://api.openai.com/v1/chat/completions", headers={}, json={
            "model": "gpt-6-luna", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]})
        """,
        "POST api.openai.com/v1/chat/completions",
        "openai",
        "gpt-6-luna",
    ),
    "httpx client and a dict": (
        """
        import httpx
        URL = "https://api.anthropic.com/v1/messages"
        async def ask():
            payload = {"model": "claude-haiku-5-5", "max_tokens": 100, "system": "You are a careful bot."}
            payload["messages"] = [{"role": "user", "content": "Hello to you there"}]
            async with httpx.AsyncClient() as client:
                return await client.post(URL, json=payload)
        """,
        "POST api.anthropic.com/v1/messages",
        "anthropic",
        "claude-haiku-5-5",
    ),
    "aiohttp and dumps": (
        """
        import aiohttp, json
        async def ask(base):
            async with aiohttp.ClientSession() as session:
                async with session.post("https://openrouter.ai/api/v1/chat/completions", data=json.dumps({
                        "model": "x/y", "max_tokens": 100, "messages": [
                            {"role": "system", "content": "You are a careful bot."},
                            {"role": "user", "content": "Hello to you there"}]})) as response:
                    return await response.json()
        """,
        "POST openrouter.ai/api/v1/chat/completions",
        "unknown",
        "x/y",
    ),
    "urllib": (
        """
        import json, urllib.request
        request = urllib.request.Request("https://api.deepseek.com/v1/chat/completions", data=json.dumps({
            "model": "deepseek-chat", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]}).encode("utf-8"))
        """,
        "POST api.deepseek.com/v1/chat/completions",
        "unknown",
        "deepseek-chat",
    ),
    "a server of one's own": (
        """
        import requests
        def ask(host):
            return requests.post(f"{host}/v1/chat/completions", json={"model": "m", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]})
        """,
        "POST",
        "unknown",
        "m",
    ),
    "the model in the address": (
        """
        import requests
        KEY = "x"
        requests.post(
            f"https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent?key={KEY}",
            json={"systemInstruction": {"parts": [{"text": "You are a careful bot."}]},
                  "contents": [{"role": "user", "parts": [{"text": "Hello to you there"}]}],
                  "generationConfig": {"maxOutputTokens": 100}})
        """,
        "POST generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent",
        "google",
        "gemini-3.8-flash",
    ),
    "ollama": (
        """
        import requests
        requests.post("http://localhost:11434/api/generate", json={
            "model": "llama3", "system": "You are a careful bot.", "prompt": "Hello to you there",
            "options": {"num_predict": 100}})
        """,
        "POST :11434/api/generate",
        "unknown",
        "llama3",
    ),
    "request with a method": (
        """
        import httpx
        httpx.request("POST", "https://api.groq.com/openai/v1/chat/completions", json={
            "model": "llama-4", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]})
        """,
        "POST api.groq.com/openai/v1/chat/completions",
        "unknown",
        "llama-4",
    ),
}


@pytest.mark.parametrize(("source", "api", "provider", "model"), POSTS.values(), ids=POSTS)
def test_posts_to_the_address_of_a_model(source: str, api: str, provider: str, model: str) -> None:
    call = only_call(source)
    assert (call.sdk, call.api, call.provider, call.model) == ("http", api, provider, model)
    assert call.cap.tokens == 100
    assert _sent(call) == [(Role.SYSTEM, SYSTEM), (Role.USER, USER)]


@pytest.mark.parametrize(
    "source",
    [
        "import anthropic\nanthropic.Anthropic().messages.count_tokens(model='m', messages=[])",
        "import openai\nopenai.OpenAI().images.generate(model='m', prompt='A picture of a cat on a mat')",
        "from google.cloud import storage\nstorage.Client().models.generate_content(model='m')",
        "class Agent:\n    def run(self, text): ...\nAgent().run('Please run this thing for me')",
        "import subprocess, pydantic_ai\nsubprocess.run('some shell command to run here')",
        "import dspy\ndef predict(question): ...\npredict(question='What is this?')",
        "from transformers import pipeline\npipeline('sentiment-analysis')('I like this film a lot')",
        "from sklearn.pipeline import Pipeline\nPipeline([]).predict(['some text to look at'])",
        "import replicate\nreplicate.run('stability-ai/sdxl', input={'prompt': 'A cat on a mat'})",
        "from haystack.components.embedders import OpenAITextEmbedder\nOpenAITextEmbedder().run('some text to embed')",
        "from haystack import Pipeline\nPipeline().run({'embedder': {'text': 'some text to embed'}})",
        "import instructor\nfrom app import User\ndef add(db):\n    db.users.create(name='x', messages=[])",
        "from langchain_core.prompts import ChatPromptTemplate\n"
        "ChatPromptTemplate.from_template('Tell me all of {x}').invoke({'x': 1})",
        "from langchain_openai import OpenAIEmbeddings\nOpenAIEmbeddings().embed_query('some text to embed')",
        "import requests\nrequests.post('https://api.openai.com/v1/embeddings', json={'model': 'm', 'input': 'text'})",
        "import requests\nrequests.post('https://api.anthropic.com/v1/messages/count_tokens', "
        "json={'model': 'm', 'messages': []})",
        "import requests\nrequests.post('https://slack.com/api/chat.postMessage', json={'text': 'Hello all of you'})",
        "import respx\nrespx.post('https://api.openai.com/v1/chat/completions').mock(return_value=None)",
        "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/v1/chat/completions')\ndef chat(request): ...",
        "import requests\nrequests.get('https://api.openai.com/v1/models')",
        "import ollama\nollama.embed(model='m', input='some text to embed')",
        "class Client:\n    def chat(self, text): ...\nClient().chat('Hello to you there')",
        "import cohere\ncohere.Client().rerank(query='some query here', documents=[])",
        "from telephony import llm\n@llm.call('openai/m', max_tokens=9)\ndef ask():\n    return 'Hello to you there'",
        "from mirascope import llm\nfrom telephony import call\n@call('openai/m')\ndef ask():\n    return 'Hello you'",
        "from cms import gen, models, user\nlm = models.OpenAI('m')\nwith user():\n    lm += 'Hello to you' + gen()",
        "from guidance import models\nfrom cms import gen\nlm = models.OpenAI('m') + 'Hello to you there' + gen()",
        "import dspy\nfrom stats import Predict\ndspy.configure(lm=dspy.LM('m'))\nPredict('a -> b')(question='Why?')",
        "import litellm\nfrom network import Router\nRouter(model_list=[]).completion(model='m', messages=[])",
        "from machine import Pipeline\np = Pipeline()\np.add_component('llm', 1)\np.run({'llm': {'messages': []}})",
    ],
)
def test_look_alikes_are_not_calls(source: str) -> None:
    assert project(source).calls == ()


FRAMEWORKS = {
    "crewai": (
        """
        from crewai import Agent, Task
        GOAL = "Find the papers that matter to the reader"
        Agent(role="A researcher who reads very many papers", goal=GOAL, backstory="You have read papers for years.")
        Task(description="Read the list of papers and rank them.",
             expected_output="A list of papers with one reason each")
        """,
        [
            ("system", "Find the papers that matter to the reader"),
            ("system", "A researcher who reads very many papers"),
            ("system", "You have read papers for years."),
            ("user", "Read the list of papers and rank them."),
            ("user", "A list of papers with one reason each"),
        ],
    ),
    "openai-agents": (
        "from agents import Agent as Helper\nHelper(name='x', instructions='You help with the booking of flights.')",
        [("system", "You help with the booking of flights.")],
    ),
    "agno": (
        "from agno.agent import Agent\n"
        "Agent(description='You look after the shop of the user.',\n"
        "      instructions=['Answer in three short sentences only.'])",
        [("system", "You look after the shop of the user."), ("system", "Answer in three short sentences only.")],
    ),
    "langchain templates": (
        """
        from langchain_core.messages import SystemMessage
        from langchain_core.prompts import PromptTemplate
        PromptTemplate.from_template("Tell me about {topic} in three short sentences.")
        PromptTemplate(template="Tell me all about {topic} in one sentence.", input_variables=["topic"])
        SystemMessage(content="You look after the shop of the user.")
        """,
        [
            ("user", "Tell me about {topic} in three short sentences."),
            ("user", "Tell me all about {topic} in one sentence."),
            ("system", "You look after the shop of the user."),
        ],
    ),
    "llama-index templates": (
        """
        from llama_index.core import PromptTemplate, VectorStoreIndex
        index = VectorStoreIndex.from_documents([])
        index.as_query_engine(
            text_qa_template=PromptTemplate("Answer from the context only: {context_str} {query_str}"))
        """,
        [("user", "Answer from the context only: {context_str} {query_str}")],
    ),
    "dspy fields": (
        "import dspy\nclass Answer(dspy.Signature):\n"
        "    answer: str = dspy.OutputField(desc='One or two words, and no more than that')\n",
        [("system", "One or two words, and no more than that")],
    ),
}


@pytest.mark.parametrize(("source", "texts"), FRAMEWORKS.values(), ids=FRAMEWORKS)
def test_arguments_that_a_framework_sends_are_prompts(source: str, texts: list[tuple[str, str]]) -> None:
    found = project(source)
    assert found.calls == ()
    assert [(prompt.role, prompt.template.text) for prompt in found.prompts] == texts
    assert {prompt.evidence for prompt in found.prompts} == {Evidence.FRAMEWORK}


def test_an_argument_of_another_class_of_that_name_is_no_prompt() -> None:
    source = "from estate import Agent\nAgent(goal='Sell all of the houses in this street')"
    assert [prompt.evidence for prompt in project(source).prompts if prompt.evidence is Evidence.FRAMEWORK] == []


@pytest.mark.parametrize(
    ("source", "api"),
    [
        (
            "import importlib\nclass Lazy:\n    def __getattr__(self, name):\n"
            "        return getattr(importlib.import_module('litellm'), name)\n"
            "litellm = Lazy()\nlitellm.completion(model='m', messages=[])",
            "litellm.completion",
        ),
        (
            "from langchain_core.language_models import BaseChatModel\n"
            "class Bot:\n    def __init__(self, config):\n"
            "        if not isinstance(config.model, (BaseChatModel, str)):\n            raise TypeError\n"
            "        self.model = config.model\n"
            "    def ask(self, text):\n        model = self.model\n        return model.invoke(text)",
            "langchain_core.language_models.BaseChatModel.invoke",
        ),
        (
            "from transformers import AutoModelForCausalLM, AutoTokenizer\n"
            "def load(name):\n"
            "    return AutoModelForCausalLM.from_pretrained(name), AutoTokenizer.from_pretrained(name)\n"
            "model, tokenizer = load('m')\nmodel.generate('Hello to you there')",
            "transformers.AutoModelForCausalLM.generate",
        ),
        (
            "from dashscope.aigc.generation import Generation\nclass Mine(Generation): ...\n"
            "class Bot:\n    def __init__(self):\n        self.client: Mine = Mine\n"
            "    def ask(self):\n        return self.client.call(model='m', messages=[])",
            "dashscope.Generation.call",
        ),
    ],
    ids=["lazy module", "isinstance", "pair that a function returns", "method of a class that is extended"],
)
def test_what_an_object_is_shows_elsewhere(source: str, api: str) -> None:
    assert only_call(source).api == api


def test_a_setting_of_a_model_is_no_call_of_it() -> None:
    source = """
    from langchain_core.language_models import BaseChatModel
    def ask(config, tools):
        assert isinstance(config.model, BaseChatModel)
        return config.model.bind_tools(tools)
    """
    assert project(source).calls == ()


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("anthropic._client.Anthropic", "anthropic.Anthropic"),
        ("anthropic.Client", "anthropic.Anthropic"),
        ("langchain_openai.chat_models.base.ChatOpenAI", "langchain_openai.ChatOpenAI"),
        ("google.cloud.storage.Client", "google.cloud.storage.Client"),
        ("litellm.main.acompletion", "litellm.acompletion"),
    ],
)
def test_a_class_is_known_where_its_package_defines_it(name: str, canonical: str) -> None:
    assert load_surfaces().canonical(name) == canonical


def test_every_source_names_a_version_or_a_document() -> None:
    for table in load_surfaces().tables:
        assert re.search(r"\d|document|reference|README|docs|use as in", table.source), table.sdk


def test_a_decorated_function_that_is_called_is_a_wrapper_of_its_call() -> None:
    source = """
    from mirascope import llm
    @llm.call("openai/gpt-6-luna", max_tokens=100)
    def ask(topic: str):
        return f"Tell me of {topic}"
    ask("all the birds of the north")
    """
    found = project(source).calls
    assert [(call.wrapper, call.model, call.cap.tokens) for call in found] == [
        (None, "openai/gpt-6-luna", 100),
        ("app.ask", "openai/gpt-6-luna", 100),
    ]
    assert [_sent(call) for call in found] == [
        [(Role.USER, "Tell me of {topic}")],
        [(Role.USER, "Tell me of all the birds of the north")],
    ]


def test_what_is_added_to_a_model_is_sent_up_to_the_call() -> None:
    source = """
    import guidance
    from guidance import assistant, gen, models, system, user
    RULES = "You answer in one short word."
    def ask(question, big):
        lm = models.OpenAI("gpt-6") if big else models.OpenAI("gpt-6-luna")
        with system():
            lm += RULES + " You never say more than that."
        with user():
            lm += "The question is this one: "
            lm += question
        with assistant():
            lm += gen("first", max_tokens=5)
        other = lm
        with user():
            other += "And what is the second word?"
        with assistant():
            other += gen("second", max_tokens=6) + gen("third")
        return other
    """
    system = (Role.SYSTEM, "You answer in one short word. You never say more than that.")
    question = (Role.USER, "The question is this one: {question}")
    second = (Role.USER, "And what is the second word?")
    calls = project(source).calls
    assert [(call.model, call.cap.tokens) for call in calls] == [(None, 5), (None, 6), (None, None)]
    assert [_sent(call) for call in calls] == [
        [system, question],
        [system, question, second],
        [system, question, second],
    ]


def test_a_template_that_is_filled_in_by_a_model_is_one_prompt() -> None:
    source = """
    from guidance import gen, models
    lm = models.LlamaCpp("m.gguf")
    lm = lm + "The name of the knight is " + gen("name", max_tokens=5) + " and he is " + gen("age", max_tokens=2)
    """
    found = project(source)
    assert [prompt.template.text for prompt in found.prompts] == ["The name of the knight is {gen()} and he is "]
    assert [(call.model, call.cap.tokens) for call in found.calls] == [("m.gguf", 5), ("m.gguf", 2)]


def test_a_guidance_function_loses_the_indentation_of_its_code_and_is_given_the_model() -> None:
    source = """
    import guidance
    from guidance import gen, models
    @guidance
    def describe(lm, hero):
        lm += f'''Here is a knight of the north: {hero}
        He has a sword.'''
        return lm
    lm = models.OpenAI("gpt-6-luna")
    lm += describe("a tall man")
    lm += "The name of the knight is " + gen(max_tokens=5)
    @guidance
    def ask(lm):
        lm += '''Here is a knight of the south.
        He has no sword.'''
        lm += gen(max_tokens=6)
        return lm
    """
    first, second = project(source).calls
    assert (first.model, second.model) == ("gpt-6-luna", None)
    assert "Here is a knight of the north: a tall man" in _sent(first)[0][1]
    assert _sent(first)[0][1].endswith("The name of the knight is ")
    assert _sent(second) == [(Role.USER, "Here is a knight of the south.\nHe has no sword.")]


LM = "dspy.LM('openai/gpt-6-luna', max_tokens=100)"
OTHER = "dspy.LM('openai/gpt-6', max_tokens=400)"
LUNA = ("openai/gpt-6-luna", CapState.LITERAL, 100)
NONE = (None, CapState.DYNAMIC, None)


@pytest.mark.parametrize(
    ("source", "asks"),
    [
        ("bot(q='x')", NONE),
        (f"dspy.settings.configure(lm={LM})\nbot(q='x')", LUNA),
        (f"def start():\n    dspy.configure(lm={LM})\ndef ask():\n    bot(q='x')", LUNA),
        (f"dspy.configure(lm={OTHER})\nbot(q='x', lm={LM})", LUNA),
        (f"dspy.configure(lm={OTHER})\nbot.set_lm({LM})\nbot(q='x')", LUNA),
        (f"dspy.configure(lm={OTHER})\nwith dspy.context(lm={LM}):\n    bot(q='x')", LUNA),
        (f"with dspy.context(lm={LM}):\n    pass\nbot(q='x')", NONE),
        (f"dspy.configure(lm={OTHER})\ndspy.configure(lm={LM})\nbot(q='x')", LUNA),
        (f"def a():\n    dspy.configure(lm={LM})\ndef b():\n    dspy.configure(lm={OTHER})\nbot(q='x')", NONE),
        ("def start(lm):\n    dspy.configure(lm=lm)\nbot(q='x')", NONE),
        (f"dspy.configure(lm={OTHER}, adapter=dspy.JSONAdapter())\nother = dspy.Predict('a -> b')\n"
         f"other.set_lm({LM})\nbot(q='x')", ("openai/gpt-6", CapState.LITERAL, 400)),
    ],
)  # fmt: skip
def test_a_module_asks_the_nearest_model_that_is_set(
    source: str, asks: tuple[str | None, CapState, int | None]
) -> None:
    call = only_call(f"import dspy\nbot = dspy.Predict('question -> answer')\n{source}")
    assert (call.model, call.cap.state, call.cap.tokens) == asks


def test_the_model_of_another_file_is_asked_where_there_is_one() -> None:
    bot = "import dspy\ndef ask():\n    return dspy.Predict('question -> answer')(question='x')"
    one = f"import dspy\ndspy.configure(lm={LM})"
    two = f"import dspy\ndspy.configure(lm={OTHER})"
    assert only_call(bot=bot, one=one).model == "openai/gpt-6-luna"
    assert only_call(bot=bot, one=one, two=one).model == "openai/gpt-6-luna"
    assert only_call(bot=bot, one=one, two=two).model is None


def test_a_model_that_is_set_on_an_object_of_the_project_is_asked_by_its_modules() -> None:
    source = f"""
    import dspy
    class Bot(dspy.Module):
        def __init__(self):
            self.answer = dspy.Predict("question -> answer")
        def forward(self, question):
            return self.answer(question=question)
    bot = Bot()
    bot.set_lm({LM})
    """
    assert only_call(source).model == "openai/gpt-6-luna"


def test_a_module_of_a_model_has_its_own_cap() -> None:
    source = f"import dspy\ndspy.configure(lm={LM})\ndspy.Predict('question -> answer', max_tokens=7)(question='x')"
    assert only_call(source).cap.tokens == 7


@pytest.mark.parametrize(
    ("arguments", "asks"),
    [
        ("model='fast'", LUNA),
        ("'fast', max_tokens=7", ("openai/gpt-6-luna", CapState.LITERAL, 7)),
        ("model='same'", LUNA),
        ("model='mixed'", (None, CapState.LITERAL, 100)),
        ("model='free'", ("openai/gpt-6", CapState.ABSENT, None)),
        ("model=name", NONE),
        ("model='unlisted'", ("unlisted", CapState.ABSENT, None)),
    ],
)
def test_an_alias_of_a_router_is_the_model_of_its_entries(
    arguments: str, asks: tuple[str | None, CapState, int | None]
) -> None:
    source = f"""
    from litellm import Router
    SMALL = {{"model": "openai/gpt-6-luna", "max_tokens": 100}}
    router = Router(model_list=[
        {{"model_name": "fast", "litellm_params": SMALL}},
        {{"model_name": "same", "litellm_params": {{**SMALL, "api_key": "a"}}}},
        {{"model_name": "same", "litellm_params": {{**SMALL, "api_key": "b"}}}},
        {{"model_name": "mixed", "litellm_params": SMALL}},
        {{"model_name": "mixed", "litellm_params": {{"model": "openai/gpt-6", "max_tokens": 100}}}},
        {{"model_name": "free", "litellm_params": {{"model": "openai/gpt-6"}}}},
    ])
    def ask(name):
        router.completion({arguments}, messages=[{{"role": "user", "content": "Hello to you there"}}])
    """
    call = only_call(source)
    assert (call.model, call.cap.state, call.cap.tokens) == asks


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


def _sent(call: CallSite) -> list[tuple[Role, str]]:
    return [(message.role, message.template.text) for message in call.messages]
