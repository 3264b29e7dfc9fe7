"""`promptlint rule`: explain one rule, or list all."""

from __future__ import annotations

import click

from promptlint.cli.output import Failure, deliver, end_of, print_problems
from promptlint.nearest import hint
from promptlint.registry import Registry, load
from promptlint.report import rules
from promptlint.rule import Rule


@click.command("rule")
@click.argument("name", required=False)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def command(ctx: click.Context, name: str | None, output_format: str) -> None:
    """Explain the rule NAME (or code): what it finds, why, its options and examples. Without NAME list all rules."""
    registry = load()
    if output_format == "json":
        chosen = (_named(name, registry),) if name else registry.rules
        deliver(lambda _: rules.as_json(chosen), None)
    elif name:
        rule = _named(name, registry)
        deliver(lambda terminal: rules.explained(rule, terminal), None)
    else:
        deliver(lambda terminal: rules.listed(registry.rules, terminal), None)
    ctx.exit(end_of(registry.problems))


def _named(name: str, registry: Registry) -> type[Rule]:
    for rule in registry.rules:
        if name in (rule.name, rule.code):
            return rule
    print_problems(registry.problems)
    known = [known for rule in registry.rules for known in (rule.name, rule.code)]
    raise Failure(f"there is no rule `{name}`, {hint(name, known)}")
