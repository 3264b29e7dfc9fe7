"""Models on the same machine, or on one of your own."""

from __future__ import annotations

from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
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
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))
