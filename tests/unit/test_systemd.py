"""watcher.systemd: what systemd hears."""

import os
import socket
from pathlib import Path

import pytest

from watcher import systemd
from watcher.systemd import Watchdog, notify


def test_facts_are_sent_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One datagram, KEY=value a line."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify(READY=1, STATUS="größe")
        assert "READY=1\nSTATUS=größe" == manager.recv(1000).decode()


def test_an_abstract_socket_is_reached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """@name means a name that begins with NUL."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{tmp_path.name}-notify")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path.name}-notify")
        notify(STOPPING=1)
        assert b"STOPPING=1" == manager.recv(1000)


def test_a_manager_that_hears_nothing_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its socket takes some words, and no more: those behind them are lost, and the work goes on."""
    monkeypatch.setattr(systemd, "LISTENS_SECONDS", 0.001)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        room = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text()) if os.path.exists("/proc") else 100
        for number in range(room + 5):
            notify(STATUS=number)
        assert b"STATUS=0" == manager.recv(1000)


@pytest.mark.parametrize("address", [None, "", "/nowhere/notify"])
def test_without_a_listener_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    """A daemon started by hand, or whose manager is deaf, runs on."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify(READY=1)


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, float("inf")),
        ({"WATCHDOG_USEC": "90000000"}, 30.0),
        ({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": "1"}, float("inf")),
        ({"WATCHDOG_USEC": "0"}, float("inf")),
        ({"WATCHDOG_USEC": "soon"}, float("inf")),
    ],
)
def test_the_watchdog_is_for_this_process_and_comes_three_times_as_often_as_asked(
    environment: dict[str, str], seconds: float
) -> None:
    """One that is late does not count as missing; what is meant for another process is not ours."""
    assert seconds == Watchdog(environment).seconds


def test_a_sign_of_life_is_sent_when_it_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in every turn of the loop; never without a watchdog."""
    sent: list[dict[str, int]] = []
    monkeypatch.setattr(systemd, "notify", lambda **facts: sent.append(facts))
    watchdog = Watchdog({"WATCHDOG_USEC": "3000000"})
    for now in (5.0, 5.5, 6.0, 6.9, 7.1):
        watchdog.all_is_well(now)
    assert 3 * [{"WATCHDOG": 1}] == sent
    Watchdog({}).all_is_well(100.0)
    assert 3 == len(sent)
