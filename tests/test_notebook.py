"""Notebooks: the code cells are one module, findings are told by cell, fixes change the cell's source only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from command import Console
from promptlint.facts import ModuleFacts
from promptlint.finding import Applicability
from promptlint.fix import Fixed, fix_files
from promptlint.magics import without_magics
from promptlint.notebook import Notebook
from promptlint.registry import Registry
from promptlint.report import as_json, concise, diff
from promptlint.report.terminal import Terminal
from promptlint.report.view import View
from promptlint.run import examine
from promptlint.scan import scan
from promptlint.session import Session, open_session
from promptlint.source import SourceError, decode, encode
from promptlint.tree import tree_of, updated
from sample_rules import VeryWord

IMPORT = "import openai\nclient = openai.OpenAI()\n"
ASK = '''def ask(question):
    prompt = """
        Answer the question of the customer very briefly.
        Name the page of the manual.
        Keep it to three sentences.
        Do not guess prices.
        Do not promise dates.
        """
    return client.responses.create(model="gpt-4.1", max_output_tokens=200, instructions=prompt, input=question)
'''


def notebook(
    *cells: str | tuple[str, str], indent: int | None = 1, as_lines: bool = True, metadata: object = None
) -> str:
    """The JSON of a notebook with code cells, or cells given as (type, text); outputs hold what must stay."""

    def source(text: str) -> object:
        return text.splitlines(keepends=True) if as_lines else text

    made: list[Mapping[str, object]] = [
        {"cell_type": "markdown", "metadata": {}, "source": source(cell[1])}
        if isinstance(cell, tuple)
        else {
            "cell_type": "code",
            "execution_count": 7,
            "metadata": {"tags": ["é"]},
            "outputs": [{"output_type": "stream", "text": ["import openai  \n", "\u2028 1e3"], "n": 1.50}],
            "source": source(cell),
        }
        for cell in cells
    ]
    document = {"cells": made, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=indent, ensure_ascii=False) + "\n"


def facts(text: str, path: str) -> ModuleFacts:
    return scan(decode(text.encode(), path))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(tmp_path, isolated=True)


def fixed(content: bytes, session: Session, *allowed: Applicability) -> Fixed:
    tree = tree_of({"nb.ipynb": content})
    kinds = frozenset(allowed or Applicability)
    return fix_files(examine(tree, session), lambda changed: examine(updated(tree, changed), session), kinds)


def written(outcome: Fixed) -> bytes:
    path = "nb.ipynb"
    return encode(outcome.before.sources[path], outcome.after.sources[path].text)


# ---- reading ----


def test_the_same_facts_as_from_the_module_with_the_same_code() -> None:
    cells = (IMPORT, "# a cell of its own  # promptlint: prompt\n", ASK, "ask('Is ä 🎉 open?')")
    from_notebook = facts(notebook(*cells), "nb.ipynb")
    from_module = facts("\n\f\n".join(cells), "nb.py")
    assert from_notebook.calls
    assert from_notebook.comments
    plain = replace(from_notebook, path="nb.py", cells=(), importable=True)
    assert plain == from_module


@pytest.mark.parametrize("as_lines", [True, False])
def test_cells_are_numbered_among_all_cells_and_positions_count_in_the_cell(as_lines: bool) -> None:
    text = notebook(("markdown", "# Title\nimport x\n"), IMPORT, ("markdown", "more"), ASK, as_lines=as_lines)
    found = facts(text, "nb.ipynb")
    call = found.calls[-1].expr
    assert str(found.locate(call.start)) == "cell 4:9:12"
    assert [number for number, _ in found.cells] == [2, 4]


def test_calls_and_prompts_are_found_across_cells() -> None:
    project = tree_of({"nb.ipynb": notebook("%pip install openai\n" + IMPORT, "!ls\n" + ASK).encode()}).project
    (call,) = project.calls
    assert (call.id, call.model, call.cap.tokens) == ("nb.ipynb:cell 2:10:12", "gpt-4.1", 200)
    assert call.prompts == ("nb.ipynb:cell 2:3:14",)
    assert project.prompt_by_id[call.prompts[0]].template.text.startswith("\n        Answer the question")


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "x = 1"),
        ("!pip install a \\\n    b\nx = 1", "x = 1"),
        ("?open\nopen?\nopen??\nmodel.fit?\nx = 1", "x = 1"),
        ("files = !ls {folder}\nx = 1", "x = 1"),
        ("rows = %sql select 'a' from b\nx = 1", "x = 1"),
        ("/ask 1\n,ask a b\n;ask a b\nx = 1", "x = 1"),
        ("if a:\n    !ls\nx = 1", "if a:\n    0\nx = 1"),
        ("%%bash\nrm -r x", ""),
        ("\n%%writefile a.py\nx = 1", ""),
        ("%%time\nx = 1", "x = 1"),
        ("x = (a\n  % b)", "x = (a\n  % b)"),
        ('x = """\n%no\n!no\nno?\n"""', 'x = """\n%no\n!no\nno?\n"""'),
        ("x = a \\\n  % b", "x = a \\\n  % b"),
        ("x = a != b\ny = '?'  # what?\nz = [\n]", "x = a != b\ny = '?'  # what?\nz = [\n]"),
        ("# don't (\n%cd ..\nx = '('\n%cd ..", "# don't (\nx = '('"),
    ],
)
def test_magics_are_blanked_in_place(cell: str, python: str) -> None:
    blanked = without_magics(cell)
    assert [len(line) for line in blanked.split("\n")] == [len(line) for line in cell.split("\n")]
    assert [line.rstrip() for line in blanked.split("\n") if line.strip()] == [
        line for line in python.split("\n") if line.strip()
    ]


def test_a_line_of_many_blanks_is_looked_at_once() -> None:
    cell = " " * 300_000 + "\nx = 1\n"  # it took minutes where each blank was tried as the end of the indent
    assert without_magics(cell) == cell


@given(st.text(alphabet="%!?x= \n\t'\"()\\#{}0a,", max_size=60))
def test_blanking_keeps_every_offset(cell: str) -> None:
    blanked = without_magics(cell)
    assert len(blanked) == len(cell)
    assert [at for at, char in enumerate(cell) if char == "\n"] == [
        at for at, char in enumerate(blanked) if char == "\n"
    ]


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"language": "julia"}}, {"language_info": {"name": "R"}}],
)
def test_a_notebook_in_another_language_holds_nothing(metadata: Mapping[str, object]) -> None:
    tree = tree_of({"nb.ipynb": notebook('prompt <- "You are a helpful assistant', metadata=metadata).encode()})
    assert (tree.problems, tree.project.prompts) == ((), ())


def test_a_cell_in_another_language_holds_nothing() -> None:
    document = json.loads(notebook(IMPORT, 'SELECT "prompt', ASK))
    document["cells"][1]["metadata"] = {"vscode": {"languageId": "sql"}}
    tree = tree_of({"nb.ipynb": json.dumps(document).encode()})
    assert (len(tree.project.calls), tree.problems) == (1, ())


def test_a_notebook_without_code_holds_nothing() -> None:
    tree = tree_of(
        {"nb.ipynb": notebook(("markdown", "a prompt")).encode(), "b.ipynb": notebook().encode() + b"prompt"}
    )
    assert [(each.path, each.message) for each in tree.problems] == [("b.ipynb", "not a notebook: extra data")]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('{"cells": [\n {"prompt" 1}]}', 2, "not a notebook: expecting ':'"),
        ('{"cells": [], "prompt": "x', 1, "not a notebook: unterminated string starting at"),
        ('{"prompt": 1}\n  {}', 2, "not a notebook: extra data"),
        ('["prompt"]', 1, "not a notebook: expecting '{'"),
        ('{"worksheets": ["prompt"], "nbformat": 3}', 1, "nbformat 3, only 4 is read"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]} ', 1, "cell 1: `source` has to be text"),
        ('{"nbformat": 4, "prompt": ' + "[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_broken_notebooks_are_errors(content: str, line: int, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(content.encode(), "nb.ipynb")
    assert (caught.value.path, caught.value.line) == ("nb.ipynb", line)
    assert message in caught.value.message


def test_a_cell_that_does_not_parse_is_named() -> None:
    tree = tree_of({"nb.ipynb": notebook(IMPORT, ("markdown", "x"), "prompt = 1\nx = = 2\n").encode()})
    (problem,) = tree.problems
    assert (problem.path, problem.cell, problem.line) == ("nb.ipynb", 3, 2)
    assert problem.message.startswith("cannot parse")


def test_a_notebook_is_no_module_to_import() -> None:
    files = {"openai.ipynb": notebook("OpenAI = 1  # prompt"), "app.py": IMPORT + ASK}
    tree = tree_of({path: text.encode() for path, text in files.items()})
    assert [call.api for call in tree.project.calls] == ["openai.OpenAI.responses.create"]


# ---- reporting ----


def test_findings_are_told_by_cell_and_line(session: Session) -> None:
    analysis = examine(tree_of({"nb.ipynb": notebook(("markdown", "x"), IMPORT, ASK).encode()}), session)
    view = View(analysis, session)
    assert concise.render(view, Terminal()).startswith("nb.ipynb:cell 3:2:14: TOK101 ")
    document = json.loads(as_json.render(view, Terminal()))
    finding = document["findings"][0]
    assert (finding["file"], finding["cell"], finding["line"], finding["column"]) == ("nb.ipynb", 3, 2, 14)
    assert (finding["end_line"], finding["fix"]["edits"][0]["cell"]) == (8, 3)
    assert finding["prompt"] == "nb.ipynb:cell 3:2:14"


def test_files_that_are_no_notebooks_have_no_cell(session: Session) -> None:
    view = View(examine(tree_of({"app.py": (IMPORT + ASK).encode()}), session), session)
    assert "cell" not in json.loads(as_json.render(view, Terminal()))["findings"][0]


def test_on_the_command_line(console: Console, tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_text(notebook(IMPORT, ASK), encoding="utf-8")
    (tmp_path / "bad.ipynb").write_text(notebook("prompt = (\n"), encoding="utf-8")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "nb-checkpoint.ipynb").write_text(notebook(IMPORT, ASK), encoding="utf-8")
    shown = console("check", "--isolated", cwd=tmp_path)
    assert shown.returncode == 2
    assert shown.stdout.startswith("nb.ipynb:cell 2:2:14: TOK101")
    assert "\n2 |     prompt = " in shown.stdout
    assert shown.stderr.startswith("error: bad.ipynb:cell 1:1: cannot parse")
    table = console("inventory", "--isolated", "nb.ipynb", cwd=tmp_path)
    assert "nb.ipynb:cell 2:9 " in table.stdout
    before = (tmp_path / "nb.ipynb").read_bytes()
    console("check", "--isolated", "--fix", "nb.ipynb", cwd=tmp_path)
    after = (tmp_path / "nb.ipynb").read_bytes()
    assert after == before.replace(b'"        ', b'"')


def test_a_diff_is_shown_by_cell(session: Session) -> None:
    outcome = fixed(notebook(IMPORT, ASK).encode(), session, Applicability.SAFE)
    assert diff.render(outcome, Terminal()).splitlines()[:5] == [
        "--- nb.ipynb:cell 2",
        "+++ nb.ipynb:cell 2",
        "@@ -1,9 +1,9 @@",
        " def ask(question):",
        '     prompt = """',
    ]


