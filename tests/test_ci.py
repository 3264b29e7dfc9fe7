"""The GitHub Action and the GitLab template: their shell lines, run in a git repository with the tools stubbed."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from command import ROOT, guarded_environment
from diffing import INDENTED as APP
from promptlint.measure.models import DATA
from repository import ENVIRONMENT, GitFolder

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
SCRIPTS = [name for name, step in STEPS.items() if "run" in step]
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]
"""How GitHub runs a step with `shell: bash`."""

EDITED = APP.replace("three sentences", "three sentences, of twelve words each")
STUB = """\
#!/usr/bin/env bash
printf '%s\\n' "$(basename "$0") $*" >> "$LOG"
"""
PYTHON = STUB + 'if [[ $2 == -m && $3 == venv ]]; then mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; fi\n'
GH = STUB + 'if [[ "$*" == *PATCH* || "$*" == *POST* ]]; then exit "${GH_WRITES:-0}"; fi\nprintf "%s" "$COMMENTS"\n'


@dataclass
class Job:
    """A checked-out pull request, and what runs its steps."""

    folder: GitFolder
    temp: Path
    context: dict[str, str]
    environment: dict[str, str]

    def run(self, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a step as GitHub does; what it outputs is there for the steps after it."""
        step = STEPS[name]
        own = {key: EXPRESSION.sub(lambda found: self.context[found[1]], value) for key, value in step["env"].items()}
        output = self.temp / "output"
        output.write_text("")
        script = self.temp / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            [*BASH, str(script)],
            cwd=self.folder.path,
            env=self.environment | own | {"GITHUB_OUTPUT": str(output)} | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.context[f"steps.{step.get('id')}.outputs.{key}"] = value
        return done

    def log(self) -> list[str]:
        """What the stubs were called with."""
        path = self.temp / "log"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def summary(self) -> str:
        return (self.temp / "summary").read_text(encoding="utf-8")


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    folder = GitFolder.create(tmp_path / "checkout")
    settings = '[tool.promptlint]\nselect = ["whitespace-bloat"]\n'
    base = folder.commit({"pyproject.toml": settings, "src/app.py": APP, "other file.py": APP})
    folder.commit({"src/app.py": EDITED, "other file.py": None})
    temp, stubs = tmp_path / "temp", tmp_path / "stubs"
    temp.mkdir()
    stubs.mkdir()
    program(stubs, "gh", GH)
    program(stubs, "python", PYTHON)
    (temp / "summary").write_text("")
    promptlint = shutil.which("promptlint", path=str(Path(sys.executable).parent))
    assert promptlint
    inputs = {f"inputs.{name}": one["default"] for name, one in ACTION["inputs"].items()}
    return Job(
        folder,
        temp,
        inputs
        | {
            "github.action_path": str(ROOT),
            "github.event.pull_request.base.sha": base,
            "github.event.pull_request.number": "7",
            "github.repository": "shop/shop",
            "github.token": "token",
            "steps.python.outputs.python-path": str(stubs / "python"),
            "steps.install.outputs.promptlint": promptlint,
            "steps.diff.outputs.code": "",
        },
        guarded_environment(tmp_path)
        | ENVIRONMENT
        | {
            "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}",
            "LOG": str(temp / "log"),
            "COMMENTS": "",
            "RUNNER_TEMP": str(temp),
            "GITHUB_WORKSPACE": str(folder.path),
            "GITHUB_STEP_SUMMARY": str(temp / "summary"),
            "PROMPTLINT_CACHE_DIR": str(temp / "cache"),
        },
    )


def test_nothing_is_put_into_a_script() -> None:
    assert SCRIPTS == ["Install promptlint", "Check", "Compare with the base", "Comment on the pull request", "Result"]
    for name in SCRIPTS:
        assert "${{" not in STEPS[name]["run"]
        assert STEPS[name]["shell"] == "bash"


def test_every_expression_is_an_input_or_an_output_of_an_earlier_step() -> None:
    seen: set[str] = set()
    for name, step in STEPS.items():
        text = json.dumps({key: value for key, value in step.items() if key != "run"})
        for used in re.findall(r"steps\.(\w+)\.outputs", text):
            assert used in seen, name
        for used in re.findall(r"inputs\.([\w-]+)", text):
            assert used in ACTION["inputs"], name
        seen.add(step.get("id", ""))


def test_it_installs_what_lies_beside_it_and_nothing_of_the_checkout_is_run(job: Job) -> None:
    done = job.run("Install promptlint")
    assert (done.returncode, done.stderr) == (0, "")
    assert job.log() == [
        f"python -I -m venv {job.temp}/promptlint",
        f"python -I -m pip install --quiet --disable-pip-version-check {ROOT}",
    ]
    assert job.context["steps.install.outputs.promptlint"] == f"{job.temp}/promptlint/bin/promptlint"


