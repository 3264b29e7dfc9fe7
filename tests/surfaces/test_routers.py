"""Libraries that pass a call on to any service."""

from __future__ import annotations

import pytest

from linked import only_call
from promptlint.project import CapState
from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
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
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))


LUNA = ("openai/gpt-6-luna", CapState.LITERAL, 100)
NONE = (None, CapState.DYNAMIC, None)


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
