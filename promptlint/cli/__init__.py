"""The command line. A command's module is imported only when the command is used."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from contextlib import suppress
from importlib import import_module

import click

from promptlint import __version__

COMMANDS = ("audit", "baseline", "check", "compress", "diff", "init", "inventory", "rule", "tokens")
"""Each is the function `command` of the module of its name in this package."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as of a process that SIGINT ended."""


def _print(text: str) -> None:
    """Print a line. Raises Failure where standard output takes nothing; a reader that went away is no error."""
    try:
        click.echo(text)
    except OSError:
        # What tells such streams apart is not loaded for a version.
        from promptlint.cli.output import emit

        emit(f"{text}\n")


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        _print(f"promptlint {__version__}")
        ctx.exit()


def _show_help(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        _print(ctx.get_help())
        ctx.exit()


def _own_help(option: click.Option | None) -> click.Option | None:
    """The help option of a command, which prints as all of promptlint does: click's own knows no full disk."""
    if option:
        option.callback = _show_help
    return option


class _Commands(click.Group):
    """The group that finds its commands by `COMMANDS`, and gives exit code 2 where promptlint itself fails."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"{__name__}.{cmd_name}").command
        assert isinstance(command, click.Command)
        _own_help(command.get_help_option(ctx))
        return command

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _own_help(super().get_help_option(ctx))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            for note in getattr(interrupt, "__notes__", ()):
                click.echo(note, err=True)
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # Python would exit with 1, which means findings.
            traceback.print_exc(file=sys.stderr)
            click.echo(f"error: promptlint crashed ({type(error).__name__}); please report the lines above", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Find wasted tokens in the prompts and LLM calls of Python code, and fix them.

    Reads source, never runs it, and never uses the network. Exit codes: 0 nothing to report, 1 findings,
    2 promptlint could not do its job.
    """
    # A run makes hundreds of thousands of small objects that live until its end. Looking through them for garbage at
    # Python's usual pace takes a third of the time and finds none.
    gc.set_threshold(5_000_000)
    try:
        os.getcwd()
    except OSError as error:
        from promptlint.cli.output import Failure

        raise Failure(f"the working directory: {error.strerror}") from error


def run() -> None:
    """The program `promptlint`. It ends without freeing its memory object by object, a tenth of a second of a check.

    Whoever calls a command from Python uses `main`.
    """
    try:
        main(prog_name="promptlint")
    except SystemExit as end:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, AttributeError):  # a reader that went away, a stream that was closed
                stream.flush()
        if isinstance(end.code, int):
            os._exit(end.code)
        raise
    except OSError:  # of click, which has no other way to say that an option is wrong than standard error
        os._exit(2)
