"""`python -m promptlint`."""

from __future__ import annotations

from promptlint.cli import main

if __name__ == "__main__":
    main(prog_name="promptlint")
