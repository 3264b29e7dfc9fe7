"""What an object is, where its class does not stand at the call."""

from __future__ import annotations

import pytest

from linked import only_call


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
