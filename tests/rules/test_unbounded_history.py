"""unbounded-history, from source to findings."""

from __future__ import annotations

import pytest

from promptlint.finding import Finding
from rule_run import findings

RULE = "unbounded-history"
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n\n\n"
LOOP = """def main():
    messages = []
    while True:
        messages.append({{"role": "user", "content": input()}})
        {before}
        answer = client.chat.completions.create(model="gpt-4.1", messages={sent})
        messages.append({{"role": "assistant", "content": answer.choices[0].message.content}})
        {after}
"""
BOT = """class Bot:
    def __init__(self):
        self.history = {made}

    def say(self, text):
        self.history.append({{"role": "user", "content": text}})
        {before}
        answer = client.chat.completions.create(model="gpt-4.1", messages={sent})
        self.history.append(answer.choices[0].message)
        return answer
{more}
"""


def loop(before: str = "pass", sent: str = "messages", after: str = "pass") -> list[Finding]:
    return findings(HEAD + LOOP.format(before=before, sent=sent, after=after), RULE)


def bot(before: str = "pass", sent: str = "self.history", more: str = "", made: str = "[]") -> list[Finding]:
    return findings(HEAD + BOT.format(before=before, sent=sent, more=more, made=made), RULE)


def test_a_chat_loop_that_grows_for_ever() -> None:
    (finding,) = loop()
    assert finding.message == "messages is sent whole and never cut: every turn of the conversation adds to it"
    assert any("app.py:12" in sentence for sentence in finding.evidence)


@pytest.mark.parametrize("sent", ["self.history", "[SYSTEM] + self.history", "[SYSTEM, *self.history]"])
def test_an_object_that_keeps_every_message(sent: str) -> None:
    (finding,) = bot(sent=sent)
    assert finding.message.startswith("self.history is sent whole and never cut")


def test_a_list_of_the_module() -> None:
    source = HEAD + (
        "messages = []\n\n\ndef chat(text):\n    messages.append({'role': 'user', 'content': text})\n"
        "    answer = client.chat.completions.create(model='gpt-4.1', messages=messages)\n"
        "    messages.append({'role': 'assistant', 'content': answer.choices[0].message.content})\n"
    )
    (finding,) = findings(source, RULE)
    assert "whoever asks" in finding.message


def test_what_a_function_hands_back_grows_too() -> None:
    source = HEAD + (
        "def turn(messages):\n    answer = client.chat.completions.create(model='gpt-4.1', messages=messages)\n"
        "    return [*messages, answer.choices[0].message]\n\n\ndef main():\n    messages = []\n    while True:\n"
        "        messages.append({'role': 'user', 'content': input()})\n        messages = turn(messages)\n"
    )
    (finding,) = findings(source, RULE)
    assert finding.message.startswith("messages is sent whole")


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ("messages = messages[-10:]", "messages", "pass"),
        ("pass", "messages[-10:]", "pass"),
        ("pass", "messages[:1] + messages[1:][-10:]", "pass"),
        ("messages = trim(messages)", "messages", "pass"),
        ("pass", "trim_messages(messages, max_tokens=2000)", "pass"),
        ("if len(messages) > 20: messages.pop(0)", "messages", "pass"),
        ("del messages[1:3]", "messages", "pass"),
        ("messages[1:3] = []", "messages", "pass"),
        ("pass", "messages", "messages.clear()"),
        ("pass", "messages", "messages = []"),
        ("used = count_tokens(messages)", "messages", "pass"),
    ],
)
def test_a_list_that_is_kept_in_bounds(before: str, sent: str, after: str) -> None:
    assert loop(before, sent, after) == []


@pytest.mark.parametrize(
    ("before", "sent", "more", "made"),
    [
        ("pass", "self.history[-10:]", "", "[]"),
        ("pass", "self.history", "    def trim(self):\n        self.history = self.history[-5:]\n", "[]"),
        ("pass", "self.history", "    def shorten(self):\n        del self.history[0]\n", "[]"),
        ("pass", "self.history", "    def reset(self):\n        self.history = []\n", "[]"),
        ("self._compact_history()", "self.history", "", "[]"),
        ("compress(self.history)", "self.history", "", "[]"),
        ("pass", "list(self.history)", "", "deque(maxlen=20)"),
    ],
)
def test_an_object_that_keeps_its_list_in_bounds(before: str, sent: str, more: str, made: str) -> None:
    assert bot(before, sent, more, made) == []


def test_one_request_is_no_history() -> None:
    source = HEAD + (
        "def ask(text):\n    messages = []\n    messages.append({'role': 'system', 'content': 'You are kind.'})\n"
        "    messages.append({'role': 'user', 'content': text})\n"
        "    return client.chat.completions.create(model='gpt-4.1', messages=messages)\n"
    )
    assert findings(source, RULE) == []


def test_a_retry_that_tells_the_error_is_no_history() -> None:
    source = HEAD + (
        "def ask(messages):\n    for attempt in range(3):\n"
        "        answer = client.chat.completions.create(model='gpt-4.1', messages=messages)\n"
        "        messages.append({'role': 'user', 'content': 'That is no JSON.'})\n"
    )
    assert findings(source, RULE) == []


MEMORY = """class Memory:
    def __init__(self):
        self.storage = []

    def add(self, message):
        self.storage.append(message)

    def get(self, k=0):
        return self.storage[-k:]


class Role:
    def __init__(self):
        self.memory = Memory()

    def notes(self):
        messages = self.memory.get()
        messages = "\\n".join(messages)
        return messages

    def say(self):
        text = {read}
        answer = client.responses.create(model="gpt-4.1", input=f"Go on: {{text}}")
        self.memory.add(answer.output_text)
"""


@pytest.mark.parametrize("read", ["self.memory.get()", "self.notes()"])
def test_a_memory_that_is_read_without_its_limit(read: str) -> None:
    (finding,) = findings(HEAD + MEMORY.format(read=read), RULE)
    assert finding.message == f"{read} is sent whole and never cut: the limit that it can be read with is not given"
    assert any("app.py:11" in sentence for sentence in finding.evidence)


@pytest.mark.parametrize("read", ["self.memory.get(20)", "self.memory.get(k=20)", "self.memory.get()[-1]"])
def test_a_memory_of_which_a_part_is_read(read: str) -> None:
    assert findings(HEAD + MEMORY.format(read=read), RULE) == []


def test_a_memory_that_is_emptied_is_kept_in_bounds() -> None:
    done = "\n    def done(self):\n        self.memory.clear()\n"
    source = HEAD + MEMORY.format(read="self.notes()")
    assert len(findings(source, RULE)) == 1
    assert findings(source + done, RULE) == []
