"""Link: the facts of all files to one `Project`.

Names are resolved across modules, every call of a model is found with its model, cap, markers and loop, and every
prompt is joined to the calls it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from promptlint.facts import CallPlace, ModuleFacts
from promptlint.link.answers import answering
from promptlint.link.assembly import assembled
from promptlint.link.callers import callers
from promptlint.link.callgraph import CallGraph
from promptlint.link.calls import CallReader, FoundCall
from promptlint.link.dumps import dumps_in, prompt_arguments
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.imports import ModuleIndex
from promptlint.link.loops.endless import endless_loops
from promptlint.link.loops.history import histories
from promptlint.link.loops.iteration import item_loops
from promptlint.link.matching import Match, Matcher
from promptlint.link.modelnames import named_models
from promptlint.link.prompts import MIN_FRAGMENT_WORDS, PromptCollector, modules_of
from promptlint.link.reach import Reach
from promptlint.link.responses.usage import UsageReader
from promptlint.link.sdks import load_surfaces, with_declared
from promptlint.link.tables import CallTable
from promptlint.link.wrappers import Wrappers
from promptlint.project import CallSite, Message, Place, Project
from promptlint.promptfiles import TextFiles

__all__ = ["link"]


def link(modules: Iterable[ModuleFacts], files: TextFiles | None = None, declared: Sequence[CallTable] = ()) -> Project:
    """The project that the given files make up; `files` are the text files that they may load.

    `declared` are functions that the configuration says call a model.
    """
    index = ModuleIndex(modules)
    evaluator = Evaluator(index, with_declared(load_surfaces(), declared), files)
    matcher = Matcher(evaluator)
    direct = {module.path: list(matcher.matches(module)) for module in modules_of(index)}
    direct = {
        path: [(place, match) for place, match in found if (path, place.expr.index) not in matcher.completed]
        for path, found in direct.items()
    }
    graph = CallGraph(evaluator, direct)
    wrappers = Wrappers(index.modules, graph, direct)
    evaluator.answering = answering(wrappers.senders, index.modules)
    reader = CallReader(evaluator, matcher, UsageReader(evaluator, graph))
    collector = PromptCollector(index, evaluator)
    found: list[tuple[str, FoundCall, list[list[Place]]]] = []
    unseen: dict[str, list[Place]] = {}
    for path, calls_of in _calls(reader, wrappers, index, direct).items():
        for call in calls_of:
            call_id = f"{path}:{index.modules[path].facts.locate(call.place.start)}"
            roots = []
            for draft in call.messages:
                roots.append(collector.add_sent(draft.text, draft.role, call_id))
                for other in draft.alternatives:
                    collector.add_sent(other, draft.role, call_id)
            unseen[call_id] = [
                root
                for draft in call.passed_on
                for root in collector.add_sent(draft.text, draft.role, call_id, MIN_FRAGMENT_WORDS)
            ]
            found.append((call_id, call, roots))
    collector.add_named()
    prompts = collector.prompts()
    by_call: dict[str, list[str]] = {}
    for prompt in prompts:
        for call_id in prompt.calls:
            by_call.setdefault(call_id, []).append(prompt.id)
    ids = {call.place: call_id for call_id, call, _ in found if call.hops}
    leading = callers(wrappers)
    calls = [
        _call_site(
            call_id,
            call,
            [[collector.identify(root) for root in one] for one in roots],
            by_call,
            tuple(ids[one] for one in leading.get((call.place.path, call.place.start), ()) if one in ids),
            tuple(map(collector.identify, unseen[call_id])),
        )
        for call_id, call, roots in found
    ]
    facts = {module.path: module.facts for module in modules_of(index)}
    reach = Reach(evaluator, graph, direct)
    by_start = {(call.place.path, call.place.start): call.id for call in calls}
    return Project(
        modules={**facts, **index.texts},
        prompts=prompts,
        calls=tuple(calls),
        named_models=tuple(model for one in facts.values() for model in named_models(one)),
        item_loops=item_loops(evaluator, reach, by_start),
        histories=histories(reach, by_start),
        endless_loops=endless_loops(reach, by_start),
        dumps=dumps_in((*collector.seen, *prompt_arguments(index, evaluator)), collector.find, index),
    )


def _calls(
    reader: CallReader, wrappers: Wrappers, index: ModuleIndex, direct: Mapping[str, list[tuple[CallPlace, Match]]]
) -> dict[str, list[FoundCall]]:
    """Every call of a model by path, also through wrappers, in source order."""
    calls: dict[str, list[FoundCall]] = {module.path: [] for module in modules_of(index)}
    for site in wrappers.sites.values():
        found = reader.through(wrappers, site)
        if found is not None:
            calls[site.module.path].append(found)
    for path, matches in direct.items():
        module = index.modules[path]
        for place, match in matches:
            env = Env(module, place.scope, place.statement_start, place.block)
            calls[path].append(reader.settled(reader.read(place, env, match), place))
    return {path: sorted(found, key=lambda call: (call.place.start, -call.place.end)) for path, found in calls.items()}


def _call_site(
    call_id: str,
    call: FoundCall,
    prompts: list[list[str]],
    by_call: dict[str, list[str]],
    callers: tuple[str, ...],
    unseen: tuple[str, ...],
) -> CallSite:
    messages = tuple(
        Message(draft.role, assembled(draft.text), tuple(ids), call.complete, draft.marker)
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
        usage=call.usage,
        cache_style=call.surface.table.cache,
        marker_site=call.marker_site,
        expects=call.expects,
        hops=call.hops,
        models=call.models,
        keywords=call.keywords,
        spread_place=call.spread_place,
        system_place=call.system_place,
        branch_for=call.branch_for,
        callers=callers,
        unseen=unseen,
        prompts=tuple(by_call.get(call_id, ())),
    )
