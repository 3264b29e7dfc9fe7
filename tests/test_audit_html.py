"""The audit as a page of HTML: well-formed, closed to the outside, and with the figures of the JSON report.

The tests marked `browser` open it in Chromium. They need it installed, as by

    apt-get install chromium
    pip install -e '.[browser]'
    python -m pytest -m browser
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from promptlint.cli import main
from promptlint.cost.audit import Audit
from promptlint.report import audit_html, audit_json
from promptlint.report.terminal import Terminal, usd
from word_audit import audit

VOID = frozenset({"meta", "rect", "wbr"})
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\\x1b[31m"
RULES = ("whitespace-bloat", "missing-cache-marker", "overpowered-model", "unread-usage")
TRAFFIC: dict[str, object] = {"calls": 10_000, "dynamic-tokens": 500, "output-tokens": 300, "cached-share": 0.9}


class Page(HTMLParser):
    """The elements of a page with their attributes, its text outside of style and script, and what was left open."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.code: dict[str, str] = {}
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.code[self.open[-1]] = data
        else:
            self.text += data

    def values(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.elements if (value := attrs.get(attribute)) is not None]


def bot(model: str = "claude-sonnet-4-6", words: int = 2000, extra: str = "", name: str = "RULES") -> str:
    """A call with a system prompt that could be cached, in line 11 where `extra` is one line."""
    return f'''
from anthropic import Anthropic

client = Anthropic()
{name} = """{"word " * words}{extra}
Be brief.
"""


def answer(question):
    return client.messages.create(
        model={model!r},
        max_tokens=1000,
        system={name},
        messages=[{{"role": "user", "content": question}}],
    )
'''


def sources() -> dict[str, str]:
    """Call sites of different price, more than a chart has bars and a table of the other formats has rows."""
    return {f"app/bot_{at:02}.py": bot(words=1000 + 100 * at, name=f"RULES_{at}") for at in range(30)} | {
        "jobs.py": bot("claude-opus-5-5", 20, "Is this a complaint? Answer yes or no.")
    }


def audited(source: str | dict[str, str], traffic: dict[str, object] | None = TRAFFIC) -> Audit:
    return audit(source, traffic, RULES)


def rendered(found: Audit) -> str:
    return audit_html.render(found, Terminal())


@pytest.fixture(scope="module")
def full() -> Audit:
    return audited(sources())


@pytest.fixture(scope="module")
def html(full: Audit) -> str:
    return rendered(full)


def test_the_page_is_well_formed_and_its_links_lead_somewhere(html: str) -> None:
    page = Page(html)
    assert page.open == []
    ids = page.values("id")
    assert len(ids) == len(set(ids)) > 5
    assert {link.removeprefix("#") for link in page.values("href")} <= set(ids)
    assert {label for each in page.values("aria-labelledby") for label in each.split()} <= set(ids)


def test_the_page_refers_to_nothing_outside(html: str) -> None:
    page = Page(html)
    assert {tag for tag, _ in page.elements}.isdisjoint({"link", "img", "iframe", "object", "embed", "base", "form"})
    assert page.values("src") + page.values("srcset") + page.values("style") == []
    assert not re.search(r"url\(|@import", page.code["style"])
    assert not re.search(r"fetch|XMLHttpRequest|WebSocket|import\(|innerHTML|eval", page.code["script"])


def test_the_policy_lets_only_the_own_style_and_script_run(html: str) -> None:
    page = Page(html)
    (policy,) = (attrs["content"] or "" for _, attrs in page.elements if attrs.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind, code in page.code.items():
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_hostile_text_is_only_text() -> None:
    harmless = Page(rendered(audited({"a.py": bot(extra="x"), "b.py": bot("claude|x")})))
    name = "a</script><script>alert(1)</script>.py"
    page = Page(rendered(audited({name: bot(extra=HOSTILE), "b.py": bot(f"claude|{HOSTILE}")})))
    # Where a long name may break, `wbr` says, depends on the name.
    tags = [[tag for tag, _ in each.elements if tag != "wbr"] for each in (harmless, page)]
    assert tags[0] == tags[1]
    assert {attribute for _, attrs in page.elements for attribute in attrs if attribute.startswith("on")} == set()
    assert name in page.text
    assert "onerror=alert(1)" in page.text
    assert page.open == []


def test_control_characters_are_spelled_out() -> None:
    shown = rendered(audited(bot(extra="\x1b[31m \u202e")))
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_figures_are_those_of_the_json_report(full: Audit, html: str) -> None:
    document = json.loads(audit_json.render(full, Terminal()))
    shown = Page(html).text
    spend = document["spend"]
    amounts = [spend[end]["monthly"] for end in ("before", "after", "low", "high")]
    amounts += [call["usd"]["monthly"] for call in document["calls"]]
    amounts += [action[key]["monthly"] for action in document["actions"] for key in ("alone", "added")]
    amounts += [share["usd"]["monthly"] for key in ("by_model", "by_folder", "by_cause") for share in document[key]]
    assert len(amounts) > 100
    assert [amount for amount in amounts if abs(amount) > 1e-9 and usd(amount) not in shown] == []


def test_no_row_is_left_out(full: Audit, html: str) -> None:
    shown = Page(html).text
    assert all(f"app/bot_{at:02}.py:11" in shown for at in range(30))
    assert "16 more call sites: $" in shown
    assert len(full.analysis.findings) == html.count("<article>")


def test_without_traffic_the_unit_is_1000_calls() -> None:
    page = Page(rendered(audited(bot(), None)))
    assert "Spend by call site, USD per 1,000 calls" in page.text
    assert "a month" not in page.text.replace("gives USD a month", "")


def test_a_finding_shows_its_source_and_its_fix(html: str) -> None:
    assert "14 |         system=RULES_7,\n   |                ^^^^^^^" in Page(html).text
    assert "system=<ins>[{&quot;type&quot;: &quot;text&quot;, &quot;text&quot;: </ins>RULES_7<ins>, " in html


def test_a_notebook_names_its_cells() -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": bot(),
    }
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    shown = Page(rendered(audited({"a.ipynb": notebook}))).text
    assert "a.ipynb:cell 1:" in shown


