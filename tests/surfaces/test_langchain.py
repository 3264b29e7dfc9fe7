"""LangChain and LangGraph."""

from __future__ import annotations

from linked import project
from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
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
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))


def test_a_setting_of_a_model_is_no_call_of_it() -> None:
    source = """
    from langchain_core.language_models import BaseChatModel
    def ask(config, tools):
        assert isinstance(config.model, BaseChatModel)
        return config.model.bind_tools(tools)
    """
    assert project(source).calls == ()