def test_a_copy_of_promptlint_in_the_checkout_is_not_checked(job: Job) -> None:
    job.folder.write({".promptlint/action.yml": "", ".promptlint/examples/app.py": APP})
    job.context["github.action_path"] = f"{job.folder.path}/./.promptlint"
    installed = job.context["steps.install.outputs.promptlint"]
    assert job.run("Install promptlint").returncode == 0
    assert job.log()[-1].endswith("/.promptlint")
    job.context["steps.install.outputs.promptlint"] = installed
    found = job.run("Check").stdout
    assert "src/app.py" in found
    assert ".promptlint" not in found


def test_check_annotates_and_leaves_sarif_summary_and_exit_code(job: Job) -> None:
    done = job.run("Check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("::notice title=whitespace-bloat (TOK101),file=src/app.py,line=5")
    assert json.loads(Path(job.context["steps.check.outputs.sarif"]).read_text())["version"] == "2.1.0"
    assert "| `src/app.py:5` | whitespace-bloat |" in job.summary
    assert job.context["steps.check.outputs.code"] == "1"
    assert job.run("Result").returncode == 1


def test_check_takes_paths_severity_and_options(job: Job) -> None:
    job.context |= {"inputs.paths": "pyproject.toml\nsrc", "inputs.args": "--ignore TOK101", "inputs.fail-on": "high"}
    done = job.run("Check")
    assert (done.returncode, done.stdout) == (0, "")
    assert job.context["steps.check.outputs.code"] == "0"
    assert job.run("Result").returncode == 0


def test_inputs_are_no_shell(job: Job) -> None:
    evil = "$(touch pwned);`touch pwned`"
    job.context |= {"inputs.paths": evil, "inputs.args": evil, "inputs.fail-above": evil}
    job.run("Check")
    job.run("Compare with the base")
    assert job.context["steps.check.outputs.code"] == "2"
    assert job.context["steps.diff.outputs.code"] == "2"
    assert not list(job.folder.path.glob("pwned"))
    assert job.run("Result").returncode == 2


def test_a_comment_is_written_once_and_then_replaced(job: Job) -> None:
    done = job.run("Compare with the base")
    assert (done.returncode, done.stderr) == (0, "")
    assert job.context["steps.diff.outputs.code"] == "0"
    assert "| `ask()` `src/app.py:12` | changed |" in job.summary
    assert job.run("Comment on the pull request").returncode == 0
    assert job.run("Comment on the pull request", COMMENTS="41\n42\n").returncode == 0
    body = f"--field body=@{job.temp}/promptlint-comment.md"
    assert [line for line in job.log() if "--jq" not in line] == [
        f"gh api --silent --method POST repos/shop/shop/issues/7/comments {body}",
        f"gh api --silent --method PATCH repos/shop/shop/issues/comments/41 {body}",
    ]
    comment = (job.temp / "promptlint-comment.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- promptlint diff -->\n")
    assert comment == job.summary


def test_where_nothing_is_different_no_comment_is_begun(job: Job) -> None:
    job.context["github.event.pull_request.base.sha"] = job.folder.git("rev-parse", "HEAD").strip()
    job.run("Compare with the base")
    assert job.run("Comment on the pull request").returncode == 0
    assert [line for line in job.log() if "POST" in line] == []
    assert job.run("Comment on the pull request", COMMENTS="41").returncode == 0
    assert len([line for line in job.log() if "PATCH" in line]) == 1


def test_a_token_that_may_not_write_is_a_warning(job: Job) -> None:
    job.run("Compare with the base")
    done = job.run("Comment on the pull request", GH_WRITES="1")
    assert done.returncode == 0
    assert done.stdout.startswith("::warning title=promptlint::no comment was written")


def test_a_long_report_is_cut_between_lines(job: Job) -> None:
    report = job.temp / "long.md"
    report.write_text("<!-- promptlint diff -->\n" + "| row |\n" * 10_000)
    job.context["steps.diff.outputs.report"] = str(report)
    assert job.run("Comment on the pull request").returncode == 0
    comment = (job.temp / "promptlint-comment.md").read_text(encoding="utf-8")
    assert len(comment) < 65_536
    assert comment.endswith("| row |\n\nThe rest is in the summary of the job.\n")


def test_the_limit_fails_the_job(job: Job) -> None:
    job.context |= {"inputs.fail-above": "2tokens", "inputs.paths": "src", "steps.check.outputs.code": "0"}
    done = job.run("Compare with the base")
    assert done.returncode == 0
    assert "--fail-above: +5 input tokens, more than 2" in done.stderr
    assert job.run("Result").returncode == 1


def test_a_shallow_checkout_fetches_the_base(job: Job, tmp_path: Path) -> None:
    whole = job.folder
    shallow = tmp_path / "shallow"
    whole.git("clone", "--quiet", "--depth=1", f"file://{whole.path}", str(shallow))
    job.folder = GitFolder(shallow)
    whole.git("config", "uploadpack.allowReachableSHA1InWant", "true")
    done = job.run("Compare with the base")
    assert (done.returncode, done.stderr) == (0, "")
    assert "| `ask()` `src/app.py:12` | changed |" in job.summary


GITLAB: dict[str, Any] = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))["promptlint"]