def test_nothing_to_reckon_is_a_page_too() -> None:
    page = Page(rendered(audited("x = 1\n")))
    assert "No call of a model with a known price was found." in page.text
    assert page.open == []


def test_the_same_code_gives_the_same_page(html: str) -> None:
    assert rendered(audited(sources())) == html


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot.py").write_text(bot(extra="Be kind.   \n" * 40), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    options = ["audit", "--isolated", "--no-cache", "--output-format", "html", "--output-file", "audit.html"]
    result = CliRunner().invoke(main, options)
    assert (result.exit_code, result.stdout) == (0, "")
    written = (tmp_path / "audit.html").read_text(encoding="utf-8")
    assert written.startswith("<!DOCTYPE html>")
    assert "bot.py:51" in Page(written).text
    assert "Be kind.<del>···</del>" in written


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright through a pipe."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


class Opened:
    """A page from disk, what it asked for besides itself, and what it complained about."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        self.page = browser.new_page(**options)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.goto(file.as_uri())

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def column(self, table: int, column: int) -> list[str]:
        """The cells of a column as they stand, without hidden rows; tables are counted from 0."""
        script = """([table, column]) => [...document.querySelectorAll("table")[table].tBodies]
            .filter((body) => !body.hidden).map((body) => body.rows[0].cells[column].textContent)"""
        found: list[str] = self.page.evaluate(script, [table, column])
        return found


@pytest.fixture
def file(html: str, tmp_path: Path) -> Path:
    path = tmp_path / "audit.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_charts_are_drawn_and_nothing_overflows(browser: Any, file: Path, width: int, scheme: str) -> None:
    opened = Opened(browser, file, viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened.page.get_by_role("button", name="Open all").first.click()
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    bars = opened.page.locator(".bars").first.locator("svg")
    longest, shortest = (bars.nth(at).locator("rect").first.bounding_box()["width"] for at in (0, 14))
    assert bars.count() == 15
    assert longest > shortest > 5
    assert opened.page.evaluate("getComputedStyle(document.querySelector('.bars rect')).fill") != "rgb(0, 0, 0)"
    background = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    assert (opened.requests, opened.complaints) == ([file.as_uri()], [])


@pytest.mark.browser
def test_tables_sort_by_click_and_by_key(browser: Any, file: Path) -> None:
    opened = Opened(browser, file)
    names = sorted(opened.column(0, 0))
    assert names != opened.column(0, 0)
    head = opened.page.locator("table").first.locator("th").first
    head.get_by_role("button").click()
    assert (opened.column(0, 0), head.get_attribute("aria-sort")) == (names, "ascending")
    head.get_by_role("button").press("Enter")
    assert (opened.column(0, 0), head.get_attribute("aria-sort")) == (names[::-1], "descending")
    opened.page.locator("table").first.locator("th").last.get_by_role("button").click()
    amounts = [float(cell.replace("$", "").replace(",", "")) for cell in opened.column(0, 8)]
    assert amounts == sorted(amounts, reverse=True)
    assert head.get_attribute("aria-sort") is None


@pytest.mark.browser
def test_tables_filter(browser: Any, file: Path) -> None:
    opened = Opened(browser, file)
    field = opened.page.get_by_label("Filter").first
    field.fill("bot_2 SONNET")
    assert sorted(opened.column(0, 0)) == [f"app/bot_{at}.py:11" for at in range(20, 30)]
    assert opened.page.locator("output").first.text_content() == "10 of 31 rows"
    field.fill("")
    assert len(opened.column(0, 0)) == 31


@pytest.mark.browser
def test_an_action_in_the_chart_leads_to_its_open_finding(browser: Any, file: Path) -> None:
    opened = Opened(browser, file)
    link = opened.page.locator(".bars a").first
    link.click()
    target = opened.page.locator(link.get_attribute("href"))
    assert target.locator("article").first.is_visible()


@pytest.mark.browser
def test_all_is_there_without_script(browser: Any, file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("tbody").count() > 30
    assert page.locator("button, input").count() == 0
    page.locator("summary").first.click()
    assert page.locator("article").first.is_visible()
    context.close()


@pytest.mark.browser
def test_print_shows_findings_and_no_tools(browser: Any, file: Path) -> None:
    opened = Opened(browser, file, color_scheme="dark")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.page.locator("article").first.is_visible()
    assert not opened.page.get_by_label("Filter").first.is_visible()


@pytest.mark.browser
def test_hostile_text_does_nothing_in_a_browser(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "audit.html"
    path.write_text(rendered(audited({f"{HOSTILE[:8]}.py".replace("/", ""): bot(extra=HOSTILE)})), encoding="utf-8")
    opened = Opened(browser, path)
    assert opened.page.locator("img").count() == 0
    assert (opened.requests, opened.complaints) == ([path.as_uri()], [])
