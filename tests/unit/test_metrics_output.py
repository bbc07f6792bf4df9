"""watcher.metrics.output, watcher.metrics.server: a file and a port, written and served beside the loop."""

import errno
import logging
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from exported import levels
from fakes import record
from prometheus_client.parser import text_string_to_metric_families

from watcher.metrics import output as metrics_output
from watcher.metrics import server as metrics_server
from watcher.metrics.meter import Meter
from watcher.metrics.output import MetricsOutput
from watcher.metrics.server import MetricsServer, registry_of


@pytest.fixture
def meter(tmp_path: Path) -> Meter:
    """It has looked at its things."""
    made = Meter()
    made.levels = levels(tmp_path)
    return made


@pytest.fixture
def output(meter: Meter) -> Iterator[MetricsOutput]:
    """Wanted nowhere yet."""
    made = MetricsOutput(meter)
    yield made
    made.close()


def read(path: Path) -> dict[str, float]:
    """Samples without more labels than the inbox."""
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {sample.name: sample.value for family in families for sample in family.samples if len(sample.labels) == 1}


def test_a_file_is_written_whole_and_others_may_read_it(output: MetricsOutput, tmp_path: Path) -> None:
    """node_exporter is another user, and reads whatever ends in .prom."""
    before = os.umask(0o077)
    try:
        output.apply(tmp_path / "digit-watcher.prom", None)
        output.close()
    finally:
        os.umask(before)
    path = tmp_path / "digit-watcher.prom"
    assert 1 == read(path)["digit_watcher_running"]
    assert 0o644 == path.stat().st_mode & 0o777
    assert ["digit-watcher.prom"] == os.listdir(tmp_path)


def test_the_last_thing_written_is_that_it_stopped(output: MetricsOutput, meter: Meter, tmp_path: Path) -> None:
    """The file stays where the daemon ends; nobody takes its numbers for those of one that runs."""
    output.apply(tmp_path / "x.prom", None)
    meter.stopped()
    output.close()
    assert 0 == read(tmp_path / "x.prom")["digit_watcher_running"]


def test_a_change_is_written_at_once(
    output: MetricsOutput, meter: Meter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause does not wait for the next quarter of a minute."""
    written = threading.Semaphore(0)
    write = metrics_output.write_atomically

    def heard(path: bytes, content: bytes, mode: int) -> None:
        write(path, content, mode)
        written.release()

    monkeypatch.setattr(metrics_output, "write_atomically", heard)
    output.apply(tmp_path / "x.prom", None)
    assert written.acquire(timeout=60)
    meter.paused(OSError(errno.ENOSPC, "full"))
    assert written.acquire(timeout=10), "sooner than after 15 s"
    assert 1 == read(tmp_path / "x.prom")["digit_watcher_paused"]


@pytest.mark.parametrize("name", ["gone/x.prom", "folder"])
def test_a_file_that_cannot_be_written_is_said_once(
    output: MetricsOutput, meter: Meter, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing else comes of it, and nothing is left behind."""
    (tmp_path / "folder").mkdir()
    output.apply(tmp_path / name, None)
    for _ in range(3):
        meter.resumed()  # rings
    output.close()
    said = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert 1 == len(said)
    assert f"cannot write metrics to {tmp_path / name}" in said[0]
    assert ["folder"] == os.listdir(tmp_path)


def test_a_file_that_can_be_written_again_is_said_too(
    output: MetricsOutput, meter: Meter, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same trouble later is news again."""
    caplog.set_level(logging.INFO)
    outlet = metrics_output._Outlet(meter, tmp_path / "folder" / "x.prom", None)
    registry = registry_of(meter)
    outlet._write(registry)
    (tmp_path / "folder").mkdir()
    outlet._write(registry)
    outlet._write(registry)
    (tmp_path / "folder" / "x.prom").unlink()
    (tmp_path / "folder").rmdir()
    outlet._write(registry)
    outlet._bell.close()
    outlet._ear.close()
    assert ["WARNING", "INFO", "WARNING"] == [one.levelname for one in caplog.records]


def test_values_are_measured_only_where_somebody_wants_them(
    output: MetricsOutput, meter: Meter, tmp_path: Path
) -> None:
    """Also after the settings changed."""
    output.apply(None, None)
    meter.add([record()])
    assert 0 == sum(meter.totals().latency.counts)
    output.apply(tmp_path / "x.prom", None)
    meter.add([record()])
    assert 1 == sum(meter.totals().latency.counts)
    output.apply(None, None)
    meter.add([record()])
    assert 1 == sum(meter.totals().latency.counts)


def test_settings_that_are_the_same_change_nothing(output: MetricsOutput, tmp_path: Path) -> None:
    """The port stays open over a reload."""
    output.apply(tmp_path / "x.prom", None)
    thread = output._outlet
    output.apply(tmp_path / "x.prom", None)
    assert thread is output._outlet
    output.apply(tmp_path / "y.prom", None)
    assert thread is not output._outlet
    output.close()
    assert ["x.prom", "y.prom"] == sorted(os.listdir(tmp_path))


def test_the_port_answers_on_this_machine_alone(meter: Meter) -> None:
    """As http://127.0.0.1:PORT/metrics."""
    with MetricsServer(registry_of(meter), 0) as server:
        assert ("127.0.0.1", server.server_port) == server.socket.getsockname()
        thread = threading.Thread(target=_serve_one, args=(server,))
        thread.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=60) as answer:
            text = answer.read().decode()
        thread.join()
    assert "digit_watcher_running{" in text
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")


def _serve_one(server: MetricsServer) -> None:
    server.socket.settimeout(60)
    server.timeout = 60
    server.handle_request()


def test_who_asks_and_says_nothing_is_not_waited_for(
    meter: Meter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is written by the same thread."""
    assert 0 < (metrics_server._Handler.timeout or 0) <= 5
    monkeypatch.setattr(metrics_server._Handler, "timeout", 0.05)
    with MetricsServer(registry_of(meter), 0) as server, socket.create_connection(server.server_address) as silent:
        _serve_one(server)
        assert b"" == silent.recv(10)
    assert [] == [one for one in caplog.records if one.levelno > logging.DEBUG]


def test_a_port_that_is_taken_is_said_once_and_taken_over_when_it_is_free(
    meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    """Work goes on meanwhile."""
    caplog.set_level(logging.INFO)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        outlet, registry = metrics_output._Outlet(meter, None, port), registry_of(meter)
        outlet._serve(registry)
        outlet._serve(registry)
        assert [f"cannot serve metrics on 127.0.0.1:{port}: Address already in use; it is tried again"] == [
            one.getMessage() for one in caplog.records
        ]
    outlet._serve(registry)
    assert f"metrics are on http://127.0.0.1:{port}/metrics" == caplog.messages[-1]
    assert outlet._server is not None
    outlet._server.server_close()
    outlet._bell.close()
    outlet._ear.close()


def test_it_starts_and_ends_with_a_port(output: MetricsOutput, caplog: pytest.LogCaptureFixture) -> None:
    """Afterwards the port is free."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
    output.apply(None, port)
    output.close()
    socket.create_server(("127.0.0.1", port)).close()


def test_a_daemon_without_metrics_imports_nothing_of_prometheus() -> None:
    """It would take 50 ms of each start."""
    code = (
        "import sys, watcher.metrics.output, watcher.metrics.meter, watcher.metrics.levels\n"
        "sys.exit('prometheus_client' in sys.modules or 'watcher.metrics.collector' in sys.modules)"
    )
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
