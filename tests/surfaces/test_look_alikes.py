"""What looks like a call of a model, and is none."""

from __future__ import annotations

import pytest

from linked import project


@pytest.mark.parametrize(
    "source",
    [
        "import anthropic\nanthropic.Anthropic().messages.count_tokens(model='m', messages=[])",
        "import openai\nopenai.OpenAI().images.generate(model='m', prompt='A picture of a cat on a mat')",
        "from google.cloud import storage\nstorage.Client().models.generate_content(model='m')",
        "class Agent:\n    def run(self, text): ...\nAgent().run('Please run this thing for me')",
        "import subprocess, pydantic_ai\nsubprocess.run('some shell command to run here')",
        "import dspy\ndef predict(question): ...\npredict(question='What is this?')",
        "from transformers import pipeline\npipeline('sentiment-analysis')('I like this film a lot')",
        "from sklearn.pipeline import Pipeline\nPipeline([]).predict(['some text to look at'])",
        "import replicate\nreplicate.run('stability-ai/sdxl', input={'prompt': 'A cat on a mat'})",
        "from haystack.components.embedders import OpenAITextEmbedder\nOpenAITextEmbedder().run('some text to embed')",
        "from haystack import Pipeline\nPipeline().run({'embedder': {'text': 'some text to embed'}})",
        "import instructor\nfrom app import User\ndef add(db):\n    db.users.create(name='x', messages=[])",
        "from langchain_core.prompts import ChatPromptTemplate\n"
        "ChatPromptTemplate.from_template('Tell me all of {x}').invoke({'x': 1})",
        "from langchain_openai import OpenAIEmbeddings\nOpenAIEmbeddings().embed_query('some text to embed')",
        "import requests\nrequests.post('https://api.openai.com/v1/embeddings', json={'model': 'm', 'input': 'text'})",
        "import requests\nrequests.post('https://api.anthropic.com/v1/messages/count_tokens', "
        "json={'model': 'm', 'messages': []})",
        "import requests\nrequests.post('https://slack.com/api/chat.postMessage', json={'text': 'Hello all of you'})",
        "import respx\nrespx.post('https://api.openai.com/v1/chat/completions').mock(return_value=None)",
        "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/v1/chat/completions')\ndef chat(request): ...",
        "import requests\nrequests.get('https://api.openai.com/v1/models')",
        "import ollama\nollama.embed(model='m', input='some text to embed')",
        "class Client:\n    def chat(self, text): ...\nClient().chat('Hello to you there')",
        "import cohere\ncohere.Client().rerank(query='some query here', documents=[])",
        "from telephony import llm\n@llm.call('openai/m', max_tokens=9)\ndef ask():\n    return 'Hello to you there'",
        "from mirascope import llm\nfrom telephony import call\n@call('openai/m')\ndef ask():\n    return 'Hello you'",
        "from cms import gen, models, user\nlm = models.OpenAI('m')\nwith user():\n    lm += 'Hello to you' + gen()",
        "from guidance import models\nfrom cms import gen\nlm = models.OpenAI('m') + 'Hello to you there' + gen()",
        "import dspy\nfrom stats import Predict\ndspy.configure(lm=dspy.LM('m'))\nPredict('a -> b')(question='Why?')",
        "import litellm\nfrom network import Router\nRouter(model_list=[]).completion(model='m', messages=[])",
        "from machine import Pipeline\np = Pipeline()\np.add_component('llm', 1)\np.run({'llm': {'messages': []}})",
    ],
)
def test_look_alikes_are_not_calls(source: str) -> None:
    assert project(source).calls == ()
