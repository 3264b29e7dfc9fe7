"""Names across files: whatever way a prompt comes into a module, its text reaches the call."""

from __future__ import annotations

import pytest

from linked import project, sent
from promptlint.tree import tree_of

USE = """
import anthropic
client = anthropic.Anthropic()
client.messages.create(model="m", max_tokens=9, messages=[{{"role": "user", "content": {expression}}}])
"""
TEXT = "the text that is sent"


@pytest.mark.parametrize(
    ("prompts", "imports", "expression"),
    [
        (f'P = "{TEXT}"', "from pkg.prompts import P", "P"),
        (f'P = "{TEXT}"', "from pkg.prompts import P as Q", "Q"),
        (f'P = "{TEXT}"', "import pkg.prompts", "pkg.prompts.P"),
        (f'P = "{TEXT}"', "import pkg.prompts as p", "p.P"),
        (f'P = "{TEXT}"', "from pkg import prompts", "prompts.P"),
        (f'P = "{TEXT}"', "from .prompts import P", "P"),
        (f'P = "{TEXT}"', "from . import prompts", "prompts.P"),
        (f'P = "{TEXT}"\n__all__ = ["P"]', "from pkg.prompts import *", "P"),
        ('P = "the text"\nP += " that is sent"', "from pkg.prompts import P", "P"),
        ('PARTS = ["the text"]\nPARTS.append("that is sent")', "from pkg.prompts import PARTS", '" ".join(PARTS)'),
        (f'PROMPTS = {{"main": "{TEXT}"}}', "from pkg.prompts import PROMPTS", 'PROMPTS["main"]'),
        (f'PROMPTS = {{"a": {{"b": "{TEXT}"}}}}', "from pkg.prompts import PROMPTS", 'PROMPTS["a"]["b"]'),
        (f'PROMPTS = {{"main": "{TEXT}"}}', "from pkg.prompts import PROMPTS", 'PROMPTS.get("main")'),
        (f'class P:\n    A = "{TEXT}"', "from pkg.prompts import P", "P.A"),
        (f'class B:\n    a = "{TEXT}"\nclass P(B):\n    pass', "from pkg.prompts import P", "P().a"),
        (
            f'from enum import Enum\nclass P(str, Enum):\n    A = "{TEXT}"',
            "from pkg.prompts import P",
            "P.A.value",
        ),
        (
            f'from dataclasses import dataclass\n@dataclass\nclass P:\n    a: str = "{TEXT}"',
            "from pkg.prompts import P",
            "P().a",
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass P:\n    n: int\n    a: str",
            "from pkg.prompts import P",
            f'P(1, "{TEXT}").a',
        ),
        (
            f'from pydantic import BaseModel, Field\nclass P(BaseModel):\n    a: str = Field(default="{TEXT}")',
            "from pkg.prompts import P",
            "P().a",
        ),
        ('def p(what):\n    return f"the {what} that is sent"', "from pkg.prompts import p", 'p("text")'),
        (
            'def p(what="text"):\n    base = "the {}".format(what)\n    return base + " that is sent"',
            "from pkg.prompts import p",
            "p()",
        ),
        (
            'class P:\n    @staticmethod\n    def a(what):\n        return f"the {what} that is sent"',
            "from pkg.prompts import P",
            'P.a("text")',
        ),
        (
            f'class P:\n    @classmethod\n    def a(cls):\n        return cls.t\n    t = "{TEXT}"',
            "from pkg.prompts import P",
            "P.a()",
        ),
        (
            f'class P:\n    @property\n    def a(self):\n        return "{TEXT}"',
            "from pkg.prompts import P",
            "P().a",
        ),
        (
            f'class Q:\n    @property\n    def a(self):\n        return "{TEXT}"\n'
            '    @a.setter\n    def a(self, value):\n        self._a = value\n'
            'class P(Q):\n    def reset(self, value):\n        self.a = value',
            "from pkg.prompts import P",
            "P().a",
        ),
        (
            'class P:\n    def __init__(self, what):\n        self.what = what\n'
            '    def a(self):\n        return f"the {self.what} that is sent"',
            "from pkg.prompts import P",
            'P("text").a()',
        ),
        (
            'import functools\ndef p(what, end):\n    return f"the {what} that is {end}"\n'
            'q = functools.partial(p, end="sent")',
            "from pkg.prompts import q",
            'q("text")',
        ),
    ],
)  # fmt: skip
def test_a_prompt_comes_from_another_file(prompts: str, imports: str, expression: str) -> None:
    assert sent(pkg__prompts=prompts, pkg__app=imports + USE.format(expression=expression)) == [TEXT]


def test_a_name_is_re_exported_through_packages() -> None:
    assert sent(
        pkg__texts__all=f'P = "{TEXT}"',
        pkg__texts____init__="from .all import P",
        pkg____init__="from pkg.texts import P as PROMPT",
        app="from pkg import PROMPT" + USE.format(expression="PROMPT"),
    ) == [TEXT]


def test_imports_in_circles_end() -> None:
    linked = project(
        a="from b import P as P\n" + USE.format(expression="P"),
        b="from c import P\n",
        c="from a import P\n",
    )
    assert [message.template.text for call in linked.calls for message in call.messages] == []


def test_a_module_named_like_an_sdk_does_not_hide_it() -> None:
    linked = project(
        pkg__openai='import openai\nopenai.OpenAI().responses.create(model="m", input="Say what it is about")\n'
    )
    assert [call.api for call in linked.calls] == ["openai.OpenAI.responses.create"]


def test_a_constant_in_a_file_that_says_nothing_of_prompts() -> None:
    app = (
        "from openai import OpenAI\nfrom pkg.limits import LIMIT\n"
        "OpenAI().responses.create(model='gpt-5.5', input='Name a page of the manual', max_output_tokens=LIMIT)\n"
    )
    tree = tree_of(
        {
            "app.py": app.encode(),
            "pkg/limits.py": b"from .numbers import HUNDRED\nLIMIT = HUNDRED\n",
            "pkg/numbers.py": b"HUNDRED = 100\n",
            "pkg/other.py": b"x = (\n",
        }
    )
    assert tree.problems == ()
    assert [call.cap.tokens for call in tree.project.calls] == [100]
