"""Nightly job: labels the product reviews of the day as positive, neutral or negative.

Nobody waits for the labels, so the reviews go to the Message Batches API at half the price. Run `submit` in the
evening and `collect` in the morning.
"""

from __future__ import annotations

import csv
import logging
import sys
from pathlib import Path

import anthropic

client = anthropic.Anthropic()
log = logging.getLogger(__name__)

PROMPT = """\
Classify the sentiment of this product review of an outdoor shop.
Answer with one word: positive, neutral or negative.

Review: {review}"""


def submit(path: Path) -> str:
    """Send all reviews of a CSV file as one batch; returns the id of the batch."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    batch = client.messages.batches.create(
        requests=[
            {
                "custom_id": row["id"],
                "params": {
                    "model": "claude-haiku-5-5",
                    "max_tokens": 50,
                    "messages": [{"role": "user", "content": PROMPT.format(review=row["text"])}],
                },
            }
            for row in rows
        ]
    )
    return batch.id


def collect(batch_id: str) -> dict[str, str]:
    """The label of each review by its id, as far as the batch has succeeded."""
    labels, tokens = {}, 0
    for entry in client.messages.batches.results(batch_id):
        if entry.result.type == "succeeded":
            message = entry.result.message
            tokens += message.usage.input_tokens + message.usage.output_tokens
            labels[entry.custom_id] = "".join(block.text for block in message.content if block.type == "text").strip()
    log.info("%d reviews, %d tokens", len(labels), tokens)
    return labels


if __name__ == "__main__":
    command, argument = sys.argv[1:]
    if command == "submit":
        print(submit(Path(argument)))
    else:
        csv.writer(sys.stdout).writerows(collect(argument).items())
