"""Wrappers by another name: lambdas, partials, tables and attributes."""

from __future__ import annotations

import pytest

from linked import ASK, SDK, project, texts_of, wrapped

SEND = """client.chat.completions.create(
    model="gpt-6-luna", max_tokens=64, messages=[{"role": "user", "content": text}])"""


@pytest.mark.parametrize(
    "source",
    [
        f"{SDK}send = lambda text: {SEND}\nsend(TEXT)",
        f"{SDK}class Bot:\n    def __init__(self):\n        self.send = lambda text: {SEND}\n"
        "    def run(self):\n        self.send(TEXT)",
        f"{ASK}send = lambda text: ask(text)\nsend(TEXT)",
        f"{ASK}send = ask\nsend(TEXT)",
        f"{ASK}class Bot:\n    def __init__(self):\n        self.send = ask\n"
        "    def run(self):\n        self.send(TEXT)",
        f"{ASK}def other(text): ...\nsend = ask if fast else other\nsend(TEXT)",
        f"{ASK}def other(text): ...\nWAYS = {{'slow': other, 'fast': ask}}\nWAYS[way](TEXT)",
        f"{ASK}from functools import partial\nsend = partial(ask, cap=64)\nsend(TEXT)",
        f"{ASK}import functools\nsend = functools.partial(ask, TEXT)\nsend()",
        f"{ASK}from functools import partial\nclass Bot:\n    def __init__(self, cap):\n"
        "        self.send = partial(ask, cap=64)\n    def run(self):\n        self.send(TEXT)",
    ],
    ids=["lambda", "lambda on self", "lambda of a wrapper", "name", "attribute", "one of two", "table", "partial",
         "partial with the text", "partial on self"],
)  # fmt: skip
def test_a_wrapper_by_another_name(source: str) -> None:
    found = wrapped(f'TEXT = "The text that is sent"\n{source}\n')
    assert {(call.model, call.cap.tokens, *texts_of(call)) for call in found} == {
        ("gpt-6-luna", 64, "The text that is sent")
    }
    assert len({call.place for call in found}) == 1


def test_a_wrapper_imported_by_another_name() -> None:
    (call,) = wrapped(llm=ASK, app='from llm import ask as send\nsend("The text that is sent")\n')
    assert (call.wrapper, texts_of(call)) == ("llm.ask", ["The text that is sent"])


def test_what_a_partial_is_given_is_evaluated_where_it_stands() -> None:
    llm = f'from functools import partial\n{ASK}MODEL = "gpt-6.1-terra"\nsend = partial(ask, model=MODEL)\n'
    (call,) = wrapped(llm=llm, app='from llm import send\nMODEL = "other"\nsend("The text that is sent")\n')
    assert (call.model, texts_of(call)) == ("gpt-6.1-terra", ["The text that is sent"])


def test_a_partial_of_the_api_is_a_call_where_it_is_called() -> None:
    source = f"""from functools import partial
{SDK}
class Bot:
    def __init__(self):
        self.send = partial(client.chat.completions.create, model="gpt-6-luna", max_tokens=64)
    def run(self):
        return self.send(messages=[{{"role": "user", "content": "The text that is sent"}}], max_tokens=8)
"""
    (call,) = project(source).calls
    assert (call.model, call.cap.tokens, texts_of(call)) == ("gpt-6-luna", 8, ["The text that is sent"])
    assert source[call.place.start :].startswith("self.send(")


def test_a_partial_that_is_handed_on_is_the_call_itself() -> None:
    (call,) = wrapped(f'from functools import partial\n{ASK}run(partial(ask, "The text that is sent"))\n')
    assert texts_of(call) == ["The text that is sent"]


def test_a_lambda_stands_in_the_function_around_it() -> None:
    (call,) = project(f"{SDK}def outer(text):\n    return retry(lambda attempt: {SEND})\n").calls
    assert call.function == "app.outer"


@pytest.mark.parametrize(
    "source",
    [
        'send = lambda text: print(text)\nsend("The text that is shown")',
        'send = lambda other: ask(fixed)\nsend("The text that is dropped")',
        'def log(text): ...\nsend = log\nsend("The text that is logged")',
        'from functools import partial\ndef log(text, end): ...\nsend = partial(log, end="")\nsend("The logged text")',
        'def log(text): ...\nWAYS = {"log": log, "ask": ask}\nWAYS["log"]("The text that is logged")',
        'key = lambda text: text.lower()\nsorted(["The text"], key=key)',
    ],
    ids=["shown", "dropped", "other name", "other partial", "other way", "key"],
)
def test_other_functions_by_another_name_are_no_wrappers(source: str) -> None:
    assert wrapped(f"{ASK}{source}\n") == []
