"""`promptlint compress`: the text rules' fixes on a prompt that stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from promptlint.chatrequest import second_json_line
from promptlint.cli.options import (
    STDIN,
    Configuration,
    config_options,
    file_option,
    no_empty_path,
    rule_names,
    settings_failures,
)
from promptlint.cli.output import (
    FAILED,
    FINDINGS,
    NOTHING,
    Failure,
    deliver,
    emit,
    print_problems,
    read_standard_input,
    write_file,
)
from promptlint.cli.session import open_or_fail
from promptlint.compress import Compressed, compress
from promptlint.discover import SUFFIXES
from promptlint.finding import Applicability
from promptlint.promptfiles import MAX_SIZE
from promptlint.report import diff
from promptlint.report.terminal import plural, usd, visible
from promptlint.session import Session
from promptlint.source import Source, SourceError, decode_plain, encode, read_bytes

TEXT_RULES = ("TOK1",)
"""The selector of the rules about text."""


@click.command("compress")
@click.argument("file", default=STDIN, callback=no_empty_path)
@click.option("--model", metavar="MODEL", help="Count for this model.")
@click.option("--unsafe-fixes", is_flag=True, help="Include fixes that change words.")
@click.option(
    "--select", multiple=True, callback=rule_names, metavar="RULES", help="Use these rules only (names or codes)."
)
@click.option("--ignore", multiple=True, callback=rule_names, metavar="RULES", help="Leave these rules out.")
@click.option("--diff", "show_diff", is_flag=True, help="Print what would change instead of the text.")
@click.option("--check", "only_check", is_flag=True, help="Print no text; exit with 1 if it would change.")
@file_option("the text")
@config_options
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    model: str | None,
    unsafe_fixes: bool,
    select: list[str],
    ignore: list[str],
    show_diff: bool,
    only_check: bool,
    output_file: Path | None,
    configuration: Configuration,
) -> None:
    """Print the prompt in FILE (`-`, the default: standard input) with fewer tokens.

    FILE is a plain text, Markdown, or one chat request in JSON. Placeholders, code, tables, quotations and the data of
    JSON stay as they are. What went and what it saves goes to standard error.
    """
    given = {"select": select or list(TEXT_RULES), "ignore": ignore, "default-model": model}
    session = open_or_fail(given, configuration)
    source = _read(file)
    allowed = frozenset(Applicability if unsafe_fixes else {Applicability.SAFE})
    with settings_failures():
        done = compress(source, session, allowed)
    changed = done.text != source.text
    if show_diff:
        deliver(lambda terminal: diff.render(done.fixed, terminal), output_file)
    elif not only_check:
        content = encode(source, done.text)
        if output_file:
            write_file(output_file, content)
        else:
            emit(content)
    emit("".join(f"{line}\n" for line in _summary(done, session, file)), err=True)
    problems = (*done.fixed.after.problems, *done.fixed.problems)
    print_problems(problems)
    ctx.exit(FAILED if problems else FINDINGS if changed and (show_diff or only_check) else NOTHING)


def _read(file: str) -> Source:
    if file.endswith(SUFFIXES):
        raise Failure(f"{file}: this is source code; use `promptlint check --fix`")
    try:
        source = decode_plain(read_standard_input() if file == STDIN else read_bytes(file), file)
    except SourceError as error:
        raise Failure(f"{error.path}:{error.line}: {error.message}") from error
    if len(source.text) > MAX_SIZE:
        raise Failure(f"{file}: longer than {MAX_SIZE:,} characters: no model takes a prompt of this length")
    if line := second_json_line(source.path, source.text):
        raise Failure(f"{file}:{line}: another value begins: JSON Lines are not read, only one request at a time")
    return source


def _summary(done: Compressed, session: Session, file: str) -> Iterator[str]:
    """What went, what it saves, and what more could go."""
    for finding in done.fixed.applied:
        yield f"{finding.rule}: {visible(finding.message)}"
    saved = done.before.tokens - done.after.tokens
    share = f" ({saved:,} saved, {saved / done.before.tokens:.1%})" if saved else " (nothing to save)"
    counted = f"{done.before.tokens:,} -> {done.after.tokens:,} tokens{share}, counted with {done.before.tokenizer}"
    money = session.meter(file).usd_per_1k_calls(saved, 0, done.model)
    yield counted + (f": {usd(money)} per 1,000 calls." if saved and money else ".")
    more = sum(finding.fix is not None for finding in done.fixed.after.findings)
    if more:
        yield f"{plural(more, 'finding')} more can be fixed with --unsafe-fixes."
