"""The projects of a run: which files rules see together, and what is kept of a project between runs."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from promptlint import linking
from promptlint.cache import FILE
from promptlint.cli import main
from promptlint.cli.session import analysis_of
from promptlint.discover import Discovery, discover
from promptlint.facts import ModuleFacts
from promptlint.link import link
from promptlint.link.tables import CallTable
from promptlint.project import Project
from promptlint.projects import paths_of
from promptlint.promptfiles import TextFiles
from promptlint.run import Analysis
from promptlint.scanning import Scanner
from promptlint.session import Session, open_session
from promptlint.tree import read_tree
from repository import GitFolder

LLM = """
from openai import OpenAI

client = OpenAI()


def ask(instructions, question):
    return client.responses.create(model="gpt-4.1", instructions=instructions, input=question).output_text
"""
RULES = (
    "You are the assistant of a bookshop. Answer the question of the customer in one short sentence. Name the shelf on"
    " which the book stands, and the price with two digits. Where the book is not in the shop, say when it can be"
    " there, and offer to put one aside. Never guess a title: ask for the name of the author. Do not speak of others."
)
APP = f"""
from {{package}}.llm import ask

RULES = "{RULES}"


def main(question):
    return ask(RULES, question)
"""

FORMAT = ("--output-format", "json", "--jobs", "1")

Check: TypeAlias = Callable[..., str]


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two packages that import nothing of each other and keep the same prompt."""
    monkeypatch.chdir(tmp_path)
    for package in ("one", "two"):
        folder = Path(f"{package}-1.0", package)
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "llm.py").write_text(LLM)
        (folder / "app.py").write_text(APP.format(package=package))


