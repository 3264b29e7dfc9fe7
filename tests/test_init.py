"""`promptlint init`: what it proposes, that it asks, and that files which exist keep what they hold."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from click.testing import CliRunner, Result

from command import ROOT
from promptlint.cli import main
from promptlint.registry import Registry
from repository import GitFolder
from sample_rules import PROGRAM, PleaseWord, VeryWord

RULES = Registry((VeryWord, PleaseWord))
CLEAN = PROGRAM.replace("very ", "").replace(", please,", "")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    monkeypatch.chdir(tmp_path)
    folder = GitFolder.create(tmp_path)
    folder.write({"app.py": CLEAN})
    return folder


def promptlint(*args: str, answers: str = "") -> Result:
    with patch("promptlint.cli.session.load_plugins", lambda: RULES):
        return CliRunner().invoke(main, args, input=answers)


def init(*args: str, answers: str = "") -> str:
    result = promptlint("init", *args, answers=answers)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def files(folder: GitFolder) -> dict[str, str]:
    """The files of the folder and what they hold."""
    found = (path for path in folder.path.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder.path).as_posix(): path.read_bytes().decode() for path in found}


def test_it_says_what_it_sees_writes_what_it_shows_and_the_result_loads(project: GitFolder) -> None:
    project.write({"pyproject.toml": '[project]\nname = "shop"   # ours\n', ".github/CODEOWNERS": "* @shop\n"})
    output = init("--yes")
    assert "1 LLM call (openai), 1 prompt, 0 findings." in output
    after = files(project)
    assert after["pyproject.toml"] == '[project]\nname = "shop"   # ours\n\n[tool.promptlint]\nfail-on = "medium"\n'
    assert set(after) == {
        "app.py", "pyproject.toml", ".github/CODEOWNERS", ".github/workflows/promptlint.yml", ".pre-commit-config.yaml",
    }  # fmt: skip
    for name in ("pyproject.toml", ".pre-commit-config.yaml", ".github/workflows/promptlint.yml"):
        for line in after[name].splitlines()[-3:]:
            assert f"  + {line}\n" in output
    [hook] = yaml.safe_load(after[".pre-commit-config.yaml"])["repos"]
    assert hook["hooks"][0]["entry"] == "promptlint check"
    assert 'fail-on = "medium"  # pyproject.toml' in promptlint("check", "--show-settings").stdout


def test_a_second_time_nothing_is_written(project: GitFolder) -> None:
    project.write({"app.py": PROGRAM, ".gitlab-ci.yml": "stages: [test]\n", ".github/x": ""})
    init("--yes")
    before = files(project)
    assert "promptlint.yaml" in before
    assert "Nothing was written." in init("--yes")
    assert files(project) == before


def test_it_asks_for_each_file(project: GitFolder) -> None:
    output = init(answers="n\ny\n")
    assert output.count("Write it? [Y/n]") == 2
    assert set(files(project)) == {"app.py", ".pre-commit-config.yaml"}
    stopped = promptlint("init", answers="")
    assert stopped.exit_code == 2
    assert "--yes agrees to everything" in stopped.stderr
    assert set(files(project)) == {"app.py", ".pre-commit-config.yaml"}


def test_findings_of_today_go_into_a_baseline_that_hook_and_workflow_use(project: GitFolder) -> None:
    project.write({"app.py": PROGRAM, ".github/x": ""})
    output = init("--yes")
    assert "2 findings can be fixed: promptlint check --fix." in output
    after = files(project)
    assert promptlint("check", "--baseline", "promptlint-baseline.json").exit_code == 0
    assert "entry: promptlint check --baseline promptlint-baseline.json\n" in after[".pre-commit-config.yaml"]
    steps = yaml.safe_load(after[".github/workflows/promptlint.yml"])["jobs"]["promptlint"]["steps"]
    assert steps[-1]["env"] == {"PROMPTLINT_ARGS": "--baseline promptlint-baseline.json"}


def test_the_model_to_assume_is_the_usual_one_where_a_call_names_none(project: GitFolder) -> None:
    project.write({"more.py": CLEAN.replace('model="gpt-4o"', "model=chosen()")})
    init("--yes")
    assert files(project)["promptlint.yaml"] == 'fail-on: "medium"\ndefault-model: "gpt-4o"\n'


def test_a_model_that_is_gone_is_not_assumed(project: GitFolder) -> None:
    call = 'OpenAI().responses.create(model={}, input="Name the largest city in the north.", max_output_tokens=9)\n'
    models = ['"gpt-4-32k"', '"gpt-4-32k"', '"gpt-4o"', "name"]
    project.write({"app.py": "from openai import OpenAI\nname = input()\n" + "".join(map(call.format, models))})
    init("--yes")
    assert 'default-model: "gpt-4o"' in files(project)["promptlint.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "repos:\n- repo: https://example.org/a\n  rev: v1  # pinned\n  hooks:\n  - id: a\n",
        "# top\ndefault_stages: [pre-commit]\nrepos:\n    - repo: meta\n      hooks: [{id: identity}]\n# end",
        "repos:\r\n  - repo: meta\r\n    hooks:\r\n      - id: identity\r\n",
    ],
)
def test_a_hook_goes_to_the_end_of_the_list_and_nothing_else_changes(project: GitFolder, text: str) -> None:
    path = project.path / ".pre-commit-config.yaml"
    path.write_bytes(text.encode())
    init("--yes")
    after = path.read_bytes().decode()
    assert after.startswith(text)
    assert ("\r\n" in text) == ("\r\n" in after)
    assert after.count("\r\n") in (0, after.count("\n"))
    old, new = yaml.safe_load(text), yaml.safe_load(after)
    assert new == {**old, "repos": [*old["repos"], new["repos"][-1]]}
    assert new["repos"][-1]["hooks"][0]["id"] == "promptlint"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".pre-commit-config.yaml", "repos: [{repo: meta, hooks: [{id: identity}]}]\n"),
        (".pre-commit-config.yaml", "repos:\n  - repo: meta\n    hooks: [{id: identity}]\nexclude: ^vendor/\n"),
        (".pre-commit-config.yaml", "repos: [\n"),
        (".gitlab-ci.yml", "include: https://example.org/a.yml\nstages: [test]\n"),
        ("pyproject.toml", 'tool = {black = {line-length = 100}}\n[project]\nname = "shop"\n'),
    ],
)
def test_what_cannot_plainly_be_added_to_is_left_alone_and_told(project: GitFolder, name: str, text: str) -> None:
    project.write({name: text})
    output = init("--yes")
    assert f"{name} cannot plainly be added to. Put this where it belongs: " in output
    assert files(project)[name] == text


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("stages: [test]\n", "include:\n  - local: .gitlab/promptlint.yml\n"),
        ("job:\n  script: !reference [.setup, script]\n", "include:\n  - local: .gitlab/promptlint.yml\n"),
        ("stages: [test]\ninclude:\n- local: a.yml\n", "- local: .gitlab/promptlint.yml\n"),
    ],
)
def test_gitlab_includes_the_job(project: GitFolder, text: str, added: str) -> None:
    project.write({".gitlab-ci.yml": text})
    init("--yes")
    after = files(project)
    assert after[".gitlab-ci.yml"] == text + added
    assert set(yaml.safe_load(after[".gitlab/promptlint.yml"])) == {"promptlint"}


def test_settings_that_are_there_stay_wherever_they_are(project: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write({"pyproject.toml": "[tool.promptlint.rules]\n", "sub/app.py": CLEAN})
    init("--yes")
    assert files(project)["pyproject.toml"] == "[tool.promptlint.rules]\n"
    monkeypatch.chdir(project.path / "sub")
    assert "Nothing was written." in init("--yes")


def test_settings_that_do_not_load_are_an_error_before_anything_is_written(project: GitFolder) -> None:
    project.write({"pyproject.toml": '[tool.promptlint]\nselct = ["ALL"]\n'})
    before = files(project)
    result = promptlint("init", "--yes")
    assert result.exit_code == 2
    assert "unknown setting `selct`" in result.stderr
    assert files(project) == before


@pytest.mark.parametrize("name", ["pyproject.toml", ".pre-commit-config.yaml"])
@pytest.mark.parametrize("leads_out", [False, True])
def test_what_cannot_be_added_to_is_an_error_before_anything_is_written(
    project: GitFolder, name: str, leads_out: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.write({"app.py": PROGRAM})
    path = project.path / name
    if leads_out:
        elsewhere = tmp_path_factory.mktemp("elsewhere") / name
        elsewhere.write_text("repos:\n- repo: meta\n" if name.endswith("yaml") else "", encoding="utf-8")
        path.symlink_to(elsewhere)
    else:
        path.write_bytes(b"\xff\xfe")
    result = promptlint("init", "--yes")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {name}: ")
    assert {one.name for one in project.path.iterdir()} == {".git", "app.py", name}


def test_what_is_installed_elsewhere_is_what_runs_here(project: GitFolder) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    def installed(origin: str | None) -> Mapping[str, list[str]]:
        class Distribution:
            def read_text(self, name: str) -> str | None:
                assert name == "direct_url.json"
                return origin

        with patch("promptlint.initial.distribution", lambda name: Distribution()):
            init("--yes")
        text = (project.path / ".pre-commit-config.yaml").read_text(encoding="utf-8")
        (project.path / ".pre-commit-config.yaml").unlink()
        [hook] = yaml.safe_load(text)["repos"][0]["hooks"]
        return {"dependencies": hook["additional_dependencies"]}

    unknown = {"dependencies": [f"promptlint @ git+<the address of this repository>@v{version}"]}
    assert installed(None) == unknown
    assert installed('{"url": "file:///here", "dir_info": {"editable": true}}') == unknown
    assert installed('{"url": "https://example.org/p.git", "vcs_info": {"vcs": "git", "commit_id": "abc123"}}') == {
        "dependencies": ["promptlint @ git+https://example.org/p.git@abc123"]
    }


def test_the_baseline_holds_what_the_proposed_model_makes_of_the_prompts(project: GitFolder) -> None:
    """The layout of a prompt is too few tokens for a finding, but not for the model that another call names."""
    lines = "\n".join(f"        Rule {number}: name the page." for number in range(3))
    program = f'''from anthropic import Anthropic

client = Anthropic()


def ask(question, model):
    rules = """Answer the question of the customer.
{lines}
        """
    messages = [{{"role": "user", "content": question}}]
    client.messages.create(model="claude-sonnet-5-5", max_tokens=900, messages=messages)
    return client.messages.create(model=model, max_tokens=900, system=rules, messages=messages)
'''
    project.write({"app.py": program})
    check = ("check", "--select", "whitespace-bloat", "--exit-zero", "--output-format", "json")
    run = CliRunner().invoke
    assert json.loads(run(main, check).stdout)["findings"] == []
    assert run(main, ("init", "--yes")).exit_code == 0
    assert len(json.loads(run(main, check).stdout)["findings"]) == 1
    assert json.loads(run(main, (*check, "--baseline", "promptlint-baseline.json")).stdout)["findings"] == []
