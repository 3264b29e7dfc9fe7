"""`promptlint audit --executor`: scanning on a cluster, and what is said where that cannot be."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from promptlint import executors, scanning
from promptlint.cli import main
from sample_rules import PROGRAM


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files to audit, more than are worth scanning here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(scanning, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(scanning, "CHUNK", 500)
    for number in range(12):
        Path(f"m{number:02}.py").write_text(PROGRAM, encoding="utf-8")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Dask cluster of two workers in this process."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    # It would ask the system which address leads to the internet.
    monkeypatch.setattr(distributed.utils, "get_ip", lambda *_, **__: "127.0.0.1")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, host="127.0.0.1", protocol="tcp://", dashboard_address=None
    ) as running:
        yield running


def audit(*args: str) -> Result:
    return CliRunner().invoke(main, ["audit", "--isolated", "--no-cache", "--output-format", "json", *args])


def place_of(cluster: Any) -> str:
    return str(cluster.scheduler_address).removeprefix("tcp://")


@pytest.mark.loopback
def test_an_audit_is_the_same_when_a_cluster_scans(cluster: Any) -> None:
    here = audit("--jobs", "1")
    there = audit("--executor", f"dask://{place_of(cluster)}")
    assert (there.exit_code, there.stderr) == (0, "")
    assert json.loads(there.stdout) == json.loads(here.stdout)
    tasks = [story for worker in cluster.workers.values() for story in worker.state.log if "memory" in story]
    assert len(tasks) >= 6


@pytest.mark.loopback
def test_a_cluster_with_another_promptlint_is_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # The workers of this cluster are threads, other ones than that which compares.
    monkeypatch.setattr(executors, "code_digest", lambda: threading.current_thread().name)
    result = audit("--executor", f"dask://{place_of(cluster)}")
    assert result.exit_code == 2
    assert "has another promptlint than this one" in result.stderr


@pytest.mark.loopback
def test_a_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed")
    monkeypatch.setattr(executors, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"dask://127.0.0.1:{silent.getsockname()[1]}"
        result = audit("--executor", place)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: --executor {place}: no answer within 0.5 seconds\n"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("desk://host:8786", "unknown scheme `desk`, did you mean `dask`?; an executor is written `dask://HOST:PORT`"),
        ("ray://host:8786", "unknown scheme `ray`, known are `dask`; an executor is written `dask://HOST:PORT`"),
        ("host:8786", "no scheme; an executor is written `dask://HOST:PORT`"),
        ("dask://host", "an executor is written `dask://HOST:PORT`"),
        ("dask://host:many", "an executor is written `dask://HOST:PORT`"),
        ("dask://host:8786/path", "an executor is written `dask://HOST:PORT`"),
    ],
)
def test_an_address_that_is_none(address: str, message: str) -> None:
    result = audit("--executor", address)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: --executor {address}: {message}\n"


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = audit("--executor", "dask://127.0.0.1:8786")
    assert result.exit_code == 2
    assert "Dask cannot be imported" in result.stderr
    assert "pip install 'promptlint[dask]'" in result.stderr