@pytest.fixture
def distributed(shops: None) -> None:
    """Each of the two is distributed by itself."""
    Path("one-1.0", "pyproject.toml").write_text("")
    Path("two-1.0", "two-1.0.dist-info").mkdir()


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first file of each part that is linked."""
    seen: list[str] = []

    def noted(modules: Iterable[ModuleFacts], files: TextFiles, declared: Sequence[CallTable]) -> Project:
        modules = list(modules)
        seen.append(modules[0].path.partition("/")[0])
        return link(modules, files, declared)

    monkeypatch.setattr(linking, "link", noted)
    return seen


@pytest.fixture
def check(linked: list[str]) -> Check:
    """What `check` finds with the cache, which is what it finds without one."""

    def run(*args: str) -> str:
        linked.clear()
        found = CliRunner().invoke(main, ["check", ".", *FORMAT, "--cache-dir", "cache", *args])
        again = [*linked]
        expected = CliRunner().invoke(main, ["check", ".", *FORMAT, "--no-cache", *args])
        linked[:] = again
        assert (found.stdout, found.stderr, found.exit_code) == (expected.stdout, expected.stderr, expected.exit_code)
        return found.stdout

    return run


def projects(*paths: str) -> list[list[str]]:
    """The folders of the files of each project."""
    found = discover(paths or ["."], open_session(isolated=True).resolver)
    tree = read_tree(found.files, texts=TextFiles(listed=found.texts), project_roots=found.project_roots)
    return [sorted({os.path.dirname(path) for path in paths_of(one.files)}) for one in tree.linked]


def duplicates(report: str) -> list[str]:
    return [one["file"] for one in json.loads(report)["findings"] if one["rule"] == "duplicate-prompt"]


def test_a_run_without_marks_is_one_project(shops: None, check: Check) -> None:
    assert projects() == [["one-1.0/one", "two-1.0/two"]]
    assert duplicates(check()) == ["two-1.0/two/app.py"]


def test_what_is_distributed_by_itself_is_a_project(distributed: None, check: Check) -> None:
    assert projects() == [["one-1.0/one"], ["two-1.0/two"]]
    assert duplicates(check()) == []


def test_files_below_no_root_are_a_project_together(distributed: None) -> None:
    for name in ("tools/a.py", "scripts/b.py"):
        Path(name).parent.mkdir()
        Path(name).write_text(f'PROMPT = "{RULES}"\n')
    assert projects() == [["one-1.0/one"], ["scripts", "tools"], ["two-1.0/two"]]


def test_a_root_inside_another_is_a_project_of_its_own(shops: None) -> None:
    Path("pyproject.toml").write_text("")
    Path("two-1.0", "setup.py").write_text("from setuptools import setup\nsetup()\n")
    assert projects() == [["one-1.0/one"], ["two-1.0/two"]]


@pytest.mark.parametrize(
    "paths",
    [
        ["one-1.0/one", "two-1.0/two"],
        ["one-1.0/one/app.py", "one-1.0/one/llm.py", "two-1.0/two/app.py", "two-1.0/two/llm.py"],
    ],
    ids=["folders inside", "files"],
)
def test_a_project_is_known_however_its_files_are_named(distributed: None, paths: list[str]) -> None:
    assert projects(*paths) == [["one-1.0/one"], ["two-1.0/two"]]


def test_files_outside_of_the_working_directory(distributed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    top = os.getcwd()
    monkeypatch.chdir("two-1.0/two")
    assert projects(".", f"/{top}/one-1.0") == [[f"/{top}/one-1.0/one"], [""]]


def test_prompt_files_belong_to_the_project_around_them(distributed: None) -> None:
    for folder in ("one-1.0", "two-1.0", "."):
        Path(folder, "prompts").mkdir()
        Path(folder, "prompts", "rules.txt").write_text(RULES)
    assert projects() == [["one-1.0/one", "one-1.0/prompts", "prompts"], ["two-1.0/prompts", "two-1.0/two"]]
    for path in Path().rglob("*.py"):
        path.unlink()
    assert projects() == [["one-1.0/prompts"], ["prompts"], ["two-1.0/prompts"]]


def test_a_prompt_file_of_two_projects_is_reported_once(distributed: None, check: Check) -> None:
    write(PROMPT_FILE, RULES.replace(". ", ".\n\n\n\n      \n"))()
    loads("one", LOADED)()
    loads("two", LOADED)()
    edit("two-1.0/two/llm.py", "gpt-4.1", "claude-sonnet-4-6")()
    report = json.loads(check("--select", "whitespace-bloat"))
    assert [one["file"] for one in report["findings"]] == [PROMPT_FILE]
    assert report["summary"]["prompts"] == 1
    assert report["summary"]["input_tokens_saved"] == report["findings"][0]["saving"]["input_tokens"]


def test_what_imports_another_project_belongs_to_it(distributed: None, check: Check) -> None:
    app = Path("two-1.0", "two", "app.py")
    app.write_text(app.read_text() + "\n\nimport one.llm\n")
    assert projects() == [["one-1.0/one", "two-1.0/two"]]
    assert duplicates(check()) == ["two-1.0/two/app.py"]


def test_only_a_project_that_changed_is_linked_again(distributed: None, check: Check, linked: list[str]) -> None:
    first = check()
    assert sorted(linked) == ["one-1.0", "two-1.0"]
    app = Path("two-1.0", "two", "app.py")
    app.write_text("\n" + app.read_text())
    moved = check()
    assert linked == ["two-1.0"]
    assert [one["line"] for one in json.loads(moved)["findings"]] != [
        one["line"] for one in json.loads(first)["findings"]
    ]
    check("--select", "TOK601")
    assert sorted(linked) == ["one-1.0", "two-1.0"]
    check()
    assert linked == []


def edit(path: str, old: str, new: str) -> Callable[[], object]:
    return lambda: Path(path).write_text(Path(path).read_text().replace(old, new))


def write(path: str, text: str) -> Callable[[], object]:
    def step() -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)

    return step


def loads(package: str, what: str) -> Callable[[], object]:
    """The prompt of a package is what an expression reads."""
    return edit(f"{package}-1.0/{package}/app.py", f'"{RULES}"', what)


BLANKS = f"{RULES}\n\n\n\n{RULES}\n"
PROMPT_FILE = "prompts/system_prompt.txt"
LOADED = f'open("{PROMPT_FILE}").read()'
ONE = "one-1.0/one/app.py"
UNUSED = f'def _unused():\n    prompt = "{RULES}  \\n{RULES}"\n\n\ndef main'


@pytest.mark.parametrize(
    ("before", "step", "expected"),
    [
        pytest.param([], edit(ONE, "bookshop", "library"), ["one"], id="a prompt"),
        pytest.param([], write("one-1.0/one/more.py", f'PROMPT = """{BLANKS}"""\n'), ["one"], id="a new file"),
        pytest.param(
            [write("one-1.0/one/more.py", f'PROMPT = """{BLANKS}"""\n')],
            lambda: Path("one-1.0/one/more.py").unlink(),
            ["one"],
            id="a file that goes",
        ),
        pytest.param([], loads("one", LOADED), ["one"], id="a prompt file that is loaded"),
        pytest.param([loads("one", LOADED)], write(PROMPT_FILE, BLANKS), ["one"], id="a prompt file that comes"),
        pytest.param(
            [loads("one", LOADED), write(PROMPT_FILE, BLANKS)],
            write(PROMPT_FILE, RULES),
            ["one"],
            id="a prompt file that changes",
        ),
        pytest.param(
            [loads("one", LOADED), write(PROMPT_FILE, BLANKS)],
            lambda: Path(PROMPT_FILE).unlink(),
            ["one"],
            id="a prompt file that goes",
        ),
        pytest.param(
            [loads("one", 'open("texts/rules.txt").read()'), write("texts/rules.txt", "")],
            lambda: Path("texts/rules.txt").unlink(),
            ["one"],
            id="an empty text file that goes",
        ),
        pytest.param(
            [loads("one", "open(__file__).read()")],
            edit("two-1.0/two/app.py", "bookshop", "library"),
            ["two"],
            id="code that reads itself",
        ),
        pytest.param(
            [loads("one", 'open("one-1.0/one/llm.py").read()')],
            edit("one-1.0/one/llm.py", "gpt-4.1", "gpt-4.1-mini"),
            ["one"],
            id="code that reads code",
        ),
        pytest.param(
            [loads("one", LOADED), loads("two", LOADED), write(PROMPT_FILE, BLANKS)],
            edit("one-1.0/one/llm.py", "gpt-4.1", "gpt-5.5-pro"),
            ["one"],
            id="a prompt file of both, the first changes",
        ),
        pytest.param(
            [loads("one", LOADED), loads("two", LOADED), write(PROMPT_FILE, BLANKS)],
            edit("two-1.0/two/llm.py", "gpt-4.1", "gpt-5.5-pro"),
            ["two"],
            id="a prompt file of both, the second changes",
        ),
        pytest.param([], write("one-1.0/promptlint.yaml", "ignore: [TOK601]\n"), ["one"], id="settings of one"),
        pytest.param([], write("one-1.0/promptlint.yaml", "fail-on: high\n"), [], id="settings that no rule sees"),
        pytest.param(
            [],
            edit("two-1.0/two/llm.py", "input=question)", "input=question)  # promptlint: ignore\\n#"),
            ["two"],
            id="a comment that ignores",
        ),
        pytest.param([], edit("two-1.0/two/app.py", "def main", UNUSED), ["two"], id="a text that nobody uses"),
        pytest.param(
            [edit("two-1.0/two/app.py", "def main", UNUSED)],
            write("two-1.0/two/tool.py", "X = 'app'._unused\n"),
            ["two"],
            id="a file that is passed over and uses it",
        ),
        pytest.param(
            [edit("two-1.0/two/app.py", "def main", UNUSED)],
            write("two-1.0/two/tool.py", "X = 1\n"),
            [],
            id="a file that is passed over",
        ),
        pytest.param(
            [], edit("two-1.0/two/app.py", "def main", "import one.llm\n\n\ndef main"), ["one"], id="an import"
        ),
        pytest.param([], write("two-1.0/two/broken.py", "prompt = (\n"), [], id="a file that does not parse"),
        pytest.param([], write("two-1.0/two/pyproject.toml", ""), [], id="a root inside"),
        pytest.param([], lambda: Path("two-1.0/two-1.0.dist-info").rmdir(), [], id="a root that goes"),
    ],
)
def test_what_is_kept_is_what_would_be_found(
    distributed: None,
    check: Check,
    linked: list[str],
    before: list[Callable[[], object]],
    step: Callable[[], object],
    expected: list[str],
) -> None:
    for prepare in before:
        prepare()
    check()
    step()
    check()
    assert linked == [f"{name}-1.0" for name in expected]
    check()
    assert linked == []


def test_a_fix_of_what_was_kept(distributed: None, check: Check) -> None:
    text = f'"""{RULES}\n\n\n\n\n\n{RULES}"""'
    for package in ("one", "two"):
        app = Path(f"{package}-1.0", package, "app.py")
        app.write_text(app.read_text().replace(f'"{RULES}"', text))
    check()
    app.write_text("\n" + app.read_text())
    expected = check("--diff", "--unsafe-fixes")
    assert "one-1.0/one/app.py" in expected
    assert "two-1.0/two/app.py" in expected


def test_what_is_kept_can_be_broken(distributed: None, check: Check, linked: list[str]) -> None:
    check()
    for value in (b"", b"x\x9c garbage", "text"):
        with sqlite3.connect(Path("cache", FILE)) as connection:
            connection.execute("UPDATE entries SET value = ?", (value,))
        connection.close()
        check()
        assert sorted(linked) == ["one-1.0", "two-1.0"]


def test_facts_that_are_broken_behind_their_outline_are_made_anew(distributed: None, check: Check) -> None:
    check()
    with sqlite3.connect(Path("cache", FILE)) as connection:
        connection.execute("UPDATE entries SET value = substr(value, 1, length(value) - 4)")
    connection.close()
    check()


def test_only_what_a_fix_changes_is_linked_again(distributed: None, linked: list[str]) -> None:
    app = Path("two-1.0", "two", "app.py")
    app.write_text(app.read_text().replace(f'"{RULES}"', f'"""{RULES}\n\n\n\n\n\n{RULES}"""'))
    report = CliRunner().invoke(main, ["check", ".", "--no-cache", "--diff", "--unsafe-fixes"])
    assert "+++ two-1.0/two/app.py" in report.stdout
    assert sorted(linked[:2]) == ["one-1.0", "two-1.0"]
    assert {*linked[2:]} == {"two-1.0"}


def test_only_what_changed_since_a_commit_is_linked_as_it_was(
    repository: GitFolder, distributed: None, linked: list[str]
) -> None:
    repository.commit({})
    llm = Path("two-1.0", "two", "llm.py")
    llm.write_text(llm.read_text().replace("gpt-4.1", "gpt-4.1-mini"))
    report = CliRunner().invoke(main, ["check", ".", "--no-cache", "--since", "HEAD", *FORMAT])
    assert {one["file"] for one in json.loads(report.stdout)["findings"]} == {"two-1.0/two/llm.py"}
    assert (sorted(linked[:2]), linked[2:]) == (["one-1.0", "two-1.0"], ["two-1.0"])


def test_a_fix_beside_what_was_kept(distributed: None, check: Check, linked: list[str]) -> None:
    loads("two", f'"""{BLANKS}"""')()
    check()
    edit("two-1.0/two/app.py", "import ask", "import ask\n")()
    fixed = CliRunner().invoke(main, ["check", ".", "--cache-dir", "cache", "--fix", "--unsafe-fixes", *FORMAT])
    assert json.loads(fixed.stdout)["summary"]["fixed"]["files"] == 1
    assert "one-1.0" not in linked[2:]
    assert json.loads(check())["summary"]["fixed"] is None


def test_by_several_processes(distributed: None, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("promptlint.linking", "promptlint.check"):
        monkeypatch.setattr(f"{module}.WORTH_FORKING", 1)
    edit("two-1.0/two/app.py", "def main", UNUSED)()
    write("two-1.0/two/tool.py", "X = 1\n")()
    check("--jobs", "2")
    write("two-1.0/two/tool.py", "X = 'app'._unused\n")()
    check("--jobs", "2")


def test_what_fails_is_not_kept(
    distributed: None, check: Check, linked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr("promptlint_rules.unread_usage.UnreadUsage.check_call", lambda *_: 1 / 0)
        assert "crashed" in check()
    check()
    assert sorted(linked) == ["one-1.0", "two-1.0"]


def test_a_report_of_code_that_reads_what_is_no_prompt_is_recalled(
    distributed: None, check: Check, linked: list[str]
) -> None:
    write("data.csv", "a;b\n")()
    loads("one", 'open("data.csv").read()')()
    check()
    check()
    assert linked == []
    with patch("promptlint.cli.check.analysis_of", side_effect=AssertionError("read again")):
        assert CliRunner().invoke(main, ["check", ".", *FORMAT, "--cache-dir", "cache"]).exit_code == 1


def test_what_is_wrong_with_a_text_file_is_not_told_when_it_is_gone(distributed: None, check: Check) -> None:
    Path(".git").mkdir()
    write(".gitignore", "prompts/\n")()
    loads("one", LOADED)()
    write(PROMPT_FILE, "")()
    Path(PROMPT_FILE).write_bytes(b"\xff\xfe\0")
    assert json.loads(check())["errors"]
    Path(PROMPT_FILE).unlink()
    assert not json.loads(check())["errors"]


def test_a_link_that_leads_out_is_told_though_it_has_the_same_text(
    distributed: None, check: Check, tmp_path_factory: pytest.TempPathFactory
) -> None:
    loads("one", LOADED)()
    outside = tmp_path_factory.mktemp("outside") / "x.txt"
    outside.write_text(RULES)
    write(PROMPT_FILE, RULES)()
    check()
    Path(PROMPT_FILE).unlink()
    Path(PROMPT_FILE).symlink_to(outside)
    check()


def test_a_fix_counts_what_was_before_it(distributed: None, check: Check) -> None:
    loads("one", LOADED)()
    write(PROMPT_FILE, RULES.replace(". ", ".\n\n\n\n      \n"))()
    check("--unsafe-fixes")
    fixed = CliRunner().invoke(main, ["check", ".", "--cache-dir", "cache", "--fix", "--unsafe-fixes", *FORMAT])
    tokens = json.loads(fixed.stdout)["summary"]["fixed"]
    assert tokens["input_tokens_after"] < tokens["input_tokens_before"]


def test_the_gate_does_not_change_which_of_two_modules_a_name_means(distributed: None, check: Check) -> None:
    write("one-1.0/zz/x/y.py", f'TEXT = "{RULES}"\nPROMPT = TEXT\n')()
    write("one-1.0/aa/x/y.py", f'TEXT = "{RULES.replace("bookshop", "library")}"\n')()
    write("one-1.0/kk/main.py", LLM + "\nfrom x.y import TEXT\nask(TEXT, '')\n")()
    gated = json.loads(check())["findings"]
    assert gated == json.loads(check("--no-gate"))["findings"]


def test_a_report_of_files_that_changed_meanwhile_is_not_kept(
    distributed: None, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Path(ONE)
    before = app.read_text()

    def changing(found: Discovery, session: Session, scanner: Scanner) -> Analysis:
        app.write_text(before.replace(f'"{RULES}"', f'"""{BLANKS}"""'))
        return analysis_of(found, session, scanner)

    with monkeypatch.context() as racing:
        racing.setattr("promptlint.cli.check.analysis_of", changing)
        while_changing = CliRunner().invoke(main, ["check", ".", "--cache-dir", "cache", *FORMAT]).stdout
    app.write_text(before)
    assert check() != while_changing
