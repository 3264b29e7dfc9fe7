"""The gate on bytes: most files hold neither a prompt nor an LLM call and end here, undecoded and unparsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Words without which a file is not worth parsing: SDK and framework names, and the vocabulary of prompts.
_HINTS = re.compile(
    rb"prompt|llm|openai|anthropic|claude|gemini|genai|bedrock|mistral|cohere|ollama|groq|langchain|langgraph|llama|generativeai"
    rb"|dspy|huggingface|transformers|instruction|you are |[\"']role[\"']|system_message|completion"
    rb"|chat_?model|few_?shot|rubric|agent|\btools?\b|_tool\b|\broles?\b"
    rb"|zhipu|dashscope|qianfan|xinference|lmdeploy|sparkai|watsonx|aisuite|cerebras|portkey|deepseek|openrouter"
    rb"|(?:import|from)\s+(?:together|fireworks|replicate|guidance|marvin|mirascope|semantic_kernel|xai_sdk"
    rb"|instructor|pydantic_ai|crewai|autogen\w*|agno|phi|oci|volcenginesdkarkruntime|azure\.ai|vertexai|haystack\w*"
    # Observability that is set up for the calls of all files.
    rb"|langfuse|langsmith|logfire|openlit|traceloop|mlflow|weave|opik|helicone\w*|braintrust|ddtrace|lunary|phoenix"
    rb"|openinference|patronus|langtrace\w*|sentry_sdk\.integrations)\b",
    re.IGNORECASE,
)


def may_matter(data: bytes, names: Iterable[bytes] = ()) -> bool:
    """Whether a file may hold a prompt or an LLM call. A constant that goes into one may stand in any file; those that
    a file which passed imports are scanned as well.

    `names` are functions that the configuration says call a model.
    """
    return _HINTS.search(data) is not None or any(name in data for name in names)
