"""unread-usage, from source to findings: whose usage is read on the way of the response, and whose is not."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from promptlint.finding import Finding, Severity
from rule_run import findings

RULE = "unread-usage"
CALL = 'client.chat.completions.create(model="gpt-5.5", messages=[{"role": "user", "content": question}])'
STREAM = CALL.removesuffix(")") + ", stream=True)"


def check(source: str, **files: str) -> list[Finding]:
    """The findings in an application; `name="source"` is a further file."""
    return findings({"app.py": source} | {f"{name}.py": dedent(text) for name, text in files.items()}, RULE)


def openai(body: str, head: str = "", tail: str = "") -> str:
    """An application with an OpenAI client and a function; CALL and STREAM stand for calls."""
    body = indent(dedent(body).strip(), "    ").replace("CALL", CALL).replace("STREAM", STREAM)
    start = f"from openai import OpenAI\n{dedent(head)}\nclient = OpenAI()\n\n\n"
    return f"{start}def ask(question):\n{body}\n\n\n{dedent(tail)}"


@pytest.mark.parametrize(
    "body",
    [
        "response = CALL\nreturn response.choices[0].message.content",
        "return CALL.choices[0].message.content",
        "response = CALL\nresponse = response.choices[0].message.content\nreturn response",
        "text = CALL.choices[0].message.content\nreturn {'text': text}",
        "response = CALL\nreturn response['choices'][0]['message']['content']",
        "response = CALL\nreturn getattr(response, 'choices')[0].message.content",
        "response = CALL\ndata = response.model_dump()\nreturn data['choices'][0]",
        "responses = [CALL for _ in range(3)]\nreturn [one.choices[0] for one in responses]",
        "results = []\nfor _ in range(3):\n    results.append(CALL)\nreturn [one.choices for one in results]",
        "response = CALL\nif not response:\n    raise ValueError(f'bad {response}')\nreturn response.choices[0]",
        "CALL",
    ],
)
def test_a_response_of_which_only_the_text_is_used(body: str) -> None:
    (finding,) = check(openai(body))
    assert finding.message == "nobody reads the token usage of this call: response.usage is dropped"


@pytest.mark.parametrize(
    "body",
    [
        "response = CALL\nprint(response.usage.total_tokens)\nreturn response.choices[0].message.content",
        "response = CALL\nspent = response['usage']['total_tokens']\nreturn response['choices']",
        "response = CALL\nspent = getattr(response, 'usage', None)\nreturn response.choices",
        "response = CALL\nspent = response.model_dump().get('usage', {})\nreturn response.choices",
        "return CALL.usage.total_tokens",
        "response = CALL\nif response.usage.total_tokens > 9:\n    raise ValueError\nreturn response.choices",
        "responses = [CALL for _ in range(3)]\nspent = sum(one.usage.total_tokens for one in responses)\nreturn spent",
        "responses = [CALL]\nfor number, response in enumerate(responses):\n    print(number, response.usage)",
        "both = {'response': CALL}\nprint(both['response'].usage)",
        "if (response := CALL):\n    print(response.usage)",
    ],
)
def test_usage_that_is_read_where_the_call_is(body: str) -> None:
    assert check(openai(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "return CALL",
        "yield CALL",
        "response = CALL\nreturn response.choices[0].message.content, response",
        "response = CALL\nlogbook.write(response)\nreturn response.choices",
        "response = CALL\nledger.run(response)\nreturn response.choices",
        "global last\nself.last = CALL\nreturn self.last.choices",
        "response = CALL\nreturn Answer(text=response.choices[0], raw=response)",
    ],
)
def test_a_response_that_goes_where_it_is_not_followed(body: str) -> None:
    assert check(openai(body)) == []


def test_a_helper_that_is_given_the_response() -> None:
    body = "response = CALL\nreturn text_of(response)"
    helper = "def text_of(response):\n    {}return response.choices[0].message.content\n"
    assert check(openai(body, tail=helper.format("book(response.usage)\n    "))) == []
    assert len(check(openai(body, tail=helper.format("")))) == 1


def test_a_helper_in_another_file_that_is_given_the_response_by_keyword() -> None:
    body = "response = CALL\nbook(what='ask', response=response)\nreturn response.choices"
    source = openai(body, head="from books import book")
    assert check(source, books="def book(what, *, response):\n    prompt = response.usage.prompt_tokens\n") == []
    assert len(check(source, books="def book(what, *, response):\n    prompt = response.choices\n")) == 1


def test_a_response_that_callers_get_to_any_depth() -> None:
    tail = """
    def twice(question):
        return [ask(question), ask(question)]

    def main(prompt):
        first, second = twice(prompt)
        {}
        return first.choices[0].message.content
    """
    assert check(openai("return CALL", tail=dedent(tail).format("print(first.usage)"))) == []
    assert len(check(openai("return CALL", tail=dedent(tail).format("pass")))) == 1


def test_a_method_that_a_derived_class_overrides() -> None:
    source = """
    from openai import OpenAI

    class Base:
        def __init__(self):
            self.client = OpenAI()

        def ask(self, question):
            response = self.client.responses.create(model="gpt-5.5", input=question)
            return self.text(response)

        def text(self, response):
            return response.output_text

    class Counting(Base):
        def text(self, response):
            {}
            return response.output_text
    """
    assert check(dedent(source).format("self.spent += response.usage.total_tokens")) == []
    assert len(check(dedent(source).format("pass"))) == 1


def test_a_response_that_comes_back_from_what_runs_the_call() -> None:
    head = "from retry import with_retries\n"
    runs = "def with_retries(what):  # llm\n    for _ in range(3):\n        return what()\n"
    body = "response = with_retries(lambda: CALL)\n{}return response.choices[0].message.content"
    assert check(openai(body.format("book(response.usage)\n"), head=head), retry=runs) == []
    assert len(check(openai(body.format(""), head=head), retry=runs)) == 1


@pytest.mark.parametrize("run", ["executor.submit(book, response)", "list(executor.map(book, [response]))"])
def test_a_helper_that_another_thread_runs(run: str) -> None:
    body = f"response = CALL\n{run}\nreturn response.choices[0].message.content"
    helper = "def book(response):\n    print(response.{})\n"
    assert check(openai(body, tail=helper.format("usage"))) == []
    assert len(check(openai(body, tail=helper.format("choices")))) == 1


def test_calls_at_the_same_time_through_a_helper_of_the_project() -> None:
    source = """
    import asyncio
    from openai import AsyncOpenAI

    client = AsyncOpenAI()

    async def limited(*coroutines):
        async def one(coroutine):
            return await coroutine
        return await asyncio.gather(*(one(each) for each in coroutines))

    async def unrelated(jobs):
        return await limited(*jobs)

    async def label(texts):
        responses = await limited(
            *[client.responses.create(model="gpt-5.5", input=f"Label this text: {{text}}") for text in texts]
        )
        for text, response in zip(texts, responses):
            {}
        return texts
    """
    assert check(dedent(source).format("book(response.usage)")) == []
    (finding,) = check(dedent(source).format("print(text, response.output_text)"))
    assert finding.severity is Severity.MEDIUM


def test_a_stream_without_its_usage() -> None:
    body = "for chunk in STREAM:\n    {}\n    yield chunk.choices[0].delta.content"
    (finding,) = check(openai(body.format("print(chunk.usage)")))
    assert "never arrives" in finding.message
    assert "include_usage" in finding.message
    asked = openai(body.format("print(chunk.usage)")).replace(
        "stream=True", 'stream=True, stream_options={"include_usage": True}'
    )
    assert check(asked) == []
    (finding,) = check(asked.replace("print(chunk.usage)", "pass"))
    assert finding.message == "nobody reads the token usage of this stream"
    assert finding.severity is Severity.MEDIUM


def test_a_stream_of_another_provider_sends_its_usage_unasked() -> None:
    body = "for chunk in STREAM:\n    print(chunk.usage)"
    source = openai(body).replace("OpenAI()", 'OpenAI(base_url="https://api.example.com/v1")')
    assert check(source) == []


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("final = stream.get_final_message()\n        print(final.usage.output_tokens)", 0),
        ("for event in stream:\n            if event.type == 'message_delta':\n                print(event.usage)", 0),
        ("for event in stream:\n            if event.message:\n                print(event.message.usage)", 0),
        ("for text in stream.text_stream:\n            print(text)", 1),
        ("final = stream.get_final_message()\n        print(final.content)", 1),
    ],
)
def test_streams_of_anthropic(read: str, expected: int) -> None:
    source = f"""