def test_gitlab_leaves_reports_and_fails_on_findings(job: Job) -> None:
    promptlint = Path(job.context["steps.install.outputs.promptlint"])
    stubs = Path(job.context["steps.python.outputs.python-path"]).parent
    (stubs / "promptlint").symlink_to(promptlint)
    base = job.context["github.event.pull_request.base.sha"]
    environment = job.environment | GITLAB["variables"] | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    script = "\n".join((*GITLAB["before_script"], *GITLAB["script"]))
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=job.folder.path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert job.log() == ["python -I -m pip install --quiet promptlint @ git+<the address of this repository>"]
    assert "src/app.py:5:14: TOK101" in done.stdout
    reports = GITLAB["artifacts"]["reports"]
    [issue] = json.loads((job.folder.path / reports["codequality"]).read_text())
    assert issue["location"]["path"] == "src/app.py"
    assert '<testsuite name="src/app.py"' in (job.folder.path / reports["junit"]).read_text()
    assert "| `ask()` `src/app.py:12` | changed |" in (job.folder.path / "promptlint-diff.md").read_text(
        encoding="utf-8"
    )


def test_what_init_writes_for_gitlab_is_the_template() -> None:
    assert (ROOT / "ci" / "gitlab.yml").read_bytes() == (DATA / "ci" / "gitlab.yml").read_bytes()


@pytest.mark.parametrize("path", [DATA / "ci" / "github.yml", ROOT / "ci" / "github.yml"], ids=["init", "action"])
def test_workflows_put_nothing_into_a_script_and_name_inputs_that_exist(path: Path) -> None:
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["promptlint"]["steps"]
    assert all("${{" not in step.get("run", "") for step in steps)
    for step in steps:
        if step.get("uses", "").endswith("/.promptlint"):
            assert step["with"].keys() <= ACTION["inputs"].keys()


def test_the_workflow_with_the_action_asks_where_promptlint_is() -> None:
    workflow = yaml.safe_load((ROOT / "ci" / "github.yml").read_text(encoding="utf-8"))
    _, asked, promptlint, action = workflow["jobs"]["promptlint"]["steps"]
    variable = promptlint["with"]["repository"].removeprefix("${{ ").removesuffix(" }}")
    assert asked["if"] == f"{variable} == ''"
    done = subprocess.run([*BASH, "-c", asked["run"]], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout.startswith("::error")) == (1, True)
    assert action["uses"] == f"./{promptlint['with']['path']}"


def test_the_workflow_of_init_runs(job: Job) -> None:
    workflow = yaml.safe_load((DATA / "ci" / "github.yml").read_text(encoding="utf-8"))
    steps = {step.get("name"): step for step in workflow["jobs"]["promptlint"]["steps"]}
    stubs = Path(job.context["steps.python.outputs.python-path"]).parent
    (stubs / "promptlint").symlink_to(job.context["steps.install.outputs.promptlint"])

    def run(name: str) -> subprocess.CompletedProcess[str]:
        own = {key: EXPRESSION.sub(lambda found: job.context[found[1]], one) for key, one in steps[name]["env"].items()}
        command = [*BASH, "-c", steps[name]["run"]]
        return subprocess.run(
            command, cwd=job.folder.path, env=job.environment | own, capture_output=True, encoding="utf-8", check=False
        )

    assert run("Install promptlint").returncode == 0
    assert job.log() == ["python -I -m pip install --quiet promptlint @ git+<the address of this repository>"]
    assert run("Tokens and cost of the change").returncode == 0
    assert "| `ask()` `src/app.py:12` | changed |" in job.summary
    found = run("Findings")
    assert found.returncode == 1
    assert found.stdout.startswith("::notice title=whitespace-bloat")
