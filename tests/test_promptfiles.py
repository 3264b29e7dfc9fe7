"""Prompt files: text that code loads, that settings name, or that lies where prompts are kept."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from command import Console
from promptlint.discover import discover
from promptlint.finding import Applicability
from promptlint.fix import Fixed, fix_files, write_fixed
from promptlint.project import Evidence, Project, Prompt
from promptlint.promptfiles import MAX_SIZE, Listed, TextFiles
from promptlint.registry import Registry
from promptlint.run import examine
from promptlint.session import open_session
from promptlint.settings import SettingsError
from promptlint.tree import Tree, read_tree, tree_of, updated
from sample_rules import VeryWord

PROMPT = "You are a very careful bot.\nAnswer the question: {question}\n"

HEAD = """
import io, json, os, openai, yaml
from importlib import resources
from pathlib import Path
import pathlib
client = openai.OpenAI()
"""
SEND = '\nclient.responses.create(model="gpt-4.1", instructions=p, input="Hello to you there")\n'

FILES = {
    "pkg/prompts/x.txt": PROMPT,
    "prompts/y.j2": "You are {{ who }}.\n{% if b %}\nSay {{ b | upper }}{# not sent #}\n{% endif %}",
    "prompts/z.yaml": "é: 1\nsystem: |\n  You are a very careful bot.\n\n    Indented  words.\n  End   \nnested:\n"
    "  - b: 'You are a very careful bot'\n",
    "prompts/w.json": '{"list": [1, {"system": "You are a \\"very careful\\"\\nbot \\ud83c\\udf89 here"}]}',
}


def project(source: str, **files: str) -> Project:
    """A program pkg/app.py with text files beside it."""
    data = {"pkg/app.py": dedent(source), **FILES, **files}
    return tree_of({path: text.encode() for path, text in data.items()}).project


def sent(source: str) -> tuple[str, Prompt]:
    """The instructions that the one call sends, and the prompt in a file that they are made of."""
    found = project(HEAD + source + SEND)
    (call,) = found.calls
    (prompt,) = (prompt for prompt in found.prompts if not prompt.place.path.endswith(".py") and prompt.calls)
    assert prompt.evidence is Evidence.REACHES_CALL
    assert prompt.calls == (call.id,)
    return call.messages[0].template.text, prompt


LOADS = {
    "pathlib": 'p = (Path(__file__).parent / "prompts" / "x.txt").read_text(encoding="utf-8")',
    "relative to the program": 'p = pathlib.Path("pkg", "prompts/x.txt").read_text()',
    "relative to the code": 'p = Path("prompts/x.txt").read_text()',
    "parents": 'p = (Path(__file__).resolve().parents[1] / "pkg/prompts/x.txt").read_text()',
    "with_name": 'p = Path(__file__).with_name("prompts").joinpath("y.txt").with_name("x.txt").read_text()',
    "with_suffix": 'p = Path("prompts/x.md").with_suffix(".txt").open().read()',
    "open": 'p = open("pkg/prompts/x.txt").read()',
    "open in a with": """
with io.open(os.path.join(os.path.dirname(__file__), "prompts", "x.txt"), encoding="utf-8") as file:
    p = file.read()
""",
    "path as text": """
FOLDER = os.path.dirname(os.path.abspath(__file__))
def load(name):
    path = f"{FOLDER}/prompts/{name}.txt"
    with open(path) as file:
        return file.read()
p = load("x")
""",
    "path added up": 'p = open(os.path.dirname(__file__) + "/prompts/" + "x.txt").read()',
    "a function with the name": """
FOLDER = Path(__file__).resolve().parent
def load_prompt(name: str) -> str:
    return (FOLDER / "prompts" / f"{name}.txt").read_text()
p = load_prompt("x")
""",
    "a folder on self": """
class Prompts:
    def __init__(self, folder=Path(__file__).parent / "prompts"):
        self.folder = folder
    def load(self, name):
        return open(str(self.folder.joinpath(name)), "r").read()
p = Prompts().load("x.txt")
""",
    "resources of a package": 'p = resources.files("pkg").joinpath("prompts", "x.txt").read_text()',
    "resources of this package": 'p = (resources.files(__package__) / "prompts" / "x.txt").read_text()',
    "resources.read_text": 'p = resources.read_text("pkg.prompts", "x.txt")',
    "langchain": """
