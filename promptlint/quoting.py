"""Spelling text inside an existing string token, in that token's own style."""

from __future__ import annotations

import json
import re

from promptlint.syntax import Token


def quote_for(text: str, token: Token) -> str:
    """`text` as it must be written between the quotes of `token`; as it is where there are none.

    Raises ValueError where a raw string or a YAML block cannot spell it.
    """
    if not text:
        return ""
    if token.prefix == "json":
        return json.dumps(text, ensure_ascii=False)[1:-1]
    if not token.quote:
        if token.prefix == "|" and "\n" in text:
            raise ValueError("a line break in a YAML block needs an indentation")
        return text
    multiline = len(token.quote) == 3
    if token.is_raw:
        if "\\" in text or token.quote[0] in text or (not multiline and "\n" in text):
            raise ValueError("this text cannot be written in a raw string")
    else:
        text = text.replace("\\", "\\\\")
        text = text.replace(token.quote[0], "\\" + token.quote[0])
        if not multiline:
            text = text.replace("\n", "\\n")
        text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", lambda match: f"\\x{ord(match[0]):02x}", text)
    return text.replace("{", "{{").replace("}", "}}") if token.is_formatted else text
