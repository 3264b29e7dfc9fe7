"""DSPy: its modules, and the models that are set for them elsewhere."""

from __future__ import annotations

import pytest

from linked import only_call
from promptlint.project import CapState
from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
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
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))


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