def test_suppression_comments_work_in_cells(session: Session) -> None:
    ignored = ASK.replace('        """\n', '        """  # promptlint: ignore[whitespace-bloat]\n')
    analysis = examine(tree_of({"nb.ipynb": notebook(IMPORT, ignored).encode()}), session)
    assert [finding.rule for finding in analysis.suppressed] == ["whitespace-bloat"]
    assert not {"whitespace-bloat", "unused-suppression"} & {finding.rule for finding in analysis.findings}


def test_removing_the_last_line_of_a_cell_keeps_the_cells_apart(session: Session) -> None:
    cell = "# promptlint: ignore[whitespace-bloat]"
    text = notebook(IMPORT + cell, cell, "prompt = 1\n" + cell)
    assert (
        json.loads(written(fixed(text.encode(), session)))["cells"]
        == json.loads(notebook(IMPORT.removesuffix("\n"), "", "prompt = 1\n"))["cells"]
    )


# ---- writing ----


@pytest.mark.parametrize("indent", [1, 4, None])
@pytest.mark.parametrize("as_lines", [True, False])
def test_a_fix_changes_the_source_of_its_cell_only(session: Session, indent: int | None, as_lines: bool) -> None:
    cells = ("%pip install openai\n", IMPORT, ASK + "!ls\n", "'after ä'")
    before = notebook(*cells, indent=indent, as_lines=as_lines)
    after = notebook(
        *cells[:2], ASK.replace("\n        ", "\n", 6) + "!ls\n", cells[3], indent=indent, as_lines=as_lines
    )
    outcome = fixed(before.encode(), session, Applicability.SAFE)
    assert len(outcome.applied) == 1
    assert written(outcome).decode() == after


