"""`[[tool.promptlint.calls]]`: functions that a project says call a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint.gate import may_matter
from promptlint.link.sdks import load_surfaces
from promptlint.project import CallSite, Role
from promptlint.session import open_session
from promptlint.settings import SettingsError
from rule_run import analyse_files

LIBRARY = """
class Client:
    def ask(self, text, system=None, *, model="gpt-6-luna", max_tokens=None): ...
    @staticmethod
    def once(text): ...

def ask(text, system=None, model="gpt-6-luna", max_tokens=None): ...
"""

DECLARED = """
[[tool.promptlint.calls]]
name = "myapp.llm.ask"
prompt = "text"
system = "system"
model = "model"
cap = "max_tokens"

[[tool.promptlint.calls]]
name = "Client.ask"
prompt = 0
system = 1
model = "model"
cap = ["max_tokens", "limit"]

[[tool.promptlint.calls]]
name = "vendor.chat.send"
messages = "messages"
model = ["model", 0]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "myapp").mkdir()
    (tmp_path / "myapp" / "__init__.py").touch()
    (tmp_path / "myapp" / "llm.py").write_text(LIBRARY)
    return tmp_path


def calls(folder: Path, source: str, declared: str = DECLARED) -> tuple[CallSite, ...]:
    (folder / "pyproject.toml").write_text(declared)
    (folder / "app.py").write_text(source)
    return analyse_files(["app.py", "myapp/__init__.py", "myapp/llm.py"], open_session(folder)).project.calls


@pytest.mark.parametrize(
    ("source", "api", "model", "cap"),
    [
        (
            "from myapp.llm import ask as go\ngo('Hello to you there', 'You are a careful bot.', 'm', max_tokens=9)",
            "myapp.llm.ask",
            "m",
            9,
        ),
        (
            "import myapp.llm\nmyapp.llm.ask(text='Hello to you there', system='You are a careful bot.', model='m')",
            "myapp.llm.ask",
            "m",
            None,
        ),
        (
            "from myapp.llm import Client\n"
            "class Bot(Client):\n    def go(self):\n"
            "        self.ask('Hello to you there', 'You are a careful bot.', model='m', max_tokens=9)",
            "Client.ask",
            "m",
            9,
        ),
        (
            "import vendor.chat\nvendor.chat.send('m', messages=[('system', 'You are a careful bot.'), "
            "('user', 'Hello to you there')])",
            "vendor.chat.send",
            "m",
            None,
        ),
    ],
    ids=["function", "module attribute", "method of a base class", "another package"],
)
def test_a_declared_function_is_a_call(folder: Path, source: str, api: str, model: str, cap: int | None) -> None:
    (call,) = calls(folder, source)
    assert (call.sdk, call.api, call.provider, call.model, call.cap.tokens) == ("declared", api, "unknown", model, cap)
    assert [(message.role, message.template.text) for message in call.messages] == [
        (Role.SYSTEM, "You are a careful bot."),
        (Role.USER, "Hello to you there"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "def ask(text): ...\nask('Hello to you there')",
        "class OtherClient:\n    def ask(self, text): ...\nOtherClient().ask('Hello to you there')",
        "from myapp.llm import Client\nClient.once('Hello to you there')",
    ],
    ids=["own function", "own class", "other method"],
)
def test_a_function_of_that_name_elsewhere_is_not(folder: Path, source: str) -> None:
    assert calls(folder, source) == ()


def test_yaml_declares_as_well(folder: Path) -> None:
    (folder / "promptlint.yaml").write_text("calls:\n  - {name: myapp.llm.ask, prompt: text, model: model}\n")
    (call,) = calls(folder, "from myapp.llm import ask\nask('Hello to you there', model='m')", "")
    assert (call.api, call.model) == ("myapp.llm.ask", "m")


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            '[[tool.promptlint.calls]]\nname = "a.b"\nprompt = "text"\n\n'
            '[[tool.promptlint.calls]]\nname = "a.c"\nprompt = "text"\nmodle = "model"\n',
            "pyproject.toml:8: `calls`: unknown key `modle` for `a.c`, did you mean `model`?",
        ),
        (
            '[[tool.promptlint.calls]]\nname = "ask"\nprompt = "text"\n',
            "pyproject.toml:2: `calls`: `name` has to be a dotted name such as `package.module.function` or "
            "`Class.method`, not `ask`",
        ),
        (
            '[[tool.promptlint.calls]]\nprompt = "text"\n',
            "pyproject.toml:1: `calls`: `name` has to be a dotted name such as `package.module.function` or "
            "`Class.method`",
        ),
        (
            '[[tool.promptlint.calls]]\nname = "a.b"\nmodel = "model"\n',
            "pyproject.toml:1: `calls`: `a.b` needs `prompt` or `messages`: which argument is what the model is asked",
        ),
        (
            '[[tool.promptlint.calls]]\nname = "a.b"\nprompt = true\n',
            "pyproject.toml:3: `calls`: `prompt` of `a.b` has to be the name of an argument or its position (0 is the "
            "first), or a list of them, not True",
        ),
        (
            '[tool.promptlint]\ncalls = ["a.b"]\n',
            "pyproject.toml:2: `calls`: expected a table, got 'a.b'",
        ),
        (
            '[tool.promptlint]\ncall = ["a.b"]\n',
            "pyproject.toml:2: unknown setting `call`, did you mean `calls`?",
        ),
    ],
    ids=["unknown key", "plain name", "no name", "no prompt", "no argument", "no table", "unknown setting"],
)
def test_a_typo_is_an_error_with_its_place(folder: Path, declared: str, message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        calls(folder, "import myapp", declared)
    assert str(raised.value) == message


def test_a_yaml_error_has_the_line_of_its_key(folder: Path) -> None:
    (folder / "promptlint.yaml").write_text("calls:\n  - name: a.b\n    prompt: text\n    caps: limit\n")
    with pytest.raises(SettingsError, match=r"promptlint\.yaml:4: .*did you mean `cap`\?"):
        calls(folder, "", "")


def test_the_gate_lets_pass_what_calls_a_declared_function_and_every_sdk() -> None:
    assert not may_matter(b"from x import ask\nask(1)")
    assert may_matter(b"from x import ask\nask(1)", (b"ask",))
    modules = {module for table in load_surfaces().tables for module in table.modules}
    # boto3 is for everything: the service that answers is called bedrock-runtime.
    modules -= {"boto3", "aioboto3", "botocore", "aiobotocore"}
    assert [module for module in modules if not may_matter(f"import {module}\n".encode())] == []
