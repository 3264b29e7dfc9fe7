"""Calls that read text files: `read_text`, `open`, `yaml.safe_load`, Jinja loaders, and what is made of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptlint import syntax
from promptlint.link import paths, texts
from promptlint.link.contents import data_of, filled, whole_text, with_jinja_holes
from promptlint.link.env import Env, label_of
from promptlint.link.values import FilePath, Inserted, Object, OpenFile, Part, Symbol, Text, Unknown, Value, options
from promptlint.project import Place
from promptlint.promptfiles import text_facts
from promptlint.scan.texts import dotted
from promptlint.syntax import Call, Expr
from promptlint.template import Hole

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator

JINJA_SUFFIXES = (".j2", ".jinja", ".jinja2")

_OPENERS = frozenset({"open", "io.open", "codecs.open", "aiofiles.open", "anyio.open_file", "builtins.open"})
_LOADERS = frozenset(
    {"yaml.safe_load", "yaml.load", "yaml.full_load", "json.load", "json.loads", "orjson.loads", "ujson.load"}
)
_TEMPLATE_FILES = frozenset(
    {"langchain_core.prompts.PromptTemplate.from_file", "langchain.prompts.PromptTemplate.from_file"}
)
_ENVIRONMENTS = (
    "jinja2.Environment",
    "jinja2.sandbox.SandboxedEnvironment",
    "jinja2.sandbox.ImmutableSandboxedEnvironment",
)
_METHODS = frozenset(
    {"read_text", "read_bytes", "open", "read", "decode", "joinpath", "resolve", "absolute", "expanduser", "as_posix",
     "with_name", "with_suffix", "render", "render_async", "get_template", "from_string"}
)  # fmt: skip
_LAST_NAMES = frozenset(
    name.rpartition(".")[2]
    for name in (*paths.MAKERS, *paths.RESOURCES, *_OPENERS, *_LOADERS, *_TEMPLATE_FILES, "jinja2.Template")
)


def file_call(ev: Evaluator, call: Call, env: Env) -> Value | None:
    """The value of a call that has to do with text files, None for all others."""
    if isinstance(call.func, syntax.Attr) and call.func.name in _METHODS:
        for base in options(ev.evaluate(call.func.value, env)):
            if (value := _method(ev, base, call, call.func.name, env)) is not None:
                return value
    name = dotted(call.func)
    if name is None or name.rpartition(".")[2] not in _LAST_NAMES:
        return None
    called = next((one for one in options(ev.evaluate(call.func, env)) if isinstance(one, Symbol | Unknown)), None)
    if isinstance(called, Symbol):
        return _function(ev, called.name, call, env)
    return _function(ev, "open", call, env) if called is not None and name == "open" else None


def _method(ev: Evaluator, base: Value, call: Call, name: str, env: Env) -> Value | None:
    if isinstance(base, FilePath):
        if name in ("read_text", "read_bytes"):
            return text_at(ev, base)
        return OpenFile(base) if name == "open" else paths.method(ev, base, call, env)
    if isinstance(base, OpenFile):
        return text_at(ev, base.of) if name == "read" else None
    if isinstance(base, Text):
        if name in ("render", "render_async"):
            return _rendered(ev, base, call, env)
        return base if name == "decode" else None
    if isinstance(base, Object) and base.type in _ENVIRONMENTS and not base.chain and call.args:
        if name == "get_template":
            return _template(ev, base, call.args[0], env)
        return _jinja(ev, call.args[0], env) if name == "from_string" else None
    return None


def _function(ev: Evaluator, name: str, call: Call, env: Env) -> Value | None:
    if (maker := paths.MAKERS.get(name)) is not None:
        return maker(ev, call, env)
    if (maker := paths.RESOURCES.get(name)) is not None:
        path = maker(ev, call, env)
        return None if path is None else OpenFile(path) if name.endswith("open_text") else text_at(ev, path)
    first = call.args[0] if call.args else None
    first = next((keyword.value for keyword in call.keywords if keyword.name in ("file", "template_file")), first)
    if first is None:
        return None
    if name in _OPENERS:
        path = paths.as_path(ev, first, env)
        return OpenFile(path) if path else None
    if name in _LOADERS:
        return _loaded(ev, first, env)
    if name in _TEMPLATE_FILES:
        path = paths.as_path(ev, first, env)
        return text_at(ev, path) if path else None
    return _jinja(ev, first, env) if name == "jinja2.Template" else None


def text_at(ev: Evaluator, path: FilePath) -> Value:
    """The text of a file. Unknown where there is none."""
    found = find(ev, path)
    return text_of(ev, found) if found else Unknown("file")


def find(ev: Evaluator, path: FilePath) -> str | None:
    """The file that a path means, among those that may be read."""
    return next((one for one in paths.candidates(path) if ev.files.read(one) is not None), None)


def text_of(ev: Evaluator, path: str) -> Text:
    """The text of a file that can be read."""
    if path not in ev.file_texts:
        source = ev.files.read(path)
        assert source is not None
        ev.index.texts[path] = text_facts(source)
        text = whole_text(path, source.text)
        ev.file_texts[path] = with_jinja_holes(text) if path.endswith(JINJA_SUFFIXES) else text
    return ev.file_texts[path]


def data_at(ev: Evaluator, path: str) -> Value:
    """The data of a YAML or JSON file that can be read."""
    if path not in ev.file_data:
        source = ev.files.read(path)
        assert source is not None
        ev.index.texts[path] = text_facts(source)
        ev.file_data[path] = data_of(path, source.text)
    return ev.file_data[path]


def _loaded(ev: Evaluator, expr: Expr, env: Env) -> Value | None:
    """What a YAML or JSON loader makes of an open file or of the text of one."""
    for value in options(ev.evaluate(expr, env)):
        if isinstance(value, OpenFile) and (path := find(ev, value.of)) is not None:
            return data_at(ev, path)
        if isinstance(value, Text) and value.root is not None and value.root.path in ev.file_texts:
            return data_at(ev, value.root.path)
    return None


def _template(ev: Evaluator, environment: Object, expr: Expr, env: Env) -> Value:
    """`environment.get_template(name)`."""
    name = paths.as_path(ev, expr, env)
    if name is None or environment.call is None or not isinstance(environment.env, Env):
        return Unknown("template")
    loader = next((keyword.value for keyword in environment.call.keywords if keyword.name == "loader"), None)
    given = loader or (environment.call.args[0] if environment.call.args else None)
    for option in options(ev.evaluate(given, environment.env)) if given else ():
        for folder in _search_path(ev, option):
            path = find(ev, paths.inside(folder, name))
            if path is not None:
                return with_jinja_holes(text_of(ev, path))
    return Unknown("template")


def _search_path(ev: Evaluator, loader: Value) -> list[FilePath]:
    """The folders of a Jinja loader."""
    if not isinstance(loader, Object) or loader.call is None or not isinstance(loader.env, Env):
        return []
    call, env = loader.call, loader.env
    if loader.type == "jinja2.PackageLoader":
        folder = paths.package_folder(ev, call, env)
        named = paths.as_path(ev, call.args[1], env) if len(call.args) > 1 else FilePath("templates", env.module.path)
        return [paths.inside(folder, named)] if folder and named else []
    if loader.type != "jinja2.FileSystemLoader":
        return []
    given = next((keyword.value for keyword in call.keywords if keyword.name == "searchpath"), None)
    given = given or (call.args[0] if call.args else None)
    several = given.items if isinstance(given, syntax.Sequence) else (given,) if given else ()
    return [path for one in several if (path := paths.as_path(ev, one, env)) is not None]


def _jinja(ev: Evaluator, expr: Expr, env: Env) -> Value | None:
    """A text as a Jinja template."""
    for value in options(ev.evaluate(expr, env)):
        if isinstance(value, Text):
            return with_jinja_holes(value)
    return None


def _rendered(ev: Evaluator, text: Text, call: Call, env: Env) -> Text:
    """`template.render(name=value)`."""
    given = {keyword.name: texts.evaluate_inline(ev, keyword.value, env) for keyword in call.keywords if keyword.name}

    def fill(name: str, hole: Hole) -> Part:
        if name not in given:
            return hole
        part = texts.insert(ev, given[name], name, Place(hole.path, hole.start, hole.end))
        return part if isinstance(part, Inserted) else hole

    return filled(text, fill)


def joined(ev: Evaluator, expr: syntax.Slash, env: Env) -> Value:
    """`a / b`: a path, where `a` is one."""
    first = ev.evaluate(expr.terms[0], env)
    if any(isinstance(option, FilePath) for option in options(first)):
        path = paths.joined(ev, expr.terms, env)
        if path is not None:
            return path
    return Unknown(label_of(expr))