def test_spelling_that_the_fix_does_not_touch_stays(tmp_path: Path) -> None:
    odd = r"""{ "nbformat":4, "metadata": { }, "cells":[ {"outputs":[1.0e5],"source":["import openai\n" ,
      "p\u0072ompt = \"You are v\u00e9ry very \/ \u00e9 helpful\"\r\n", "\ud83c\udf89 = 1"],"cell_type":"code"}]}"""
    odd = odd.replace("\\ud83c\\udf89 = 1", "s = '\\ud83c\\udf89'")
    session = open_session(tmp_path, isolated=True, rules=Registry((VeryWord,)))
    outcome = fixed(b"\xef\xbb\xbf" + odd.encode(), session)
    assert written(outcome) == b"\xef\xbb\xbf" + odd.replace("ry very ", "ry ").encode()


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[str], list[str]]:
    """A notebook, its cells, and what they become."""
    texts = st.text(alphabet='ab"\\\n\r\tä🎉\u2028\f/', max_size=20)
    old = draw(st.lists(texts, min_size=1, max_size=4))
    new = [draw(st.one_of(st.just(text), texts)) for text in old]
    sources = [draw(st.sampled_from([text, text.splitlines(keepends=True)])) for text in old]
    document = {"nbformat": 4, "cells": [{"cell_type": "code", "source": each, "id": "é"} for each in sources]}
    ascii_only, indent = draw(st.booleans()), draw(st.sampled_from([None, 1, "\t"]))
    return json.dumps(document, ensure_ascii=ascii_only, indent=indent), old, new


