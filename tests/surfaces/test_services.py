"""Services with a client of their own."""

from __future__ import annotations

from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
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


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))
