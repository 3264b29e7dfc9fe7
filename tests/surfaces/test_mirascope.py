"""Mirascope: models, decorators, prompts."""

from __future__ import annotations

from linked import project
from promptlint.project import Role
from surface import Surface, each, seen, sent_by, texts_in

SURFACES: dict[str, Surface] = {
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
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))


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
    assert [sent_by(call) for call in found] == [
        [(Role.USER, "Tell me of {topic}")],
        [(Role.USER, "Tell me of all the birds of the north")],
    ]
