"""`promptlint tokens`: count and price a plain text."""

from __future__ import annotations

from pathlib import Path

import click

from promptlint.cli.options import STDIN, Configuration, config_options, no_empty_path, settings_failures
from promptlint.cli.output import Failure, deliver, read_standard_input
from promptlint.measure import Meter, TokenRow, describe
from promptlint.report.table import table
from promptlint.report.terminal import Terminal, usd, visible
from promptlint.settings import SettingsResolver
from promptlint.source import SourceError, read_bytes


@click.command("tokens")
@click.argument("file", default=STDIN, callback=no_empty_path)
@click.option("--model", "models", multiple=True, metavar="MODEL", help="Count for this model; may be repeated.")
@config_options
def command(file: str, models: tuple[str, ...], configuration: Configuration) -> None:
    """Count the tokens of the text in FILE (`-`, the default: standard input) and say what they cost as input."""
    with settings_failures():
        resolver = SettingsResolver(
            cwd=Path.cwd(), overrides={}, config=configuration.config, isolated=configuration.isolated
        )
        settings = resolver.for_path(file)
    models = models or ((settings.default_model,) if settings.default_model else ())
    if not models:
        raise click.UsageError("Name the model with --model, or set `default-model` in the configuration.")
    rows = describe(_text(file), models, Meter(settings.default_model))
    deliver(lambda terminal: _render(rows, terminal), None)


def _text(file: str) -> str:
    """Raises Failure."""
    try:
        data = read_standard_input() if file == STDIN else read_bytes(file)
        return data.decode("utf-8-sig")
    except SourceError as error:
        raise Failure(f"{error.path}: {error.message}") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Failure(f"{file}:{line}: not valid UTF-8") from error


def _render(rows: list[TokenRow], terminal: Terminal) -> str:
    cells = [
        (
            visible(row.model),
            f"{row.tokens:,}",
            row.tokenizer if row.exact or "estimate" in row.tokenizer else f"{row.tokenizer} (estimate)",
            "unknown" if row.usd_per_1k_calls is None else usd(row.usd_per_1k_calls),
            row.price_as_of or "-",
        )
        for row in rows
    ]
    header = ("model", "tokens", "tokenizer", "USD/1k calls", "price of")
    return "\n".join(table(header, cells, terminal, numeric=(1, 3), flexible=(0, 2))) + "\n"