from langchain_core.prompts import PromptTemplate
p = PromptTemplate.from_file("prompts/x.txt").template
p = PromptTemplate.from_file("prompts/x.txt").format(question=ask())
""",
}


@pytest.mark.parametrize("source", LOADS.values(), ids=LOADS)
def test_a_file_that_code_loads_is_what_it_sends(source: str) -> None:
    text, prompt = sent(source)
    assert text == PROMPT
    assert (prompt.id, prompt.template.text) == ("pkg/prompts/x.txt:1:1", PROMPT)
    assert (prompt.place.start, prompt.place.end) == (0, len(PROMPT))


def test_what_is_done_to_the_text_is_followed() -> None:
    text, prompt = sent('p = Path("prompts/x.txt").read_text().strip().format(question="What is it?")')
    assert text == "You are a very careful bot.\nAnswer the question: What is it?"
    assert prompt.template.holes == ("question",)


@pytest.mark.parametrize(
    "make",
    [
        'jinja2.Environment(loader=jinja2.FileSystemLoader("prompts")).get_template("y.j2")',
        'jinja2.Environment(loader=jinja2.FileSystemLoader(["none", Path("prompts")])).get_template("y.j2")',
        'jinja2.Environment(loader=jinja2.PackageLoader("pkg", "../prompts")).get_template("y.j2")',
        'jinja2.Template(Path("prompts/y.j2").read_text())',
    ],
)
def test_jinja_templates(make: str) -> None:
    text, prompt = sent(f'import jinja2\np = {make}.render(who="a careful bot", b=1)')
    assert text == "You are a careful bot.\n{% if b %}\nSay {b | upper}\n{% endif %}"
    assert prompt.place.path == "prompts/y.j2"
    assert prompt.template.holes == ("who", "% if b %", "b | upper", "% endif %")


def test_values_of_yaml_and_json_have_their_place_in_the_file() -> None:
    text, prompt = sent('p = yaml.safe_load(open("prompts/z.yaml"))["system"]')
    assert text == "You are a very careful bot.\n\n  Indented  words.\nEnd   \n"
    assert prompt.id == "prompts/z.yaml:2:9"
    text, prompt = sent('p = yaml.safe_load(Path("prompts/z.yaml").read_text())["nested"][0]["b"]')
    assert (text, prompt.id) == ("You are a very careful bot", "prompts/z.yaml:8:8")
    text, prompt = sent(
        'with open("prompts/w.json") as file:\n    data = json.load(file)\np = data["list"][1]["system"]'
    )
    assert (text, prompt.id) == ('You are a "very careful"\nbot 🎉 here', "prompts/w.json:1:25")
    path, start, end = prompt.template.source_range(10, 15) or ("", 0, 0)
    assert (path, FILES[path][start:end]) == ("prompts/w.json", '\\"very')


@pytest.mark.parametrize(
    "source",
    [
        'p = open("gone.txt").read()',
        "p = open(name).read()",
        'p = open(f"prompts/{name}.txt").read()',
        'p = (ratio / "prompts/x.txt").read_text()',
        'p = yaml.safe_load(open("prompts/y.j2"))["system"]',
        'p = json.load(open("prompts/z.yaml"))["none"]',
    ],
)
def test_what_is_not_known_is_nothing(source: str) -> None:
    found = project(HEAD + source + SEND)
    assert [prompt.place.path for prompt in found.prompts if prompt.calls] == ["pkg/app.py"]


def test_a_loop_of_names_ends() -> None:
    assert project('import openai\np = open(f"{p}{p}{p}").read()\np = Path(p) / p / p\nprompt = open(p).read()\n')


# ---- evidence without a call ----


def test_a_name_that_says_prompt_counts() -> None:
    source = """
