"""Which expressions are text, and how much of it they hold."""

from __future__ import annotations

from promptlint.syntax import Attr, Call, Comprehension, Const, Expr, Name, Percent, Run, Sequence, Str, Sum

TEXT_METHODS = frozenset(
    {"format", "format_map", "strip", "lstrip", "rstrip", "replace", "join", "removeprefix", "removesuffix",
     "expandtabs", "lower", "upper", "capitalize", "title"}
)  # fmt: skip
"""Methods of `str` that give a text made of the text they are called on."""

TEXT_FUNCTIONS = frozenset({"dedent", "cleandoc", "textwrap.dedent", "inspect.cleandoc", "indent", "textwrap.indent"})
"""Functions that give their first argument's text with other layout."""

MIN_WORDS = 3
"""Shorter texts are labels and keys, not prompts."""


def is_text(expr: Expr) -> bool:
    """Whether an expression spells text itself: a literal, or literals put together in place."""
    # Asked for almost every expression of a project, and `isinstance` takes several times as long for a Struct.
    if type(expr) is Name or type(expr) is Attr or type(expr) is Const:
        return False
    if type(expr) is Str:
        return True
    if type(expr) is Sum:
        return any(is_text(term) for term in expr.terms)
    if type(expr) is Percent:
        return is_text(expr.template)
    if type(expr) is Call:
        if type(expr.func) is Attr and expr.func.name in TEXT_METHODS and is_text(expr.func.value):
            return True
        return bool(expr.args) and dotted(expr.func) in TEXT_FUNCTIONS and is_text(expr.args[0])
    return False


def dotted(expr: Expr) -> str | None:
    """`a.b.c` for a name or a chain of attributes on a name, else None."""
    # Asked for almost every expression of a project: most are a name, or one attribute of a name.
    if type(expr) is Name:
        return expr.id
    if type(expr) is not Attr:
        return None
    base = dotted(expr.value)
    return None if base is None else f"{base}.{expr.name}"


def callee_name(call: Call) -> str:
    """The last part of the name that a call is made by."""
    return call.func.name if isinstance(call.func, Attr) else dotted(call.func) or ""


def word_count(expr: Expr) -> int:
    """Words of literal text in a text expression; two CJK characters count as one word."""
    return sum(count_words(run.text) for run in runs_of(expr))


def count_words(text: str) -> int:
    """Words of a text; rules and fences (`---`) are none, two CJK characters count as one word."""
    words = sum(word.isalnum() or any(map(str.isalnum, word)) for word in text.split())
    if text.isascii():
        return words
    return max(words, sum("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" for char in text) // 2)


def runs_of(expr: Expr) -> list[Run]:
    """The literal runs that an expression spells itself, in order."""
    if isinstance(expr, Str):
        return [part for part in expr.parts if isinstance(part, Run)]
    if isinstance(expr, Sum):
        return [run for term in expr.terms for run in runs_of(term)]
    if isinstance(expr, Percent):
        return runs_of(expr.template)
    if isinstance(expr, Call):
        subject = expr.func.value if isinstance(expr.func, Attr) and is_text(expr.func.value) else None
        inner = [subject] if subject else []
        return [run for part in (*inner, *expr.args) for run in runs_of(part)]
    if isinstance(expr, Sequence):
        return [run for item in expr.items for run in runs_of(item)]
    if isinstance(expr, Comprehension):
        return runs_of(expr.element)
    return []
