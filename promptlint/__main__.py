"""`python -m promptlint`."""

from __future__ import annotations

import os
import sys

# `python -m` puts the working directory first among the places to import from. That is the code to be analysed: its
# `yaml.py`, and the plugins of a distribution that it holds, must not be run. What Python itself imports before this
# line (`contextlib`, `importlib`) is out of reach here: for code of strangers there is the program `promptlint`, and
# `python -P -m promptlint`.
if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from promptlint.cli import run

if __name__ == "__main__":
    run()
