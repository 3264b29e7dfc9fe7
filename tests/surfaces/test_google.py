"""Google: genai, the library before it, and Vertex AI."""

from __future__ import annotations

from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
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
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))
