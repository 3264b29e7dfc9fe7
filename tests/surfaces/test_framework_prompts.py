"""Prompts that a framework sends, where no call of it is seen."""

from __future__ import annotations

import pytest

from linked import project
from promptlint.project import Evidence

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
