"""What belongs to the two sides of `promptlint diff`, and what git cannot say."""

from __future__ import annotations

from pathlib import Path

import pytest

from diffing import APP, INDENTED, REPLY, History, difference, promptlint
from repository import GitFolder


def test_files_that_the_settings_leave_out_are_left_out_of_both_sides(repository: GitFolder) -> None:
    repository.commit(
        {
            "promptlint.yaml": "select: [whitespace-bloat]\nextend-exclude: [vendor/]\n",
            "vendor/app.py": INDENTED,
            "tests/test_app.py": INDENTED,
            "app.py": INDENTED,
        }
    )
    repository.commit({"vendor/app.py": None, "tests/test_app.py": None, "app.py": None})
    gone = [("call", "removed", "ask", "-39", "")]
    assert difference("HEAD~1") == gone
    assert difference("HEAD~1", "HEAD") == gone
    assert difference("HEAD~1", "HEAD", "--path", "vendor") == gone
    assert promptlint("HEAD~1", "HEAD", "--path", "elsewhere").exit_code == 2


def test_a_finding_that_moves_with_its_code_is_not_new(repository: GitFolder) -> None:
    repository.commit({"promptlint.yaml": "select: [whitespace-bloat]\n", "app.py": INDENTED})
    repository.commit({"app.py": None, "manual.py": "import os\n\n\n" + INDENTED})
    assert difference("HEAD~1") == []
    repository.write({"more.py": INDENTED.replace("customer", "guest")})
    assert difference("HEAD") == [("call", "added", "ask", "+39", ""), ("finding", "whitespace-bloat", "more.py")]


def test_two_commits_are_compared_whatever_the_work_tree_holds(repository: GitFolder) -> None:
    repository.commit({"promptlint.yaml": "", "app.py": APP, "reply_prompt.txt": REPLY})
    repository.commit({"reply_prompt.txt": REPLY + "Answer in English.\n"})
    repository.git("config", "core.fsmonitor", "touch pwned; false")
    repository.write({"app.py": "client.chat(\n", "new.py": APP, "reply_prompt.txt": None})
    assert next(row[:4] for row in difference("HEAD~1", "HEAD")) == ("call", "changed", "reply", "+4")
    assert not Path("pwned").exists()
    assert Path("app.py").read_text(encoding="utf-8") == "client.chat(\n"


def test_a_report_never_goes_into_a_file_that_is_compared(repository: GitFolder) -> None:
    repository.commit({"app.py": APP, "reply_prompt.txt": REPLY, "plain.py": "x = 1\n"})
    for path, text in {"app.py": APP, "reply_prompt.txt": REPLY, "plain.py": "x = 1\n"}.items():
        result = promptlint("HEAD", "--output-file", path)
        assert (result.exit_code, "not written" in result.stderr) == (2, True)
        assert Path(path).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("nowhere",), "there is no commit `nowhere` here"),
        (("HEAD", "nowhere"), "there is no commit `nowhere` here"),
        (("--output=x",), "No such option"),
    ],
)
def test_what_git_cannot_say_is_an_error(history: History, args: tuple[str, ...], message: str) -> None:
    result = promptlint(*args)
    assert result.exit_code == 2
    assert message in result.stderr


def test_files_that_a_sparse_checkout_leaves_out_are_not_gone(repository: GitFolder) -> None:
    repository.commit({"real/app.py": INDENTED, "other/app.py": INDENTED, "other/more.py": APP, "other/x.png": "x"})
    repository.git("sparse-checkout", "init", "--cone")
    repository.git("sparse-checkout", "set", "real")
    assert not Path("other").exists()
    repository.git("update-index", "--skip-worktree", "real/app.py")
    result = promptlint("HEAD")
    assert "removed" not in result.stdout
    assert result.stderr == "note: not checked out, and not compared: 2 files\n"
