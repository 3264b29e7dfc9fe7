"""For the whole suite: no test reaches for the network, the day is always the same, and the user's cache is left alone.

Also a way to run the installed command.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from command import Console
from diffing import History, prepared_history
from network_guard import is_local, is_network
from repository import GitFolder

# Fixtures that several files of tests share.
pytest_plugins = ["bookshops"]

_allowed = _local = False

# A shell starts what runs in the background with Ctrl-C ignored, and children inherit that: some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says nothing about it.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# 2026-11-22: prices and retirements are those of this day, also in processes that tests start.
os.environ["SOURCE_DATE_EPOCH"] = "1795305600"
_cache = tempfile.TemporaryDirectory(prefix="promptlint-tests-")
os.environ["PROMPTLINT_CACHE_DIR"] = _cache.name


def _guard(event: str, args: tuple[Any, ...]) -> None:
    # pytest.fail raises a BaseException, so `except Exception` in the tested code cannot hide it.
    if is_network(event, args) and not (_allowed or (_local and is_local(event, args))):
        pytest.fail(f"network access: {event} {args[1:]}")


# An audit hook sees every socket of the process, also in code that imported `socket` before, until the process ends.
sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def _network_only_where_marked(request: pytest.FixtureRequest) -> Iterator[None]:
    global _allowed, _local
    _allowed = request.node.get_closest_marker("network") is not None
    _local = request.node.get_closest_marker("loopback") is not None
    yield
    _allowed = _local = False


@pytest.fixture
def console(tmp_path_factory: pytest.TempPathFactory) -> Console:
    """Runs the installed `promptlint` in a process of its own, without a network."""
    return Console(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> History:
    return prepared_history(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def history(prepared: History, monkeypatch: pytest.MonkeyPatch) -> History:
    """A repository with a commit for each kind of change; it is the current folder."""
    monkeypatch.chdir(prepared.folder.path)
    return prepared


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    """An empty repository; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    return GitFolder.create(tmp_path)
