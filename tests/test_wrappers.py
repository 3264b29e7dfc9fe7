"""Wrappers: calls of functions that pass what they are given on to a model, up to eight deep and across files."""

from __future__ import annotations

import pytest

from linked import ASK, SDK, project, texts_of, wrapped
from promptlint.project import CapState, LoopKind


def test_a_call_of_a_wrapper_is_a_call_site_with_its_defaults() -> None:
    (call,) = wrapped(ASK + 'ask("What is the capital of France?")\n')
    assert (call.wrapper, call.model, call.cap.tokens) == ("app.ask", "gpt-6-luna", 64)
    assert texts_of(call) == ["What is the capital of France?"]
    assert call.place.start == len(ASK)


def test_what_the_caller_gives_wins() -> None:
    (call,) = wrapped(ASK + 'ask("What is the capital of France?", model="gpt-6.1-terra", cap=8)\n')
    assert (call.model, call.cap.tokens) == ("gpt-6.1-terra", 8)


def test_a_variable_that_adds_nothing_is_no_call_site() -> None:
    assert wrapped(ASK + "def outer(text):\n    return ask(text)\n") == []


@pytest.mark.parametrize(
    "call",
    [
        'asyncio.to_thread(ask, "The text that is sent")',
        'loop.run_in_executor(None, ask, "The text that is sent")',
        'pool.submit(ask, "The text that is sent")',
        'functools.partial(ask, "The text that is sent")',
        'ask(**{"text": "The text that is sent"})',
        'ask(text="The text " + "that is sent")',
        '(lambda: ask("The text that is sent"))()',
    ],
)
def test_indirect_calls(call: str) -> None:
    (found,) = wrapped(f"import asyncio, functools\n{ASK}\n{call}\n")
    assert texts_of(found) == ["The text that is sent"]


def test_depth_and_recursion() -> None:
    layers = "\n".join(f"def f{n}(text):\n    return f{n - 1}(text)" for n in range(1, 6))
    source = f"{ASK}\ndef f0(text):\n    return ask(text)\n{layers}\nf5('The text at the very top')\n"
    (call,) = wrapped(source)
    assert (call.wrapper, texts_of(call)) == ("app.f5", ["The text at the very top"])


def test_mutually_recursive_wrappers_end() -> None:
    source = f"""{ASK}
def a(text):
    ask(text)
    return b(text + " again")
def b(text):
    return a(text)
a("The text to begin with")
"""
    assert "The text to begin with" in [texts_of(call)[0] for call in wrapped(source)]


def test_a_method_is_resolved_through_its_base_class() -> None:
    source = f"""{SDK}
class Base:
    def ask(self, text):
        raise NotImplementedError
class Impl(Base):
    def __init__(self, model="gpt-6-luna"):
        self.model = model
    def ask(self, text):
        return client.responses.create(model=self.model, input=text)
class Job:
    def __init__(self, llm: Base):
        self.llm = llm
    def run(self):
        return self.llm.ask("Summarise the report of today")
"""
    (call,) = wrapped(source)
    assert (call.wrapper, call.model, texts_of(call)) == (
        "app.Impl.ask",
        "gpt-6-luna",
        ["Summarise the report of today"],
    )


def test_a_name_that_only_wrappers_have_is_enough() -> None:
    source = f"""{SDK}
class Impl:
    def ask_model(self, text):
        return client.responses.create(model="m", input=text)
def job(llm):
    return llm.ask_model("Summarise the report of today")
"""
    (call,) = wrapped(source)
    assert texts_of(call) == ["Summarise the report of today"]


def test_a_common_name_on_an_unknown_object_is_not() -> None:
    source = f"""{SDK}
class Impl:
    def run(self, text):
        return client.responses.create(model="m", input=text)
def job(pipeline):
    return pipeline.run("Summarise the report of today")
"""
    assert wrapped(source) == []


def test_an_object_that_has_the_name_of_a_class_is_one() -> None:
    source = f"""{SDK}
class TextPipeline:
    def run(self, text):
        return client.responses.create(model="m", input=text)
class Job:
    def run(self, text):
        print(text)
class Shell:
    def run(self, text):
        print(text)
class App:
    def __init__(self, text_pipeline, job):
        self._text_pipeline = text_pipeline
        self.job = job
    def start(self):
        self.job.run("Summarise the report of yesterday")
        return self._text_pipeline.run("Summarise the report of today")
"""
    (call,) = wrapped(source)
    assert texts_of(call) == ["Summarise the report of today"]


