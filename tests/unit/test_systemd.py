"""watcher.systemd: what systemd hears."""

import socket
from pathlib import Path

import pytest

from watcher.systemd import notify


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


@pytest.mark.parametrize("address", [None, "", "/nowhere/notify"])
def test_without_a_listener_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    """A daemon started by hand, or whose manager is deaf, runs on."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify(READY=1)
