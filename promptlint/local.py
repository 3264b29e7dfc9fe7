"""Prompts whose model runs on the same machine: their tokens cost time, but no money."""

from __future__ import annotations

from promptlint.facts import ModuleFacts
from promptlint.project import CallSite, Project, Prompt, UsageFate
from promptlint.syntax import Const

LOCAL = frozenset({"ollama", "ollama_chat", "vllm", "hosted_vllm", "llamafile", "lm_studio", "llamacpp", "gpt4all"})
"""Prefixes of model ids that name a server of one's own (LiteLLM 1.80, "Supported providers")."""
COSTS_TIME = "the model runs on the same machine: what is saved is time and room in its context, no money"


def runs_locally(prompt: Prompt, project: Project) -> bool:
    """Whether all calls of a prompt go to this machine; without one, whether its file names such models only, or sets
    something to be `offline`."""
    if prompt.calls:
        return all(_is_local_call(project.call_by_id[call]) for call in prompt.calls)
    path = prompt.place.path
    named = [model.id for model in project.named_models if model.place and model.place.path == path]
    return (bool(named) and all(map(_is_local, named))) or _is_offline(project.modules[path])


def _is_local_call(call: CallSite) -> bool:
    return call.usage is UsageFate.UNBILLED or (call.model is not None and _is_local(call.model))


def _is_local(model: str) -> bool:
    return model.partition("/")[0] in LOCAL and "/" in model


def _is_offline(facts: ModuleFacts) -> bool:
    """Whether a file sets an attribute `offline` to True: a profile of a program that then uses no service."""
    return any(
        binding.scope == 0
        and binding.target.endswith(".offline")
        and isinstance(binding.value, Const)
        and binding.value.value is True
        for binding in facts.bindings
    )
