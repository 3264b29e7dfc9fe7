"""Plugins that misbehave cost only themselves, and are named with their distribution."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from command import SUPPORT, guarded_environment
from promptlint.registry import GROUP
from sample_rules import PROGRAM

RULE = """\
from __future__ import annotations
import os, sys
from dataclasses import dataclass, replace
from promptlint.finding import *
from promptlint.project import Place
from promptlint.template import Edit
from promptlint.rule import Rule

@dataclass(frozen=True)
class Bad(Rule):
    code = "ACM101"
    name = "bad-rule"

    def check_prompt(self, prompt, context):
        good = self.finding(prompt.place, "hello", severity=Severity.LOW)
        edit = Edit(prompt.place.path, prompt.place.start, prompt.place.end, "x")
        {body}
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one program."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "app.py").write_text(PROGRAM)
    return tmp_path / "app"


def install(tmp_path: Path, module: str) -> dict[str, str]:
    """An environment in which the distribution acme-rules is installed, whose module this is."""
    site = tmp_path / "site"
    info = site / "acme_rules-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "acme_rules.py").write_text(module)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (info / "top_level.txt").write_text("acme_rules\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nacme = acme_rules\n")
    return guarded_environment(tmp_path) | {"PYTHONPATH": os.pathsep.join([str(site), str(SUPPORT)])}


def script() -> str:
    found = shutil.which("promptlint", path=str(Path(sys.executable).parent))
    assert found
    return found


@pytest.fixture
def run(tmp_path: Path, folder: Path) -> Run:
    """Checks the program with a plugin of this source; `base` are the options that it has otherwise."""

    def check(
        module: str, *args: str, base: tuple[str, ...] = ("--isolated", "--no-cache")
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [script(), "check", *base, "--output-format", "json", *args],
            cwd=folder,
            env=install(tmp_path, module),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return check


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
        ("raise MemoryError", "MemoryError"),
        ("sys.exit(0)", "SystemExit: 0"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise __import__('asyncio').CancelledError", "CancelledError"),
        ("raise type('Odd', (Exception,), {'__str__': lambda self: sys.exit(0)})", "Odd; please report this"),
        ("return self.check_prompt(prompt, context)", "RecursionError"),
        ("return None", "TypeError"),
        ("return 7", "TypeError"),
        ("return [None]", "it reported None, which is no finding"),
        ("return ['finding']", "it reported 'finding', which is no finding"),
        ("return [replace(good, message=None)]", "Expected `str`, got `null` - at `$.message`"),
        ("return [replace(good, severity='terrible')]", "Invalid enum value 'terrible' - at `$.severity`"),
        ("return [replace(good, place=(1, 2))]", "Expected `object`, got `array` - at `$.place`"),
        ("return [replace(good, evidence='abc')]", "Expected `array`, got `str` - at `$.evidence`"),
        ("return [replace(good, help=object())]", "TypeError"),
        ("return [replace(good, rule='unread-usage')]", "it reported a finding of unread-usage (ACM101)"),
        ("return [replace(good, place=Place('app.py', -5, 2))]", "it reported the offsets -5 to 2"),
        ("return [replace(good, place=Place('app.py', 0, 10**9))]", "it reported the offsets 0 to 1000000000"),
        ("return [replace(good, place=Place('/etc/passwd', 0, 1))]", "it reported /etc/passwd, which was not read"),
        (
            "return [replace(good, saving=Saving(1, 0, float('nan'), 'x', True, 'y'))]",
            "it reported a saving of nan USD",
        ),
        (
            "return [replace(good, fix=Fix(Applicability.SAFE, 'f', (replace(edit, end=10**9),)))]",
            "it reported the offsets",
        ),
        (
            "return [replace(good, fix=Fix(Applicability.SAFE, 'f', (replace(edit, path='/etc/passwd'),)))]",
            "it reported /etc/passwd, which was not read",
        ),
    ],
)
def test_a_rule_that_fails_costs_itself(run: Run, body: str, message: str) -> None:
    result = run(RULE.format(body=body))
    document = json.loads(result.stdout)
    assert result.returncode == 2
    assert "rule bad-rule (distribution acme-rules) crashed: " in result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert "unread-usage" in {finding["rule"] for finding in document["findings"]}
    assert "bad-rule" not in {finding["rule"] for finding in document["findings"]}


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ("(edit, replace(edit, text='y'))", "its edits overlap each other"),
        ("(replace(edit, text='('),)", "the result would not parse"),
        ("()", "its edits overlap each other or lie outside the source"),
    ],
)
def test_an_absurd_fix_is_dropped_and_named(run: Run, folder: Path, edits: str, message: str) -> None:
    fix = f"Fix(Applicability.SAFE, 'f', {edits})"
    result = run(RULE.format(body=f"return [replace(good, fix={fix})]"), "--fix", "--select", "bad-rule")
    assert result.returncode == 2
    assert "fix of bad-rule dropped: " in result.stderr
    assert message in result.stderr
    assert (folder / "app.py").read_text() == PROGRAM


