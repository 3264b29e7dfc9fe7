"""Settings of a folder, as tests of the settings and of what they select ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from promptlint.settings import Settings, SettingsResolver, is_excepted, is_selected

RULES = {"whitespace-bloat": "TOK101", "duplicate-instruction": "TOK102", "missing-cache-marker": "TOK201"}


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def settings(
    cwd: Path,
    path: str = ".",
    overrides: Mapping[str, object] | None = None,
    *,
    config: Path | None = None,
    isolated: bool = False,
) -> Settings:
    return SettingsResolver(cwd=cwd, overrides=overrides or {}, config=config, isolated=isolated).for_path(path)


def selected(found: Settings, path: str = "a.py", preview: str | None = None) -> set[str]:
    return {
        name
        for name, code in RULES.items()
        if is_selected(found, name=name, code=code, preview=name == preview)
        and not is_excepted(found, name=name, code=code, path=path)
    }
