"""JUnit XML: a test case for each finding, failed, in a test suite for each file; problems are errors.

The schema is that of the Jenkins xUnit plugin, which services share (`junit-10.xsd`).
"""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from promptlint.finding import Finding
from promptlint.project import Problem
from promptlint.report.annotations import said
from promptlint.report.terminal import Terminal, visible
from promptlint.report.view import View


def render(view: View, terminal: Terminal) -> str:
    """The XML document; `terminal` is not used. Without findings it holds one test that passed."""
    root = Element("testsuites", name="promptlint")
    for path, findings in groupby(view.findings, key=lambda finding: finding.place.path):
        root.append(_failures(path, list(findings), view))
    for path, problems in groupby(sorted(view.problems, key=lambda one: one.path), key=lambda one: one.path):
        root.append(_errors(path or "promptlint", list(problems)))
    if not len(root):
        suite = SubElement(root, "testsuite", _counts("promptlint", tests=1))
        SubElement(suite, "testcase", name="no findings", classname="promptlint")
    indent(root)
    # ASCII, so that no encoding of the output can break it.
    document: bytes = tostring(root, encoding="us-ascii", xml_declaration=False)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + document.decode("ascii") + "\n"


def _failures(path: str, findings: list[Finding], view: View) -> Element:
    tree = view.analysis.tree
    suite = Element("testsuite", _counts(path, tests=len(findings), failures=len(findings)))
    for finding in findings:
        where = tree.locate(path, finding.place.start)
        case = SubElement(suite, "testcase", {"name": f"{finding.rule} at {where}", "classname": visible(path)})
        message = said(finding, tree)
        failure = SubElement(case, "failure", {"message": message, "type": finding.severity})
        failure.text = "\n".join(
            (f"{visible(path)}:{where}: {finding.code} {message}", *map(visible, finding.evidence))
        )
    return suite


def _errors(path: str, problems: list[Problem]) -> Element:
    suite = Element("testsuite", _counts(path, tests=len(problems), errors=len(problems)))
    for problem in problems:
        case = SubElement(suite, "testcase", {"name": f"read, line {problem.line or 1}", "classname": visible(path)})
        SubElement(case, "error", {"message": visible(problem.message), "type": "error"})
    return suite


def _counts(name: str, *, tests: int, failures: int = 0, errors: int = 0) -> dict[str, str]:
    return {"name": visible(name), "tests": str(tests), "failures": str(failures), "errors": str(errors)}
