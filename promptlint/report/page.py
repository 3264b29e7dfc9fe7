"""A page of HTML that stands alone: one file that asks for nothing. No text of the analysed code can become markup."""

from __future__ import annotations

import base64
import hashlib
import html
import re

from promptlint.measure.models import DATA
from promptlint.report.terminal import visible

HTML = DATA / "html"


def plain(text: str) -> str:
    """Text that shows as it is, also in an attribute; control characters are spelled out."""
    return html.escape(visible(text))


def breakable(text: str) -> str:
    """A path or a dotted name, as it is, that a narrow column may break between its parts."""
    parts = re.sub(r"([/_.:]+)", r"\1<wbr>", plain(text))
    return f"<span>{parts}</span>"


def prose(text: str) -> str:
    """Sentences that show as they are, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", plain(text))


def page(title: str, body: str) -> str:
    """The page around a body of HTML. It may run its own style and script, told by their digests, and load nothing."""
    style = (HTML / "page.css").read_text(encoding="utf-8")
    script = (HTML / "page.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'; "
        "form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{plain(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""


def _digest(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