def test_what_is_sent_in_a_way_that_is_not_followed_is_sent_all_the_same() -> None:
    source = f"""{SDK}
from chat import to_openai
def ask(text):
    messages = to_openai([{{"role": "user", "content": text}}], shrink=True)
    return client.chat.completions.create(model="m", messages=messages)
def job(report):
    ask("No more")
    return ask(f"    Summarise the report of today in one line: {{report}}")
"""
    found = project(source)
    by_place = {call.place.start: call for call in found.calls if call.wrapper}
    (prompt,) = found.prompts
    (call,) = (call for call in by_place.values() if call.prompts)
    assert (prompt.calls, call.prompts, call.unseen, call.messages) == ((call.id,), (prompt.id,), (prompt.id,), ())
    assert prompt.template.text.startswith("    Summarise the report of today")


def test_what_an_object_is_made_with_reaches_its_calls() -> None:
    source = f"""{SDK}
class Bot:
    def __init__(self, model, limit=5):
        self.model, self.limit = model, limit
    def ask(self, text):
        return client.responses.create(model=self.model, max_output_tokens=self.limit, input=text)
Bot("gpt-6.1-terra", limit=9).ask("Summarise the report of today")
"""
    (call,) = wrapped(source)
    assert (call.model, call.cap.tokens) == ("gpt-6.1-terra", 9)


def test_fields_of_a_dataclass() -> None:
    source = f"""{SDK}
from dataclasses import dataclass
@dataclass
class Config:
    model: str = "gpt-6-luna"
    system: str = "You are the default bot"
def ask(text, config: Config):
    return client.responses.create(model=config.model, instructions=config.system, input=text)
ask("Summarise the report of today", Config(system="You are the other bot"))
"""
    (call,) = wrapped(source)
    assert (call.model, texts_of(call)) == ("gpt-6-luna", ["You are the other bot", "Summarise the report of today"])


def test_the_loop_is_that_of_the_caller() -> None:
    (call,) = wrapped(f"{ASK}\nfor item in items:\n    ask(f'Classify this item: {{item}}')\n")
    assert call.loop is LoopKind.PER_ITEM


def test_a_call_inside_a_wrapper_takes_the_model_all_callers_give() -> None:
    source = f"""{SDK}
def ask(text, model):
    return client.responses.create(model=model, input=text)
ask("Summarise the report of today", "gpt-6-luna")
ask("Summarise the report of the week", "gpt-6-luna")
"""
    assert [call.model for call in project(source).calls] == ["gpt-6-luna"] * 3


@pytest.mark.parametrize(
    "rest",
    [
        """
class Small(Bot):
    model = "gpt-6-luna"
    def reply(self, text):
        return self.ask(text)
""",
        """
def reply(text):
    return Bot("gpt-6-luna").ask(text)
""",
        """
def ask(bot, text):
    return client.responses.create(model=bot.model, input=text)
def reply(text):
    return ask(Bot("gpt-6-luna"), text)
""",
    ],
)
def test_an_object_says_the_model_of_a_call_inside_a_wrapper(rest: str) -> None:
    source = f"""{SDK}
class Bot:
    def __init__(self, model=None):
        self.model = model
    def ask(self, text):
        return client.responses.create(model=self.model, input=text)
{rest}"""
    assert "gpt-6-luna" in {call.model for call in project(source).calls}
    assert wrapped(source) == []


def test_a_text_through_as_many_functions_as_are_followed_is_found_whoever_asks_first() -> None:
    chain = "".join(f"def f{number}(x):\n    return f{number + 1}(x)\n" for number in range(1, 7))
    source = f"""{ASK}
def f7(x):
    return "The text that is sent"
{chain}
ask(f1(1))
ask(f3(1))
"""
    assert [texts_of(call) for call in wrapped(source)][-1] == ["The text that is sent"]


def test_a_subclass_of_a_client_is_a_client() -> None:
    source = """
import openai
class Logged(openai.OpenAI):
    def note(self): ...
Logged().responses.create(model="m", input="Summarise the report of today")
"""
    (call,) = project(source).calls
    assert call.api == "openai.OpenAI.responses.create"


