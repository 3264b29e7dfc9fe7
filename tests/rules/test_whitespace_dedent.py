"""whitespace-bloat with the indent style "dedent": fixes that wrap the string in textwrap.dedent."""

from __future__ import annotations

import pytest

from indented import RULE, app, fix
from promptlint.settings import SettingsError
from rule_run import FILE, findings, fixed

DEDENT = {"indent-style": "dedent", "min-tokens": 1}
BODY = '"""\n    Answer the question.\n    Be brief.\n      - very\n    """'


def dedent_fix(source: str) -> str:
    return fixed(source, RULE, unsafe=False, options=DEDENT)[FILE]


@pytest.mark.parametrize(
    ("imports", "imported", "name"),
    [
        ("import os\n", "import textwrap\nimport os\n", "textwrap.dedent"),
        ("import textwrap\n", "import textwrap\n", "textwrap.dedent"),
        ("import textwrap as tw\n", "import textwrap\nimport textwrap as tw\n", "textwrap.dedent"),
        ("from textwrap import dedent\n", "from textwrap import dedent\n", "dedent"),
        (
            "from __future__ import annotations\nimport os\n",
            "from __future__ import annotations\nimport textwrap\nimport os\n",
            "textwrap.dedent",
        ),
    ],
)
def test_the_dedent_style_wraps_the_string(imports: str, imported: str, name: str) -> None:
    rest = app(BODY).replace("from textwrap import dedent\n", "")
    assert dedent_fix(imports + rest) == imported + rest.replace(BODY, f"{name}({BODY})")


def test_the_dedent_style_imports_once_for_several_strings() -> None:
    source = "import os\n" + app(BODY).replace("from textwrap import dedent\n", "")
    twice = source + source.partition("\n\n\n")[2].replace("ask", "chat")
    rewritten = dedent_fix(twice)
    assert rewritten.count("import textwrap\n") == 1
    assert rewritten.count(f"textwrap.dedent({BODY})") == 2
    assert findings(rewritten, RULE, options=DEDENT) == []


@pytest.mark.parametrize(
    "literal",
    [
        'f"""\n    Answer the question.\n    Be brief, {name}.\n    Be polite.\n    """',
        '"""Answer the question.\n    Be brief.\n    Be polite.\n    """',
        '("""\n    Answer the question.\n    """ """Be brief.\n    Be polite.\n    """)',
    ],
    ids=["a placeholder", "text on the line of the quotes", "several strings"],
)
def test_the_dedent_style_moves_lines_where_dedent_would_not_do(literal: str) -> None:
    source = app(literal)
    assert dedent_fix(source) == fix(source)
    assert "dedent(" not in dedent_fix(source)


def test_other_layout_goes_inside_the_dedented_string() -> None:
    literal = BODY.replace("brief.", "brief.    ")
    assert dedent_fix(app(literal)) == app(f"dedent({BODY})")


def test_an_unknown_indent_style_is_an_error() -> None:
    with pytest.raises(SettingsError, match="indent-style"):
        findings(app(BODY), RULE, options={"indent-style": "tabs"})
