"""What a call sends that is not among its arguments: what a decorated function says, what was added to the model."""

from __future__ import annotations

from promptlint.facts import CallPlace
from promptlint.link.additions import Added, added_before
from promptlint.link.callees import bind_arguments
from promptlint.link.decorated import decorated_by, sent_by
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.matching import Match
from promptlint.link.messages import MessageReader
from promptlint.link.values import Object
from promptlint.syntax import Call


def implied_by(ev: Evaluator, reader: MessageReader, match: Match, place: CallPlace, env: Env) -> Added:
    """The messages that a call sends besides its arguments, and the models that they were added to."""
    table = match.surface.table
    if table.added:
        return added_before(ev, place, env)
    if table.decorates:
        function = decorated_by(env.module, match.call)
        given = env.arguments if function and env.arguments_of == function.scope else None
    else:
        function = match.made_on.function if isinstance(match.made_on, Object) else None
        given = bind_arguments(ev, function, _own(match.call), env) if function else None
    if function is None:
        return Added((), ())
    return Added(sent_by(ev, reader, function, given or {}, env).messages, ())


def _own(call: Call) -> Call:
    """The call without the model that it is given first: the others are the arguments of the function."""
    return Call(call.start, call.end, call.func, call.args[1:], call.keywords, call.index)
