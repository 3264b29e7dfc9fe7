"""Writes the weekly sales report from the figures of the shop."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from openai import OpenAI

MODEL = "gpt-5.4-mini"

SUBJECT_PROMPT = "Write the subject of the mail that brings this report."  # promptlint: ignore[whitespace-bloat]

client = OpenAI()


def write_report(shop: str, week: str, figures: str) -> str:
    """The report as Markdown; `figures` is a table in CSV."""
    prompt = f"""
        You write the weekly sales report of {shop} for its store managers. 
        They read it on Monday morning, in about two minutes, before they open the store.

        Use only figures that stand in the table below. Round amounts to whole thousands of NOK and   
        shares to whole percent.

        Structure:
          1. One sentence that says whether the week was better or worse than the one before, and why.
          2. The three product groups that gained most and the three that lost most, with amounts.
          3. Returns: the share of orders returned, and the product with the most returns.
          4. At most two things to do this week, each with the figure that it rests on. 

        If the table has fewer than five working days, say so in the first sentence. 
        Write in plain English without adjectives such as "impressive" or "disappointing".
        Use only figures that stand in the table below.

        Week: {week}

        {figures}
        """
    response = client.responses.create(model=MODEL, input=prompt, max_output_tokens=4000)
    return response.output_text


def subject_line(report: str) -> str:
    """The subject of the mail that brings the report."""
    response = client.responses.create(
        model=MODEL,
        instructions=SUBJECT_PROMPT,
        input=report,
        max_output_tokens=500,
    )
    return response.output_text


def main(path: Path) -> None:
    week = path.stem
    report = write_report("Nordlight Outdoor", week, path.read_text(encoding="utf-8"))
    print(json.dumps({"week": week, "subject": subject_line(report), "body": report}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