def test_what_a_plugin_prints_stays_out_of_the_report(run: Run) -> None:
    result = run(RULE.format(body="print('checking'); return [good]") + "print('loading')\n")
    assert result.returncode == 1
    assert "bad-rule" in {finding["rule"] for finding in json.loads(result.stdout)["findings"]}
    assert "loading" in result.stderr
    assert "checking" in result.stderr


@pytest.mark.parametrize(
    "module",
    [
        "raise RuntimeError('no')",
        "import sys; sys.exit(0)",
        "x = (",
        "import nowhere_at_all",
        "raise GeneratorExit",
        "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})",
    ],
)
def test_a_plugin_that_does_not_load_is_exit_code_2(run: Run, module: str) -> None:
    result = run(module)
    assert result.returncode == 2
    assert "rule plugin acme_rules (distribution acme-rules) did not load: " in result.stderr
    assert json.loads(result.stdout)["findings"]


def test_a_rule_that_cannot_be_made_is_named(run: Run) -> None:
    body = "return ()\n\n    def __post_init__(self):\n        raise ValueError('never')"
    result = run(RULE.format(body=body))
    assert result.returncode == 2
    assert "acme_rules.Bad cannot be made: ValueError: never" in result.stderr
    assert json.loads(result.stdout)["findings"]


def test_an_option_that_a_rule_refuses_is_an_error_of_the_configuration(run: Run, folder: Path) -> None:
    body = "return ()\n\n    limit: int = 1\n\n    def __post_init__(self):\n"
    body += "        if self.limit < 0:\n            raise ValueError('below 0')"
    (folder / "promptlint.yaml").write_text("rules:\n  bad-rule:\n    limit: -1\n")
    result = run(RULE.format(body=body), base=())
    assert result.returncode == 2
    assert "promptlint.yaml:2: rule `bad-rule`: its options are refused: ValueError: below 0" in result.stderr


def test_what_a_plugin_says_is_asked_every_time(run: Run, folder: Path) -> None:
    (folder / "said.txt").write_text("first")
    body = "yield replace(good, message=open('said.txt').read())"
    assert "first" in run(RULE.format(body=body), base=()).stdout
    (folder / "said.txt").write_text("second")
    (folder.parent / "site").rename(folder.parent / "before")
    assert "second" in run(RULE.format(body=body), base=()).stdout


def test_ctrl_c_names_the_rule_that_does_not_end(tmp_path: Path, folder: Path) -> None:
    body = "sys.stderr.write('started\\n'); sys.stderr.flush()\n        while True: pass"
    process = subprocess.Popen(
        [script(), "check", "--isolated", "--no-cache"],
        cwd=folder,
        env=install(tmp_path, RULE.format(body=body)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stderr
    while "started" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted in rule bad-rule (distribution acme-rules), which looked at app.py" in errors
