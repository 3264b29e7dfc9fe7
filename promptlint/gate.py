"""The gate on bytes: most files hold neither a prompt nor an LLM call and end here, undecoded and unparsed.

Measured on 2026-11-22 with `--no-gate` beside it (docs/performance.md). Of the 2,185 Python files of eight packages
that call LLMs 1,348 hold such a word, 534 more are parsed because those import them, 303 are not. Nothing was
missed: the same calls and prompts were found there, and in 2,558 files of other packages. Of the 3,681 files of a
virtual environment 652 hold a word. So many words are asked for since a missed call costs more than a parsed file, and
plain words before expressions since that takes a quarter of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# SDK and framework names, and the vocabulary of prompts, the frequent ones first.
_WORDS = tuple(
    b"prompt llm agent openai completion instruction anthropic claude gemini genai langchain transformers llama"
    b" bedrock mistral cohere ollama groq langgraph dspy huggingface zhipu dashscope qianfan xinference lmdeploy"
    b" sparkai watsonx aisuite cerebras portkey deepseek openrouter rubric preamble backstory generate_content"
    b" generativeai messages.create responses.create system_message".split()
)
# In small letters, as `_WORDS` are.
_FORMS = re.compile(
    rb"[\"']role[\"']|\broles?\b|\btools?\b|_tool\b|you are |chat_?model|few_?shot|persona\b|sys_?msg"
    rb"|system_(?:msg|content|text)"
)
_IN_FORMS = (b"role", b"tool", b"you are ", b"chat", b"few", b"persona", b"sys")
"""Every one of `_FORMS` holds one of these, for which looking is quick."""
_IMPORTS = re.compile(
    rb"(?:import|from)\s+(?:together|fireworks|replicate|guidance|marvin|mirascope|semantic_kernel|xai_sdk"
    rb"|instructor|pydantic_ai|crewai|autogen\w*|agno|phi|oci|volcenginesdkarkruntime|azure\.ai|vertexai|haystack\w*"
    # Observability that is set up for the calls of all files.
    rb"|langfuse|langsmith|logfire|openlit|traceloop|mlflow|weave|opik|helicone\w*|braintrust|ddtrace|lunary|phoenix"
    rb"|openinference|patronus|langtrace\w*|sentry_sdk\.integrations)\b"
)


_OTHER_UNICODE = (b"\xff\xfe", b"\xfe\xff")
"""How files in UTF-16 and UTF-32 begin."""


def may_matter(data: bytes, names: Iterable[bytes] = ()) -> bool:
    """Whether a file may hold a prompt or an LLM call. A constant that goes into one may stand in any file; those that
    a file which passed imports are scanned as well.

    `names` are functions that the configuration says call a model.
    """
    if not data:  # many an `__init__.py`
        return False
    if data.startswith(_OTHER_UNICODE):  # no words are seen in it: that it cannot be read is told
        return True
    small = data.lower()
    return (
        any(word in small for word in _WORDS)
        or (any(part in small for part in _IN_FORMS) and _FORMS.search(small) is not None)
        or _IMPORTS.search(small) is not None
        or any(name in data for name in names)
    )