def test_keyword_arguments_that_cannot_be_known_are_dynamic() -> None:
    source = f"""{SDK}
def ask(text, **options):
    return client.responses.create(model="m", input=text, **options)
ask("Summarise the report of today", max_output_tokens=7)
ask("Summarise the report of today", **extra)
"""
    caps = {call.place.start: call.cap for call in project(source).calls}
    inner, known, unknown = (caps[start] for start in sorted(caps))
    assert (inner.state, known.tokens, unknown.state) == (CapState.DYNAMIC, 7, CapState.DYNAMIC)


TEN_MODULES = {
    "shop__prompts": 'SYSTEM = "You answer questions about orders of {shop}."\n',
    "shop__texts____init__": "from shop.prompts import SYSTEM as SUPPORT_PROMPT\n__all__ = ['SUPPORT_PROMPT']\n",
    "shop__build": """
from shop import texts
class Builder:
    def __init__(self, shop):
        self.shop = shop
    def system(self):
        return texts.SUPPORT_PROMPT.format(shop=self.shop)
""",
    "shop__messages": """
def message(role, content):
    return {"role": role, "content": content}
def conversation(system, question):
    found = [message("system", system)]
    found.append(message("user", question))
    return found
""",
    "shop__limits": 'MODEL = "claude-sonnet-5-5"\nCAP = 256\n',
    "shop__defaults": """
from shop.limits import CAP, MODEL
class Defaults:
    model = MODEL
    max_tokens = CAP
""",
    "shop__client": """
import anthropic
def make():
    return anthropic.Anthropic()
""",
    "shop__llm": """
from shop.client import make
from shop.defaults import Defaults
class LLM(Defaults):
    def __init__(self):
        self.client = make()
    def send(self, messages):
        return self.client.messages.create(model=self.model, max_tokens=self.max_tokens, messages=messages)
""",
    "shop__service": """
from .llm import LLM
from .messages import conversation
llm = LLM()
def answer(system, question):
    return llm.send(conversation(system, question))
""",
    "shop__main": """
from shop.build import Builder
from shop.service import answer
def main(question):
    return answer(Builder("Nordlight").system(), f"My question: {question}")
""",
}


def test_one_prompt_travels_through_ten_modules() -> None:
    linked = project(**TEN_MODULES)
    (call,) = (call for call in linked.calls if call.wrapper)
    assert (call.place.path, call.api) == ("shop/main.py", "anthropic.Anthropic.messages.create")
    assert (call.model, call.cap.tokens) == ("claude-sonnet-5-5", 256)
    assert call.hops == ("service.answer", "llm.LLM.send")
    assert texts_of(call) == ["You answer questions about orders of Nordlight.", "My question: {question}"]
    prompt = next(prompt for prompt in linked.prompts if prompt.place.path == "shop/prompts.py")
    assert (prompt.calls, prompt.role, prompt.evidence) == ((call.id,), "system", "reaches-call")


@pytest.mark.parametrize(
    "body",
    [
        "return [*messages, answer]",
        "messages.append(answer)\n    return messages",
        "history = messages + [answer]\n    return history",
        "return answer, messages",
    ],
    ids=["with the answer", "changed", "by another name", "beside the answer"],
)
def test_what_a_wrapper_gives_back_of_what_it_was_given_goes_on(body: str) -> None:
    which = "[1]" if "answer, messages" in body else ""
    turn = "client.chat.completions.create(model='gpt-6-luna', messages=messages)"
    source = f"""import openai
client = openai.OpenAI()
def turn(messages):
    answer = {turn}
    {body}
messages = turn([{{"role": "system", "content": "You help the customers of one shop."}}]){which}
{turn}
"""
    *_, last = project(source).calls
    assert [message.template.text for message in last.messages][:1] == ["You help the customers of one shop."]


def test_what_a_method_keeps_of_what_it_was_given_and_gives_back_goes_on() -> None:
    ask = "client.chat.completions.create(model='gpt-6-luna', messages=messages)"
    source = f"""import openai
client = openai.OpenAI()
class Chat:
    def turn(self, messages):
        self.messages = messages
        self.messages.append({ask})
        return self.messages
messages = Chat().turn([{{"role": "system", "content": "You help the customers of one shop."}}])
{ask}
"""
    *_, last = project(source).calls
    assert [message.template.text for message in last.messages][:1] == ["You help the customers of one shop."]
