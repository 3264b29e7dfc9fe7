"""Paths: what `pathlib`, `os.path` and `importlib.resources` make of `__file__` and literals."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from promptlint import syntax
from promptlint.facts import Binding
from promptlint.link.env import Env, literal_text
from promptlint.link.names import Module
from promptlint.link.values import FilePath, Items, Unknown, Value, options
from promptlint.scan.texts import dotted
from promptlint.syntax import Call, Expr

if TYPE_CHECKING:
    from promptlint.link.evaluate import Evaluator

MAX_PARENTS = 8
"""Items of `Path.parents` that are kept."""


def file_of(module: Module) -> FilePath:
    """What `__file__` is."""
    return FilePath(module.path, module.path, anchored=True)


def candidates(path: FilePath) -> Iterator[str]:
    """The files that a path can mean, likeliest first: from the folder of the code upwards."""
    if path.anchored or path.path.startswith("/"):
        yield path.path
        return
    folder = posixpath.dirname(path.origin)
    while True:
        yield _clean(posixpath.join(folder, path.path))
        if folder in ("", "/"):
            return
        folder = posixpath.dirname(folder)


def as_path(ev: Evaluator, expr: Expr, env: Env) -> FilePath | None:
    """The path that an expression gives, as a path or as text."""
    return _evaluated(ev, expr, env) or _spelled(ev, *_named(expr, env))


def _evaluated(ev: Evaluator, expr: Expr, env: Env) -> FilePath | None:
    for option in options(ev.evaluate(expr, env)):
        if isinstance(option, FilePath):
            return option
        if (text := literal_text(option)) is not None:
            return FilePath(text, env.module.path)
    return None


def _named(expr: Expr, env: Env) -> tuple[Expr, Env]:
    """What a name of the same scope stands for, where that is one expression."""
    if isinstance(expr, syntax.Name):
        sources = env.module.reaching(env.scope, expr.id, env.at, env.block).sources
        if len(sources) == 1 and isinstance(source := sources[0], Binding) and source.op == "=":
            return source.value, replace(env, scope=source.scope, at=source.offset, block=source.block)
    return expr, env


def _spelled(ev: Evaluator, expr: Expr, env: Env) -> FilePath | None:
    """A path put together as text: `f"{FOLDER}/x.txt"`, `FOLDER + "/x.txt"`."""
    if isinstance(expr, syntax.Str):
        terms: list[str | Expr] = [part.text if isinstance(part, syntax.Run) else part.value for part in expr.parts]
    elif isinstance(expr, syntax.Sum):
        terms = list(expr.terms)
    else:
        return None
    whole: FilePath | None = None
    for term in terms:
        part = FilePath(term, env.module.path) if isinstance(term, str) else _evaluated(ev, term, env)
        if part is None:
            return None
        whole = part if whole is None else replace(whole, path=whole.path + part.path)
    return replace(whole, path=_clean(whole.path)) if whole else None


def joined(ev: Evaluator, terms: Sequence[Expr], env: Env) -> FilePath | None:
    """`a / b / c`, `os.path.join(a, b, c)`."""
    paths = [as_path(ev, term, env) for term in terms]
    known = [path for path in paths if path is not None]
    return _join(known) if known and len(known) == len(paths) else None


def _join(paths: Sequence[FilePath]) -> FilePath:
    whole = paths[0]
    for path in paths[1:]:
        absolute = path.anchored or path.path.startswith("/")
        whole = path if absolute else replace(whole, path=_clean(posixpath.join(whole.path, path.path)))
    return whole


def inside(folder: FilePath, path: FilePath) -> FilePath:
    """A path below a folder."""
    return _join((folder, path))


def attribute(path: FilePath, name: str) -> Value:
    """An attribute of a `pathlib.Path`."""
    if name == "parent":
        return parent(path)
    if name == "parents":
        above = [parent(path)]
        while len(above) < MAX_PARENTS:
            above.append(parent(above[-1]))
        return Items(tuple(above), complete=False)
    return Unknown(name)


def parent(path: FilePath) -> FilePath:
    return replace(path, path=_clean(posixpath.join(path.path, "..") if path.path else ".."))


def _clean(path: str) -> str:
    clean = posixpath.normpath(path)
    return "" if clean == "." else clean


def method(ev: Evaluator, path: FilePath, call: Call, env: Env) -> FilePath | None:
    """A method of a `pathlib.Path` that gives a path."""
    assert isinstance(call.func, syntax.Attr)
    name = call.func.name
    if name == "joinpath":
        rest = joined(ev, call.args, env) if call.args else None
        return _join([path, rest]) if rest else None
    if name in ("resolve", "absolute", "expanduser", "as_posix"):
        return path
    if name in ("with_name", "with_suffix") and call.args:
        given = as_path(ev, call.args[0], env)
        if given is None:
            return None
        stem = path.path.removesuffix(posixpath.splitext(path.path)[1])
        new = stem + given.path if name == "with_suffix" else posixpath.join(posixpath.dirname(path.path), given.path)
        return replace(path, path=new)
    return None


def package_folder(ev: Evaluator, call: Call, env: Env) -> FilePath | None:
    """`importlib.resources.files(package)`."""
    if not call.args or dotted(call.args[0]) in ("__package__", "__name__"):
        return parent(file_of(env.module))
    name = as_path(ev, call.args[0], env)
    if name is None:
        return None
    module = ev.index.resolve(name.path, env.module)
    if module is not None:
        return parent(file_of(module))
    return FilePath(name.path.replace(".", "/"), env.module.path)


def _resource(ev: Evaluator, call: Call, env: Env) -> FilePath | None:
    """`importlib.resources.read_text(package, name)`."""
    folder = package_folder(ev, call, env)
    name = as_path(ev, call.args[1], env) if len(call.args) > 1 else None
    return _join([folder, name]) if folder and name else None


def _all(ev: Evaluator, call: Call, env: Env) -> FilePath | None:
    return joined(ev, call.args, env) if call.args else FilePath("", env.module.path)


def _first(ev: Evaluator, call: Call, env: Env) -> FilePath | None:
    return as_path(ev, call.args[0], env) if call.args else None


def _folder(ev: Evaluator, call: Call, env: Env) -> FilePath | None:
    path = _first(ev, call, env)
    return parent(path) if path else None


def _working_folder(ev: Evaluator, call: Call, env: Env) -> FilePath | None:
    return FilePath("", env.module.path)


Maker = Callable[["Evaluator", Call, Env], FilePath | None]

MAKERS: dict[str, Maker] = {
    **dict.fromkeys(("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath"), _all),
    "os.path.join": _all,
    "os.path.dirname": _folder,
    **dict.fromkeys(("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser"), _first),
    "os.fspath": _first,
    "os.getcwd": _working_folder,
    "pathlib.Path.cwd": _working_folder,
    "importlib.resources.files": package_folder,
    "importlib_resources.files": package_folder,
    "importlib.resources.path": _resource,
    "anyio.Path": _all,
}
"""Functions, by full dotted name, that give a path."""

RESOURCES: dict[str, Maker] = {
    "importlib.resources.read_text": _resource,
    "importlib.resources.open_text": _resource,
    "pkgutil.get_data": _resource,
}
"""Functions that read or open a file of a package."""
