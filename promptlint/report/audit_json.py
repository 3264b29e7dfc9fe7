"""The machine-readable audit: schema `promptlint.audit/1`. Fields are added to it, never changed.

An amount of money is `{"monthly", "per_1k_calls"}`: USD a month for the call sites whose traffic is known, and USD per
1,000 calls of each of the others.
"""

from __future__ import annotations

from promptlint import __version__
from promptlint.cost.actions import Action
from promptlint.cost.audit import Audit, MeasuredUsage, Share
from promptlint.cost.calls import CallCost, Known
from promptlint.cost.money import Amount
from promptlint.finding import Finding
from promptlint.report.documents import dump, errors, span
from promptlint.report.terminal import Terminal
from promptlint.usage.record import Totals


def render(audit: Audit, terminal: Terminal) -> str:
    """The JSON document; `terminal` is not used."""
    tree = audit.analysis.tree
    return dump(
        {
            "schema": "promptlint.audit/1",
            "version": __version__,
            "prices_as_of": audit.prices_as_of,
            "spend": {
                "before": _amount(audit.plan.before),
                "after": _amount(audit.plan.after),
                "low": _amount(audit.low),
                "high": _amount(audit.high) if audit.high else None,
                "not_whole": audit.partial,
            },
            "calls": [_call(cost, audit) for cost in audit.costs],
            "by_model": [_share(share) for share in audit.models],
            "by_folder": [_share(share) for share in audit.folders],
            "by_cause": [_share(share) for share in audit.causes],
            "actions": [_action(action, audit) for action in audit.plan.actions],
            "unmeasured": [_finding(finding, audit) for finding in audit.plan.unmeasured],
            "usage": _usage(audit.measured) if audit.measured else None,
            "not_understood": {
                "calls": [
                    {"id": one.call.id, **span(tree, one.call.place), "reason": one.reason} for one in audit.unpriced
                ],
                "unbilled": [call.id for call in audit.unbilled],
                "prompts": [prompt.id for prompt in audit.loose],
            },
            "quiet_files": audit.quiet_files,
            "notices": audit.notices,
            "errors": errors(audit.analysis.problems),
        }
    )


def _amount(amount: Amount) -> dict[str, float]:
    return {"monthly": amount.monthly, "per_1k_calls": amount.per_1k}


def _share(share: Share) -> dict[str, object]:
    return {"name": share.name, "call_sites": share.calls, "usd": _amount(share.amount)}


def _call(cost: CallCost, audit: Audit) -> dict[str, object]:
    scenario, bill, after = cost.scenario, cost.bill, audit.plan.requests[cost.call.id]
    return {
        "id": cost.call.id,
        **span(audit.analysis.tree, cost.call.place),
        "function": cost.function,
        "model": cost.basis.model,
        "calls_per_month": cost.calls,
        "tokens": {
            "static": cost.static.tokens,
            "tokenizer": cost.static.tokenizer,
            "exact": cost.static.exact,
            "dynamic": _known(cost.dynamic),
            "output": _known(cost.output),
            "cacheable": scenario.prefix,
            "cached": scenario.prefix if scenario.caching else 0,
            "cached_share": scenario.share,
        },
        "usd_per_1k_calls": {
            "low": 1000 * cost.low,
            "expected": 1000 * cost.expected,
            "high": None if cost.high is None else 1000 * cost.high,
            "input": 1000 * bill.input,
            "cache_writes": 1000 * bill.cache_write,
            "cache_reads": 1000 * bill.cache_read,
            "output": 1000 * bill.output,
            "after_actions": 1000 * after.usd,
        },
        "usd": _amount(cost.amount),
        "price": {
            "input": cost.price.input,
            "output": cost.price.output,
            "cache_write": cost.rates.cache_write,
            "cache_read": cost.rates.cache_read,
            "discount": scenario.discount,
            "as_of": cost.price.as_of,
            "source": cost.price.source,
        },
        "assumptions": cost.assumptions,
    }


def _known(known: Known) -> dict[str, object]:
    return {"tokens": known.tokens, "how": known.how}


def _action(action: Action, audit: Audit) -> dict[str, object]:
    return {
        "rule": action.rule,
        "code": action.code,
        "step": action.step,
        "safe": action.is_safe,
        "message": action.title,
        "alone": _amount(action.alone),
        "added": _amount(action.added),
        "calls": action.calls,
        "findings": [_finding(finding, audit) for finding in action.findings],
    }


def _finding(finding: Finding, audit: Audit) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "message": finding.message,
        **span(audit.analysis.tree, finding.place),
        "help": finding.help,
        "fix": finding.fix.applicability if finding.fix else None,
    }


def _usage(measured: MeasuredUsage) -> dict[str, object]:
    usage = measured.usage
    return {
        "files": [
            {"file": str(file.path), "format": file.format, "broken_lines": file.broken} for file in measured.files
        ],
        "months": usage.months,
        "total": _totals(usage.total),
        "matched": [{"call": call, **_totals(totals)} for call, totals in usage.matched.items()],
        "unmatched": [
            {"model": model, "reason": reason, **_totals(totals)} for (reason, model), totals in usage.unmatched.items()
        ],
    }


def _totals(totals: Totals) -> dict[str, object]:
    return {
        "records": totals.records,
        "requests": None if totals.uncounted else totals.requests,
        "input_tokens": totals.input,
        "cache_read_tokens": totals.cache_read,
        "cache_write_tokens": totals.cache_write,
        "output_tokens": totals.output,
        "usd": None if totals.unpriced else totals.usd,
    }