PROMPTS = json.load(open("texts.json"))
SYSTEM_PROMPT = open("one.txt").read()
OTHER = open("two.txt").read()
"""
    texts = {"one.txt": "You are careful and you answer briefly.", "two.txt": "You are careful and you answer briefly."}
    texts["texts.json"] = (
        '{"a": {"b": "You are careful and you answer briefly."}, "c": "Not for a model, only a title."}'
    )
    found = project("import json, openai\n" + source, **texts)
    named = [(prompt.place.path, prompt.name, prompt.evidence) for prompt in found.prompts if "pkg" not in prompt.id]
    assert ("one.txt", "SYSTEM_PROMPT", Evidence.NAMED) in named
    assert ("texts.json", "PROMPTS", Evidence.NAMED) in named
    assert not any(path == "two.txt" for path, _, _ in named)
    assert len([path for path, _, _ in named if path == "texts.json"]) == 1


@pytest.mark.parametrize(
    ("path", "text", "counts"),
    [
        ("prompts/review.txt", PROMPT, True),
        ("review_prompt_v2.txt", PROMPT, True),
        ("a/system.prompt", "Words for the model, and some more of them.", True),
        ("prompts/review.md", PROMPT, True),
        ("docs/prompts/review.md", PROMPT, False),
        ("prompt-formats.md", PROMPT, False),
        ("prompts/README.md", PROMPT, False),
        ("prompts/names.txt", "Anna\nBert\nCleo\nDora\nEmil\nFritz\nGerda\n", False),
        ("notes/review.txt", PROMPT, False),
        ("templates/mail.txt", "Dear {name}, thank you for your order of last week, we hope to see you soon.", False),
        ("templates/judge.txt", PROMPT + "You must be strict. Your task: return JSON only.\n", True),
        ("templates/page.html.j2", PROMPT + "You must be strict. Your task: return JSON only.\n", False),
        (
            "prompts/all.yaml",
            "name: A title of six words or more\njudge: You must be strict and return JSON only.\n",
            True,
        ),
    ],
)
def test_files_where_prompts_are_kept(path: str, text: str, counts: bool) -> None:
    found = tree_of({path: text.encode()}).project
    assert [(prompt.place.path, prompt.evidence) for prompt in found.prompts] == [(path, Evidence.NAMED)] * counts


def test_placeholders_of_either_kind_are_holes_where_nobody_loads_the_file() -> None:
    (prompt,) = tree_of(
        {"prompts/x.txt": b'You are {{ who }}.\nAnswer {question} as {"a": 1}.\n{% end %}'}
    ).project.prompts
    assert prompt.template.holes == ("who", "question", "% end %")


def tree(folder: Path, *paths: str) -> Tree:
    session = open_session(folder)
    found = discover(paths, session.resolver)
    return read_tree(found.files, found.problems, TextFiles(session.resolver.cwd, found.roots, found.texts))


def put(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_settings_declare_prompt_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(
        tmp_path,
        a__texts__x_DOT_txt="Only three words",
        a__texts__y_DOT_dat="And a few more words here",
        a__z_DOT_txt="no",
    )
    put(tmp_path, a__pyproject_DOT_toml='[tool.promptlint]\nprompt-files = ["texts/*", "!texts/old*"]\n')
    put(tmp_path, a__texts__old_DOT_txt="Words of old times here", b__texts__x_DOT_txt="Words of b are others")
    found = discover((), open_session(tmp_path).resolver)
    declared = [text for text in found.texts if text.declared]
    assert declared == [
        Listed("a/texts/x.txt", True, "a/texts/x.txt"),
        Listed("a/texts/y.dat", True, "a/texts/y.dat"),
    ]
    prompts = tree(tmp_path).project.prompts
    assert [(prompt.place.path, prompt.evidence) for prompt in prompts] == [
        ("a/texts/x.txt", Evidence.DECLARED),
        ("a/texts/y.dat", Evidence.DECLARED),
    ]


def test_a_wrong_pattern_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, pyproject_DOT_toml="[tool.promptlint]\nprompt-files = ['!']\n", a_DOT_py="")
    with pytest.raises(SettingsError, match="`prompt-files`") as caught:
        discover((), open_session(tmp_path).resolver)
    assert (caught.value.path, caught.value.line) == ("pyproject.toml", 2)


def test_a_text_file_that_is_named_is_a_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, notes_DOT_txt="Just a few words")
    (prompt,) = tree(tmp_path, "notes.txt").project.prompts
    assert (prompt.id, prompt.evidence) == ("notes.txt:1:1", Evidence.DECLARED)


def test_ignored_files_are_not_listed(tmp_path: Path) -> None:
    put(tmp_path, a_DOT_py="", prompts__x_DOT_txt=PROMPT, build__prompts__x_DOT_txt=PROMPT, _DOT_gitignore="y.txt\n")
    put(tmp_path, prompts__y_DOT_txt=PROMPT, _DOT_git__HEAD="")
    found = discover((), open_session(tmp_path, isolated=True).resolver)
    assert found.texts == (Listed("prompts/x.txt", False, "prompts/x.txt"),)


# ---- reading from disk ----

LOADER = "import openai\np = open({path!r}).read()" + SEND.replace("client", "openai.OpenAI()")


@pytest.mark.parametrize("content", [b"\xff very", b"a\x00b", b"x" * (MAX_SIZE + 1)])
def test_a_prompt_file_that_cannot_be_read_is_a_problem_and_other_data_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, app_DOT_py=LOADER.format(path="prompts/x.txt"), prompts__x_DOT_txt=content)
    (problem,) = tree(tmp_path).problems
    assert (problem.path, problem.line) == ("prompts/x.txt", 1)
    put(tmp_path, app_DOT_py=LOADER.format(path="data/x.txt"), data__x_DOT_txt=content)
    (tmp_path / "prompts" / "x.txt").unlink()
    assert tree(tmp_path).problems == ()


def test_files_outside_the_project_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, home__app_DOT_py=LOADER.format(path="../secret.txt"), secret_DOT_txt=PROMPT)
    monkeypatch.chdir(tmp_path / "home")
    assert [prompt.place.path for prompt in tree(tmp_path / "home").project.prompts] == ["app.py"]
    assert tree(tmp_path / "home").problems == ()


def test_paths_are_searched_from_the_code_up_to_the_folder_that_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, p__src__pkg__app_DOT_py=LOADER.format(path="texts/x.txt"), p__texts__x_DOT_txt=PROMPT)
    put(tmp_path, elsewhere__a_DOT_py="")
    monkeypatch.chdir(tmp_path / "elsewhere")
    prompts = tree(tmp_path / "elsewhere", "../p").project.prompts
    assert [prompt.place.path for prompt in prompts] == [
        str(tmp_path / "p/src/pkg/app.py"),
        str(tmp_path / "p/texts/x.txt"),
    ]


# ---- fixing ----


def fixed(files: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Fixed:
    """Writes the files, deletes every "very " of their prompts, and writes the result."""
    monkeypatch.chdir(folder)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    session = open_session(folder, isolated=True, rules=Registry((VeryWord,)))
    read = tree(folder)
    outcome = fix_files(
        examine(read, session), lambda changed: examine(updated(read, changed), session), frozenset(Applicability)
    )
    return write_fixed(outcome, lambda changed: examine(updated(read, changed), session))


@pytest.mark.parametrize(
    ("name", "load", "text"),
    [
        ("x.txt", "open('x.txt').read()", '\ufeffYou are very very kind.\r\nAnd ä very "good"  bot\\n.\r\n'),
        ("x.json", "json.load(open('x.json'))['a']", '{ "a" : "You are very \\u0061\\n\\"very good\\" bot", "b":1.0}'),
        (
            "x.yaml",
            "yaml.safe_load(open('x.yaml'))['a']",
            "# é very\na: |2-\n    You are very kind\n\n   and very good \nb: 1\n",
        ),
        ("x.j2", "open('x.j2').read()", "You are very {{ very  }} kind{# very #}.\n"),
    ],
)
def test_a_fix_changes_the_file_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, load: str, text: str
) -> None:
    program = f"import json, openai, yaml\np = {load}{SEND.replace('client', 'openai.OpenAI()')}"
    outcome = fixed({"app.py": program, name: text}, tmp_path, monkeypatch)
    assert (outcome.changed, outcome.problems) == ((name,), ())
    expected = text.replace("very ", "") if "{" not in text[1:] or name == "x.json" else text.replace("very {{", "{{")
    expected = expected.replace("# é a", "# é very\na") if name == "x.yaml" else expected
    assert (tmp_path / name).read_bytes().decode() == expected
    assert (tmp_path / "app.py").read_text() == program


def test_a_text_need_not_be_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "kind\nvery = 1\nvery\nwords = very kind\n"
    outcome = fixed({"system.prompt": text}, tmp_path, monkeypatch)
    assert (outcome.changed, outcome.problems) == (("system.prompt",), ())


def test_yaml_that_a_fix_would_break_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = f"import openai, yaml\np = yaml.safe_load(open('x.yaml'))['a']{SEND.replace('client', 'openai.OpenAI()')}"
    files = {"app.py": program, "x.yaml": "a: |\n  very  kind words and more of them\n  you are kind\n"}
    outcome = fixed(files, tmp_path, monkeypatch)
    assert [problem.path for problem in outcome.problems] == ["x.yaml"]
    assert (tmp_path / "x.yaml").read_text() == files["x.yaml"]


def test_yaml_that_is_not_spelled_as_it_is_read_is_reported_and_not_edited(console: Console, tmp_path: Path) -> None:
    text = 'a: "You are   a bot.\\n    Answer   briefly,    and    kindly,   and   well,   please."\n'
    put(
        tmp_path,
        x_DOT_yaml=text,
        app_DOT_py=LOADER.replace("open({path!r}).read()", "yaml.safe_load(open('x.yaml'))['a']"),
    )
    put(
        tmp_path,
        app_DOT_py="import openai, yaml\np = yaml.safe_load(open('x.yaml'))['a']"
        + SEND.replace("client", "openai.OpenAI()"),
    )
    shown = console("inventory", "--isolated", "--output-format", "json", cwd=tmp_path)
    (prompt,) = (one for one in json.loads(shown.stdout)["prompts"] if one["file"] == "x.yaml")
    assert prompt["text"].startswith("You are   a bot.\n")
    console("check", "--isolated", "--fix", "--unsafe-fixes", cwd=tmp_path)
    assert (tmp_path / "x.yaml").read_text() == text


def test_findings_point_into_the_file(console: Console, tmp_path: Path) -> None:
    layout = "\n".join(f"        Keep rule number {number} in mind, always." for number in range(8))
    put(tmp_path, app_DOT_py=LOADER.format(path="rules.txt"), rules_DOT_txt=f"\n{layout}\n")
    shown = console("check", "--isolated", "--fix", "--output-format", "concise", cwd=tmp_path)
    assert "Fixed 1 finding in 1 file" in shown.stdout
    assert (tmp_path / "rules.txt").read_text() == f"\n{dedent(layout)}\n"
