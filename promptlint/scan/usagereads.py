"""Reading the token usage of a response: the names it goes by, and what it is read of."""

from __future__ import annotations

import ast

from promptlint.scan.builder import Builder
from promptlint.scan.texts import dotted
from promptlint.syntax import Attr, Call, Either, Expr, Item

USAGE_NAMES = frozenset(
    {"usage", "usage_metadata", "usageMetadata", "token_usage", "usage_details", "billed_units", "_raw_response",
     "get_usage", "prompt_eval_count", "eval_count", "prompt_tokens", "completion_tokens", "total_tokens",
     "input_tokens", "output_tokens", "prompt_token_count", "candidates_token_count", "total_token_count",
     "promptTokenCount", "totalTokenCount", "inputTokens", "outputTokens", "totalTokens", "inputTextTokenCount",
     "response_cost"}
)  # fmt: skip
"""Attributes and keys under which SDKs report the tokens of a response, or hand out what holds them (anthropic 2.12.0,
openai 3.54.0, google-genai 3.4.0, botocore 1.44.5, cohere 7.3.1, ollama 0.6.3, litellm 1.106.2, instructor 1.17.0)."""


def read_usage(builder: Builder, value: Expr) -> None:
    """Note that the usage in `value` is read: in the call that gives it, and in the name that it is taken from."""
    if isinstance(value, Either):
        for option in value.options:
            read_usage(builder, option)
    elif name := dotted(value):
        builder.usage_reads.add((builder.scope, name))
    elif isinstance(value, Call):
        builder.calls[value.index].reads_usage = True
        if isinstance(value.func, Attr):
            read_usage(builder, value.func.value)
    elif isinstance(value, Attr | Item):
        read_usage(builder, value.value)


def names_usage(args: list[ast.expr]) -> bool:
    """Whether the one argument given is a literal name under which usage is reported."""
    return any(isinstance(arg, ast.Constant) and arg.value in USAGE_NAMES for arg in args)
