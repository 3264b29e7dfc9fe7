"""Other tools, each run as its own help says, over one folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from timing import Timing, timed


@dataclass(frozen=True)
class Peer:
    """A tool: its command, which the folder follows, and the exit codes of a run that worked."""

    name: str
    command: tuple[str, ...]
    codes: frozenset[int] = frozenset({0, 1})


PEERS = (
    Peer("agentguard-lint", ("agentguard", "--no-config", "--plain", "--fail-on", "never")),
    Peer("llmdoctor", ("llmdoctor", "doctor")),
    Peer("tokenlint", ("tokenlint", "--fail-on", "never")),
    # 2: some file could not be analysed; the others were.
    Peer("pcdlint", ("pcdlint",), frozenset({0, 1, 2})),
    Peer("ruff", ("ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--output-format", "concise")),
)
"""llmdoctor and tokenlint take one path, the others several."""

VERSION = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"


def peer_timings(folder: Path, bin: Path) -> Iterator[tuple[str, Timing]]:
    """A run of each tool that is installed in `bin`."""
    for peer in PEERS:
        program = bin / peer.command[0]
        if program.exists():
            timing = timed([str(program), *peer.command[1:], str(folder)])
            version = timed([str(bin / "python"), "-c", VERSION, peer.name]).output.strip()
            problem = _problem(peer, timing)
            yield f"{peer.name} {version}{f' ({problem})' if problem else ''}", timing


def _problem(peer: Peer, timing: Timing) -> str | None:
    """Why the time of a run says nothing: the tool did not do its work."""
    lines = timing.output.strip().splitlines()
    if not lines:
        return "did not work: it printed nothing"
    refused = lines[0].lower().startswith("usage:")
    if timing.code not in peer.codes or refused or any(line.startswith("Traceback (most") for line in lines):
        return f"did not work: exit code {timing.code}, {lines[-1].strip()[:80]}"
    return None
