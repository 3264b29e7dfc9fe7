"""Source text in, linked project out: what the scanner and linker tests share."""

from __future__ import annotations

from textwrap import dedent

from promptlint.link import link
from promptlint.project import CallSite, Project
from promptlint.scan import scan
from promptlint.source import decode

SDK = """
import openai
client = openai.OpenAI()
"""

ASK = f"""{SDK}
def ask(text, model="gpt-6-luna", cap=64):
    return client.chat.completions.create(
        model=model, max_tokens=cap, messages=[{{"role": "user", "content": text}}])
"""
"""A wrapper."""


def project(source: str | None = None, /, **files: str) -> Project:
    """The project of one source text, or of several files given as `name="source"`.

    `pkg__mod` is pkg/mod.py, `pkg__sub____init__` is pkg/sub/__init__.py.
    """
    texts = {"app.py": source} if source is not None else {}
    for name, text in files.items():
        package = name.removesuffix("____init__")
        path = package.replace("__", "/")
        texts[f"{path}.py" if package == name else f"{path}/__init__.py"] = text
    return link(scan(decode(dedent(text).encode(), path)) for path, text in texts.items())


def only_call(source: str | None = None, /, **files: str) -> CallSite:
    """The one call of a project."""
    (call,) = project(source, **files).calls
    return call


def texts_of(call: CallSite) -> list[str]:
    """The texts that a call sends, in order, holes as `{name}`."""
    return [message.template.text for message in call.messages]


def sent(source: str | None = None, /, **files: str) -> list[str]:
    """The texts that the one call of a project sends."""
    return texts_of(only_call(source, **files))


def wrapped(source: str | None = None, /, **files: str) -> list[CallSite]:
    """The calls that are made through a wrapper."""
    return [call for call in project(source, **files).calls if call.wrapper]
