"""Link: the facts of all files to one `Project`.

Names are resolved across modules, every call of a model is found with its model, cap, markers and loop, and every
prompt is joined to the calls it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable

from promptlint.facts import ModuleFacts
from promptlint.link.calls import CallFinder, FoundCall
from promptlint.link.evaluate import Evaluator
from promptlint.link.names import ModuleIndex
from promptlint.link.prompts import PromptCollector, modules_of
from promptlint.link.surfaces import load_surfaces
from promptlint.link.values import assembled
from promptlint.project import CallSite, Message, Place, Project

__all__ = ["link"]


def link(modules: Iterable[ModuleFacts]) -> Project:
    """The project that the given files make up."""
    index = ModuleIndex(modules)
    evaluator = Evaluator(index, load_surfaces())
    finder = CallFinder(evaluator)
    collector = PromptCollector(index, evaluator)
    found: list[tuple[str, FoundCall, list[list[Place]]]] = []
    for module in modules_of(index):
        for call in finder.find(module):
            line, column = module.facts.position(call.place.start)
            call_id = f"{call.place.path}:{line}:{column}"
            roots = []
            for draft in call.messages:
                roots.append(collector.add_sent(draft.text, draft.role, call_id))
                for other in draft.alternatives:
                    collector.add_sent(other, draft.role, call_id)
            found.append((call_id, call, roots))
    collector.add_named()
    prompts = collector.prompts()
    by_call: dict[str, list[str]] = {}
    for prompt in prompts:
        for call_id in prompt.calls:
            by_call.setdefault(call_id, []).append(prompt.id)
    calls = [
        _call_site(call_id, call, [[collector.identify(root) for root in one] for one in roots], by_call)
        for call_id, call, roots in found
    ]
    return Project(
        modules={module.path: module.facts for module in modules_of(index)}, prompts=prompts, calls=tuple(calls)
    )


def _call_site(call_id: str, call: FoundCall, prompts: list[list[str]], by_call: dict[str, list[str]]) -> CallSite:
    messages = tuple(
        Message(draft.role, assembled(draft.text), tuple(ids), call.complete, draft.cached)
        for draft, ids in zip(call.messages, prompts, strict=True)
    )
    return CallSite(
        id=call_id,
        place=call.place,
        sdk=call.surface.sdk,
        api=call.surface.api,
        provider=call.surface.provider,
        function=call.function,
        model=call.model,
        cap=call.cap,
        messages=messages,
        has_tools=call.has_tools,
        loop=call.loop,
        cache_markers=call.cache_markers,
        stream=call.stream,
        reads_usage=call.reads_usage,
        cache_style=call.surface.table.cache,
        marker_site=call.marker_site,
        expects=call.expects,
        prompts=tuple(by_call.get(call_id, ())),
    )
