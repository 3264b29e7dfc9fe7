"""A git repository for tests, untouched by the settings of whoever runs them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class GitFolder:
    """A repository with a branch `main`."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> GitFolder:
        path.mkdir(parents=True, exist_ok=True)
        folder = cls(path)
        folder.git("init", "--quiet", "--initial-branch=main")
        return folder

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=os.environ | ENVIRONMENT,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout

    def write(self, files: dict[str, str | None]) -> None:
        """Write files; None deletes one."""
        for name, text in files.items():
            path = self.path / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")

    def commit(self, files: dict[str, str | None]) -> str:
        """Write files and commit everything; the id of the commit."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD").strip()
