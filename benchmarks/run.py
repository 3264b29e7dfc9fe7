"""Times promptlint beside a yardstick and beside other tools, all in one run, and prints a Markdown table.

python benchmarks/run.py FOLDER... [--repeat 3] [--peers BIN] [--write docs/performance.md]

What counts is the ratio of CPU times within one run: absolute times say more about the machine. `--peers` is the `bin`
folder of an environment that holds other tools; those it does not hold are left out. All work on copies of the folders.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from peers import peer_timings
from timing import Timing, best, timed

HERE = Path(__file__).resolve().parent
PROMPTLINT = [sys.executable, "-m", "promptlint"]
EMPTY_FILES = 40_000
COPIES = (1, 2, 4)
SMALL = """\
from openai import OpenAI

client = OpenAI()


def ask(question: str) -> str:
    response = client.responses.create(model="gpt-5.5", instructions="Answer in one sentence.", input=question)
    return response.output_text
"""
LISTING = (
    "import os\nfor top, _, names in os.walk('.'):\n for name in names: open(os.path.join(top, name), 'rb').read()"
)


@dataclass(frozen=True)
class Row:
    """What was measured, and the ratio to what."""

    name: str
    timing: Timing
    ratio: float | None = None
    of: str = ""

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x {self.of}"
        cells = (
            self.name,
            f"{self.timing.cpu:.2f}",
            f"{self.timing.wall:.2f}",
            ratio,
            f"{self.timing.memory / 2**20:.0f}",
        )
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True)
class Bench:
    """Where to work, and how often each measurement is repeated.

    Compiled modules are kept, as they are of a program that is installed, wherever this promptlint lies.
    """

    scratch: Path
    repeat: int

    def timed(self, command: Sequence[str], cwd: Path | None = None, *, several: bool = False) -> Timing:
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(self.scratch / "compiled")}
        return timed(command, cwd, {**os.environ, **compiled}, several=several)

    def best(self, command: Sequence[str], cwd: Path | None = None, repeat: int = 0) -> Timing:
        return best(lambda: self.timed(command, cwd), repeat or self.repeat)

    def folder(self, name: str) -> Path:
        folder = self.scratch / name
        folder.mkdir(parents=True)
        return folder


def check(folder: Path, *options: str) -> list[str]:
    options = ("--isolated", "--exit-zero", "--output-format", "json", *options)
    return [*PROMPTLINT, "check", *options, str(folder)]


def rows(bench: Bench, folders: Sequence[str], peers: Path | None) -> list[Row]:
    packages = bench.folder("packages")
    for at, folder in enumerate(folders):
        shutil.copytree(folder, packages / str(at), symlinks=True)
    starting = start_up(bench)
    yardstick = bench.best([sys.executable, str(HERE / "yardstick.py"), str(packages)])
    cold = bench.best(check(packages, "--no-cache", "--jobs", "1"))
    two = bench.best(check(packages, "--no-cache", "--jobs", "2"))
    # Looking at the memory of several processes takes part of a core: it has a run of its own.
    together = bench.timed(check(packages, "--no-cache", "--jobs", "2"), several=True).memory
    return [
        Row("yardstick: read, gate, `ast.parse`", yardstick, 1, "yardstick"),
        Row("promptlint, cold, one process", cold, cold.cpu / yardstick.cpu, "yardstick"),
        Row(
            "promptlint, cold, two processes",
            replace(two, memory=together),
            two.wall / cold.wall,
            "wall time of one process",
        ),
        *warm(bench, packages, cold),
        *starting,
        many_empty(bench),
        *scaling(bench, Path(folders[0])),
        *(
            Row(name, timing, timing.cpu / yardstick.cpu, "yardstick")
            for name, timing in (peer_timings(packages, peers) if peers else ())
        ),
    ]


def warm(bench: Bench, packages: Path, cold: Timing) -> list[Row]:
    """Runs with a cache: nothing changed, a file of median size, the largest one, and one of the largest package."""
    command = check(packages, "--cache-dir", str(bench.folder("cache")), "--jobs", "1")
    bench.timed(command)
    table = [
        Row("promptlint, warm, nothing changed", unchanged := bench.best(command), unchanged.cpu / cold.cpu, "cold")
    ]
    sizes = {path: path.stat().st_size for path in sorted(packages.rglob("*.py")) if path.stat().st_size}
    in_package = [
        {path: size for path, size in sizes.items() if folder in path.parents} for folder in packages.iterdir()
    ]
    largest = max(in_package, key=lambda found: sum(found.values()))
    for name, path in (
        ("a file of median size", median_of(sizes)),
        ("the largest file", max(sizes, key=sizes.__getitem__)),
        ("a file of the largest package", median_of(largest)),
    ):
        timing = best(partial(after_change, bench, path, command), bench.repeat)
        own = next(sum(found.values()) for found in in_package if path in found)
        share = own / sum(sizes.values())
        title = f"promptlint, warm, {name} changed ({sizes[path]:,} bytes, of a package with {share:.0%} of the code)"
        table.append(Row(title, timing, timing.cpu / cold.cpu, "cold"))
    return table


def median_of(sizes: Mapping[Path, int]) -> Path:
    """The first file of median size."""
    median = statistics.median_low(sizes.values())
    return next(path for path, size in sizes.items() if size == median)


def after_change(bench: Bench, path: Path, command: Sequence[str]) -> Timing:
    path.write_bytes(path.read_bytes() + b"\n")
    return bench.timed(command)


def start_up(bench: Bench) -> list[Row]:
    """`--version`, and two small files, without prompts and with them."""
    bare = bench.best([sys.executable, "-c", "import click"], repeat=5)
    version = bench.best([*PROMPTLINT, "--version"], repeat=5)
    table = [Row("`promptlint --version`", version, version.cpu / bare.cpu, "`python -c 'import click'`")]
    folder = bench.folder("small")
    for name, text in (("without prompts", "x = 1\n"), ("with prompts", SMALL)):
        for number in range(2):
            (folder / f"m{number}.py").write_text(text, encoding="utf-8")
        table.append(Row(f"two small files {name}", bench.best(check(folder, "--no-cache"), repeat=5)))
    return table


def many_empty(bench: Bench) -> Row:
    """A tree of empty files, beside listing and reading them."""
    folder = bench.folder("empty")
    for number in range(EMPTY_FILES):
        path = folder / f"d{number // 200}" / f"m{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    reading = bench.best([sys.executable, "-c", LISTING], folder)
    checking = bench.best(check(folder, "--no-cache", "--jobs", "1"))
    return Row(f"{EMPTY_FILES:,} empty files", checking, checking.cpu / reading.cpu, "listing and reading them")


def scaling(bench: Bench, package: Path) -> list[Row]:
    """One package taken several times over, each time under another name."""
    table: list[Row] = []
    for copies in COPIES:
        folder = bench.folder(f"scaling/{copies}")
        for number in range(copies):
            copy_renamed(package, folder / str(number), f"_{number}")
        timing = bench.best(check(folder, "--no-cache", "--jobs", "1"))
        once = table[0].timing if table else timing
        times = "once" if copies == 1 else f"{copies} times"
        table.append(Row(f"{package.name}, {times}", timing, timing.cpu / once.cpu, "once"))
    return table


def copy_renamed(package: Path, target: Path, ending: str) -> None:
    """Copy a folder whose importable packages, and all mentions of them, get an ending to their names.

    What makes it a project by itself is left out: all copies together are one.
    """
    names = [init.parent.name for init in package.glob("*/__init__.py")]
    mention = re.compile(rb"\b(%s)\b" % b"|".join(re.escape(name.encode()) for name in names))
    marks = shutil.ignore_patterns("*.dist-info", "pyproject.toml", "setup.py", "setup.cfg")
    shutil.copytree(package, target, symlinks=True, ignore=marks)
    for name in names:
        (target / name).rename(target / (name + ending))
    for path in target.rglob("*.py") if names else ():
        path.write_bytes(mention.sub(rb"\1" + ending.encode(), path.read_bytes()))


def machine() -> str:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else None
    model = found[1] if found else platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores, {model}, {platform.python_implementation()} {platform.python_version()}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="+")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--peers", type=Path)
    options.add_argument("--write", type=Path, help="the page whose table is replaced")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measured = rows(Bench(Path(scratch), given.repeat), given.folders, given.peers)
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}: {', '.join(Path(folder).name for folder in given.folders)}.",
        "",
        "| what | CPU s | wall s | ratio | MB |",
        "|---|---|---|---|---|",
        *map(str, measured),
    ]
    print("\n".join(lines))
    if given.write:
        before, begin, rest = given.write.read_text(encoding="utf-8").partition("<!-- table:begin -->")
        _, end, after = rest.partition("<!-- table:end -->")
        given.write.write_text("\n".join([before + begin, *lines, end + after]), encoding="utf-8")


if __name__ == "__main__":
    main()