@given(documents())
def test_any_change_is_read_back_and_touches_nothing_else(case: tuple[str, list[str], list[str]]) -> None:
    raw, old, new = case
    source = decode(raw.encode(), "nb.ipynb")
    assert source.notebook
    joint = f"\n{source.notebook.mark}\n"
    assert source.text == joint.join(old)
    assert encode(source, source.text) == raw.encode()
    if source.notebook.mark in "".join(new):
        return
    after = decode(encode(source, joint.join(new)), "nb.ipynb")
    assert after.notebook
    assert [cell.text for cell in after.notebook.cells] == new
    assert around_sources(after.notebook) == around_sources(source.notebook)
    for cell, before in zip(after.notebook.cells, source.notebook.cells, strict=True):
        assert after.notebook.raw[cell.start] == source.notebook.raw[before.start]  # a string or a list, as it was
        if cell.text == before.text:
            assert after.notebook.raw[cell.start : cell.end] == source.notebook.raw[before.start : before.end]


def around_sources(read: Notebook) -> list[str]:
    """The JSON text between the sources of the cells."""
    bounds = [0, *(bound for cell in read.cells for bound in (cell.start, cell.end)), len(read.raw)]
    return [read.raw[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]


def test_a_change_across_cells_is_refused() -> None:
    source = decode(notebook("a = 1", "b = 2").encode(), "nb.ipynb")
    with pytest.raises(SourceError, match="across cells"):
        encode(source, source.text.replace("\f\n", ""))
