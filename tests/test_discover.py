"""Which files are found, on real folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from promptlint.discover import Discovery, discover
from promptlint.settings import SettingsError, SettingsResolver


def make(root: Path, files: Iterable[str], texts: dict[str, str] | None = None) -> None:
    """Creates empty files (a name that ends in "/" is a folder) and files with text."""
    for name in files:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    for name, text in (texts or {}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(cwd: Path, *paths: str, **overrides: object) -> list[str]:
    result = run(cwd, *paths, **overrides)
    assert result.problems == ()
    return list(result.files)


def run(cwd: Path, *paths: str, **overrides: object) -> Discovery:
    return discover(paths, SettingsResolver(cwd=cwd, overrides=overrides))


def test_python_files_below_the_working_directory_in_order(tmp_path: Path) -> None:
    make(tmp_path, ["b.py", "a/c.py", "a/b/d.py", "a.pyi", "notes.txt", "x.pyc", "empty/"])
    assert found(tmp_path) == ["a/b/d.py", "a/c.py", "b.py"]


def test_overlapping_paths_give_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, ["a/b.py", "c.py"])
    assert found(tmp_path, "a", ".", "a/b.py", "./c.py", str(tmp_path / "c.py")) == ["a/b.py", "c.py"]


def test_files_outside_the_working_directory_are_absolute(tmp_path: Path) -> None:
    make(tmp_path, ["here/", "there/a.py"])
    assert found(tmp_path / "here", "../there") == [f"{tmp_path.as_posix()}/there/a.py"]


def test_a_named_file_is_taken_whatever_its_ending(tmp_path: Path) -> None:
    make(tmp_path, ["script", "a.txt"])
    assert found(tmp_path, "script") == ["script"]


def test_missing_paths_are_problems_and_the_rest_goes_on(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"])
    result = run(tmp_path, "none", "a.py", "gone.py", "none")
    assert result.files == ("a.py",)
    assert [(each.path, each.line, each.message) for each in result.problems] == [
        ("none", 1, "no such file or directory"),
        ("gone.py", 1, "no such file or directory"),
    ]


def test_a_folder_that_cannot_be_listed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ["a.py", "closed/b.py"])
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    result = run(tmp_path)
    assert result.files == ("a.py",)
    assert [(each.path, each.message) for each in result.problems] == [("closed", "permission denied")]


# ---- what is left out ----


def test_default_excludes(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"])
    left_out = (
        ".git .hg .svn .venv __pycache__ .mypy_cache .ruff_cache .pytest_cache .tox .nox node_modules site-packages "
        "build dist .eggs __pypackages__"
    )
    make(tmp_path, [f"{folder}/x.py" for folder in left_out.split()])
    make(tmp_path, [f"deep/{folder}/x.py" for folder in left_out.split()])
    assert found(tmp_path) == ["a.py"]


def test_virtual_environments_are_known_by_their_contents(tmp_path: Path) -> None:
    make(tmp_path, ["myenv/pyvenv.cfg", "myenv/lib/a.py", "conda/conda-meta/", "conda/b.py", "env/c.py", "venv/d.py"])
    assert found(tmp_path) == ["env/c.py", "venv/d.py"]
    assert found(tmp_path, "myenv") == ["myenv/lib/a.py"]


def test_exclude_replaces_the_default_and_extend_exclude_adds(tmp_path: Path) -> None:
    make(tmp_path, ["a.py", "a_pb2.py", "build/b.py", "gen/c.py", "src/gen/d.py"])
    assert found(tmp_path, exclude=["*_pb2.py"]) == ["a.py", "build/b.py", "gen/c.py", "src/gen/d.py"]
    assert found(tmp_path, extend_exclude=["/gen", "*_pb2.py"]) == ["a.py", "src/gen/d.py"]
    assert found(tmp_path, extend_exclude=["gen", "!/src/gen"]) == ["a.py", "a_pb2.py", "src/gen/d.py"]
    assert found(tmp_path, extend_exclude=["gen", "a.py/"]) == ["a.py", "a_pb2.py"]
    assert found(tmp_path, extend_exclude=["gen/*", "!gen/c.py"]) == ["a.py", "a_pb2.py", "gen/c.py", "src/gen/d.py"]


def test_exclude_is_relative_to_the_file_that_sets_it(tmp_path: Path) -> None:
    config = "[tool.promptlint]\nextend-exclude = ['/gen', 'src/old_*.py']\n"
    make(
        tmp_path,
        ["gen/a.py", "app/gen/b.py", "app/src/old_c.py", "app/src/d.py", "src/old_e.py"],
        {"app/pyproject.toml": config},
    )
    assert found(tmp_path) == ["app/src/d.py", "gen/a.py", "src/old_e.py"]
    assert found(tmp_path / "app" / "src") == ["d.py"]


def test_a_wrong_exclude_pattern_is_an_error(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"], {"pyproject.toml": "[tool.promptlint]\n\nexclude = ['!']\n"})
    with pytest.raises(SettingsError) as caught:
        run(tmp_path)
    assert (caught.value.path, caught.value.line) == ("pyproject.toml", 3)
    assert "'!'" in caught.value.message


def test_a_pattern_that_no_expression_can_be_made_of_is_an_error(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"], {"pyproject.toml": "[tool.promptlint]\n\nextend-exclude = ['*.txt', '[z-a]']\n"})
    with pytest.raises(SettingsError) as caught:
        run(tmp_path)
    assert (caught.value.path, caught.value.line) == ("pyproject.toml", 3)
    assert "'[z-a]' is no pattern: bad character range z-a" in caught.value.message


def test_what_is_named_is_entered_even_if_excluded(tmp_path: Path) -> None:
    make(
        tmp_path,
        [
            ".git/",
            "venv/pyvenv.cfg",
            "venv/lib/site-packages/foo/a.py",
            "venv/lib/site-packages/foo/build/b.py",
            "venv/lib/site-packages/foo/vendor/c.py",
            "venv/lib/site-packages/foo/node_modules/d.py",
        ],
        {".gitignore": "venv/\n", "venv/.gitignore": "*\n"},
    )
    foo = "venv/lib/site-packages/foo"
    assert found(tmp_path, foo) == [f"{foo}/a.py", f"{foo}/vendor/c.py"]
    assert found(tmp_path, foo, extend_exclude=["/venv/", "vendor"]) == [f"{foo}/a.py"]
    assert found(tmp_path, f"{foo}/build/b.py") == [f"{foo}/build/b.py"]
    assert found(tmp_path) == []


def test_a_named_folder_inside_an_excluded_one_outside_the_working_directory(tmp_path: Path) -> None:
    make(tmp_path, ["here/", "build/app/a.py", "build/app/dist/b.py"])
    assert found(tmp_path / "here", "../build/app") == [f"{tmp_path.as_posix()}/build/app/a.py"]


def test_force_exclude_leaves_out_what_is_named(tmp_path: Path) -> None:
    make(tmp_path, ["a.py", "build/b.py", "gen/sub/c.py"])
    paths = ["a.py", "build/b.py", "gen/sub/c.py", "gen/sub"]
    assert found(tmp_path, *paths, extend_exclude=["gen/"], force_exclude=True) == ["a.py"]
    assert found(tmp_path, *paths, extend_exclude=["gen/"]) == ["a.py", "build/b.py", "gen/sub/c.py"]


def test_tests_and_examples_are_quiet_unless_their_folder_is_named(tmp_path: Path) -> None:
    paths = ["app.py", "test_app.py", "tests/sub/a.py", "pkg/examples/b.py", "pkg/testing.py", "benchmarks/c.py"]
    make(tmp_path, paths)
    quiet = {"test_app.py", "tests/sub/a.py", "pkg/examples/b.py", "benchmarks/c.py"}
    assert run(tmp_path).quiet == quiet
    assert run(tmp_path, "tests").quiet == frozenset()
    assert run(tmp_path, "tests/sub", "pkg").quiet == {"pkg/examples/b.py"}
    assert run(tmp_path, ".", "tests").quiet == quiet - {"tests/sub/a.py"}
    # A hook names every file.
    assert run(tmp_path, "app.py", "tests/sub/a.py").quiet == {"tests/sub/a.py"}
    assert run(tmp_path, quiet_paths=["pkg/"]).quiet == {"pkg/examples/b.py", "pkg/testing.py"}


# ---- gitignore ----


def test_gitignore_at_every_level(tmp_path: Path) -> None:
    make(
        tmp_path,
        [
            ".git/",
            "out/a.py",
            "b_gen.py",
            "src/b_gen.py",
            "src/keep_gen.py",
            "src/local/c.py",
            "lib/local/d.py",
            "e.py",
        ],
        {".gitignore": "# generated\n/out/\n*_gen.py\n", "src/.gitignore": "local/\n!keep_gen.py\n"},
    )
    assert found(tmp_path) == ["e.py", "lib/local/d.py", "src/keep_gen.py"]
    assert found(tmp_path, respect_gitignore=False) == [
        *["b_gen.py", "e.py", "lib/local/d.py", "out/a.py", "src/b_gen.py", "src/keep_gen.py", "src/local/c.py"]
    ]


def test_gitignore_of_the_folders_above_up_to_the_repository(tmp_path: Path) -> None:
    make(
        tmp_path,
        ["repo/src/app/a.py", "repo/src/app/a_gen.py", "repo/src/app/b_old.py", "repo/src/app/c_tmp.py"],
        {
            ".gitignore": "a.py\n",
            "repo/.git/info/exclude": "c_tmp.py\n",
            "repo/.gitignore": "*_gen.py\n",
            "repo/src/.gitignore": "*_old.py\n",
        },
    )
    assert found(tmp_path / "repo" / "src" / "app") == ["a.py"]
    assert found(tmp_path / "repo", "src/app") == ["src/app/a.py"]


def test_gitignore_outside_a_repository_counts_from_the_named_folder(tmp_path: Path) -> None:
    make(tmp_path, ["src/a.py", "src/b.py"], {".gitignore": "a.py\n", "src/.gitignore": "b.py\n"})
    assert found(tmp_path) == []
    assert found(tmp_path, "src") == ["src/a.py"]


def test_a_repository_inside_another_has_its_own_rules(tmp_path: Path) -> None:
    make(
        tmp_path,
        [".git/", "a.py", "sub/.git/", "sub/a.py", "sub/b.py"],
        {".gitignore": "a.py\n", "sub/.gitignore": "b.py\n"},
    )
    assert found(tmp_path) == ["sub/a.py"]


def test_gitignore_oddities(tmp_path: Path) -> None:
    text = "\ufeffa.py\r\n\r\n# b.py\r\n!\r\nfoo bar.py\r\n\\#c.py\r\n[de].py\r\ndoc/**/f.py\r\n"
    make(
        tmp_path,
        [".git/", "a.py", "b.py", "foo bar.py", "#c.py", "d.py", "doc/f.py", "doc/x/y/f.py", "f.py"],
    )
    (tmp_path / ".gitignore").write_bytes(text.encode())
    assert found(tmp_path) == ["b.py", "f.py"]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\r"])
def test_gitignore_lines_end_where_git_ends_them(tmp_path: Path, sign: str) -> None:
    make(tmp_path, [".git/", "a.py"])
    (tmp_path / ".gitignore").write_bytes(f"# old {sign}a.py\n".encode())
    assert found(tmp_path) == ["a.py"]


def test_a_line_of_gitignore_that_is_no_pattern_is_passed_over(tmp_path: Path) -> None:
    make(tmp_path, [".git/", "a.py", "b.py"], {".gitignore": "[z-a]\nx[9-0].py\n[b].py\n"})
    assert found(tmp_path) == ["a.py"]


# ---- symbolic links ----


def link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def test_links_to_folders_are_not_followed_unless_named(tmp_path: Path) -> None:
    make(tmp_path, ["src/a.py"])
    link(tmp_path / "src" / "loop", "..")
    link(tmp_path / "alias", "src")
    assert found(tmp_path) == ["src/a.py"]
    assert found(tmp_path, "alias") == ["alias/a.py"]
    assert found(tmp_path, "alias", "src") == ["alias/a.py"]


def test_a_file_and_links_to_it_are_one(tmp_path: Path) -> None:
    make(tmp_path, ["z.py", "elsewhere/b.py", "src/c.py"])
    link(tmp_path / "a.py", "z.py")
    link(tmp_path / "src" / "b1.py", "../elsewhere/b.py")
    link(tmp_path / "src" / "b2.py", "../elsewhere/b.py")
    assert found(tmp_path) == ["elsewhere/b.py", "src/c.py", "z.py"]
    assert found(tmp_path, "src") == ["src/b1.py", "src/c.py"]
    assert found(tmp_path, "a.py", "z.py") == ["z.py"]


def test_broken_links_are_passed_over_below_a_folder_and_reported_when_named(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"])
    link(tmp_path / ".#a.py", "nobody@host:1")
    link(tmp_path / "self.py", "self.py")
    assert found(tmp_path) == ["a.py"]
    assert [each.message for each in run(tmp_path, ".#a.py").problems] == ["no such file or directory"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_fifo_is_passed_over(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"])
    os.mkfifo(tmp_path / "b.py")
    assert found(tmp_path) == ["a.py"]


# ---- configuration on the way ----


def test_a_broken_configuration_on_the_way_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    make(tmp_path, ["a.py", "sub/b.py"], {"sub/pyproject.toml": "[tool.promptlint]\nselekt = []\n"})
    result = run(tmp_path)
    assert result.files == ("a.py",)
    assert [(each.path, each.line) for each in result.problems] == [("sub/pyproject.toml", 2)]
    with pytest.raises(SettingsError, match="selekt"):
        run(tmp_path, "sub")
