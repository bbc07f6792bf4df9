"""Numbers for Prometheus that cannot be written or served: work goes on, whatever becomes of them."""

import os
import re
import signal
import socket
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for
from tests.faults.mounts import remount, small_disk
from tests.faults.test_full_disk import fill


def free_port() -> int:
    """A port that nobody has."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def value(text: str, name: str, *labels: str) -> float | None:
    """That of a sample, or None."""
    found = re.search(rf"^digit_watcher_{name}{{.*{'.*'.join(labels)}.*}} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def served(port: int) -> str:
    """What the port answers; "" where it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def written(path: Path) -> str:
    """What the file says; "" where it is not there."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def warnings(running: Running) -> list[str]:
    """The log's lines about metrics of that level."""
    return [line for line in running.log().splitlines() if "WARN" in line and "metrics" in line]


def assert_works(place: Place, running: Running) -> None:
    """It reads, pauses for nothing, and stops when asked to."""
    dropped = [place.drop(f"{n}.png", png(n)) for n in range(5)]
    place.assert_conserved(dropped)
    assert not running.heard("STATUS=paused")
    assert running.stop() == 0


@pytest.mark.parametrize("spoil", ["gone", "a file in its place", "read-only", "full"])
def test_a_file_that_cannot_be_written_holds_up_nothing(place: Place, spoil: str) -> None:
    """It is said once."""
    folder = place.root / "collector"
    disk: AbstractContextManager[object] = nullcontext()
    if spoil in ("read-only", "full"):
        disk = small_disk(folder, "64k")
    elif spoil == "a file in its place":
        folder.write_bytes(b"")
    place.configure(metrics={"textfile": str(folder / "digit-watcher.prom")})
    with disk:
        if spoil == "read-only":
            remount(folder, "ro")
        elif spoil == "full":
            fill(folder)
        running = place.start()
        wait_for(lambda: warnings(running), "a warning")
        assert_works(place, running)
        assert len(warnings(running)) == 1
        assert "cannot write metrics" in warnings(running)[0]


def test_a_full_disk_is_told_on_the_full_disk(place: Place) -> None:
    """The numbers are wanted most when there is no room: the old file is written over where it lies."""
    textfile = place.outbox / "digit-watcher.prom"
    place.configure(state="state", metrics={"textfile": str(textfile)})
    place.state = place.root / "state"
    with small_disk(place.outbox, "2m"):
        place.start()
        wait_for(lambda: value(written(textfile), "paused") == 0, "a first file")
        hog = fill(place.outbox)
        dropped = [place.drop(f"{n}.png", png(n % 10, str(n))) for n in range(20)]
        wait_for(lambda: value(written(textfile), "paused") == 1, "a pause in the file")
        assert value(written(textfile), "pauses_total", 'kind="disk_full"') == 1
        hog.unlink()
        wait_for(lambda: value(written(textfile), "paused") == 0, "an end of the pause in the file")
        textfile_is_known = {"digit-watcher.prom", "digit-watcher.prom.new"}
        place.assert_conserved(dropped, ignored=textfile_is_known)


def test_a_port_that_is_taken_holds_up_nothing(place: Place) -> None:
    """It is said once, and the file is written all the same."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        place.configure(metrics={"port": port, "textfile": str(place.root / "x.prom")})
        running = place.start()
        wait_for(lambda: warnings(running), "a warning")
        wait_for(lambda: value(written(place.root / "x.prom"), "running") == 1, "a file")
        assert_works(place, running)
        assert len(warnings(running)) == 1
        assert f"cannot serve metrics on 127.0.0.1:{port}: Address already in use" in warnings(running)[0]


@pytest.mark.parametrize(
    "say",
    [
        lambda caller: None,
        lambda caller: caller.sendall(b"GET /met"),
        lambda caller: caller.sendall(b"\0" * 5000 + b"\r\n\r\n"),
        lambda caller: caller.shutdown(socket.SHUT_RDWR),
    ],
    ids=["nothing", "half a request", "nonsense", "goodbye"],
)
def test_who_asks_badly_holds_up_nothing(place: Place, say: Callable[[socket.socket], None]) -> None:
    """Many at once neither: no thread and no descriptor of the daemon is theirs."""
    port = free_port()
    place.configure(metrics={"port": port})
    running = place.start()
    wait_for(lambda: served(port), "an answer")
    before = len(os.listdir(f"/proc/{running.process.pid}/fd"))
    callers = [socket.socket() for _ in range(50)]
    for caller in callers:
        caller.setblocking(False)
        caller.connect_ex(("127.0.0.1", port))
    callers[0].setblocking(True)
    say(callers[0])
    place.wait_for_row(place.drop("7.png", png(7)) and "7.png")
    tasks = os.listdir(f"/proc/{running.process.pid}/task")
    assert len(os.listdir(f"/proc/{running.process.pid}/fd")) <= before + 2
    assert len(tasks) < 20
    assert running.stop() == 0
    assert "Traceback" not in running.log()
    for caller in callers:
        caller.close()


def test_a_picture_and_a_reload_are_seen_on_the_port_and_counts_go_on(place: Place) -> None:
    """New settings are taken on by the same process: its numbers begin anew only with another one."""
    first, second = free_port(), free_port()
    place.configure(metrics={"port": first})
    running = place.start()
    place.wait_for_row(place.drop("7.png", png(7)) and "7.png")
    wait_for(lambda: value(served(first), "pictures_total", 'status="ok"') == 1, "a picture on the port")
    place.configure(metrics={"port": second}, reading={"workers": 2})
    running.process.send_signal(signal.SIGHUP)
    wait_for(lambda: value(served(second), "reloads_total", 'result="success"') == 1, "a reload on the other port")
    assert served(first) == ""
    assert value(served(second), "pictures_total", 'status="ok"') == 1
    place.config_file.write_text("{", encoding="utf-8")
    running.process.send_signal(signal.SIGHUP)
    wait_for(lambda: value(served(second), "reloads_total", 'result="failure"') == 1, "a refusal on the port")
    place.wait_for_row(place.drop("8.png", png(8)) and "8.png")
    assert value(served(second), "latency_seconds_count") == 2
    wait_for(lambda: value(served(second), "ledger_results", 'status="ok"') == 2, "the ledger's own counts")


def test_a_lost_reader_is_counted(place: Place) -> None:
    """Whoever kills it."""
    port = free_port()
    place.configure(metrics={"port": port})
    running = place.start()
    os.kill(running.readers()[0], signal.SIGKILL)
    wait_for(lambda: value(served(port), "readers_lost_total", 'trouble="crashed"') == 1, "a loss on the port")
    assert_works(place, running)
