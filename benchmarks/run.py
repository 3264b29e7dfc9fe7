"""Times promptlint beside a yardstick and beside other tools, all in one run, and prints a Markdown table.

python benchmarks/run.py FOLDER... [--repeat 3] [--peers BIN] [--write docs/performance.md]

What counts is the ratio of CPU times within one run: absolute times say more about the machine. `--peers` is the `bin`
folder of an environment that holds other tools; those it does not hold are left out. The folders are not changed: the
run with one file changed works on a copy.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROMPTLINT = [sys.executable, "-m", "promptlint"]
EMPTY_FILES = 40_000
PEERS = {
    "agentguard-lint": ["agentguard", "--no-config"],
    "llmdoctor": ["llmdoctor", "doctor"],
    "tokenlint": ["tokenlint"],
    "pcdlint": ["pcdlint"],
    "ruff": ["ruff", "check", "--no-cache", "--exit-zero", "--quiet"],
}
"""Commands of other tools, each given the folders."""


@dataclass(frozen=True)
class Timing:
    """CPU and wall time in seconds, and the largest memory of one process in bytes."""

    cpu: float
    wall: float
    memory: int


def timed(command: Sequence[str], cwd: Path | None = None) -> Timing:
    """One run of a command; what it prints and its exit code do not matter."""
    start = datetime.now(UTC)
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    wall = (datetime.now(UTC) - start).total_seconds()
    unit = 1 if sys.platform == "darwin" else 1024
    return Timing(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit)


def best(run: Callable[[], Timing], repeat: int) -> Timing:
    """The fastest of several runs: the others were disturbed."""
    return min((run() for _ in range(repeat)), key=lambda timing: timing.cpu)


def check(folders: Sequence[str], *options: str) -> list[str]:
    return [*PROMPTLINT, "check", "--isolated", "--exit-zero", "--output-format", "json", *options, *folders]


def rows(folders: list[str], repeat: int, peers: Path | None, scratch: Path) -> list[tuple[str, str, str, str]]:
    """Name, CPU seconds, what it is compared with, and megabytes."""
    yardstick = best(lambda: timed([sys.executable, str(HERE / "yardstick.py"), *folders]), repeat)
    cold = best(lambda: timed(check(folders, "--no-cache", "--jobs", "1")), repeat)
    two = best(lambda: timed(check(folders, "--no-cache", "--jobs", "2")), repeat)
    cache = ["--cache-dir", str(scratch / "cache"), "--jobs", "1"]
    timed(check(folders, *cache))
    warm = best(lambda: timed(check(folders, *cache)), repeat)
    changed = one_changed(folders, repeat, scratch)
    table = [
        row("yardstick: read, gate, `ast.parse`", yardstick, 1, "yardstick"),
        row("promptlint, cold, one process", cold, cold.cpu / yardstick.cpu, "yardstick"),
        row("promptlint, cold, two processes", two, two.wall / cold.wall, "wall time of one process"),
        row("promptlint, warm, nothing changed", warm, warm.cpu / cold.cpu, "cold"),
        row("promptlint, warm, one file changed", changed, changed.cpu / cold.cpu, "cold"),
    ]
    bare = best(lambda: timed([sys.executable, "-c", "import click"]), 5)
    version = best(lambda: timed([*PROMPTLINT, "--version"]), 5)
    table.append(row("`promptlint --version`", version, version.cpu / bare.cpu, "`python -c 'import click'`"))
    table += small(scratch)
    table.append(many_empty(scratch, repeat))
    for name, command in PEERS.items():
        if peers and (peers / command[0]).exists():
            timing = best(lambda tool=command: timed([str(peers / tool[0]), *tool[1:], *folders]), 1)
            table.append(row(name, timing, timing.cpu / yardstick.cpu, "yardstick"))
    return table


def row(name: str, timing: Timing, ratio: float, of: str) -> tuple[str, str, str, str]:
    return name, f"{timing.cpu:.2f}", f"{ratio:.2f} x {of}", f"{timing.memory / 2**20:.0f}"


def one_changed(folders: list[str], repeat: int, scratch: Path) -> Timing:
    """A warm run after one file changed, in a copy."""
    copies = [shutil.copytree(folder, scratch / "copy" / str(at)) for at, folder in enumerate(folders)]
    names = [str(copy) for copy in copies]
    cache = ["--cache-dir", str(scratch / "changed"), "--jobs", "1"]
    timed(check(names, *cache))
    victim = max(copies[0].rglob("*.py"), key=lambda path: path.stat().st_size)

    def run() -> Timing:
        victim.write_bytes(victim.read_bytes() + b"\n")
        return timed(check(names, *cache))

    return best(run, repeat)


def small(scratch: Path) -> list[tuple[str, str, str, str]]:
    """Two small files, without prompts and with them."""
    folder = scratch / "small"
    folder.mkdir()
    table = []
    for name, text in (("without prompts", "x = 1\n"), ("with prompts", SMALL)):
        for number in range(2):
            (folder / f"m{number}.py").write_text(text, encoding="utf-8")
        timing = best(lambda: timed(check([str(folder)], "--no-cache")), 5)
        table.append((f"two small files {name}", f"{timing.cpu:.2f}", "", f"{timing.memory / 2**20:.0f}"))
    return table


def many_empty(scratch: Path, repeat: int) -> tuple[str, str, str, str]:
    """A tree of empty files, beside listing and reading them."""
    folder = scratch / "empty"
    for number in range(EMPTY_FILES):
        path = folder / f"d{number // 200}" / f"m{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    listing = (
        "import os\nfor top, _, names in os.walk('.'):\n for name in names: open(os.path.join(top, name), 'rb').read()"
    )
    reading = best(lambda: timed([sys.executable, "-c", listing], cwd=folder), repeat)
    checking = best(lambda: timed(check([str(folder)], "--no-cache", "--jobs", "1")), repeat)
    return row(f"{EMPTY_FILES:,} empty files", checking, checking.cpu / reading.cpu, "listing and reading them")


SMALL = """\
from openai import OpenAI

client = OpenAI()


def ask(question: str) -> str:
    response = client.responses.create(model="gpt-5.5", instructions="Answer in one sentence.", input=question)
    return response.output_text
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="+")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--peers", type=Path)
    options.add_argument("--write", type=Path, help="the page whose table is replaced")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measured = rows(given.folders, given.repeat, given.peers, Path(scratch))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {python}, {os.cpu_count()} cores ({platform.machine()}).",
        "",
        "| what | CPU s | ratio | MB |",
        "|---|---|---|---|",
        *(f"| {' | '.join(cells)} |" for cells in measured),
    ]
    print("\n".join(lines))
    if given.write:
        before, begin, rest = given.write.read_text(encoding="utf-8").partition("<!-- table:begin -->")
        _, end, after = rest.partition("<!-- table:end -->")
        given.write.write_text("\n".join([before + begin, *lines, end + after]), encoding="utf-8")


if __name__ == "__main__":
    main()
