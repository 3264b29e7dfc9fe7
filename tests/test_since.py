"""`check --since`: findings that changes brought, on their lines or elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from promptlint.cli import main
from repository import GitFolder

Since = Callable[..., list[tuple[str, str, int]]]

LIMITS = "LIMIT = 100\n"
APP = """\
from openai import OpenAI

from limits import LIMIT

client = OpenAI()


def is_complaint(text):
    return client.chat.completions.create(
        model="gpt-4.1",
        max_tokens=LIMIT,
        messages=[{"role": "user", "content": f"Is this a complaint? Answer yes or no.\\n{text}"}],
    )
"""
INDENTED = '''\
from openai import OpenAI


def ask(question):
    prompt = """
        Answer the question of the customer.
        Name the page of the manual.
        Keep it to three sentences.
        Do not guess prices.
        Use the language of the question.
    """
    return OpenAI().responses.create(model="gpt-4.1", instructions=prompt, input=question)
'''
RULES = "whitespace-bloat,oversized-max-tokens"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    monkeypatch.chdir(tmp_path)
    folder = GitFolder.create(tmp_path)
    folder.commit({"limits.py": LIMITS, "app.py": APP, "old.py": INDENTED})
    return folder


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["check", "--isolated", "--select", RULES, *args])


def since(ref: str, *args: str) -> list[tuple[str, str, int]]:
    result = run("--since", ref, "--output-format", "json", *args)
    assert result.exit_code in (0, 1), result.stderr
    return [(one["rule"], one["file"], one["line"]) for one in json.loads(result.stdout)["findings"]]


def test_without_a_change_nothing_is_told(repository: GitFolder) -> None:
    assert since("HEAD") == []
    result = run("--since", "HEAD")
    assert result.exit_code == 0
    assert "1 finding older than HEAD not shown." in result.stdout


def test_a_constant_that_changed_elsewhere_brings_a_finding(repository: GitFolder) -> None:
    repository.write({"limits.py": "LIMIT = 8000\n"})
    assert since("HEAD") == [("oversized-max-tokens", "app.py", 11)]


def test_lines_that_changed_bring_their_finding_back(repository: GitFolder) -> None:
    # Only blanks: the fingerprint is the same, the lines are not.
    repository.commit({"old.py": INDENTED.replace("        Do not", "          Do not")})
    assert since("HEAD~1") == [("whitespace-bloat", "old.py", 5)]
    assert since("HEAD") == []


def test_lines_above_do_not(repository: GitFolder) -> None:
    repository.commit({"old.py": "import os\n" + INDENTED})
    assert since("HEAD~1") == []


def test_a_file_that_moved_is_not_new_and_one_that_git_does_not_know_is(repository: GitFolder) -> None:
    repository.git("mv", "old.py", "moved.py")
    repository.commit({})
    assert since("HEAD~1") == []
    repository.write({"new.py": INDENTED})
    assert since("HEAD") == [("whitespace-bloat", "new.py", 5)]


def test_a_branch_is_compared_with_where_it_began(repository: GitFolder) -> None:
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit({"topic.py": INDENTED})
    repository.git("switch", "--quiet", "main")
    repository.commit({"old.py": None})
    repository.git("switch", "--quiet", "topic")
    assert since("main") == [("whitespace-bloat", "topic.py", 5)]


def test_from_a_folder_below(repository: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit({"pkg/a.py": INDENTED})
    monkeypatch.chdir(repository.path / "pkg")
    assert since("HEAD") == []
    assert since("HEAD~1") == [("whitespace-bloat", "a.py", 5)]


def test_only_what_is_new_is_fixed(repository: GitFolder) -> None:
    repository.write({"new.py": INDENTED})
    assert run("--since", "HEAD", "--fix").exit_code == 0
    assert (repository.path / "old.py").read_text() == INDENTED
    assert "\nAnswer" in (repository.path / "new.py").read_text()


def test_what_git_cannot_say_is_an_error(
    repository: GitFolder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("--since", "nowhere")
    assert result.exit_code == 2
    assert "--since nowhere: there is no commit `nowhere` here" in result.stderr
    assert run("--since", "--output=x").exit_code == 2
    assert run("--since", "HEAD", "-").exit_code == 2
    outside = tmp_path_factory.mktemp("outside")
    (outside / "app.py").write_text(APP)
    monkeypatch.chdir(outside)
    result = run("--since", "HEAD")
    assert result.exit_code == 2
    assert "not a git repository" in result.stderr


def test_the_work_tree_is_not_touched(repository: GitFolder) -> None:
    repository.git("config", "core.fsmonitor", "touch pwned; false")
    repository.git("config", "diff.external", "touch pwned; false")
    repository.write({"limits.py": "LIMIT = 8000\n"})
    before = repository.git("-c", "core.fsmonitor=false", "status", "--porcelain")
    assert since("HEAD")
    assert not (repository.path / "pwned").exists()
    assert repository.git("-c", "core.fsmonitor=false", "status", "--porcelain") == before


def test_filters_of_the_repository_are_not_run(repository: GitFolder) -> None:
    repository.commit({".gitattributes": "limits.py filter=a=b\napp.py filter=c\n"})
    repository.git("config", "filter.a=b.clean", "touch pwned; cat")
    repository.git("config", "filter.c.process", "touch pwned; false")
    repository.git("config", "filter.c.required", "true")
    repository.write({"limits.py": "LIMIT = 8000\n"})
    (repository.path / "app.py").touch()
    assert since("HEAD~1")
    assert not (repository.path / "pwned").exists()


def test_what_a_partial_clone_lacks_is_not_fetched(
    repository: GitFolder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"limits.py": "LIMIT = 8000\n"})
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path_factory.mktemp("clone") / "part"
    repository.git("clone", "--quiet", "--filter=blob:none", f"file://{repository.path}", str(clone))
    monkeypatch.chdir(clone)
    result = run("--since", "HEAD~1")
    assert result.exit_code == 2
    assert "--since HEAD~1: " in result.stderr


@pytest.mark.parametrize("name", ["a'\"b.py", "a\nb.py", "a\\b.py", "\u00e9.py", "a b.py"])
def test_a_name_that_git_quotes_is_known(name: str, repository: GitFolder) -> None:
    repository.commit({name: APP})
    assert since("HEAD") == []
    repository.write({name: APP + "\n"})
    assert since("HEAD") == []


def test_a_submodule_is_compared_with_the_commit_that_belongs_to_it(
    repository: GitFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = GitFolder.create(tmp_path_factory.mktemp("other"))
    other.commit({"bot.py": INDENTED, "tool.py": INDENTED})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "sub")
    repository.commit({})
    assert since("HEAD") == []
    repository.write({"sub/bot.py": INDENTED.replace("        Do not", "          Do not"), "sub/new.py": INDENTED})
    assert since("HEAD") == [("whitespace-bloat", "sub/bot.py", 5), ("whitespace-bloat", "sub/new.py", 5)]


def test_an_empty_name_of_a_commit_is_an_error(repository: GitFolder) -> None:
    result = run("--since", "")
    assert (result.exit_code, "--since needs a commit or a branch" in result.stderr) == (2, True)


def test_only_findings_on_changed_lines_are_new_where_git_shows_paths_below_a_folder(
    repository: GitFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"sub/app.py": INDENTED})
    repository.write({"sub/app.py": INDENTED.replace("    Name", "            Name")})
    repository.git("config", "diff.relative", "true")
    monkeypatch.chdir("sub")
    assert since("HEAD") == [("whitespace-bloat", "app.py", 5)]


def test_lines_that_only_end_in_another_way_are_old(repository: GitFolder) -> None:
    Path("old.py").write_bytes(f"# now here\n{INDENTED}".replace("\n", "\r\n").encode())
    assert since("HEAD") == []


def test_a_folder_that_is_named_by_a_link_is_as_old_as_what_it_holds(repository: GitFolder) -> None:
    repository.commit({"real/app.py": INDENTED})
    Path("link").symlink_to("real")
    assert since("HEAD", "link") == []
    repository.write({"real/app.py": INDENTED.replace("    Name", "            Name")})
    assert since("HEAD", "link") == [("whitespace-bloat", "link/app.py", 5)]