from anthropic import Anthropic

client = Anthropic()


def ask(messages):
    with client.messages.stream(model="claude-haiku-4-5", max_tokens=99, messages=messages) as stream:
        {read}
"""
    assert len(check(source)) == expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ('body = json.loads(response["body"].read())\n    print(body["usage"])\n    return body["content"]', 0),
        ('return json.loads(response["body"].read())["content"][0]["text"]', 1),
        ('body = json.loads(response.get("body").read())\n    return body["content"][0]["text"]', 1),
    ],
)
def test_the_body_of_a_bedrock_answer(read: str, expected: int) -> None:
    source = f"""
import json
import boto3

client = boto3.client("bedrock-runtime")


def ask(prompt):
    body = json.dumps({{"max_tokens": 99, "messages": [{{"role": "user", "content": prompt}}]}})
    response = client.invoke_model(modelId="anthropic.claude-haiku-4-5", body=body)
    {read}
"""
    found = check(source)
    assert [finding.message for finding in found] == [
        'nobody reads the token usage of this call: response["usage"] is dropped'
    ] * expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ('answer = response.json()\n    print(answer["usage"])', 0),
        ('return response.json()["choices"][0]["message"]', 1),
        ("return json.loads(response.text)", 0),
    ],
)
def test_the_answer_to_a_plain_request(read: str, expected: int) -> None:
    source = f"""
