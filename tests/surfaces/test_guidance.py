"""Guidance: what is added to a model is its prompt."""

from __future__ import annotations

from linked import project
from promptlint.project import Role
from surface import Surface, each, seen, sent_by, texts_in

SURFACES: dict[str, Surface] = {
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
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))


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
    assert [sent_by(call) for call in calls] == [
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
    assert "Here is a knight of the north: a tall man" in sent_by(first)[0][1]
    assert sent_by(first)[0][1].endswith("The name of the knight is ")
    assert sent_by(second) == [(Role.USER, "Here is a knight of the south.\nHe has no sword.")]
