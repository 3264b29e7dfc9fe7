"""Nightly job: labels the product reviews of the day as positive, neutral or negative."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import anthropic

client = anthropic.Anthropic()

PROMPT = """\
Classify the sentiment of this product review of an outdoor shop.
Answer with one word: positive, neutral or negative.

Review: {review}"""


def sentiment(review: str) -> str:
    """The label of one review."""
    response = client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=4096,
        messages=[{"role": "user", "content": PROMPT.format(review=review)}],
    )
    block = response.content[0]
    return block.text.strip().lower() if block.type == "text" else ""


def main(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    writer = csv.writer(sys.stdout)
    for row in rows:
        writer.writerow([row["id"], sentiment(row["text"])])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