import json
import requests


def ask(prompt):
    body = {{"model": "gpt-5.5", "messages": [{{"role": "user", "content": prompt}}]}}
    response = requests.post("https://api.openai.com/v1/chat/completions", json=body)
    {read}
"""
    assert len(check(source)) == expected


@pytest.mark.parametrize(
    "head",
    [
        "import weave\nweave.init('shop')",
        "import logfire\nlogfire.configure()\nlogfire.instrument_openai()",
        "from langfuse.openai import OpenAI",
        "from langfuse import observe\n@observe()\ndef main():\n    pass",
        "import mlflow\nmlflow.openai.autolog()",
        "from traceloop.sdk import Traceloop\nTraceloop.init()",
        "from openinference.instrumentation.openai import OpenAIInstrumentor\nOpenAIInstrumentor().instrument()",
        "import litellm\nlitellm.success_callback = ['langfuse']",
    ],
)
def test_observability_that_is_set_up_sees_the_usage(head: str) -> None:
    source = openai("response = CALL\nreturn response.choices[0]", head=head)
    assert len(check(source.replace(head, ""))) == 1
    assert check(source) == []


def test_observability_that_is_set_up_in_another_file_of_the_program() -> None:
    source = openai("response = CALL\nreturn response.choices[0]")
    assert check(source, telemetry="import openlit\n\n\ndef start():\n    openlit.init()\n") == []


def test_an_integration_that_reads_traces_observes_nothing() -> None:
    source = openai("response = CALL\nreturn response.choices[0]")
    traces = "from langfuse import Langfuse\n\n\ndef traces():\n    return Langfuse().fetch_traces()\n"
    assert len(check(source, traces=traces)) == 1


@pytest.mark.parametrize(
    "address", ["https://oai.helicone.ai/v1", "https://openrouter.ai/api/v1", "http://localhost:1234/v1"]
)
def test_gateways_log_and_local_servers_are_free(address: str) -> None:
    source = openai("response = CALL\nreturn response.choices[0]")
    assert check(source.replace("OpenAI()", f'OpenAI(base_url="{address}")')) == []
    assert len(check(source.replace("OpenAI()", 'OpenAI(base_url="https://api.openai.com/v1")'))) == 1


def test_a_model_that_is_named_local() -> None:
    source = """
from openai import OpenAI


class {}:
    def ask(self, url, question):
        client = OpenAI(base_url=url)
        return client.responses.create(model="any", input=question).output_text
"""
    assert check(source.format("LocalModel")) == []
    assert len(check(source.format("RemoteModel"))) == 1


def test_ollama_sends_no_bill() -> None:
    source = """
import ollama


def ask(question):
    return ollama.chat(model="llama3", messages=[{"role": "user", "content": question}])["message"]["content"]
"""
    assert check(source) == []


def test_instructor_gives_the_answer_and_keeps_the_usage() -> None:
    source = """
import instructor
from openai import OpenAI

client = instructor.from_openai(OpenAI())


def ask(question):
    answer = client.chat.completions.create(
        model="gpt-5.5", response_model=Answer, messages=[{"role": "user", "content": question}]
    )
    READ
    return answer
"""
    (finding,) = check(source.replace("READ", "pass"))
    assert "_raw_response.usage" in finding.message
    assert check(source.replace("READ", "book(answer._raw_response)")) == []
    assert check(source.replace("READ", "pass") + "\n\nclient.on('completion:response', print)\n") == []


def test_langchain_callbacks_are_told() -> None:
    source = """
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="gpt-5.5"CALLBACKS)


def ask(question, **more):
    return model.invoke(questionMORE).content
"""
    assert len(check(source.replace("CALLBACKS", "").replace("MORE", ""))) == 1
    assert check(source.replace("CALLBACKS", ", callbacks=[book]").replace("MORE", "")) == []
    assert check(source.replace("CALLBACKS", "").replace("MORE", ', config={"callbacks": [book]}')) == []
    assert check(source.replace("CALLBACKS", "").replace("MORE", ", **more")) == []


def test_one_finding_for_a_call_and_none_for_calls_of_its_wrapper() -> None:
    tail = """
    def one():
        return ask("What is one and one, please tell me?")

    def two():
        return ask("What is two and two, please tell me?")
    """
    assert len(check(openai("return CALL.choices[0].message.content", tail=tail))) == 1


def test_a_loop_makes_it_worse_and_the_others_are_counted() -> None:
    tail = f"""
    def every(questions):
        for question in questions:
            print({CALL}.choices)

    def counted(question):
        return {CALL}.usage
    """
    plain, loop = check(openai("return CALL.choices[0]", tail=tail))
    assert (plain.severity, loop.severity) == (Severity.LOW, Severity.MEDIUM)
    assert any("another call" in sentence for sentence in plain.evidence)
