"""Loading rules from entry points: what loads, and what is said of that which does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest

from promptlint.registry import GROUP, Registry, build, load
from promptlint.settings import SettingsError, coerce_options

HEADER = """\
from __future__ import annotations
from dataclasses import dataclass
from promptlint.rule import Rule
"""
RULE = """
@dataclass(frozen=True)
class {title}(Rule):
    code = "{code}"
    name = "{name}"
    limit: int = 3
"""

Plugin = Callable[[dict[str, str], str], Registry]


def rule(name: str, code: str) -> str:
    return RULE.format(title=name.title().replace("-", ""), name=name, code=code)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugin]:
    """Writes modules and loads the rules of an entry point that names one of them."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)

    def load_plugin(modules: dict[str, str], value: str) -> Registry:
        for name, body in modules.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEADER + body, encoding="utf-8")
        return load([EntryPoint("test", value, GROUP)])

    yield load_plugin
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_module_gives_the_rules_it_defines(plugin: Plugin) -> None:
    registry = plugin({"acme_one.py": rule("long-text", "ACM102") + rule("short-text", "ACM101")}, "acme_one")
    assert registry.codes == {"short-text": "ACM101", "long-text": "ACM102"}
    assert [rule.code for rule in registry.rules] == ["ACM101", "ACM102"]
    assert registry.problems == ()


def test_a_package_is_walked(plugin: Plugin) -> None:
    modules = {
        "acme_pack/__init__.py": "",
        "acme_pack/a.py": rule("long-text", "ACM101"),
        "acme_pack/deep/__init__.py": "from acme_pack.a import LongText\n",
        "acme_pack/deep/b.py": rule("short-text", "ACM102"),
    }
    registry = plugin(modules, "acme_pack")
    assert set(registry.by_name) == {"long-text", "short-text"}
    assert registry.problems == ()


def test_a_base_class_is_no_rule(plugin: Plugin) -> None:
    base = "\n@dataclass(frozen=True)\nclass Base(Rule):\n    limit: int = 1\n"
    registry = plugin({"acme_base.py": base + rule("long-text", "ACM101").replace("(Rule)", "(Base)")}, "acme_base")
    assert set(registry.by_name) == {"long-text"}
    assert registry.problems == ()


def test_a_module_that_does_not_import_costs_its_rules_only(plugin: Plugin) -> None:
    modules = {
        "acme_half/__init__.py": "",
        "acme_half/bad.py": "import no_such_module_anywhere\n",
        "acme_half/good.py": rule("long-text", "ACM101"),
    }
    registry = plugin(modules, "acme_half")
    assert set(registry.by_name) == {"long-text"}
    (problem,) = registry.problems
    assert "rule plugin acme_half" in problem.message
    assert "acme_half.bad: ModuleNotFoundError: No module named 'no_such_module_anywhere'" in problem.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (rule("long-text", "acm1"), "needs a `code` of 2 to 8 capital letters and 3 digits such as ABC101, not 'acm1'"),
        (rule("Long_Text", "ACM101"), "needs a kebab-case `name` such as long-prompt, not 'Long_Text'"),
        (rule("long-text", "ACM101").replace("frozen=True", ""), "did not load"),
        (rule("long-text", "ACM101").replace("@dataclass(frozen=True)", ""), "must be decorated with @dataclass"),
        (rule("long-text", "ACM101").replace(" = 3", ""), "has an option without a default: limit"),
        (rule("long-text", "ACM101").replace('    name = "long-text"\n', ""), "needs a kebab-case `name`"),
        (rule("long-text", "ACM101") + rule("short-text", "ACM101"), "has the code ACM101 of acme_shape.LongText"),
        (
            rule("long-text", "ACM101") + rule("long-text", "ACM102").replace("class LongText", "class Other"),
            "has the name long-text of acme_shape.LongText",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(plugin: Plugin, body: str, message: str) -> None:
    registry = plugin({"acme_shape.py": body}, "acme_shape")
    (problem,) = registry.problems
    assert "rule plugin acme_shape (distribution unknown)" in problem.message
    assert message in problem.message


def test_an_entry_point_must_name_a_module(plugin: Plugin) -> None:
    registry = plugin({"acme_object.py": rule("long-text", "ACM101")}, "acme_object:LongText")
    assert registry.rules == ()
    assert "must name a module or package" in registry.problems[0].message


def test_a_plugin_cannot_displace_a_built_in_rule(plugin: Plugin, tmp_path: Path) -> None:
    plugin({"ours.py": rule("long-text", "ACM101"), "theirs.py": rule("long-text", "ACM999")}, "ours")
    for distribution, module in (("acme", "theirs"), ("promptlint", "ours")):
        info = tmp_path / f"{distribution}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\nany = {module}\n")
    points = [point for found in distributions(path=[str(tmp_path)]) for point in found.entry_points]
    for order in (points, points[::-1]):
        registry = load(order)
        assert registry.codes == {"long-text": "ACM101"}
        assert "rule plugin theirs (distribution acme)" in registry.problems[0].message


def test_no_rules_at_all_is_a_problem() -> None:
    (problem,) = load([]).problems
    assert "no rules are installed" in problem.message


def test_the_built_in_rules_load_through_the_entry_point() -> None:
    registry = load()
    assert registry.problems == ()
    assert registry.codes["whitespace-bloat"] == "TOK101"


def test_options_are_set_at_construction(plugin: Plugin) -> None:
    (long_text,) = plugin({"acme_options.py": rule("long-text", "ACM101")}, "acme_options").rules
    assert "limit=7" in repr(build(long_text, coerce_options(long_text, {"limit": 7}, "here")))
    with pytest.raises(SettingsError, match="limit"):
        coerce_options(long_text, {"limits": 7}, "here")
