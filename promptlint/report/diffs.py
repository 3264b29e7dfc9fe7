"""What a change does to calls and prompts, for people in a terminal. Markdown and JSON are in modules of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from promptlint.diffs import CallChange, Difference
from promptlint.diffs.calls import CallSide
from promptlint.diffs.prompts import PromptChange, PromptSide
from promptlint.report.concise import finding_lines
from promptlint.report.terminal import Terminal, plural, usd, visible
from promptlint.report.view import View

MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}


def render(difference: Difference, view: View, terminal: Terminal) -> str:
    """Headline, calls, prompts and new findings; a single line where nothing is different."""
    blocks = [[line for part in summary(difference) for line in terminal.wrap(part)]]
    if difference.calls:
        blocks.append([terminal.paint("Calls", bold=True)])
        blocks[-1] += [line for change in difference.calls for line in _call(change, terminal)]
    if difference.prompts:
        blocks.append([terminal.paint("Prompts", bold=True)])
        blocks[-1] += [line for change in difference.prompts for line in _prompt(change, terminal)]
    if difference.findings:
        blocks.append([terminal.paint("New findings", bold=True), *finding_lines(view, terminal)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def summary(difference: Difference) -> Iterator[str]:
    """What is different, and what it costs, in sentences."""
    if difference.is_empty:
        yield f"No LLM call, prompt or finding is different between {difference.base} and {difference.head}."
        return
    parts = [counted("call", difference.calls), counted("prompt", difference.prompts)]
    if difference.findings:
        parts.append(plural(len(difference.findings), "new finding"))
    yield f"{difference.base} to {difference.head}: {'; '.join(filter(None, parts))}."
    if not difference.calls:
        return
    money = "" if difference.input_usd is None else f", {signed_usd(difference.input_usd)} per 1,000 calls of each"
    yield f"Input, each call once: {signed(difference.input_tokens)} tokens{money}."
    if difference.monthly_usd is not None:
        yield f"At your traffic: {signed_usd(difference.monthly_usd)} a month."
    if difference.unpriced:
        yield f"{plural(difference.unpriced, 'call')} without a known price not counted in USD."
    if dates := price_dates(difference):
        yield (
            f"List prices of {', '.join(dates)}, without the discount of a cache; what is filled in at run time is not "
            "counted."
        )


def counted(noun: str, changes: Iterable[CallChange | PromptChange]) -> str:
    """`2 calls changed, 1 added`; nothing where there are none."""
    kinds = Counter(change.kind for change in changes)
    first, *rest = [kind for kind in ("changed", "added", "removed") if kinds[kind]] or [""]
    if not first:
        return ""
    return ", ".join((f"{plural(kinds[first], noun)} {first}", *(f"{kinds[kind]:,} {kind}" for kind in rest)))


def price_dates(difference: Difference) -> list[str]:
    """The dates of the price lists behind the amounts."""
    sides = (side for change in difference.calls for side in (change.before, change.after) if side)
    return sorted({side.price.as_of for side in sides if side.price})


def call_name(side: CallSide) -> str:
    """The function around the call, or what is called."""
    return f"{side.function}()" if side.function else f"{side.call.api.rpartition('.')[2]}(...)"


def prompt_name(side: PromptSide) -> str:
    return side.prompt.name or (f"in {side.function}()" if side.function else side.prompt.role.value)


def signed(number: int) -> str:
    return f"{number:+,}" if number else "0"


def signed_usd(amount: float) -> str:
    return f"+{usd(amount)}" if amount > 0 else usd(amount)


def money_per_call(amount: float) -> str:
    """USD per call of an amount per 1,000 calls."""
    return usd(amount / 1000)


def followers(change: CallChange) -> str:
    """How many calls go through a wrapper whose own call changed; nothing where it is no wrapper."""
    return f"for the {plural(len(change.requests), 'call')} that go through it" if change.inherited else ""


def features(change: CallChange) -> Iterator[str]:
    """What is different about a call, besides its tokens."""
    for one in change.changes:
        if one.what == "prompt":
            if change.before and change.after and change.before.input_tokens == change.after.input_tokens:
                yield "prompt: other words, as many tokens"
        else:
            yield f"{one.what}: {visible(one.before)} -> {visible(one.after)}{_consequence(one.what, change)}"


def _consequence(what: str, change: CallChange) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return ""
    if what == "model" and before.price and after.price:
        prices = [f"{side.price.input:g} / {side.price.output:g}" for side in (before, after) if side.price]
        return f" ({' -> '.join(prices)} USD per million input / output tokens)"
    if what == "output cap":
        most = [usd(side.output_usd) if side.output_usd is not None else "not known" for side in (before, after)]
        return f" (output at most {' -> '.join(most)} per 1,000 calls)"
    return ""


def _call(change: CallChange, terminal: Terminal) -> list[str]:
    side = change.side
    mark, color = MARKS[change.kind]
    text = f"{side.file}:{side.row} {call_name(side)}, {side.model}"
    lines = [f"{terminal.paint(mark, color, bold=True)} {visible(text)}"]
    details = [*features(change), *_cost(change), followers(change)]
    return lines + [line for one in details if one for line in terminal.wrap(one, "    ", "      ")]


def _cost(change: CallChange) -> Iterator[str]:
    before, after = change.before, change.after
    tokens = [f"{side.input_tokens:,}" for side in (before, after) if side]
    money = [side.input_usd for side in (before, after) if side]
    if before and after and len({*tokens}) == 1 and len({*money}) == 1:
        return
    known = [amount for amount in money if amount is not None]
    more = f" ({signed(change.input_tokens)})" if change.kind == "changed" and change.input_tokens else ""
    yield f"input: {' -> '.join(dict.fromkeys(tokens))} tokens per call{more}"
    if len(known) == len(money):
        each, thousand = (" -> ".join(dict.fromkeys(map(shown, known))) for shown in (money_per_call, usd))
        more = f" ({signed_usd(change.input_usd)})" if change.kind == "changed" and change.input_usd else ""
        yield f"cost of input: {each} per call, {thousand} per 1,000 calls{more}"
    if change.monthly_usd is not None:
        yield f"at {side_calls(change):,.0f} calls a month: {signed_usd(change.monthly_usd)}"


def side_calls(change: CallChange) -> float:
    """Calls a month of the call, 0 where the traffic is not known."""
    return change.side.monthly_calls or 0.0


def _prompt(change: PromptChange, terminal: Terminal) -> list[str]:
    side = change.side
    mark, color = MARKS[change.kind]
    tokens = " -> ".join(f"{one.tokens:,}" for one in (change.before, change.after) if one)
    more = f" ({signed(change.tokens)})" if change.kind == "changed" else ""
    text = f"{side.file}:{side.row} {prompt_name(side)}: {tokens} tokens{more}"
    return [f"{terminal.paint(mark, color, bold=True)} {visible(text)}"]
