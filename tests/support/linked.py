"""Source text in, linked project out: what the scanner and linker tests share."""

from __future__ import annotations

from textwrap import dedent

from promptlint.link import link
from promptlint.project import CallSite, Project
from promptlint.scan import scan
from promptlint.source import decode


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


def sent(source: str | None = None, /, **files: str) -> list[str]:
    """The texts that the one call of a project sends, in order, holes as `{name}`."""
    return [message.template.text for message in only_call(source, **files).messages]
