"""Which calls are requests of their own: a call of a wrapper and the call of the API inside it are one request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from promptlint.project import CallSite, Project


@dataclass(frozen=True)
class Requests:
    """`counted` are the calls whose cost is reckoned, in the order of the project.

    `stand_ins` has the counted calls that each other call is counted as: those of the wrapper that it stands in.
    """

    counted: tuple[CallSite, ...]
    stand_ins: Mapping[str, tuple[CallSite, ...]]

    def behind(self, call: str) -> tuple[CallSite, ...]:
        """The counted calls that a call is counted as, by its id: itself, or others in its place."""
        return self.stand_ins.get(call, ())


def requests(project: Project, quiet: Collection[str] = ()) -> Requests:
    """The requests of a project without those of the `quiet` paths (tests, examples).

    Callers of a wrapper count in place of the call inside it, where there are any.
    """
    live = [call for call in project.calls if call.place.path not in quiet]
    ids = {call.id for call in live}
    passed = {way for call in live for way in _ways(call)}

    def is_inside(call: CallSite) -> bool:
        if call.hops:
            return (call.function, call.hops) in passed
        return any(caller in ids and caller != call.id for caller in call.callers)

    counted = tuple(call for call in live if not is_inside(call))
    by_id = {call.id: call for call in counted}
    stand_ins: dict[str, tuple[CallSite, ...]] = {call.id: (call,) for call in counted}
    for call in live:
        if call.id in by_id:
            continue
        found = [by_id[one] for one in call.callers if one in by_id] or [
            one for one in counted if (call.function, call.hops) in _ways(one)
        ]
        stand_ins[call.id] = tuple(found)
    return Requests(counted, stand_ins)


def _ways(call: CallSite) -> set[tuple[str | None, tuple[str, ...]]]:
    """Each wrapper that a call goes through, with the way that is left from there."""
    return {(hop, call.hops[at + 1 :]) for at, hop in enumerate(call.hops)}
