"""The gate on bytes: most files hold neither a prompt nor an LLM call and end here, undecoded and unparsed."""

from __future__ import annotations

import re

# Words without which a file is not worth parsing: SDK and framework names, and the vocabulary of prompts.
_HINTS = re.compile(
    rb"prompt|llm|openai|anthropic|claude|gemini|genai|bedrock|mistral|cohere|ollama|groq|langchain|llama"
    rb"|dspy|huggingface|transformers|instruction|you are |[\"']role[\"']|system_message|completion"
    rb"|chat_?model|few_?shot|rubric",
    re.IGNORECASE,
)


def may_matter(data: bytes) -> bool:
    """Whether a file may hold a prompt, an LLM call, or a constant that another file puts into one."""
    return _HINTS.search(data) is not None
