"""The comment on a pull request."""

from __future__ import annotations

from pathlib import Path

from diffing import INDENTED, History, promptlint
from repository import GitFolder


def test_markdown_is_a_comment_that_can_be_found_again(history: History, tmp_path: Path) -> None:
    edited = history.commits["prompt edited"]
    target = tmp_path / "comment.md"
    assert promptlint(f"{edited}^", edited, "--output-format", "markdown", "--output-file", str(target)).exit_code == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "<!-- promptlint diff -->"
    assert "| `translate()` `shop/app.py:29` | changed | 15 → 18 (+3) |" in "\n".join(lines)
    assert sum(line.startswith("| ") for line in lines) == 2 * 3


def test_no_text_of_the_code_becomes_markup(repository: GitFolder) -> None:
    repository.commit({"README": ""})
    hostile = "a|b`</script><!-- @everyone [x](http://x) -->"
    program = INDENTED.replace('model="gpt-4.1"', f"model={hostile!r}")
    repository.write({f"{hostile.replace('/', '')}.py": program})
    text = promptlint("HEAD", "--output-format", "markdown").stdout
    body = text.partition("\n")[2].replace("<br>", "")
    for span in ("`` ", " ``"):
        assert span in body
    outside = "".join(part for at, part in enumerate(body.split("``")) if at % 2 == 0)
    assert "<" not in outside
    assert "@everyone" not in outside.replace("\\@everyone", "")
